//! States: as a table, and as rows of their own.

use std::io::{self, Write};

use serde::Serialize;

use super::TableStyle;
use super::grid::{Column, Grid};
use super::labels::label;
use super::table::largest_first;
use super::text::{UNKNOWN, counted, heading, words, yes_no};
use crate::report::{FieldNames, InspectReport, Operator, State, StateHeaders, StateKind, StateScope, Type, ValueName};

/// The states of all operators, and how they are known.
pub(super) fn write(report: &InspectReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let number = report.operators.iter().map(|each| each.states.len()).sum();
    heading("States", number, out)?;
    if number > 0 {
        grid(report).write(style, out)?;
    }
    match &report.state_headers {
        Some(headers) => writeln!(out, "State headers: {}", coverage(headers)),
        None => Ok(()),
    }
}

fn grid(report: &InspectReport) -> Grid {
    let mut grid = Grid::new(vec![
        Column::Text("OPERATOR"),
        Column::Text("STATE"),
        Column::Id("SCOPE"),
        Column::Id("KIND"),
        Column::Text("KEY"),
        Column::Text("NAMESPACE"),
        Column::Text("VALUE"),
        Column::Id("TTL"),
    ]);
    for operator in largest_first(&report.operators) {
        for state in &operator.states {
            grid.row(vec![
                label(operator).unwrap_or(&operator.operator_id).to_owned(),
                state.name.clone(),
                words::<StateScope>(Some(state.scope)),
                words::<StateKind>(state.kind),
                text(state.key.as_ref()).unwrap_or_else(|| "-".to_owned()),
                text(state.namespace.as_ref()).unwrap_or_else(|| "-".to_owned()),
                text(state.value.as_ref()).unwrap_or_else(|| "-".to_owned()),
                yes_no(state.ttl, UNKNOWN),
            ]);
        }
    }
    grid
}

/// The type in a line.
fn text(described: Option<&Type>) -> Option<String> {
    described.map(|described| described.text.clone())
}

/// "12 of 40 read from files, 4 in the metadata, 24 not read (as long as one that was)".
fn coverage(headers: &StateHeaders) -> String {
    let mut parts = vec![format!("{} of {} read from files", headers.read, headers.total)];
    let others = [
        (headers.inline, "in the metadata"),
        (headers.not_read, "not read (as long as one that was)"),
        (headers.failed, "failed"),
        (headers.not_tried, "not tried"),
    ];
    parts.extend(others.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")));
    let mut text = parts.join(", ");
    for (read, failed, one, many) in [
        (headers.changes_read, headers.changes_failed, "part of changelogs", "parts of changelogs"),
        (headers.timers_read, headers.timers_failed, "key group with timers", "key groups with timers"),
    ] {
        if read + failed > 0 {
            text = format!("{text}; {}", counted(read.into(), one, many));
        }
        if failed > 0 {
            text = format!("{text}, {failed} failed");
        }
    }
    text
}

/// A state with the operator that it belongs to, and types in a line.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    operator_id: &'a str,
    uid: Option<&'a str>,
    operator_name: Option<&'a str>,
    name: &'a str,
    kind: Option<&'static str>,
    scope: &'static str,
    key: Option<String>,
    namespace: Option<String>,
    value: Option<String>,
    ttl: Option<bool>,
    recovered: Option<bool>,
}

impl FieldNames for Row<'_> {
    const FIELD_NAMES: &'static [&'static str] = &[
        "operator_id",
        "uid",
        "operator_name",
        "name",
        "kind",
        "scope",
        "key",
        "namespace",
        "value",
        "ttl",
        "recovered",
    ];
}

/// A row for each state, in the order of the report.
pub(super) fn rows(report: &InspectReport) -> Vec<Row<'_>> {
    let states =
        report.operators.iter().flat_map(|operator| operator.states.iter().map(move |state| (operator, state)));
    states.map(|(operator, state)| row(operator, state)).collect()
}

fn row<'a>(operator: &'a Operator, state: &'a State) -> Row<'a> {
    Row {
        operator_id: &operator.operator_id,
        uid: operator.uid.as_deref(),
        operator_name: operator.name.as_deref(),
        name: &state.name,
        kind: state.kind.and_then(|kind| StateKind::try_from(kind).ok()).map(ValueName::value_name),
        scope: state.scope().value_name(),
        key: text(state.key.as_ref()),
        namespace: text(state.namespace.as_ref()),
        value: text(state.value.as_ref()),
        ttl: state.ttl,
        recovered: state.recovered,
    }
}
