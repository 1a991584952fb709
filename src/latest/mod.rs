//! `keepoint latest`: which snapshot to start from.
//!
//! Pure: it is given what was found. The order is that of completion, then of ids, then of locations, so that there is only one newest.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::discovery::layout;
use crate::report::{Finding, ListReport, Severity, Snapshot, SnapshotKind, SnapshotStatus};
use crate::uri::StorageUri;

/// Which snapshots come into question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// Of the job with this id, or with an id that begins so; in lower case.
    pub job: Option<String>,
    /// Of this kind.
    pub kind: Option<SnapshotKind>,
}

/// Whose a snapshot is, as far as its place tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The job of an id, which keeps its checkpoints in a directory: in application mode all jobs may have one id.
    Job {
        /// The id.
        id: String,
        /// The directory.
        directory: String,
    },
    /// A job of which only the six digits are known that the name of a savepoint has.
    Digits(String),
    /// Nothing tells; the directory it lies in.
    Unknown(String),
}

/// What there is to choose from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Candidates {
    /// Completed snapshots, the newest first.
    pub completed: Vec<Snapshot>,
    /// Snapshots that are known to be of no use.
    pub unreadable: Vec<Snapshot>,
    /// Snapshots of which nobody can say whether they come into question, and why.
    pub doubtful: Vec<(Snapshot, &'static str)>,
    /// What could not be read: there may be newer ones.
    pub unread: Vec<Finding>,
}

/// Finds the snapshots that come into question; the error are the jobs, if there are several.
pub fn candidates(found: &ListReport, question: &Question) -> Result<Candidates, Vec<Owner>> {
    let owners: Vec<Owner> = found.snapshots.iter().map(owner).collect();
    let ids: Vec<String> = owners
        .iter()
        .filter_map(|owner| match owner {
            Owner::Job { id, .. } => Some(id.clone()),
            _ => None,
        })
        .collect();
    let mut candidates = Candidates::default();
    let mut jobs = BTreeSet::new();
    for (snapshot, owner) in found.snapshots.iter().zip(owners) {
        let is_of_kind = question.kind.is_none_or(|kind| is_of_kind(snapshot, kind));
        let is_of_job = question.job.as_deref().map_or(Some(true), |job| is_of_job(&owner, job));
        if !is_of_kind || is_of_job == Some(false) {
            continue;
        }
        // A savepoint belongs to a job that is here anyway, if the digits are those of its id.
        let is_with_its_job = matches!(&owner, Owner::Digits(digits) if ids.iter().any(|id| id.starts_with(digits)));
        if !is_with_its_job && is_of_job == Some(true) {
            jobs.insert(owner);
        }
        let is_of_known_kind = snapshot.kind.is_some() || question.kind.is_none();
        let is_too_new = || found.findings.iter().any(|finding| may_be_of_a_newer_flink(finding, snapshot));
        match snapshot.status() {
            SnapshotStatus::Completed if is_of_job.is_none() => {
                candidates.doubtful.push((snapshot.clone(), "nothing tells of which job it is"));
            }
            SnapshotStatus::Completed if !is_of_known_kind => {
                candidates.doubtful.push((snapshot.clone(), "nothing tells of which kind it is"));
            }
            SnapshotStatus::Completed => candidates.completed.push(snapshot.clone()),
            SnapshotStatus::Unreadable if is_too_new() => {
                candidates.doubtful.push((snapshot.clone(), "it may be of a newer Flink"));
            }
            SnapshotStatus::Unreadable => candidates.unreadable.push(snapshot.clone()),
            _ => {}
        }
    }
    if jobs.len() > 1 {
        return Err(jobs.into_iter().collect());
    }
    candidates.completed.sort_by_key(|snapshot| {
        let time = snapshot.completed_at.map(|time| (time.seconds, time.nanos));
        Reverse((time, snapshot.checkpoint_id, snapshot.location.clone()))
    });
    let is_about_a_place = |finding: &&Finding| {
        finding.severity() == Severity::Unknown
            && !finding.code.starts_with("META_")
            && finding.code != "FILE_PATH_UNRESOLVED"
    };
    candidates.unread = found.findings.iter().filter(is_about_a_place).cloned().collect();
    Ok(candidates)
}

