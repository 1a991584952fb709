//! `table`: facts, operators and findings for people.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::findings::{self, Evidence};
use super::grid::{Column, Grid};
use super::labels::{Labels, label};
use super::text::{NOT_RECORDED, UNKNOWN, heading, human_size, text_or, words};
use super::{TableStyle, facts, offsets, sizes, states};
use crate::report::{InspectReport, Operator, OperatorFinished};

pub(super) fn inspect(report: &InspectReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    snapshot(report, out)?;
    writeln!(out)?;
    operators(report, style, out)?;
    writeln!(out)?;
    if report.state_headers.is_some() {
        states::write(report, style, out)?;
        writeln!(out)?;
    }
    sizes::write(report, style, out)?;
    offsets::table(&report.connectors, style, out)?;
    findings::write(&report.findings, &Labels::of(&report.operators), Evidence::Left, style, out)
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
            states(operator),
        ];
        if any_finished {
            cells.insert(3, finished(operator));
        }
        grid.row(cells);
    }
    grid.write(style, out)
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

/// How many there are where they have a table of their own, else their names.
fn states(operator: &Operator) -> String {
    match (operator.states_complete, operator.states.len()) {
        (None, _) => state_names(operator),
        (Some(true), number) => number.to_string(),
        (Some(false), 0) => UNKNOWN.to_owned(),
        (Some(false), number) => format!("{number} or more"),
    }
}

fn state_names(operator: &Operator) -> String {
    let names: Vec<&str> = operator.states.iter().map(|state| state.name.as_str()).collect();
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}
