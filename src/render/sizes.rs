//! Where the bytes are.

use std::io::{self, Write};

use super::TableStyle;
use super::grid::{Column, Grid};
use super::labels::Labels;
use super::text::{UNKNOWN, counted, heading, human_size, size_or, text_or};
use crate::report::{InspectReport, OperatorSizes, Sizes};

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
