//! The answer for people at a terminal.

use std::io::{self, Write};

use super::view::{answer, label, place, reach, reaction, says_something, target, words};
use crate::render::TableStyle;
use crate::render::findings::emphasised;
use crate::render::grid::{Column, Grid};
use crate::render::text::{escaped, heading, size_or};
use crate::report::{CheckFinding, CheckReport, OperatorVerdict, Verdict};

pub(super) fn table(report: &CheckReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    summary(report, out)?;
    let worth = report.operators.iter().filter(|operator| operator.verdict() != Verdict::Compatible);
    operators(&worth.collect::<Vec<_>>(), report.operators.len(), style, out)?;
    findings(report, style, out)?;
    not_checked(report, out)
}

pub(super) fn wide(report: &CheckReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    summary(report, out)?;
    operators(&report.operators.iter().collect::<Vec<_>>(), report.operators.len(), style, out)?;
    states(report, style, out)?;
    findings(report, style, out)?;
    not_checked(report, out)
}

fn summary(report: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
    let location = report.snapshot.as_ref().map_or("?", |snapshot| snapshot.location.as_str());
    let mut verdict = words(report.verdict());
    if report.accepted {
        verdict.push_str(", accepted");
    }
    for (name, value) in [
        ("Snapshot", location.to_owned()),
        ("Job", target(report.target.as_ref())),
        ("Verdict", verdict),
        ("Coverage", reach(report)),
    ] {
        writeln!(out, "{:<10}{}", format!("{name}:"), escaped(&value))?;
    }
    writeln!(out, "\n{}", answer(report))
}

fn operators(rows: &[&OperatorVerdict], all: usize, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nOperators ({} of {all})", rows.len())?;
    let mut grid = Grid::new(vec![
        Column::Text("OPERATOR"),
        Column::Id("ID"),
        Column::Id("MAPPING"),
        Column::Number("STATE"),
        Column::Id("VERDICT"),
    ]);
    for operator in rows {
        let continued = operator.probably_continued_by.as_ref().map(|label| format!(", now {label}?"));
        grid.row(vec![
            label(operator),
            operator.operator_id.clone(),
            format!("{}{}", words(operator.mapping()), continued.unwrap_or_default()),
            size_or(operator.state_bytes, "-"),
            words(operator.verdict()),
        ]);
    }
    grid.write(style, out)
}

fn states(report: &CheckReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<_> = report
        .operators
        .iter()
        .flat_map(|operator| operator.states.iter().map(move |state| (operator, state)))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nStates ({})", rows.len())?;
    let mut grid = Grid::new(vec![
        Column::Text("OPERATOR"),
        Column::Text("STATE"),
        Column::Text("BEFORE"),
        Column::Text("AFTER"),
        Column::Id("SERIALIZERS"),
        Column::Id("VERDICT"),
    ]);
    for (operator, state) in rows {
        let compared = state.compatibility.is_some();
        grid.row(vec![
            label(operator),
            state.name.clone(),
            state.before.clone().unwrap_or_else(|| "-".to_owned()),
            state.after.clone().unwrap_or_else(|| "-".to_owned()),
            if compared { words(state.compatibility()) } else { "-".to_owned() },
            words(state.verdict()),
        ]);
    }
    grid.write(style, out)
}

fn findings(report: &CheckReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    heading("Findings", report.findings.len(), out)?;
    report.findings.iter().try_for_each(|finding| line(finding, style, out))
}

fn line(finding: &CheckFinding, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let severity = words(finding.severity()).to_uppercase();
    let severity = emphasised(&severity, finding.severity(), style);
    let place = place(finding);
    let place = if place.is_empty() { String::new() } else { format!(" {place}") };
    let mut line = format!("{}{place}: {}", finding.code, finding.message);
    if let Some(evidence) = &finding.evidence {
        line = format!("{line} ({evidence})");
    }
    if says_something(finding) {
        line = format!("{line}; {}", reaction(finding));
    }
    if let Some(action) = &finding.action {
        line = format!("{line}; {action}");
    }
    if let Some(by) = &finding.accepted_by {
        line = format!("{line} [accepted: {by}]");
    }
    writeln!(out, "{severity} {}", escaped(&line))
}

fn not_checked(report: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
    if report.not_checked.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    heading("Not checked", report.not_checked.len(), out)?;
    for gap in &report.not_checked {
        writeln!(out, "{}", escaped(&format!("{}: {}; needs {}", gap.rule, gap.what, gap.needs)))?;
    }
    Ok(())
}