/// Whether a snapshot may be newer than another: it is, or one of the times is not known.
#[must_use]
pub fn may_be_newer(one: &Snapshot, other: &Snapshot) -> bool {
    let time = |snapshot: &Snapshot| snapshot.completed_at.map(|time| (time.seconds, time.nanos));
    match (time(one), time(other)) {
        (Some(one), Some(other)) => one >= other,
        _ => true,
    }
}

fn owner(snapshot: &Snapshot) -> Owner {
    let location = StorageUri::parse(&snapshot.location).ok();
    let parent = location.as_ref().and_then(StorageUri::parent);
    let directory = parent.map_or_else(|| snapshot.location.clone(), |parent| parent.to_string());
    if let Some(id) = &snapshot.job_id {
        return Owner::Job { id: id.clone(), directory };
    }
    match location.as_ref().and_then(layout::job_id_in_savepoint_name) {
        Some(digits) => Owner::Digits(digits.to_owned()),
        None => Owner::Unknown(directory),
    }
}

/// `None` where nothing tells.
fn is_of_job(owner: &Owner, job: &str) -> Option<bool> {
    match owner {
        Owner::Job { id, .. } => Some(id.starts_with(job)),
        Owner::Digits(digits) => Some(job.starts_with(digits.as_str()) || digits.starts_with(job)),
        Owner::Unknown(_) => None,
    }
}

/// A kind that is not known may be the one.
fn is_of_kind(snapshot: &Snapshot, kind: SnapshotKind) -> bool {
    snapshot.kind.is_none_or(|known| known == i32::from(kind))
}

