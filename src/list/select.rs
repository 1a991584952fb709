//! Which snapshots are listed.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::discovery::layout;
use crate::report::{Snapshot, SnapshotKind, SnapshotStatus, millis_of_timestamp};
use crate::uri::StorageUri;

/// Conditions on a snapshot. All of them must hold; of several values of one condition, one must. The default has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Job ids in lower case, or how they begin.
    pub jobs: Vec<String>,
    /// Kinds.
    pub kinds: Vec<SnapshotKind>,
    /// Statuses.
    pub statuses: Vec<SnapshotStatus>,
    /// Not older than this.
    pub newer_than: Option<Duration>,
    /// At least as old as this.
    pub older_than: Option<Duration>,
    /// At least so many bytes.
    pub min_size: Option<u64>,
    /// At most so many bytes.
    pub max_size: Option<u64>,
}

/// Whether a snapshot fulfils a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Yes,
    No,
    /// The fact that the condition is about is not known.
    Unknown,
}

impl Decision {
    fn of(fact: Option<bool>) -> Self {
        match fact {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unknown,
        }
    }
}

impl Selection {
    pub(super) fn decide(&self, snapshot: &Snapshot, as_of: DateTime<Utc>) -> Decision {
        let age = age_millis(snapshot, as_of);
        let older_than = |limit: Duration| age.map(|age| age >= i128::try_from(limit.as_millis()).unwrap_or(i128::MAX));
        let newer_than = |limit: Duration| age.map(|age| age <= i128::try_from(limit.as_millis()).unwrap_or(i128::MAX));
        let size = snapshot.state_bytes.or(snapshot.data_bytes);
        let conditions = [
            (!self.jobs.is_empty()).then(|| self.is_of_the_jobs(snapshot)),
            (!self.kinds.is_empty())
                .then(|| known_kind(snapshot).map_or(Decision::Unknown, |kind| yes_if(self.kinds.contains(&kind)))),
            (!self.statuses.is_empty()).then(|| match snapshot.status() {
                SnapshotStatus::Unspecified => Decision::Unknown,
                status => yes_if(self.statuses.contains(&status)),
            }),
            self.newer_than.map(|limit| Decision::of(newer_than(limit))),
            self.older_than.map(|limit| Decision::of(older_than(limit))),
            self.min_size.map(|limit| Decision::of(size.map(|size| size >= limit))),
            self.max_size.map(|limit| Decision::of(size.map(|size| size <= limit))),
        ];
        let decisions = conditions.into_iter().flatten();
        decisions.fold(Decision::Yes, |all, one| match (all, one) {
            (Decision::No, _) | (_, Decision::No) => Decision::No,
            (Decision::Unknown, _) | (_, Decision::Unknown) => Decision::Unknown,
            (Decision::Yes, Decision::Yes) => Decision::Yes,
        })
    }

    /// Where the job of a savepoint is not known, the six digits in its name are; more is listed rather than less.
    fn is_of_the_jobs(&self, snapshot: &Snapshot) -> Decision {
        if let Some(id) = &snapshot.job_id {
            return yes_if(self.jobs.iter().any(|wanted| id.starts_with(wanted.as_str())));
        }
        let location = StorageUri::parse(&snapshot.location).ok();
        match location.as_ref().and_then(layout::job_id_in_savepoint_name) {
            Some(digits) => {
                yes_if(self.jobs.iter().any(|wanted| wanted.starts_with(digits) || digits.starts_with(wanted.as_str())))
            }
            None => Decision::Unknown,
        }
    }
}

fn yes_if(fact: bool) -> Decision {
    Decision::of(Some(fact))
}

fn known_kind(snapshot: &Snapshot) -> Option<SnapshotKind> {
    snapshot.kind.and_then(|kind| SnapshotKind::try_from(kind).ok()).filter(|kind| *kind != SnapshotKind::Unspecified)
}

