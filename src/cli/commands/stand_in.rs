//! Stands in for `crate::inspect` until that can load a snapshot; delete this file then.
//!
//! The report says that nothing was read, so that nobody takes it for an answer.

use crate::report::{Finding, InspectReport, Severity, Snapshot, SnapshotOrigin, SnapshotStatus};

#[derive(Debug, thiserror::Error)]
#[error("location is empty")]
pub(super) struct Error;

impl Error {
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "the shape of the error to come")]
    pub(super) fn hint(&self) -> Option<String> {
        Some("give the path or URI of a checkpoint or savepoint".to_owned())
    }
}

pub(super) fn load_and_inspect(location: &str) -> Result<InspectReport, Error> {
    if location.is_empty() {
        return Err(Error);
    }
    Ok(InspectReport {
        snapshot: Some(Snapshot {
            location: location.to_owned(),
            status: SnapshotStatus::Unspecified.into(),
            origin: SnapshotOrigin::Unknown.into(),
            ..Snapshot::default()
        }),
        findings: vec![Finding {
            code: "NOT_READ".to_owned(),
            severity: Severity::Unknown.into(),
            location: location.to_owned(),
            message: "this build cannot read snapshots".to_owned(),
            ..Finding::default()
        }],
        ..InspectReport::stamped()
    })
}
