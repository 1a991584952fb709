//! From one metadata file to what people ask of it. Pure: it is given what was loaded and asks for nothing more.

mod features;
mod files;
mod findings;
mod operators;
mod snapshot;

use crate::discovery::LoadedMetadata;
use crate::format::Error;
use crate::format::metadata::{self, Decoded};
use crate::report::{Finding, InspectReport, Snapshot, SnapshotStatus};
use crate::uri::StorageUri;

use files::Files;

/// Says what a snapshot holds (`keepoint inspect`). What is wrong with it is a finding; there is always a report.
#[must_use]
pub fn inspect(loaded: &LoadedMetadata) -> InspectReport {
    match metadata::decode(&loaded.bytes) {
        Ok(decoded) => {
            let files = Files::of(&decoded.metadata, &loaded.directory);
            let (snapshot, findings) = facts(&decoded, &files, loaded);
            InspectReport {
                snapshot: Some(snapshot),
                operators: operators::of(&decoded.metadata),
                files: files.into_report(),
                findings,
                ..InspectReport::stamped()
            }
        }
        Err(error) => {
            let (snapshot, finding) = unreadable(&error, loaded);
            InspectReport { snapshot: Some(snapshot), findings: vec![finding], ..InspectReport::stamped() }
        }
    }
}

/// A snapshot among others: its own facts, without operators and files.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The facts.
    pub snapshot: Snapshot,
    /// What is worth saying about it.
    pub findings: Vec<Finding>,
    /// Directories outside its own that hold exclusive files of it: entropy puts them there.
    pub outlying_directories: Vec<StorageUri>,
}

/// Says what kind of snapshot it is (`keepoint list`).
#[must_use]
pub fn summarize(loaded: &LoadedMetadata) -> Summary {
    match metadata::decode(&loaded.bytes) {
        Ok(decoded) => {
            let files = Files::of(&decoded.metadata, &loaded.directory);
            let (snapshot, findings) = facts(&decoded, &files, loaded);
            Summary { snapshot, findings, outlying_directories: files.outlying_directories(&loaded.directory) }
        }
        Err(error) => {
            let (snapshot, finding) = unreadable(&error, loaded);
            Summary { snapshot, findings: vec![finding], outlying_directories: Vec::new() }
        }
    }
}

fn facts(decoded: &Decoded<'_>, files: &Files<'_>, loaded: &LoadedMetadata) -> (Snapshot, Vec<Finding>) {
    let snapshot = snapshot::of_decoded(snapshot::facts_of_place(loaded), decoded, files);
    (snapshot, findings::of_decoded(decoded, files, loaded))
}

fn unreadable(error: &Error, loaded: &LoadedMetadata) -> (Snapshot, Finding) {
    let snapshot = Snapshot {
        status: SnapshotStatus::Unreadable.into(),
        metadata_version: error.version(),
        ..snapshot::facts_of_place(loaded)
    };
    (snapshot, findings::unreadable(error, loaded))
}
