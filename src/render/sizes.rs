//! Where the bytes are.

use std::io::{self, Write};

use serde::Serialize;

use super::TableStyle;
use super::grid::{Column, Grid};
use super::labels::Labels;
use super::text::{UNKNOWN, counted, heading, human_size, size_or, text_or};
use crate::report::{FieldNames, InspectReport, OperatorSizes, Sizes};

/// The sizes, with an empty line behind; nothing where they were not asked for.
pub(super) fn write(report: &InspectReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let Some(sizes) = &report.sizes else { return Ok(()) };
    let labels = Labels::of(&report.operators);
    if !sizes.operators.is_empty() {
        spread(sizes, &labels, style, out)?;
        writeln!(out)?;
    }
    let number = sizes.operators.iter().map(|operator| operator.states.len()).sum();
    if number > 0 {
        heading("State sizes", number, out)?;
        states(sizes, &labels).write(style, out)?;
        writeln!(out)?;
    }
    if let Some(others) = sizes.compared_with {
        let files = counted(sizes.freed_files.unwrap_or(0).into(), "file", "files");
        let freed = match (sizes.freed_files, sizes.freed_bytes) {
            (Some(_), bytes) => format!("{} in {files}", size_or(bytes, UNKNOWN)),
            (None, _) => UNKNOWN.to_owned(),
        };
        writeln!(out, "Needed by no other of {}: {freed}\n", counted(others.into(), "snapshot", "snapshots"))?;
    }
    Ok(())
}

fn spread(sizes: &Sizes, labels: &Labels<'_>, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    heading("Spread", sizes.operators.len(), out)?;
    let mut grid = Grid::new(vec![
        Column::Text("OPERATOR"),
        Column::Number("SUBTASKS"),
        Column::Number("LEAST"),
        Column::Number("MEDIAN"),
        Column::Number("MOST"),
        Column::Number("SUBTASK"),
        Column::Number("LARGEST KEY GROUP"),
        Column::Number("KEY GROUP"),
    ]);
    for operator in &sizes.operators {
        grid.row(row(operator, labels));
    }
    grid.write(style, out)
}

fn row(operator: &OperatorSizes, labels: &Labels<'_>) -> Vec<String> {
    let mut subtasks: Vec<(u64, u32)> =
        operator.subtasks.iter().map(|subtask| (subtask.state_bytes, subtask.subtask)).collect();
    subtasks.sort_unstable();
    let size = |subtask: Option<&(u64, u32)>| size_or(subtask.map(|(bytes, _)| *bytes), "-");
    let key_group = operator.key_groups.iter().max_by_key(|key_group| key_group.bytes);
    vec![
        labels.label_or_id(&operator.operator_id).to_owned(),
        subtasks.len().to_string(),
        size(subtasks.first()),
        size(subtasks.get(subtasks.len() / 2)),
        size(subtasks.last()),
        text_or(subtasks.last().map(|(_, index)| index), "-"),
        size_or(key_group.map(|key_group| key_group.bytes), UNKNOWN),
        text_or(key_group.map(|key_group| key_group.key_group), "-"),
    ]
}

fn states(sizes: &Sizes, labels: &Labels<'_>) -> Grid {
    let mut grid = Grid::new(vec![
        Column::Text("OPERATOR"),
        Column::Text("STATE"),
        Column::Number("SIZE"),
        Column::Number("TABLES"),
        Column::Number("ENTRIES"),
        Column::Number("DELETIONS"),
        Column::Number("KEYS"),
        Column::Number("VALUES"),
    ]);
    for operator in &sizes.operators {
        for state in &operator.states {
            grid.row(vec![
                labels.label_or_id(&operator.operator_id).to_owned(),
                state.name.clone(),
                human_size(state.bytes),
                state.tables.to_string(),
                text_or(state.entries, UNKNOWN),
                text_or(state.deletions, UNKNOWN),
                size_or(state.raw_key_bytes, UNKNOWN),
                size_or(state.raw_value_bytes, UNKNOWN),
            ]);
        }
    }
    grid
}

/// The size of one thing: what a row of CSV holds.
#[derive(Default, Serialize)]
pub(super) struct SizeRow<'a> {
    operator_id: &'a str,
    uid: Option<&'a str>,
    operator_name: Option<&'a str>,
    state: Option<&'a str>,
    subtask: Option<u32>,
    key_group: Option<u32>,
    bytes: u64,
    tables: Option<u32>,
    entries: Option<u64>,
    deletions: Option<u64>,
    raw_key_bytes: Option<u64>,
    raw_value_bytes: Option<u64>,
}

impl FieldNames for SizeRow<'_> {
    const FIELD_NAMES: &'static [&'static str] = &[
        "operator_id",
        "uid",
        "operator_name",
        "state",
        "subtask",
        "key_group",
        "bytes",
        "tables",
        "entries",
        "deletions",
        "raw_key_bytes",
        "raw_value_bytes",
    ];
}

/// A row for each state in tables, each subtask and each key group whose size is known.
pub(super) fn rows(report: &InspectReport) -> Vec<SizeRow<'_>> {
    let mut rows = Vec::new();
    for sizes in report.sizes.iter().flat_map(|sizes| &sizes.operators) {
        let operator = report.operators.iter().find(|operator| operator.operator_id == sizes.operator_id);
        let row = || SizeRow {
            operator_id: &sizes.operator_id,
            uid: operator.and_then(|operator| operator.uid.as_deref()),
            operator_name: operator.and_then(|operator| operator.name.as_deref()),
            ..SizeRow::default()
        };
        rows.extend(sizes.states.iter().map(|state| SizeRow {
            state: Some(&state.name),
            bytes: state.bytes,
            tables: Some(state.tables),
            entries: state.entries,
            deletions: state.deletions,
            raw_key_bytes: state.raw_key_bytes,
            raw_value_bytes: state.raw_value_bytes,
            ..row()
        }));
        rows.extend(sizes.subtasks.iter().map(|subtask| SizeRow {
            subtask: Some(subtask.subtask),
            bytes: subtask.state_bytes,
            ..row()
        }));
        rows.extend(sizes.key_groups.iter().map(|key_group| SizeRow {
            key_group: Some(key_group.key_group),
            bytes: key_group.bytes,
            ..row()
        }));
    }
    rows
}