/// How long ago it was completed; where it was not, how long ago it began. Negative where the clock of the store is ahead.
fn age_millis(snapshot: &Snapshot, as_of: DateTime<Utc>) -> Option<i128> {
    let time = snapshot.completed_at.as_ref().or(snapshot.triggered_at.as_ref())?;
    Some(i128::from(as_of.timestamp_millis()) - i128::from(millis_of_timestamp(time)))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{JOB, checkpoint, noon, savepoint};
    use super::*;

    const SAVEPOINT: &str = "s3://b/s/savepoint-6e1f8b-0a1b2c3d4e5f";

    fn decide(selection: &Selection, snapshot: &Snapshot) -> Decision {
        selection.decide(snapshot, noon())
    }

    fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(60 * minutes)
    }

    #[test]
    fn without_conditions_everything_is_listed() {
        assert_eq!(decide(&Selection::default(), &Snapshot::default()), Decision::Yes);
    }

    #[test]
    fn one_of_several_jobs_is_enough_and_the_beginning_of_an_id_names_a_job() {
        let jobs = |jobs: &[&str]| Selection {
            jobs: jobs.iter().map(|&job| job.to_owned()).collect(),
            ..Selection::default()
        };
        assert_eq!(decide(&jobs(&["ffff", JOB]), &checkpoint(1, 1)), Decision::Yes);
        assert_eq!(decide(&jobs(&["6e1f"]), &checkpoint(1, 1)), Decision::Yes);
        assert_eq!(decide(&jobs(&["ffff"]), &checkpoint(1, 1)), Decision::No);
    }

    #[test]
    fn a_savepoint_is_of_a_job_by_the_digits_in_its_name_and_another_of_nobody_knows_which() {
        let of_job = Selection { jobs: vec![JOB.to_owned()], ..Selection::default() };
        assert_eq!(decide(&of_job, &savepoint(SAVEPOINT, 1)), Decision::Yes);
        assert_eq!(decide(&of_job, &savepoint("s3://b/s/savepoint-000000-0a1b2c3d4e5f", 1)), Decision::No);
        for name in ["savepoint-6e1f8b", "savepoint-6e1f8b-backup", "savepoint-6E1F8B-0a1b2c3d4e5f", "before-upgrade"] {
            let renamed = savepoint(&format!("s3://b/s/{name}"), 1);
            assert_eq!(decide(&of_job, &renamed), Decision::Unknown, "{name}");
        }
    }

    #[test]
    fn kinds_and_statuses_are_taken_by_name() {
        let savepoints = Selection { kinds: vec![SnapshotKind::Savepoint], ..Selection::default() };
        assert_eq!(decide(&savepoints, &savepoint(SAVEPOINT, 1)), Decision::Yes);
        assert_eq!(decide(&savepoints, &checkpoint(1, 1)), Decision::No);
        assert_eq!(decide(&savepoints, &Snapshot::default()), Decision::Unknown);
        let broken = vec![SnapshotStatus::Unreadable, SnapshotStatus::Damaged];
        let broken = Selection { statuses: broken, ..Selection::default() };
        assert_eq!(decide(&broken, &checkpoint(1, 1)), Decision::No);
        let damaged = Snapshot { status: SnapshotStatus::Damaged.into(), ..checkpoint(1, 1) };
        assert_eq!(decide(&broken, &damaged), Decision::Yes);
    }

    #[test]
    fn an_age_on_the_limit_is_within_both_limits() {
        let newer = Selection { newer_than: Some(minutes(10)), ..Selection::default() };
        let older = Selection { older_than: Some(minutes(10)), ..Selection::default() };
        for (age, is_newer, is_older) in
            [(9, Decision::Yes, Decision::No), (10, Decision::Yes, Decision::Yes), (11, Decision::No, Decision::Yes)]
        {
            assert_eq!(decide(&newer, &checkpoint(1, age)), is_newer, "{age}");
            assert_eq!(decide(&older, &checkpoint(1, age)), is_older, "{age}");
        }
    }

    #[test]
    fn a_time_in_the_future_is_new() {
        let newer = Selection { newer_than: Some(minutes(10)), ..Selection::default() };
        let older = Selection { older_than: Some(Duration::ZERO), ..Selection::default() };
        assert_eq!(decide(&newer, &checkpoint(1, -3)), Decision::Yes);
        assert_eq!(decide(&older, &checkpoint(1, -3)), Decision::No);
    }

    #[test]
    fn what_is_not_completed_is_as_old_as_its_beginning() {
        let older = Selection { older_than: Some(minutes(10)), ..Selection::default() };
        let finished = checkpoint(1, 30);
        let unfinished = Snapshot { triggered_at: finished.completed_at, completed_at: None, ..finished };
        assert_eq!(decide(&older, &unfinished), Decision::Yes);
        assert_eq!(decide(&older, &Snapshot { triggered_at: None, ..unfinished }), Decision::Unknown);
    }

    #[test]
    fn a_size_is_that_of_the_state_or_else_of_what_lies_there() {
        let large = Selection { min_size: Some(1_000), ..Selection::default() };
        let small = Selection { max_size: Some(999), ..Selection::default() };
        assert_eq!(decide(&large, &checkpoint(1, 1)), Decision::Yes);
        assert_eq!(decide(&small, &checkpoint(1, 1)), Decision::No);
        let left = Snapshot { state_bytes: None, data_bytes: Some(999), ..checkpoint(1, 1) };
        assert_eq!(decide(&large, &left), Decision::No);
        assert_eq!(decide(&small, &left), Decision::Yes);
        let unknown = Snapshot { state_bytes: None, ..checkpoint(1, 1) };
        assert_eq!(decide(&large, &unknown), Decision::Unknown);
    }

    #[test]
    fn one_condition_that_fails_decides_whatever_is_unknown() {
        let both = Selection { min_size: Some(1), kinds: vec![SnapshotKind::Savepoint], ..Selection::default() };
        let unknown_size = Snapshot { state_bytes: None, ..checkpoint(1, 1) };
        assert_eq!(decide(&both, &unknown_size), Decision::No);
    }
}
