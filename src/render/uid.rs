//! The tables of `keepoint uid`.

use std::io::{self, Write};

use super::TableStyle;
use super::findings::{self, Evidence};
use super::grid::{Column, Grid};
use super::labels::Labels;
use super::text::{UNKNOWN, words, yes_no};
use crate::report::{UidAnswer, UidReport, UidSource};

/// What is known, and how.
pub(super) fn table(report: &UidReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut grid = Grid::new(vec![
        Column::Text("UID"),
        Column::Id("ID"),
        Column::Id("UID FROM"),
        Column::Id("GENERATED"),
        Column::Text("NAME"),
        Column::Text("WHERE"),
    ]);
    for answer in &report.answers {
        grid.row(vec![
            uid(answer),
            answer.operator_id.clone(),
            words::<UidSource>(answer.uid_source),
            yes_no(answer.auto_generated, UNKNOWN),
            answer.name.clone().unwrap_or_else(|| "-".to_owned()),
            answer.uid_evidence.clone().unwrap_or_else(|| "-".to_owned()),
        ]);
    }
    grid.write(style, out)?;
    if report.findings.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    findings::write(&report.findings, &Labels::default(), Evidence::Shown, style, out)
}

/// That there is none is something else than that it is not known.
fn uid(answer: &UidAnswer) -> String {
    match (&answer.uid, answer.auto_generated) {
        (Some(uid), _) => uid.clone(),
        (None, Some(true)) => "-".to_owned(),
        (None, _) => UNKNOWN.to_owned(),
    }
}