fn may_be_of_a_newer_flink(finding: &Finding, snapshot: &Snapshot) -> bool {
    finding.severity() == Severity::Unknown
        && finding.code.starts_with("META_")
        && finding
            .location
            .strip_prefix(snapshot.location.as_str())
            .is_some_and(|rest| rest.is_empty() || rest == "/_metadata")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::timestamp_from_millis;

    const JOB: &str = "6e1f8b1c0a2d4c3f9b7a5d4e3c2b1a09";
    const OTHER: &str = "0123456789abcdef0123456789abcdef";

    fn completed(location: &str, kind: SnapshotKind, seconds: i64) -> Snapshot {
        let place = StorageUri::parse(location).expect("a place");
        Snapshot {
            location: location.to_owned(),
            job_id: layout::job_id(&place),
            checkpoint_id: match layout::directory_name(&place) {
                layout::DirectoryName::Checkpoint(id) => Some(id),
                _ => None,
            },
            kind: Some(kind.into()),
            status: SnapshotStatus::Completed.into(),
            completed_at: Some(timestamp_from_millis(seconds * 1000)),
            ..Snapshot::default()
        }
    }

    fn checkpoint(job: &str, id: u64, seconds: i64) -> Snapshot {
        completed(&format!("file:/c/{job}/chk-{id}"), SnapshotKind::Checkpoint, seconds)
    }

    fn savepoint(name: &str, seconds: i64) -> Snapshot {
        completed(&format!("file:/s/{name}"), SnapshotKind::Savepoint, seconds)
    }

    fn ask(snapshots: Vec<Snapshot>, question: &Question) -> Result<Candidates, Vec<Owner>> {
        candidates(&ListReport { snapshots, ..ListReport::default() }, question)
    }

    fn of_job(job: &str) -> Question {
        Question { job: Some(job.to_owned()), kind: None }
    }

    fn order(candidates: &Candidates) -> Vec<&str> {
        candidates.completed.iter().filter_map(|snapshot| snapshot.location.rsplit('/').next()).collect()
    }

    #[test]
    fn the_newest_by_time_comes_first_and_among_equals_the_highest_id() {
        let timeless = Snapshot { completed_at: None, ..checkpoint(JOB, 99, 0) };
        let all = vec![checkpoint(JOB, 9, 10), timeless, checkpoint(JOB, 3, 50), checkpoint(JOB, 10, 10)];
        let found = ask(all, &Question::default()).expect("one job");
        assert_eq!(order(&found), ["chk-3", "chk-10", "chk-9", "chk-99"]);
    }

    #[test]
    fn a_savepoint_belongs_to_the_job_whose_digits_its_name_has() {
        let all = vec![checkpoint(JOB, 1, 10), savepoint("savepoint-6e1f8b-0a1b2c3d4e5f", 20)];
        let found = ask(all.clone(), &Question::default()).expect("one job");
        assert_eq!(order(&found), ["savepoint-6e1f8b-0a1b2c3d4e5f", "chk-1"]);
        let checkpoints = Question { kind: Some(SnapshotKind::Checkpoint), ..Question::default() };
        assert_eq!(order(&ask(all, &checkpoints).expect("one job")), ["chk-1"]);
    }

    #[test]
    fn several_jobs_are_an_error_that_names_them_and_a_job_chooses() {
        let stray = savepoint("savepoint-ffffff-0a1b2c3d4e5f", 30);
        let all = vec![checkpoint(JOB, 1, 10), checkpoint(OTHER, 2, 20), stray];
        let jobs = ask(all.clone(), &Question::default()).expect_err("three jobs");
        assert_eq!(jobs.len(), 3);
        assert!(jobs.contains(&Owner::Digits("ffffff".to_owned())));
        assert_eq!(order(&ask(all, &of_job(&JOB[..6])).expect("one job")), ["chk-1"]);
    }

    #[test]
    fn one_id_in_two_directories_is_two_jobs() {
        let elsewhere = completed(&format!("file:/d/{JOB}/chk-1"), SnapshotKind::Checkpoint, 5);
        assert!(ask(vec![checkpoint(JOB, 1, 10), elsewhere], &of_job(JOB)).is_err());
    }

    #[test]
    fn a_savepoint_under_a_name_of_its_own_is_a_doubt_when_a_job_is_named() {
        let all = vec![checkpoint(JOB, 1, 10), savepoint("before-upgrade", 20)];
        let found = ask(all.clone(), &of_job(JOB)).expect("one job");
        assert_eq!(order(&found), ["chk-1"]);
        assert_eq!(found.doubtful.len(), 1);
        assert!(ask(all, &Question::default()).is_err(), "without a name it may be another job");
    }

    #[test]
    fn metadata_of_a_newer_flink_is_a_doubt_and_a_damaged_one_is_not() {
        let unreadable = |id| Snapshot { status: SnapshotStatus::Unreadable.into(), ..checkpoint(JOB, id, 50) };
        let finding = |id: u64, code: &str, severity: Severity| Finding {
            code: code.to_owned(),
            severity: severity.into(),
            location: format!("file:/c/{JOB}/chk-{id}/_metadata"),
            ..Finding::default()
        };
        let report = ListReport {
            snapshots: vec![unreadable(1), unreadable(11)],
            findings: vec![
                finding(1, "META_UNREADABLE", Severity::Error),
                finding(11, "META_VERSION_TOO_NEW", Severity::Unknown),
            ],
            ..ListReport::default()
        };
        let found = candidates(&report, &Question::default()).expect("one job");
        assert_eq!((found.unreadable.len(), found.doubtful.len(), found.unread.len()), (1, 1, 0));
        assert_eq!(found.doubtful[0].0.checkpoint_id, Some(11));
    }

    #[test]
    fn what_has_no_time_may_be_newer() {
        let timeless = Snapshot { completed_at: None, ..checkpoint(JOB, 2, 0) };
        assert!(may_be_newer(&timeless, &checkpoint(JOB, 1, 10)));
        assert!(may_be_newer(&checkpoint(JOB, 2, 11), &checkpoint(JOB, 1, 10)));
        assert!(!may_be_newer(&checkpoint(JOB, 2, 9), &checkpoint(JOB, 1, 10)));
    }
}
