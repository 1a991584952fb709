//! The tables of a plan: each job with its snapshots, what goes by class, what was not taken, the conditions, the findings.

use std::io::{self, Write};

use super::facts::facts;
use super::view::{Group, class_name, classes, groups, not_taken};
use crate::render::TableStyle;
use crate::render::findings::{self, Evidence};
use crate::render::grid::{Column, Grid};
use crate::render::labels::Labels;
use crate::render::text::{UNKNOWN, escaped, heading, human_size, name, text_or, time_to_the_second, words, yes_no};
use crate::report::{GcDecision, GcPlanReport, GcSnapshot, SnapshotKind, SnapshotStatus};

/// A column and what stands in it.
type SnapshotColumn = (Column, fn(&GcSnapshot) -> String);

pub(super) fn table(report: &GcPlanReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let columns: [SnapshotColumn; 7] = [
        (Column::Id("DECISION"), decision),
        (Column::Id("NAME"), |snapshot| name(&snapshot.location).to_owned()),
        (Column::Id("KIND"), |snapshot| words::<SnapshotKind>(snapshot.kind)),
        (Column::Id("STATUS"), |snapshot| words::<SnapshotStatus>(Some(snapshot.status))),
        (Column::Id("COMPLETED"), |snapshot| time_to_the_second(snapshot.completed_at.as_ref())),
        (Column::Number("FREES"), frees),
        (Column::Text("WHY"), why),
    ];
    let groups = groups(report);
    snapshots(&groups, &columns, style, out)?;
    residue(&groups, style, out)?;
    what_goes(report, style, out)?;
    causes(report, style, out)?;
    rest(report, Evidence::Left, style, out)
}

pub(super) fn wide(report: &GcPlanReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let columns: [SnapshotColumn; 13] = [
        (Column::Id("DECISION"), decision),
        (Column::Id("LOCATION"), |snapshot| snapshot.location.clone()),
        (Column::Number("ID"), |snapshot| text_or(snapshot.checkpoint_id, UNKNOWN)),
        (Column::Id("KIND"), |snapshot| words::<SnapshotKind>(snapshot.kind)),
        (Column::Id("STATUS"), |snapshot| words::<SnapshotStatus>(Some(snapshot.status))),
        (Column::Id("RESTORABLE"), |snapshot| yes_no(snapshot.restorable, UNKNOWN)),
        (Column::Id("COMPLETED"), |snapshot| time_to_the_second(snapshot.completed_at.as_ref())),
        (Column::Number("NAMES"), |snapshot| snapshot.files.to_string()),
        (
            Column::Number("FILES FREED"),
            |snapshot| if goes(snapshot) { snapshot.files_freed.to_string() } else { dash() },
        ),
        (Column::Number("FREES"), frees),
        (Column::Number("METADATA"), |snapshot| text_or(snapshot.metadata_version, UNKNOWN)),
        (Column::Number("METADATA SIZE"), |snapshot| human_size(snapshot.metadata_bytes)),
        (Column::Text("WHY"), why),
    ];
    let groups = groups(report);
    snapshots(&groups, &columns, style, out)?;
    residue(&groups, style, out)?;
    shares(&groups, style, out)?;
    what_goes(report, style, out)?;
    causes(report, style, out)?;
    causes_by_lineage(&groups, style, out)?;
    rest(report, Evidence::Shown, style, out)
}

