//! `keepoint inspect`: from one metadata file to a report. Pure: it is given what was loaded and asks for nothing more.

mod features;
mod files;
mod findings;
mod operators;
mod snapshot;

use crate::discovery::LoadedMetadata;
use crate::format::metadata;
use crate::report::{InspectReport, Snapshot, SnapshotStatus};

use files::Files;

/// Says what a snapshot holds. What is wrong with it is a finding; there is always a report.
#[must_use]
pub fn inspect(loaded: &LoadedMetadata) -> InspectReport {
    let facts = snapshot::facts_of_place(loaded);
    match metadata::decode(&loaded.bytes) {
        Ok(decoded) => {
            let files = Files::of(&decoded.metadata, &loaded.directory);
            let findings = findings::of_decoded(&decoded, &files, loaded);
            InspectReport {
                snapshot: Some(snapshot::of_decoded(facts, &decoded, &files)),
                operators: operators::of(&decoded.metadata),
                files: files.into_report(),
                findings,
                ..InspectReport::stamped()
            }
        }
        Err(error) => InspectReport {
            snapshot: Some(Snapshot {
                status: SnapshotStatus::Unreadable.into(),
                metadata_version: error.version(),
                ..facts
            }),
            findings: vec![findings::unreadable(&error, loaded)],
            ..InspectReport::stamped()
        },
    }
}
