//! Everything that is there: every object below the roots, every metadata in the world, and what it names.
//!
//! First the roots are listed, each object once; then metadata is read: what the listing showed, what stands in directories of which
//! only data files were seen (S-04), what lies in places that are only read, and what registries point to. Then references and objects
//! are held against each other. What is many is on disk; in memory are directories, snapshots and lineages.

mod check;
mod listing;
mod place;
mod reading;
mod reference;

use std::collections::{HashMap, HashSet};
use std::io;

use chrono::{DateTime, Utc};

use super::disk::{Sequence, Table};
use super::lineage::{Lineage, LineageNumber, MetadataFile, SnapshotFacts, SnapshotNumber};
use super::world::World;
use crate::progress::Progress;
use crate::report::Finding;
use crate::storage;
use crate::uri::StorageUri;

pub(super) use listing::Object;
pub(super) use place::{Directory, Home, is_state_name, is_unfinished_metadata};
pub(super) use reference::{REFERENCE, Reference};

/// What a survey depends on besides what is there.
#[derive(Debug, Clone)]
pub(super) struct SurveyOptions {
    /// Now.
    pub(super) as_of: DateTime<Utc>,
    /// From this age on, what has no readable metadata is no checkpoint in progress.
    pub(super) checkpoint_timeout: chrono::Duration,
    /// Metadata that is known from elsewhere: registries, high availability, the inventory of the run before.
    pub(super) known: Vec<StorageUri>,
}

/// A snapshot that was found.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is seen by itself, and any of them may go with any other")]
pub(super) struct Surveyed {
    pub(super) facts: SnapshotFacts,
    /// It lies below a place that is cleaned.
    pub(super) is_in_roots: bool,
    /// It is so young that it may still be being written.
    pub(super) is_young: bool,
    /// Older checkpoints of its lineage that it takes state from (metadata 7).
    pub(super) needs_checkpoints: Vec<u64>,
    /// Why its metadata is not understood or does not parse.
    pub(super) trouble: Option<String>,
    /// Paths in handles that name no place.
    pub(super) unresolvable: Vec<String>,
    /// It was there when it was listed, and was gone when it was read.
    pub(super) has_vanished: bool,
    /// Its metadata was found where a listing showed it; else a listing left it out, and may have left out more.
    pub(super) is_listed: bool,
    /// Files that it names below the roots and that the listing did not show as they must be.
    pub(super) unseen: u64,
    /// Names of lineages that occur in its bytes, where these do not parse.
    pub(super) mentions: Vec<LineageNumber>,
}

/// Something that could not be looked at: what it could have told is not known.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) place: StorageUri,
    pub(super) finding: Finding,
    /// The listing contradicts itself: nothing that it says can be trusted (S-33).
    pub(super) is_inconsistent: bool,
}

/// A root and what was seen below it.
#[derive(Debug, Clone)]
pub(super) struct SurveyedRoot {
    pub(super) place: StorageUri,
    pub(super) files: u64,
    pub(super) bytes: u64,
}

/// What is there.
pub(super) struct Survey {
    pub(super) as_of: DateTime<Utc>,
    pub(super) roots: Vec<SurveyedRoot>,
    pub(super) snapshots: Vec<Surveyed>,
    pub(super) lineages: Vec<Lineage>,
    /// The directories that objects are in.
    pub(super) directories: Vec<Directory>,
    /// The objects, in the order in which they were listed.
    pub(super) objects: Sequence,
    /// What snapshots name below the roots, by file.
    pub(super) references: Table<REFERENCE>,
    /// The tails of what snapshots name and the listing did not show.
    pub(super) tails: Table<16>,
    /// Directories of which everything belongs to snapshots (S-05), by their canonical names.
    pub(super) kept_directories: HashMap<StorageUri, Vec<SnapshotNumber>>,
    /// Lineages of which snapshots of others name files.
    pub(super) used_elsewhere: HashSet<LineageNumber>,
    /// Links and special files: nothing below them is known (S-08).
    pub(super) links: Vec<StorageUri>,
    pub(super) troubles: Vec<Trouble>,
    pub(super) findings: Vec<Finding>,
    /// References to places outside of the world: how many, and the directories (S-34).
    pub(super) outbound: Vec<(StorageUri, u64)>,
}

/// Why there is no survey.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// A root is not there, or cannot be read at all.
    #[error(transparent)]
    Root(storage::Error),
    /// Temporary files could not be written or read.
    #[error("temporary files: {0}")]
    Disk(#[from] io::Error),
}

/// Looks at everything.
pub(super) async fn survey(
    world: &World,
    options: &SurveyOptions,
    progress: &dyn Progress,
) -> Result<Survey, SurveyError> {
    let mut listed = listing::list(world, progress).await?;
    let read = reading::read_all(world, options, &mut listed, progress).await?;
    let (mut survey, open) = reading::joined(listed, read, world, options)?;
    check::check(&mut survey, open, world, progress).await?;
    Ok(survey)
}

/// Looks at metadata alone, once more.
pub(super) async fn survey_metadata(
    world: &World,
    options: &SurveyOptions,
    is_new: &(dyn Fn(&MetadataFile) -> bool + Sync),
    progress: &dyn Progress,
) -> Result<Survey, SurveyError> {
    let read = reading::read_metadata_only(world, options, is_new, progress).await?;
    reading::without_objects(read, world, options)
}

impl Survey {
    pub(super) fn lineage(&self, number: LineageNumber) -> Option<&Lineage> {
        self.lineages.get(number.0 as usize)
    }

    pub(super) fn snapshot(&self, number: SnapshotNumber) -> Option<&Surveyed> {
        self.snapshots.get(number.0 as usize)
    }

    /// The snapshots of which everything in a directory or above it is a part; by its canonical name.
    pub(super) fn marking(&self, directory: &StorageUri) -> Vec<SnapshotNumber> {
        if self.kept_directories.is_empty() {
            return Vec::new();
        }
        let upwards = std::iter::successors(Some(directory.clone()), StorageUri::parent);
        let marking = upwards.filter_map(|directory| self.kept_directories.get(&directory)).flatten();
        let marking: HashSet<SnapshotNumber> = marking.copied().collect();
        marking.into_iter().collect()
    }
}