fn snapshots(
    groups: &[Group<'_>],
    columns: &[SnapshotColumn],
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut grid = Grid::new(columns.iter().map(|(column, _)| *column).collect());
    let groups = groups.iter().filter(|group| !group.snapshots.is_empty());
    let mut is_empty = true;
    for group in groups {
        is_empty = false;
        grid.block(&title(group));
        for snapshot in &group.snapshots {
            grid.row(columns.iter().map(|(_, cell)| cell(snapshot)).collect());
        }
    }
    if is_empty {
        heading("Snapshots", 0, out)?;
    } else {
        grid.write(style, out)?;
    }
    writeln!(out)
}

fn title(group: &Group<'_>) -> String {
    let what = if group.holds_savepoints { "Savepoints in " } else { "" };
    format!("{what}{}: {}", group.place, group.summary())
}

/// What goes where no snapshot is left.
fn residue(groups: &[Group<'_>], style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let alone = |group: &&Group<'_>| group.snapshots.is_empty() && !group.classes.is_empty();
    let alone: Vec<_> = groups.iter().filter(alone).collect();
    if alone.is_empty() {
        return Ok(());
    }
    heading("Without a snapshot", alone.len(), out)?;
    let mut grid =
        Grid::new(vec![Column::Number("FILES"), Column::Number("SIZE"), Column::Text("CLASSES"), Column::Id("PLACE")]);
    for group in alone {
        let classes: Vec<String> = group.classes.keys().map(|class| class_name(*class)).collect();
        let [files, size] = group.freed.cells();
        grid.row(vec![files, size, classes.join(", "), group.place.to_owned()]);
    }
    grid.write(style, out)?;
    writeln!(out)
}

/// What goes, by job and class.
fn shares(groups: &[Group<'_>], style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let shares =
        groups.iter().flat_map(|group| group.classes.iter().map(move |(class, amount)| (group, class, amount)));
    let shares: Vec<_> = shares.collect();
    if shares.is_empty() {
        return Ok(());
    }
    heading("What goes, by job", shares.len(), out)?;
    let mut grid =
        Grid::new(vec![Column::Id("CLASS"), Column::Number("FILES"), Column::Number("SIZE"), Column::Id("PLACE")]);
    for (group, class, amount) in shares {
        let [files, size] = amount.cells();
        grid.row(vec![class_name(*class), files, size, group.place.to_owned()]);
    }
    grid.write(style, out)?;
    writeln!(out)
}

/// What goes, by class.
fn what_goes(report: &GcPlanReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let classes = classes(report);
    if classes.is_empty() {
        writeln!(out, "What goes: nothing")?;
        return writeln!(out);
    }
    heading("What goes", classes.len(), out)?;
    let mut grid = Grid::new(vec![Column::Id("CLASS"), Column::Number("FILES"), Column::Number("SIZE")]);
    for (class, amount) in classes {
        let [files, size] = amount.cells();
        grid.row(vec![class_name(class), files, size]);
    }
    let totals = report.totals.as_ref();
    let all = totals.map(|totals| (totals.files_deleted.to_string(), human_size(totals.bytes_deleted)));
    let (files, size) = all.unwrap_or_else(|| (UNKNOWN.to_owned(), UNKNOWN.to_owned()));
    grid.row(vec!["all".to_owned(), files, size]);
    grid.write(style, out)?;
    writeln!(out)
}

/// What stays although nobody may need it, and why.
fn causes(report: &GcPlanReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let causes = not_taken(&report.not_taken);
    heading("Not taken", causes.len(), out)?;
    if !causes.is_empty() {
        let mut grid = Grid::new(vec![Column::Number("FILES"), Column::Number("SIZE"), Column::Text("WHY")]);
        for (reason, amount) in causes {
            grid.row(vec![amount.files.to_string(), human_size(amount.bytes), reason.to_owned()]);
        }
        grid.write(style, out)?;
    }
    writeln!(out)
}

fn causes_by_lineage(groups: &[Group<'_>], style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let causes: Vec<_> =
        groups.iter().flat_map(|group| group.not_taken.iter().map(move |cause| (group, cause))).collect();
    if causes.is_empty() {
        return Ok(());
    }
    heading("Not taken, by job", causes.len(), out)?;
    let mut grid =
        Grid::new(vec![Column::Number("FILES"), Column::Number("SIZE"), Column::Text("WHY"), Column::Id("PLACE")]);
    for (group, cause) in causes {
        let place = cause.lineage.as_deref().unwrap_or(group.place).to_owned();
        grid.row(vec![cause.files.to_string(), human_size(cause.bytes), cause.reason.clone(), place]);
    }
    grid.write(style, out)?;
    writeln!(out)
}

fn rest(report: &GcPlanReport, evidence: Evidence, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    for (name, lines) in facts(report) {
        let mut label = format!("{name}:");
        for line in lines {
            writeln!(out, "{label:<15}{}", escaped(&line))?;
            label.clear();
        }
    }
    writeln!(out)?;
    let labels = Labels::default();
    findings::write_below("Blockers", &report.blockers, &labels, evidence, style, out)?;
    writeln!(out)?;
    findings::write(&report.findings, &labels, evidence, style, out)
}

pub(super) fn decision(snapshot: &GcSnapshot) -> String {
    words::<GcDecision>(Some(snapshot.decision))
}

/// What it frees; nothing unless it goes.
pub(super) fn frees(snapshot: &GcSnapshot) -> String {
    if goes(snapshot) { human_size(snapshot.bytes_freed) } else { dash() }
}

pub(super) fn why(snapshot: &GcSnapshot) -> String {
    if snapshot.reasons.is_empty() { UNKNOWN.to_owned() } else { snapshot.reasons.join("; ") }
}

fn goes(snapshot: &GcSnapshot) -> bool {
    snapshot.decision() == GcDecision::Delete
}

fn dash() -> String {
    "-".to_owned()
}
