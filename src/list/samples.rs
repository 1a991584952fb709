//! Snapshots for the tests of this module.

use chrono::{DateTime, Utc};

use crate::report::{Snapshot, SnapshotKind, SnapshotStatus, timestamp_from_millis};

pub(super) const JOB: &str = "6e1f8b1c0a2d4c3f9b7a5d4e3c2b1a09";

/// The time in all tests.
pub(super) fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_262_400, 0).expect("a time within range")
}

/// A completed checkpoint of [`JOB`], so many minutes old.
pub(super) fn checkpoint(id: u64, minutes_old: i64) -> Snapshot {
    Snapshot {
        location: format!("file:/c/{JOB}/chk-{id}"),
        job_id: Some(JOB.to_owned()),
        checkpoint_id: Some(id),
        kind: Some(SnapshotKind::Checkpoint.into()),
        ..completed(minutes_old)
    }
}

/// A completed savepoint of which the job is not known.
pub(super) fn savepoint(location: &str, minutes_old: i64) -> Snapshot {
    Snapshot { location: location.to_owned(), kind: Some(SnapshotKind::Savepoint.into()), ..completed(minutes_old) }
}

fn completed(minutes_old: i64) -> Snapshot {
    Snapshot {
        status: SnapshotStatus::Completed.into(),
        completed_at: Some(timestamp_from_millis(noon().timestamp_millis() - minutes_old * 60_000)),
        state_bytes: Some(1_000),
        ..Snapshot::default()
    }
}
