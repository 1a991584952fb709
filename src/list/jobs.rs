//! What there is of each job.
//!
//! A job is the directory that it keeps its checkpoints in, and not its id alone: in application mode with high availability
//! every job has the id `00000000000000000000000000000000`. A savepoint lies elsewhere. It belongs to its job where the id is
//! known and only one directory has checkpoints of it; otherwise the savepoints in a directory make a group of their own.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use prost_types::Timestamp;

use crate::report::{JobSummary, Snapshot, SnapshotKind, SnapshotStatus, millis_of_timestamp};
use crate::uri::StorageUri;

/// How many completed checkpoints Flink keeps for each job below a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// The checkpoint directory of the configuration.
    pub directory: StorageUri,
    /// The number.
    pub retained: u32,
    /// The configuration does not set it.
    pub is_default: bool,
}

/// Names a group: where it is, and the job id where it is known.
type Key = (String, Option<String>);

/// Says of each snapshot which job it belongs to.
pub(super) fn assign(snapshots: &mut [Snapshot]) {
    let mut directories: HashMap<String, HashSet<String>> = HashMap::new();
    for snapshot in snapshots.iter().filter(|snapshot| snapshot.kind() != SnapshotKind::Savepoint) {
        if let Some(id) = &snapshot.job_id {
            directories.entry(id.clone()).or_default().insert(parent(&snapshot.location));
        }
    }
    for snapshot in snapshots {
        let of_its_job = snapshot.job_id.as_ref().and_then(|id| directories.get(id));
        let location = match of_its_job.map(|directories| (directories.len(), directories.iter().next())) {
            Some((1, Some(only))) if snapshot.kind() == SnapshotKind::Savepoint => only.clone(),
            _ => parent(&snapshot.location),
        };
        snapshot.job_location = Some(location);
    }
}

fn parent(location: &str) -> String {
    let parent = StorageUri::parse(location).ok().and_then(|location| location.parent());
    parent.map_or_else(|| location.to_owned(), |parent| parent.to_string())
}

fn key(snapshot: &Snapshot) -> Key {
    (snapshot.job_location.clone().unwrap_or_default(), snapshot.job_id.clone())
}

/// Sums up each job over all of its snapshots.
pub(super) fn summaries(
    found: &[Snapshot],
    as_of: DateTime<Utc>,
    retention: Option<&Retention>,
) -> HashMap<Key, JobSummary> {
    let mut groups: HashMap<Key, Vec<&Snapshot>> = HashMap::new();
    for snapshot in found {
        groups.entry(key(snapshot)).or_default().push(snapshot);
    }
    let summed = groups.into_iter().map(|(key, snapshots)| {
        let summary = summary(&key, &snapshots, as_of, retention);
        (key, summary)
    });
    summed.collect()
}

/// The summaries of the jobs that are listed, in the order in which they first appear.
pub(super) fn in_order_of(listed: &[Snapshot], summaries: &mut HashMap<Key, JobSummary>) -> Vec<JobSummary> {
    let mut jobs: Vec<JobSummary> = Vec::new();
    let mut positions: HashMap<Key, usize> = HashMap::new();
    for snapshot in listed {
        let key = key(snapshot);
        if let Some(summary) = summaries.remove(&key) {
            positions.insert(key.clone(), jobs.len());
            jobs.push(summary);
        }
        if let Some(job) = positions.get(&key).and_then(|position| jobs.get_mut(*position)) {
            job.listed += 1;
        }
    }
    jobs
}

fn summary(key: &Key, snapshots: &[&Snapshot], as_of: DateTime<Utc>, retention: Option<&Retention>) -> JobSummary {
    let (location, job_id) = key;
    let number = |of: &dyn Fn(&Snapshot) -> bool| snapshots.iter().filter(|snapshot| of(snapshot)).count() as u64;
    let is_kind = |kind| move |snapshot: &Snapshot| snapshot.kind() == kind;
    let checkpoint = newest_completed(snapshots, SnapshotKind::Checkpoint);
    let savepoint = newest_completed(snapshots, SnapshotKind::Savepoint);
    let completed_at = checkpoint.and_then(|snapshot| snapshot.completed_at);
    let checkpoints = number(&is_kind(SnapshotKind::Checkpoint));
    let retention = retention.filter(|retention| {
        let location = StorageUri::parse(location);
        checkpoints > 0 && location.is_ok_and(|location| location.is_within(&retention.directory))
    });
    JobSummary {
        job_id: job_id.clone(),
        location: location.clone(),
        job_name: snapshots.iter().find_map(|snapshot| snapshot.job_name.clone()),
        snapshots: snapshots.len() as u64,
        checkpoints,
        savepoints: number(&is_kind(SnapshotKind::Savepoint)),
        completed: number(&|snapshot| snapshot.status() == SnapshotStatus::Completed),
        listed: 0,
        newest_completed_checkpoint: checkpoint.map(|snapshot| snapshot.location.clone()),
        newest_completed_checkpoint_id: checkpoint.and_then(|snapshot| snapshot.checkpoint_id),
        newest_completed_age_ms: completed_at.and_then(|time| age_millis(&time, as_of)),
        newest_completed_at: completed_at,
        newest_completed_state_bytes: checkpoint.and_then(|snapshot| snapshot.state_bytes),
        newest_completed_savepoint: savepoint.map(|snapshot| snapshot.location.clone()),
        newest_completed_savepoint_at: savepoint.and_then(|snapshot| snapshot.completed_at),
        retained: retention.map(|retention| retention.retained),
        retained_is_default: retention.map(|retention| retention.is_default),
    }
}

