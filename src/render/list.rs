//! The tables of `keepoint list`: a line that sums up each job with its snapshots below, the totals, the findings.

use std::collections::HashMap;
use std::io::{self, Write};

use prost_types::Timestamp;

use super::facts::{features, kind};
use super::findings::{self, Evidence};
use super::grid::{Column, Grid};
use super::labels::Labels;
use super::text::{
    UNKNOWN, counted, escaped, human_age, human_duration, human_size, name, size_or, text_or, time, time_to_the_second,
    words,
};
use super::{GroupBy, TableStyle};
use crate::report::{
    JobSummary, ListReport, ListTotals, Snapshot, SnapshotOrigin, SnapshotStatus, StatusCounts, millis_of_timestamp,
};

/// Says of a time that it is that of a file.
const ESTIMATED: &str = "~";

/// What to say of an age where the clock of the store is ahead of the one here.
const IN_THE_FUTURE: &str = "in the future";

/// A column and what stands in it.
type ListColumn = (Column, fn(&Row<'_>) -> String);

/// A snapshot, and the time that its age is measured from.
struct Row<'a> {
    snapshot: &'a Snapshot,
    as_of: Option<Timestamp>,
}

pub(super) fn table(report: &ListReport, group_by: GroupBy, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut columns: Vec<ListColumn> = vec![
        (Column::Id("NAME"), |row| name(&row.snapshot.location).to_owned()),
        (Column::Text("KIND"), |row| kind(row.snapshot)),
        (Column::Id("STATUS"), |row| words::<SnapshotStatus>(Some(row.snapshot.status))),
        (Column::Id("COMPLETED"), completed),
        (Column::Number("AGE"), age),
        (Column::Number("STATE SIZE"), state_size),
        (Column::Number("NEWLY WRITTEN"), |row| size_or(row.snapshot.checkpointed_bytes, row.otherwise())),
        (Column::Text("FLAGS"), flags),
        (Column::Number("OPERATORS"), |row| text_or(row.snapshot.operator_count, row.otherwise())),
    ];
    if group_by == GroupBy::None {
        columns.insert(0, (Column::Id("JOB"), job));
    }
    write(report, group_by, &columns, Evidence::Left, style, out)
}

pub(super) fn wide(report: &ListReport, group_by: GroupBy, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut columns: Vec<ListColumn> = vec![
        (Column::Id("LOCATION"), |row| row.snapshot.location.clone()),
        (Column::Number("ID"), |row| text_or(row.snapshot.checkpoint_id, row.otherwise())),
        (Column::Id("KIND"), |row| kind(row.snapshot)),
        (Column::Id("STATUS"), |row| words::<SnapshotStatus>(Some(row.snapshot.status))),
        (Column::Id("ORIGIN"), |row| words::<SnapshotOrigin>(Some(row.snapshot.origin))),
        (Column::Id("TRIGGERED"), |row| {
            row.snapshot.triggered_at.map_or_else(|| UNKNOWN.to_owned(), |time| marked(row.snapshot, &time))
        }),
        (Column::Id("COMPLETED"), completed),
        (Column::Number("AGE"), age),
        (Column::Number("DURATION"), |row| {
            row.snapshot.duration_ms.map_or_else(|| row.otherwise().to_owned(), human_duration)
        }),
        (Column::Number("STATE SIZE"), state_size),
        (Column::Number("NEWLY WRITTEN"), |row| size_or(row.snapshot.checkpointed_bytes, row.otherwise())),
        (Column::Number("EXCLUSIVE"), |row| size_or(row.snapshot.exclusive_bytes, row.otherwise())),
        (Column::Number("SHARED"), |row| size_or(row.snapshot.shared_bytes, row.otherwise())),
        (Column::Number("TASK OWNED"), |row| size_or(row.snapshot.task_owned_bytes, row.otherwise())),
        (Column::Number("INLINE"), |row| size_or(row.snapshot.inline_bytes, row.otherwise())),
        (Column::Text("FLAGS"), flags),
        (Column::Number("OPERATORS"), |row| text_or(row.snapshot.operator_count, row.otherwise())),
        (Column::Number("METADATA"), |row| text_or(row.snapshot.metadata_version, row.otherwise())),
        (Column::Number("METADATA SIZE"), |row| size_or(row.snapshot.metadata_bytes, row.otherwise())),
        (Column::Text("DESCRIPTION"), |row| row.snapshot.description.clone().unwrap_or_else(|| "-".to_owned())),
    ];
    if group_by == GroupBy::None {
        columns.insert(1, (Column::Id("JOB"), job));
    }
    write(report, group_by, &columns, Evidence::Shown, style, out)
}

fn write(
    report: &ListReport,
    group_by: GroupBy,
    columns: &[ListColumn],
    evidence: Evidence,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    let as_of = report.totals.as_ref().and_then(|totals| totals.as_of);
    let mut grid = Grid::new(columns.iter().map(|(column, _)| *column).collect());
    for (job, snapshots) in groups(report, group_by) {
        if group_by == GroupBy::Job {
            grid.block(&headline(job, &report.jobs, as_of.as_ref()));
        }
        for snapshot in snapshots {
            let row = Row { snapshot, as_of };
            grid.row(columns.iter().map(|(_, cell)| cell(&row)).collect());
        }
    }
    if !report.snapshots.is_empty() {
        grid.write(style, out)?;
        if report.snapshots.iter().any(is_estimated) {
            writeln!(out, "{ESTIMATED} estimated: the time at which the file was written")?;
        }
        writeln!(out)?;
    }
    totals(report, out)?;
    writeln!(out)?;
    findings::write(&report.findings, &Labels::default(), evidence, style, out)
}

/// The jobs in their order, each with its snapshots; what belongs to no job of the report comes last.
fn groups(report: &ListReport, group_by: GroupBy) -> Vec<(Option<&JobSummary>, Vec<&Snapshot>)> {
    if group_by == GroupBy::None {
        return vec![(None, report.snapshots.iter().collect())];
    }
    let mut groups: Vec<_> = report.jobs.iter().map(|job| (Some(job), Vec::new())).collect();
    let places = report.jobs.iter().map(|job| (job.location.as_str(), job.job_id.as_deref()));
    let positions: HashMap<_, _> = places.zip(0..).collect::<HashMap<_, usize>>();
    let mut others = Vec::new();
    for snapshot in &report.snapshots {
        let place = (snapshot.job_location.as_deref().unwrap_or_default(), snapshot.job_id.as_deref());
        match positions.get(&place) {
            Some(position) => groups[*position].1.push(snapshot),
            None => others.push(snapshot),
        }
    }
    groups.push((None, others));
    groups.retain(|(_, snapshots)| !snapshots.is_empty());
    groups
}

/// "Job 6e1f…: newest completed checkpoint chk-42, 3 min ago, 1.2 GiB; 5 checkpoints, 2 savepoints".
fn headline(job: Option<&JobSummary>, jobs: &[JobSummary], as_of: Option<&Timestamp>) -> String {
    let Some(job) = job else {
        return "Job unknown".to_owned();
    };
    let mut facts = vec![newest(job, as_of), kinds(job)];
    if job.listed < job.snapshots {
        facts.push(format!("{} of {} listed", job.listed, job.snapshots));
    }
    if let Some(retained) = job.retained {
        let by_default = if job.retained_is_default == Some(true) { " by default" } else { "" };
        facts.push(format!("Flink retains {}{by_default}", counted(retained.into(), "checkpoint", "checkpoints")));
    }
    format!("{}: {}", who(job, jobs), facts.join("; "))
}

fn who(job: &JobSummary, jobs: &[JobSummary]) -> String {
    let Some(id) = &job.job_id else {
        let what = if job.checkpoints == 0 && job.savepoints > 0 { "Savepoints" } else { "Job unknown" };
        return format!("{what} in {}", job.location);
    };
    let mut text = format!("Job {id}");
    if let Some(name) = &job.job_name {
        text = format!("{text} ({name})");
    }
    // All jobs in application mode with high availability have the same id.
    let has_namesake = jobs.iter().filter(|other| other.job_id.as_ref() == Some(id)).count() > 1;
    if has_namesake { format!("{text} in {}", job.location) } else { text }
}

/// The newest completed checkpoint; the newest completed savepoint where there are only savepoints.
fn newest(job: &JobSummary, as_of: Option<&Timestamp>) -> String {
    let only_savepoints = job.checkpoints == 0 && job.savepoints > 0;
    let (what, location, at) = if only_savepoints {
        ("savepoint", &job.newest_completed_savepoint, &job.newest_completed_savepoint_at)
    } else {
        ("checkpoint", &job.newest_completed_checkpoint, &job.newest_completed_at)
    };
    let Some(location) = location else {
        return format!("no completed {what}");
    };
    let mut facts = vec![format!("newest completed {what} {}", name(location)), ago(at.as_ref(), as_of)];
    if !only_savepoints {
        facts.push(size_or(job.newest_completed_state_bytes, "size unknown"));
    }
    facts.join(", ")
}

fn ago(at: Option<&Timestamp>, as_of: Option<&Timestamp>) -> String {
    match age_of(at, as_of) {
        Some(Ok(age)) => format!("{} ago", human_age(age)),
        Some(Err(())) => IN_THE_FUTURE.to_owned(),
        None => "time unknown".to_owned(),
    }
}

/// The milliseconds between two times; an error where the first is after the second.
fn age_of(at: Option<&Timestamp>, as_of: Option<&Timestamp>) -> Option<Result<u64, ()>> {
    let millis = millis_of_timestamp(as_of?).saturating_sub(millis_of_timestamp(at?));
    Some(u64::try_from(millis).map_err(|_| ()))
}

fn kinds(job: &JobSummary) -> String {
    let others = job.snapshots.saturating_sub(job.checkpoints).saturating_sub(job.savepoints);
    let kinds = [
        (job.checkpoints, "checkpoint", "checkpoints"),
        (job.savepoints, "savepoint", "savepoints"),
        (others, "snapshot of unknown kind", "snapshots of unknown kind"),
    ];
    let kinds = kinds.into_iter().filter(|(number, ..)| *number > 0);
    kinds.map(|(number, one, more)| counted(number, one, more)).collect::<Vec<_>>().join(", ")
}

fn totals(report: &ListReport, out: &mut dyn Write) -> io::Result<()> {
    let unknown = ListTotals::default();
    let totals = report.totals.as_ref().unwrap_or(&unknown);
    let mut facts = Vec::new();
    if report.snapshots.is_empty() {
        facts.push(("Snapshots", "none".to_owned()));
    } else {
        let counts = totals.by_status.as_ref().map_or_else(String::new, statuses);
        facts.push(("Snapshots", format!("{} ({counts})", report.snapshots.len())));
        let mut size = human_size(totals.state_bytes);
        if totals.without_state_bytes > 0 {
            size = format!("{size}, and {} of unknown size", totals.without_state_bytes);
        }
        facts.push(("State size", size));
    }
    let not_listed = totals.found.saturating_sub(totals.listed);
    if not_listed > 0 {
        let mut text = format!("{not_listed} of {} found", totals.found);
        if totals.undecided > 0 {
            text = format!("{text}, {} of them because a fact that was asked for is not known", totals.undecided);
        }
        facts.push(("Not listed", text));
    }
    facts.push(("Searched", searched(report, totals)));
    facts.push(("As of", time(totals.as_of.as_ref())));
    for (name, value) in facts {
        writeln!(out, "{:<15}{}", format!("{name}:"), escaped(&value))?;
    }
    Ok(())
}

fn searched(report: &ListReport, totals: &ListTotals) -> String {
    let mut text = if report.roots.is_empty() { UNKNOWN.to_owned() } else { report.roots.join(", ") };
    let seen = [(totals.directories, "directory", "directories"), (totals.files, "file", "files")];
    let seen = seen.into_iter().filter_map(|(number, one, more)| Some(counted(number?, one, more)));
    let seen = seen.collect::<Vec<_>>().join(", ");
    if !seen.is_empty() {
        text = format!("{text} ({seen})");
    }
    match totals.directories_unread {
        None | Some(0) => text,
        Some(unread) => format!("{text}; {} could not be read", counted(unread, "directory", "directories")),
    }
}

/// "10 completed, 1 unreadable": those that there are.
fn statuses(counts: &StatusCounts) -> String {
    let counts = [
        (counts.completed, "completed"),
        (counts.in_progress, "in progress"),
        (counts.damaged, "damaged"),
        (counts.unreadable, "unreadable"),
        (counts.incomplete, "incomplete"),
        (counts.failed, "failed"),
        (counts.expired, "expired"),
        (counts.cleared, "cleared"),
    ];
    let counts = counts.into_iter().filter(|(number, _)| *number > 0);
    counts.map(|(number, word)| format!("{number} {word}")).collect::<Vec<_>>().join(", ")
}

impl Row<'_> {
    /// What to say of a fact that is not there: of what was never completed there is nothing to know.
    fn otherwise(&self) -> &'static str {
        match self.snapshot.status() {
            SnapshotStatus::InProgress
            | SnapshotStatus::Incomplete
            | SnapshotStatus::Failed
            | SnapshotStatus::Expired => "-",
            _ => UNKNOWN,
        }
    }
}

