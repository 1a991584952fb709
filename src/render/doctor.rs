//! The tables of `keepoint doctor`: what is in use, then what was tried.

use std::io::{self, Write};

use super::TableStyle;
use super::grid::{Column, Grid};
use super::text::{escaped, text_or, words};
use crate::report::{AccessOutcome, AccessRight, DoctorReport};

pub(super) fn table(report: &DoctorReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:<15}{}", "Location:", escaped(&report.location))?;
    for setting in &report.settings {
        let name = format!("{}{}:", setting.name[..1].to_uppercase(), &setting.name[1..]);
        let source = setting.source.as_ref().map(|source| format!(" ({source})")).unwrap_or_default();
        writeln!(out, "{name:<15}{}", escaped(&format!("{}{source}", setting.value)))?;
    }
    writeln!(out)?;
    let columns =
        vec![Column::Id("RIGHT"), Column::Id("OUTCOME"), Column::Number("TOOK"), Column::Text("WHAT WAS SEEN")];
    let mut grid = Grid::new(columns);
    for check in &report.checks {
        grid.row(vec![
            words::<AccessRight>(Some(check.right)),
            words::<AccessOutcome>(Some(check.outcome)),
            text_or(check.duration_ms.map(|millis| format!("{millis} ms")), "-"),
            check.message.clone(),
        ]);
    }
    grid.write(style, out)?;
    for action in report.checks.iter().filter_map(|check| check.action.as_ref()) {
        writeln!(out, "\nWhat to do: {}", escaped(action))?;
    }
    Ok(())
}

/// With the places that were tried.
pub(super) fn wide(report: &DoctorReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    table(report, style, out)?;
    writeln!(out)?;
    let mut grid = Grid::new(vec![Column::Id("RIGHT"), Column::Id("TRIED ON")]);
    for check in &report.checks {
        grid.row(vec![words::<AccessRight>(Some(check.right)), check.location.clone()]);
    }
    grid.write(style, out)
}
