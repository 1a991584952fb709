//! What a run did: the facts, what was left, what forbade deletion.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::GcOutcomeSection;
use super::facts;
use super::view::{Amount, not_taken};
use crate::render::TableStyle;
use crate::render::csv;
use crate::render::findings::{self, Evidence};
use crate::render::grid::{Column, Grid};
use crate::render::jsonl::{record, records};
use crate::render::labels::Labels;
use crate::render::text::{counted, escaped, heading, human_duration, human_size, time};
use crate::report::{GcEnd, GcOutcomeReport, millis_of_timestamp};

/// Objects that a table names; the other outputs name all.
const FAILED_SHOWN: usize = 20;

pub(super) fn table(report: &GcOutcomeReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    write(report, FAILED_SHOWN, Evidence::Left, style, out)
}

/// With the plan in front, where the run made it, and every snapshot that went.
pub(super) fn wide(report: &GcOutcomeReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    if let Some(plan) = &report.plan {
        super::table::wide(plan, style, out)?;
        writeln!(out)?;
    }
    heading("Snapshots deleted", report.snapshots_deleted.len(), out)?;
    for location in &report.snapshots_deleted {
        writeln!(out, "{}", escaped(location))?;
    }
    writeln!(out)?;
    write(report, usize::MAX, Evidence::Shown, style, out)
}

fn write(
    report: &GcOutcomeReport,
    failed_shown: usize,
    evidence: Evidence,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (name, value) in facts(report) {
        writeln!(out, "{:<15}{}", format!("{name}:"), escaped(&value))?;
    }
    writeln!(out)?;
    if !report.failed.is_empty() {
        failed(report, failed_shown, style, out)?;
        writeln!(out)?;
    }
    let skipped = not_taken(&report.skipped);
    heading("Left alone", skipped.len(), out)?;
    if !skipped.is_empty() {
        let mut grid = Grid::new(vec![Column::Number("FILES"), Column::Number("SIZE"), Column::Text("WHY")]);
        for (reason, amount) in skipped {
            grid.row(vec![amount.files.to_string(), human_size(amount.bytes), reason.to_owned()]);
        }
        grid.write(style, out)?;
    }
    writeln!(out)?;
    let labels = Labels::default();
    findings::write_below("Blockers", &report.blockers, &labels, evidence, style, out)?;
    writeln!(out)?;
    findings::write(&report.findings, &labels, evidence, style, out)
}

fn failed(report: &GcOutcomeReport, shown: usize, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    heading("Not deleted", report.failed.len(), out)?;
    let mut grid = Grid::new(vec![Column::Text("REASON"), Column::Id("PATH")]);
    for failed in report.failed.iter().take(shown) {
        grid.row(vec![failed.reason.clone(), failed.path.clone()]);
    }
    grid.write(style, out)?;
    let left = report.failed.len().saturating_sub(shown);
    if left > 0 {
        writeln!(out, "and {}; `--output wide` shows all", counted(left as u64, "other", "others"))?;
    }
    Ok(())
}

fn facts(report: &GcOutcomeReport) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Outcome", end(report.end()).to_owned())];
    facts.push(("Snapshots", format!("{} deleted", report.snapshots_deleted.len())));
    let deleted = Amount { files: report.files_deleted, bytes: report.bytes_deleted };
    let absent = match report.files_absent {
        0 => String::new(),
        absent => format!("; {absent} of them had gone before"),
    };
    facts.push(("Deleted", format!("{}{absent}", deleted.words())));
    if report.directories_removed > 0 {
        facts.push(("Directories", format!("{} removed, which were empty", report.directories_removed)));
    }
    if let Some(planned) = report.plan.as_ref().and_then(|plan| plan.totals.as_ref()) {
        facts.push(("Planned", facts::freed(planned)));
    }
    facts.push(("Run", report.run_id.clone()));
    facts.push(("Plan", report.plan_id.clone()));
    facts.push(("Began", time(report.started_at.as_ref())));
    facts.push(("Ended", ended(report)));
    let places = [("Audit log", &report.audit_log), ("Undo with", &report.bundle)];
    facts.extend(places.into_iter().filter_map(|(name, place)| Some((name, place.clone()?))));
    facts
}

fn ended(report: &GcOutcomeReport) -> String {
    let text = time(report.ended_at.as_ref());
    match took_millis(report) {
        Some(millis) => format!("{text}, after {}", human_duration(millis)),
        None => text,
    }
}

/// How long the run took.
fn took_millis(report: &GcOutcomeReport) -> Option<u64> {
    let (began, ended) = (report.started_at.as_ref()?, report.ended_at.as_ref()?);
    u64::try_from(millis_of_timestamp(ended).saturating_sub(millis_of_timestamp(began))).ok()
}

fn end(end: GcEnd) -> &'static str {
    match end {
        GcEnd::Done => "done: everything that could be proven dead is gone",
        GcEnd::NothingToDo => "nothing was to do",
        GcEnd::Refused => "refused before the first deletion: nothing was deleted",
        GcEnd::InPart => "in part: apply the same plan again to go on",
        GcEnd::Interrupted => "interrupted: apply the same plan again to go on",
        GcEnd::Unspecified => "unknown",
    }
}

/// The run comes last: who waits for it learns whether the lines are whole.
pub(super) fn jsonl(report: &GcOutcomeReport, out: &mut dyn Write) -> io::Result<()> {
    let stamp = json!({"schema": report.schema, "tool_version": report.tool_version});
    record("report", &stamp, out)?;
    records("plan", &report.plan, out)?;
    for location in &report.snapshots_deleted {
        record("snapshot_deleted", &json!({"location": location}), out)?;
    }
    records("skipped", &report.skipped, out)?;
    records("failed", &report.failed, out)?;
    records("blocker", &report.blockers, out)?;
    records("finding", &report.findings, out)?;
    record("run", &without(&LISTS, GcOutcomeReport { plan: None, ..report.clone() })?, out)
}

/// What has lines of its own, or stands in the first one.
const LISTS: [&str; 7] = ["schema", "tool_version", "snapshots_deleted", "skipped", "failed", "blockers", "findings"];

/// A record without the fields that are written otherwise.
pub(super) fn without(fields: &[&str], report: impl Serialize) -> io::Result<Value> {
    let mut value = serde_json::to_value(report)?;
    if let Some(object) = value.as_object_mut() {
        object.retain(|name, _| !fields.contains(&name.as_str()));
    }
    Ok(value)
}

pub(super) fn csv(report: &GcOutcomeReport, section: GcOutcomeSection, out: &mut dyn Write) -> io::Result<()> {
    match section {
        GcOutcomeSection::Run => csv::rows([&GcOutcomeReport { plan: None, ..report.clone() }], out),
        GcOutcomeSection::Skipped => csv::rows(&report.skipped, out),
        GcOutcomeSection::Failed => csv::rows(&report.failed, out),
        GcOutcomeSection::Blockers => csv::rows(&report.blockers, out),
        GcOutcomeSection::Findings => csv::rows(&report.findings, out),
    }
}
