//! `keepoint list`: everything below some roots, then what was asked for of it, in order and with a summary of each job.
//!
//! [`collect`] searches; [`arrange`] is pure. What time it is, both are told.

mod collect;
mod jobs;
mod order;
mod select;

#[cfg(test)]
mod samples;

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::report::{Finding, ListReport, ListTotals, Snapshot, SnapshotStatus, StatusCounts, timestamp_from_millis};
use crate::uri::StorageUri;

pub use collect::{NOT_READ, ScanOptions, collect, collect_with, passed_over};
pub use jobs::Retention;
pub use order::{Order, SortKey};
pub use select::Selection;

use select::Decision;

/// What was asked for.
#[derive(Debug, Clone, Default)]
pub struct ListOptions {
    /// Which snapshots.
    pub selection: Selection,
    /// In which order.
    pub order: Order,
    /// How many checkpoints the configuration has Flink keep, and where.
    pub retention: Option<Retention>,
}

/// Makes the report of everything that was found the report that was asked for.
///
/// The jobs are summed up over all that was found of them, so that a filter on the rows does not change what is said of a job.
/// Findings about snapshots that are not listed are left out; those about places and the configuration stay.
#[must_use]
pub fn arrange(found: ListReport, options: &ListOptions, as_of: DateTime<Utc>) -> ListReport {
    let ListReport { mut snapshots, findings, totals, .. } = found;
    jobs::assign(&mut snapshots);
    let mut summaries = jobs::summaries(&snapshots, as_of, options.retention.as_ref());
    let (mut listed, mut left_out, mut undecided) = (Vec::new(), HashSet::new(), 0);
    let found_number = snapshots.len() as u64;
    for snapshot in snapshots {
        match options.selection.decide(&snapshot, as_of) {
            Decision::Yes => {
                listed.push(snapshot);
                continue;
            }
            Decision::Unknown => undecided += 1,
            Decision::No => {}
        }
        left_out.insert(snapshot.location);
    }
    options.order.sort(&mut listed);
    let jobs = jobs::in_order_of(&listed, &mut summaries);
    let findings = findings.into_iter().filter(|finding| !is_about(finding, &left_out)).collect();
    let sizes = listed.iter().filter_map(|snapshot| snapshot.state_bytes);
    let totals = ListTotals {
        as_of: Some(timestamp_from_millis(as_of.timestamp_millis())),
        found: found_number,
        listed: listed.len() as u64,
        undecided,
        by_status: Some(count(&listed)),
        state_bytes: sizes.fold(0, u64::saturating_add),
        without_state_bytes: listed.iter().filter(|snapshot| snapshot.state_bytes.is_none()).count() as u64,
        ..totals.unwrap_or_default()
    };
    ListReport { snapshots: listed, jobs, findings, totals: Some(totals), ..found }
}

/// Whether a finding is about one of these snapshots or about something in it.
fn is_about(finding: &Finding, snapshots: &HashSet<String>) -> bool {
    if snapshots.contains(&finding.location) {
        return true;
    }
    let mut place = StorageUri::parse(&finding.location).ok();
    while let Some(inner) = place {
        if snapshots.contains(&inner.to_string()) {
            return true;
        }
        place = inner.parent();
    }
    false
}

fn count(snapshots: &[Snapshot]) -> StatusCounts {
    let mut counts = StatusCounts::default();
    for snapshot in snapshots {
        match snapshot.status() {
            SnapshotStatus::InProgress => counts.in_progress += 1,
            SnapshotStatus::Completed => counts.completed += 1,
            SnapshotStatus::Damaged => counts.damaged += 1,
            SnapshotStatus::Unreadable => counts.unreadable += 1,
            SnapshotStatus::Incomplete => counts.incomplete += 1,
            SnapshotStatus::Failed => counts.failed += 1,
            SnapshotStatus::Expired => counts.expired += 1,
            SnapshotStatus::Cleared => counts.cleared += 1,
            // The counts then add up to less than the number of snapshots, which tells.
            SnapshotStatus::Unspecified => {}
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::samples::{JOB, checkpoint, noon, savepoint};
    use super::*;
    use crate::report::SnapshotKind;

    fn found(snapshots: Vec<Snapshot>) -> ListReport {
        ListReport { snapshots, ..ListReport::stamped() }
    }

    fn only_savepoints() -> ListOptions {
        let selection = Selection { kinds: vec![SnapshotKind::Savepoint], ..Selection::default() };
        ListOptions { selection, ..ListOptions::default() }
    }

    #[test]
    fn a_filter_on_the_rows_does_not_change_what_is_said_of_a_job() {
        let mut stray = savepoint("/s/savepoint-6e1f8b-0a1b2c3d4e5f", 30);
        stray.job_id = Some(JOB.to_owned());
        let report = arrange(found(vec![checkpoint(7, 5), checkpoint(6, 65), stray]), &only_savepoints(), noon());
        assert_eq!(report.snapshots.len(), 1);
        assert_eq!(report.jobs.len(), 1);
        let job = &report.jobs[0];
        assert_eq!((job.snapshots, job.checkpoints, job.savepoints, job.listed), (3, 2, 1, 1));
        assert_eq!(job.newest_completed_checkpoint_id, Some(7));
        assert_eq!(job.newest_completed_age_ms, Some(5 * 60_000));
    }

    #[test]
    fn findings_about_what_is_not_listed_are_left_out_and_others_stay() {
        let finding = |location: &str| Finding { location: location.to_owned(), ..Finding::default() };
        let chk = checkpoint(7, 5);
        let mut everything = found(vec![chk.clone(), savepoint("/s/savepoint-6e1f8b-0a1b2c3d4e5f", 30)]);
        everything.findings = vec![
            finding(&chk.location),
            finding(&format!("{}/_metadata", chk.location)),
            finding("/s/savepoint-6e1f8b-0a1b2c3d4e5f/_metadata"),
            finding("/s"),
            finding("not a place"),
        ];
        let report = arrange(everything, &only_savepoints(), noon());
        let kept: Vec<&str> = report.findings.iter().map(|finding| finding.location.as_str()).collect();
        assert_eq!(kept, ["/s/savepoint-6e1f8b-0a1b2c3d4e5f/_metadata", "/s", "not a place"]);
    }

    #[test]
    fn the_totals_are_of_what_is_listed_and_say_what_is_not() {
        let mut nameless = checkpoint(8, 1);
        (nameless.kind, nameless.state_bytes) = (None, None);
        let mut unsized_savepoint = savepoint("/s/savepoint-6e1f8b-0a1b2c3d4e5f", 30);
        unsized_savepoint.state_bytes = None;
        unsized_savepoint.status = SnapshotStatus::Unreadable.into();
        let sized = savepoint("/s/savepoint-6e1f8b-1a1b2c3d4e5f", 30);
        let bytes = sized.state_bytes.expect("samples have a size");
        let everything = ListReport {
            totals: Some(ListTotals { directories: Some(9), ..ListTotals::default() }),
            ..found(vec![checkpoint(7, 5), nameless, unsized_savepoint, sized])
        };
        let totals = arrange(everything, &only_savepoints(), noon()).totals.expect("there are always totals");
        assert_eq!((totals.found, totals.listed, totals.undecided), (4, 2, 1));
        assert_eq!((totals.state_bytes, totals.without_state_bytes), (bytes, 1));
        assert_eq!(totals.directories, Some(9));
        let by_status = StatusCounts { completed: 1, unreadable: 1, ..StatusCounts::default() };
        assert_eq!(totals.by_status, Some(by_status));
    }
}
