//! From one metadata file to what people ask of it. Pure: it is given what was loaded and asks for nothing more.

mod features;
mod files;
mod findings;
mod kryo_paths;
pub mod offsets;
mod operators;
mod snapshot;
mod states;
mod type_details;

use crate::discovery::LoadedMetadata;
use crate::format::Error;
use crate::format::metadata::{self, Decoded};
use crate::model::CheckpointMetadata;
use crate::references::{Needs, Relocations};
use crate::report::{Finding, InspectReport, Snapshot, SnapshotStatus};
use crate::uri::StorageUri;

use files::Files;
pub use kryo_paths::{KryoPath, kryo_paths, kryo_paths_of_key};
pub use states::{state_of, states_of, states_of_timers};

/// Says what a snapshot holds (`keepoint inspect`). What is wrong with it is a finding; there is always a report.
#[must_use]
pub fn inspect(loaded: &LoadedMetadata) -> InspectReport {
    inspect_relocated(loaded, &Relocations::default())
}

/// The same of a copy: where files are that metadata names elsewhere.
#[must_use]
pub fn inspect_relocated(loaded: &LoadedMetadata, relocations: &Relocations) -> InspectReport {
    match metadata::decode(&loaded.bytes) {
        Ok(decoded) => {
            let files = Files::of(&decoded.metadata, &loaded.directory, relocations);
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
    examine(loaded, &Relocations::default(), |_| ()).summary
}

/// A snapshot among others, and what it needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Examined<'a, T> {
    /// The facts.
    pub summary: Summary,
    /// What it needs, and what else was looked for in it.
    ///
    /// The error is why nobody can say; it is among the findings, too.
    pub contents: Result<(Needs<'a>, T), Error>,
}

/// Says what kind of snapshot it is, what it needs and where that is now, and what `look` finds in it: metadata is decoded once.
#[must_use]
pub fn examine<'a, T>(
    loaded: &'a LoadedMetadata,
    relocations: &Relocations,
    look: impl FnOnce(&CheckpointMetadata<'_>) -> T,
) -> Examined<'a, T> {
    match metadata::decode(&loaded.bytes) {
        Ok(decoded) => {
            let files = Files::of(&decoded.metadata, &loaded.directory, relocations);
            let (snapshot, findings) = facts(&decoded, &files, loaded);
            let outlying_directories = files.outlying_directories(&loaded.directory);
            let contents = Ok((files.into_needs(), look(&decoded.metadata)));
            Examined { summary: Summary { snapshot, findings, outlying_directories }, contents }
        }
        Err(error) => {
            let (snapshot, finding) = unreadable(&error, loaded);
            let summary = Summary { snapshot, findings: vec![finding], outlying_directories: Vec::new() };
            Examined { summary, contents: Err(error) }
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