fn job(row: &Row<'_>) -> String {
    row.snapshot.job_id.clone().unwrap_or_else(|| UNKNOWN.to_owned())
}

fn completed(row: &Row<'_>) -> String {
    match &row.snapshot.completed_at {
        Some(time) => marked(row.snapshot, time),
        None => row.otherwise().to_owned(),
    }
}

fn is_estimated(snapshot: &Snapshot) -> bool {
    snapshot.times_estimated == Some(true) && (snapshot.completed_at.is_some() || snapshot.triggered_at.is_some())
}

fn marked(snapshot: &Snapshot, at: &Timestamp) -> String {
    let at = time_to_the_second(Some(at));
    if is_estimated(snapshot) { format!("{ESTIMATED}{at}") } else { at }
}

/// Since completion; since the beginning where there was none.
fn age(row: &Row<'_>) -> String {
    let since = row.snapshot.completed_at.as_ref().or(row.snapshot.triggered_at.as_ref());
    match age_of(since, row.as_of.as_ref()) {
        Some(Ok(age)) => human_age(age),
        Some(Err(())) => IN_THE_FUTURE.to_owned(),
        None => UNKNOWN.to_owned(),
    }
}

/// The bytes of state; of a snapshot without metadata those that lie there, in so many files.
fn state_size(row: &Row<'_>) -> String {
    match (row.snapshot.state_bytes, row.snapshot.data_bytes, row.snapshot.data_files) {
        (None, Some(bytes), Some(files)) => format!("{} in {}", human_size(bytes), counted(files, "file", "files")),
        (None, Some(bytes), None) => format!("{} in files", human_size(bytes)),
        (bytes, ..) => size_or(bytes, row.otherwise()),
    }
}

fn flags(row: &Row<'_>) -> String {
    let snapshot = row.snapshot;
    let facts = [snapshot.incremental, snapshot.unaligned, snapshot.changelog, snapshot.file_merging];
    if facts.iter().all(Option::is_none) {
        return row.otherwise().to_owned();
    }
    let flags = features(snapshot);
    if flags == "none" { "-".to_owned() } else { flags }
}
