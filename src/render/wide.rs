//! `wide`: as the table, with every size of an operator, its states, the files, and the evidence of findings.

use std::io::{self, Write};

use super::findings::{self, Evidence};
use super::grid::{Column, Grid};
use super::labels::Labels;
use super::table::{finished, largest_first, snapshot};
use super::text::{NOT_RECORDED, UNKNOWN, heading, human_size, size_or, text_or, words, yes_no};
use super::{TableStyle, offsets, sizes, states};
use crate::report::{FileRole, FileScope, InspectReport, Operator, UidSource};

pub(super) fn inspect(report: &InspectReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    snapshot(report, out)?;
    writeln!(out)?;
    operators(report, style, out)?;
    writeln!(out)?;
    states::write(report, style, out)?;
    writeln!(out)?;
    sizes::write(report, style, out)?;
    files(report, style, out)?;
    writeln!(out)?;
    offsets::table(&report.connectors, style, out)?;
    findings::write(&report.findings, &Labels::of(&report.operators), Evidence::Shown, style, out)
}

fn operators(report: &InspectReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    heading("Operators", report.operators.len(), out)?;
    if report.operators.is_empty() {
        return Ok(());
    }
    let mut grid = Grid::new(vec![
        Column::Text("UID"),
        Column::Text("NAME"),
        Column::Id("ID"),
        Column::Id("UID FROM"),
        Column::Id("GENERATED"),
        Column::Number("PARALLELISM"),
        Column::Number("MAX"),
        Column::Number("WITH STATE"),
        Column::Id("FINISHED"),
        Column::Number("STATE SIZE"),
        Column::Number("NEWLY WRITTEN"),
        Column::Number("MANAGED KEYED"),
        Column::Number("RAW KEYED"),
        Column::Number("MANAGED OPERATOR"),
        Column::Number("RAW OPERATOR"),
        Column::Number("CHANNEL"),
        Column::Number("COORDINATOR"),
    ]);
    for operator in largest_first(&report.operators) {
        grid.row(vec![
            operator.uid.clone().unwrap_or_else(|| "-".to_owned()),
            operator.name.clone().unwrap_or_else(|| "-".to_owned()),
            operator.operator_id.clone(),
            words::<UidSource>(operator.uid_source),
            yes_no(operator.auto_generated, UNKNOWN),
            text_or(operator.parallelism, UNKNOWN),
            text_or(operator.max_parallelism, UNKNOWN),
            operator.subtasks_with_state.to_string(),
            finished_count(operator),
            human_size(operator.state_bytes),
            size_or(operator.checkpointed_bytes, UNKNOWN),
            human_size(operator.managed_keyed_bytes),
            human_size(operator.raw_keyed_bytes),
            human_size(operator.managed_operator_bytes),
            human_size(operator.raw_operator_bytes),
            size_or(operator.channel_bytes, NOT_RECORDED),
            size_or(operator.coordinator_bytes, NOT_RECORDED),
        ]);
    }
    grid.write(style, out)
}

/// "partially, 2" where the number of finished subtasks adds something.
fn finished_count(operator: &Operator) -> String {
    match operator.subtasks_finished {
        Some(1..) => format!("{}, {}", finished(operator), text_or(operator.subtasks_finished, UNKNOWN)),
        Some(0) | None => finished(operator),
    }
}

fn files(report: &InspectReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    heading("Files", report.files.len(), out)?;
    if report.files.is_empty() {
        return Ok(());
    }
    let labels = Labels::of(&report.operators);
    let mut grid = Grid::new(vec![
        Column::Id("PATH"),
        Column::Number("SIZE"),
        Column::Number("AT LEAST"),
        Column::Id("SCOPE"),
        Column::Id("ROLE"),
        Column::Number("REFERENCES"),
        Column::Number("SEGMENTS"),
        Column::Text("HANDLES"),
        Column::Text("OPERATORS"),
    ]);
    for file in &report.files {
        let operators = file.operator_ids.iter().map(|id| labels.label_or_id(id));
        grid.row(vec![
            file.path.clone(),
            size_or(file.bytes, UNKNOWN),
            size_or(file.min_length, "-"),
            words::<FileScope>(Some(file.scope)),
            words::<FileRole>(Some(file.role)),
            file.references.to_string(),
            text_or(file.segments, "-"),
            file.handle_kinds.join(", "),
            operators.collect::<Vec<_>>().join(", "),
        ]);
    }
    grid.write(style, out)
}
