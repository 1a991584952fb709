//! The tables of `keepoint verify`: a row for each snapshot, the files that something is wrong with, the totals, the findings.

use std::io::{self, Write};

use super::TableStyle;
use super::findings::{self, Evidence};
use super::grid::{Column, Grid};
use super::labels::Labels;
use super::text::{UNKNOWN, counted, escaped, heading, human_size, time, words, yes_no};
use crate::report::{
    FileProblem, FileProblemKind, SnapshotKind, SnapshotStatus, VerifiedSnapshot, VerifyReport, VerifyTotals,
};

/// Files that a table names; the other outputs name all.
const PROBLEMS_SHOWN: usize = 20;

pub(super) fn table(report: &VerifyReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    write(report, PROBLEMS_SHOWN, Evidence::Left, style, out)
}

pub(super) fn wide(report: &VerifyReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    write(report, usize::MAX, Evidence::Shown, style, out)
}

fn write(
    report: &VerifyReport,
    problems_shown: usize,
    evidence: Evidence,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    snapshots(&report.snapshots, style, out)?;
    writeln!(out)?;
    if !report.problems.is_empty() {
        problems(&report.problems, problems_shown, style, out)?;
        writeln!(out)?;
    }
    totals(report, out)?;
    writeln!(out)?;
    findings::write(&report.findings, &Labels::default(), evidence, style, out)
}

fn snapshots(snapshots: &[VerifiedSnapshot], style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    if snapshots.is_empty() {
        return heading("Snapshots", 0, out);
    }
    let mut grid = Grid::new(vec![
        Column::Id("RESTORABLE"),
        Column::Id("STATUS"),
        Column::Id("KIND"),
        Column::Number("FILES"),
        Column::Number("SIZE"),
        Column::Number("MISSING"),
        Column::Number("UNFIT"),
        Column::Number("NOT CHECKED"),
        Column::Id("LOCATION"),
    ]);
    for snapshot in snapshots {
        grid.row(vec![
            yes_no(snapshot.restorable, UNKNOWN),
            words::<SnapshotStatus>(Some(snapshot.status)),
            words::<SnapshotKind>(snapshot.kind),
            snapshot.files_checked.to_string(),
            human_size(snapshot.bytes_checked),
            snapshot.missing.len().to_string(),
            (snapshot.size_mismatch.len() + snapshot.unreadable_headers.len()).to_string(),
            snapshot.not_checked.len().to_string(),
            snapshot.location.clone(),
        ]);
    }
    grid.write(style, out)
}

fn problems(problems: &[FileProblem], shown: usize, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    heading("Files", problems.len(), out)?;
    let mut grid = Grid::new(vec![
        Column::Id("PROBLEM"),
        Column::Number("EXPECTED"),
        Column::Number("FOUND"),
        Column::Number("SNAPSHOTS"),
        Column::Text("REASON"),
        Column::Id("PATH"),
    ]);
    for problem in problems.iter().take(shown) {
        let expected = match (problem.expected, problem.at_least) {
            (Some(bytes), _) => bytes.to_string(),
            (None, Some(bytes)) => format!("{bytes} or more"),
            (None, None) => "-".to_owned(),
        };
        grid.row(vec![
            words::<FileProblemKind>(Some(problem.problem)),
            expected,
            problem.found.map_or_else(|| "-".to_owned(), |bytes| bytes.to_string()),
            problem.snapshots.to_string(),
            problem.reason.clone().unwrap_or_else(|| "-".to_owned()),
            problem.path.clone(),
        ]);
    }
    grid.write(style, out)?;
    let left = problems.len().saturating_sub(shown);
    if left > 0 {
        writeln!(out, "and {}; `--output wide` shows all", counted(left as u64, "other", "others"))?;
    }
    Ok(())
}

fn totals(report: &VerifyReport, out: &mut dyn Write) -> io::Result<()> {
    let totals = report.totals.unwrap_or_default();
    let mut facts = vec![("Snapshots", verdicts(&totals)), ("Files", files(&totals))];
    if let Some(bytes) = totals.bytes_read {
        facts.push(("Read", human_size(bytes)));
    }
    if let Some(headers) = totals.headers_read {
        facts.push(("Looked into", counted(headers, "state or table", "states and tables")));
    }
    if totals.unfinished > 0 {
        facts.push(("Unfinished", counted(totals.unfinished, "snapshot", "snapshots")));
    }
    let mut searched = report.roots.join(", ");
    if let Some(unread) = totals.directories_unread.filter(|unread| *unread > 0) {
        searched = format!("{searched}; {} could not be read", counted(unread, "directory", "directories"));
    }
    facts.push(("Searched", searched));
    facts.push(("As of", time(totals.as_of.as_ref())));
    for (name, value) in facts {
        writeln!(out, "{:<15}{}", format!("{name}:"), escaped(&value))?;
    }
    Ok(())
}

/// "5 (4 restorable, 1 not restorable)".
fn verdicts(totals: &VerifyTotals) -> String {
    let parts =
        [(totals.restorable, "restorable"), (totals.not_restorable, "not restorable"), (totals.unknown, "unknown")];
    let parts: Vec<String> =
        parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
    if parts.is_empty() { totals.snapshots.to_string() } else { format!("{} ({})", totals.snapshots, parts.join(", ")) }
}

/// "12, 4.0 KiB; 1 missing, 2 of other size".
fn files(totals: &VerifyTotals) -> String {
    let parts =
        [(totals.missing, "missing"), (totals.size_mismatch, "of another length"), (totals.not_checked, "not checked")];
    let parts: Vec<String> =
        parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
    let found = format!("{}, {}", totals.files, human_size(totals.bytes));
    if parts.is_empty() { found } else { format!("{found}; {}", parts.join(", ")) }
}
