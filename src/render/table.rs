//! `table`: facts, operators and findings for people.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::grid::{Column, Grid};
use super::labels::{Labels, label};
use super::text::{NOT_RECORDED, UNKNOWN, escaped, human_size, text_or, words};
use super::{TableStyle, facts};
use crate::report::{Finding, InspectReport, Operator, OperatorFinished, Severity};

pub(super) fn inspect(report: &InspectReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    snapshot(report, out)?;
    writeln!(out)?;
    operators(report, style, out)?;
    writeln!(out)?;
    findings(report, Evidence::Left, style, out)
}

pub(super) fn snapshot(report: &InspectReport, out: &mut dyn Write) -> io::Result<()> {
    match &report.snapshot {
        Some(snapshot) => facts::write(snapshot, out),
        None => writeln!(out, "Snapshot: {UNKNOWN}"),
    }
}

fn operators(report: &InspectReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    heading("Operators", report.operators.len(), out)?;
    if report.operators.is_empty() {
        return Ok(());
    }
    // Most jobs have no finished operator, and a terminal has little room.
    let any_finished = report.operators.iter().any(has_finished_subtasks);
    let mut columns = vec![
        Column::Text("OPERATOR"),
        Column::Id("ID"),
        Column::Number("PARALLELISM"),
        Column::Number("STATE SIZE"),
        Column::Text("STATES"),
    ];
    if any_finished {
        columns.insert(3, Column::Id("FINISHED"));
    }
    let mut grid = Grid::new(columns);
    for operator in largest_first(&report.operators) {
        let mut cells = vec![
            label(operator).unwrap_or("-").to_owned(),
            operator.operator_id.clone(),
            parallelism(operator),
            human_size(operator.state_bytes),
            state_names(operator),
        ];
        if any_finished {
            cells.insert(3, finished(operator));
        }
        grid.row(cells);
    }
    grid.write(style, out)
}

/// Whether the evidence of a finding is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// It is, in parentheses behind the message.
    Shown,
    /// It is left to the other outputs.
    Left,
}

/// One line per finding, the worst first: what, where and what to do.
pub(super) fn findings(
    report: &InspectReport,
    evidence: Evidence,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    heading("Findings", report.findings.len(), out)?;
    let labels = Labels::of(report);
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| rank(finding.severity()));
    for finding in findings {
        let severity = words::<Severity>(Some(finding.severity)).to_uppercase();
        let mut line = format!("{} {}: {}", finding.code, place(finding, &labels), finding.message);
        if let (Evidence::Shown, Some(evidence)) = (evidence, &finding.evidence) {
            line = format!("{line} ({evidence})");
        }
        if let Some(action) = &finding.action {
            line = format!("{line}; {action}");
        }
        let severity = emphasised(&severity, finding.severity(), style);
        writeln!(out, "{severity} {}", escaped(&line))?;
    }
    Ok(())
}

/// Location, operator and state, as far as the finding has them.
fn place(finding: &Finding, labels: &Labels) -> String {
    let mut place = finding.location.clone();
    match (&finding.uid, &finding.operator_id) {
        (Some(uid), Some(id)) => place = format!("{place} operator {uid} ({id})"),
        (Some(uid), None) => place = format!("{place} operator {uid}"),
        (None, Some(id)) => place = format!("{place} operator {}", labels.label_with_id(id)),
        (None, None) => {}
    }
    if let Some(state) = &finding.state {
        place = format!("{place} state {state}");
    }
    place
}

fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Error => 0,
        Severity::Unknown | Severity::Unspecified => 1,
        Severity::Warning => 2,
        Severity::Info => 3,
    }
}

fn emphasised(word: &str, severity: Severity, style: TableStyle) -> String {
    let code = match severity {
        Severity::Error => 31,
        Severity::Unknown | Severity::Unspecified => 35,
        Severity::Warning => 33,
        Severity::Info => 36,
    };
    if style.colour { format!("\u{1b}[{code}m{word}\u{1b}[0m") } else { word.to_owned() }
}

/// "Operators (3)", or "Operators: none".
pub(super) fn heading(name: &str, length: usize, out: &mut dyn Write) -> io::Result<()> {
    if length == 0 { writeln!(out, "{name}: none") } else { writeln!(out, "{name} ({length})") }
}

/// Who owns the bytes is the first question; label and id make the order definite.
pub(super) fn largest_first(operators: &[Operator]) -> Vec<&Operator> {
    let mut sorted: Vec<&Operator> = operators.iter().collect();
    sorted.sort_by_key(|operator| {
        let label = label(operator);
        (Reverse(operator.state_bytes), label, &operator.operator_id)
    });
    sorted
}

/// How many subtasks had finished, in a word.
pub(super) fn finished(operator: &Operator) -> String {
    match operator.finished {
        Some(_) => words::<OperatorFinished>(operator.finished),
        None => NOT_RECORDED.to_owned(),
    }
}

fn has_finished_subtasks(operator: &Operator) -> bool {
    match operator.finished() {
        OperatorFinished::Partially | OperatorFinished::Fully => true,
        OperatorFinished::None | OperatorFinished::Unspecified => false,
    }
}

/// "4/128": parallelism and max parallelism.
fn parallelism(operator: &Operator) -> String {
    match (operator.parallelism, operator.max_parallelism) {
        (None, None) => UNKNOWN.to_owned(),
        (parallelism, max) => {
            format!("{}/{}", text_or(parallelism, "?"), text_or(max, "?"))
        }
    }
}

fn state_names(operator: &Operator) -> String {
    let names: Vec<&str> = operator.states.iter().map(|state| state.name.as_str()).collect();
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}