fn age_millis(time: &Timestamp, as_of: DateTime<Utc>) -> Option<u64> {
    u64::try_from(as_of.timestamp_millis().saturating_sub(millis_of_timestamp(time))).ok()
}

/// By completion time, then by id, then by location, so that there is only one.
fn newest_completed<'a>(snapshots: &[&'a Snapshot], kind: SnapshotKind) -> Option<&'a Snapshot> {
    let completed =
        snapshots.iter().filter(|snapshot| snapshot.status() == SnapshotStatus::Completed && snapshot.kind() == kind);
    completed.copied().max_by(|one, other| by_time_and_id(one, other))
}

fn by_time_and_id(one: &Snapshot, other: &Snapshot) -> Ordering {
    let time = |snapshot: &Snapshot| snapshot.completed_at.map(|time| (time.seconds, time.nanos));
    time(one)
        .cmp(&time(other))
        .then_with(|| one.checkpoint_id.cmp(&other.checkpoint_id))
        .then_with(|| one.location.cmp(&other.location))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{JOB, checkpoint, noon, savepoint};
    use super::*;

    fn jobs(mut snapshots: Vec<Snapshot>, retention: Option<&Retention>) -> Vec<JobSummary> {
        assign(&mut snapshots);
        let mut summaries = summaries(&snapshots, noon(), retention);
        in_order_of(&snapshots, &mut summaries)
    }

    fn locations(jobs: &[JobSummary]) -> Vec<(&str, Option<&str>, u64)> {
        jobs.iter().map(|job| (job.location.as_str(), job.job_id.as_deref(), job.snapshots)).collect()
    }

    #[test]
    fn the_same_id_in_two_directories_is_two_jobs() {
        let here = checkpoint(1, 9);
        let there = Snapshot { location: here.location.replace("/c/", "/other/"), ..here.clone() };
        let jobs = jobs(vec![here, there], None);
        let (one, other) = (format!("file:/c/{JOB}"), format!("file:/other/{JOB}"));
        assert_eq!(locations(&jobs), [(one.as_str(), Some(JOB), 1), (other.as_str(), Some(JOB), 1)]);
    }

    #[test]
    fn savepoints_of_unknown_jobs_are_grouped_by_the_directory_they_are_in() {
        let jobs = jobs(vec![savepoint("/s/one", 1), savepoint("/s/two", 2), savepoint("/t/three", 3)], None);
        assert_eq!(locations(&jobs), [("file:/s", None, 2), ("file:/t", None, 1)]);
        assert_eq!(jobs[0].newest_completed_savepoint.as_deref(), Some("/s/one"));
        assert_eq!(jobs[0].newest_completed_checkpoint, None);
    }

    #[test]
    fn a_savepoint_of_a_known_job_belongs_to_the_only_directory_of_that_job() {
        let of_job = Snapshot { job_id: Some(JOB.to_owned()), ..savepoint("/s/one", 1) };
        let with_one = jobs(vec![checkpoint(1, 9), of_job.clone()], None);
        assert_eq!(locations(&with_one), [(format!("file:/c/{JOB}").as_str(), Some(JOB), 2)]);

        let elsewhere = Snapshot { location: format!("/d/{JOB}/chk-1"), ..checkpoint(1, 9) };
        let with_two = jobs(vec![of_job, checkpoint(1, 9), elsewhere], None);
        assert_eq!(locations(&with_two)[0], ("file:/s", Some(JOB), 1), "which of the two is not known");
    }

    #[test]
    fn the_newest_completed_checkpoint_goes_by_time_and_then_by_id() {
        let failed = Snapshot { status: SnapshotStatus::Incomplete.into(), ..checkpoint(10, 0) };
        let timeless = Snapshot { completed_at: None, ..checkpoint(11, 0) };
        let all = vec![checkpoint(8, 9), failed, checkpoint(7, 3), timeless, checkpoint(6, 3), savepoint("/s/s", 1)];
        let jobs = jobs(all, None);
        assert_eq!(jobs[0].newest_completed_checkpoint_id, Some(7));
        assert_eq!(jobs[0].newest_completed_age_ms, Some(180_000));
        assert_eq!((jobs[0].checkpoints, jobs[0].completed, jobs[0].listed), (5, 4, 5));
    }

    #[test]
    fn a_checkpoint_of_the_future_has_no_age() {
        let jobs = jobs(vec![checkpoint(8, -1)], None);
        assert!(jobs[0].newest_completed_at.is_some());
        assert_eq!(jobs[0].newest_completed_age_ms, None);
    }

    #[test]
    fn the_number_of_retained_checkpoints_is_of_jobs_below_the_configured_directory() {
        let directory = StorageUri::parse("/c").expect("a path");
        let retention = Retention { directory, retained: 3, is_default: false };
        let elsewhere = Snapshot { location: format!("/d/{JOB}/chk-1"), ..checkpoint(1, 9) };
        let jobs = jobs(vec![checkpoint(1, 9), elsewhere, savepoint("/c/s", 1)], Some(&retention));
        let retained: Vec<_> = jobs.iter().map(|job| job.retained).collect();
        assert_eq!(retained, [Some(3), None, None]);
    }
}
