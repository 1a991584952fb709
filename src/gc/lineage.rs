//! Whose files are whose: one job's directory is one lineage, and so is a savepoint that lies outside of one.
//!
//! A lineage follows from places alone: `_metadata` holds no job id (`docs/gc-safety.md`, section 2).

use chrono::{DateTime, Utc};

use crate::report::{SnapshotKind, SnapshotOrigin};
use crate::uri::StorageUri;

/// A lineage among those of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineageNumber(pub u32);

/// A snapshot among those of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotNumber(pub u32);

/// A job's directory, or a savepoint outside of any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lineage {
    /// The directory.
    pub place: StorageUri,
    /// The job's id, where the directory is named by one.
    pub job_id: Option<String>,
    /// When something in it was last written, as far as was seen.
    pub last_write: Option<DateTime<Utc>>,
    /// What proves that its job does not run and will not recover (S-14), in words; `None` counts as running.
    pub ended: Option<String>,
    /// Why nothing in it may be retired or swept, in words.
    pub blocked: Option<String>,
}

/// Whether a snapshot could be restored, as far as storage tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Everything that it names is there.
    Restorable,
    /// Files are missing or have another length: no Flink can restore it.
    Damaged {
        /// How many files.
        files: u64,
    },
    /// Something that it names could not be asked for.
    NotChecked,
    /// Its metadata does not parse.
    Unreadable,
    /// Its metadata is of a newer Flink, holds what this version does not know, or could not be read.
    NotUnderstood,
}

/// A snapshot, as decisions see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotFacts {
    /// The directory that holds it, or its metadata file where that has a name of its own.
    pub location: StorageUri,
    /// The directory from which its relative handles start.
    pub directory: StorageUri,
    /// Its metadata file.
    pub metadata: MetadataFile,
    /// Its lineage.
    pub lineage: LineageNumber,
    /// Checkpoint or savepoint, where that is known.
    pub kind: Option<SnapshotKind>,
    /// Why it was taken, where that is known.
    pub origin: Option<SnapshotOrigin>,
    /// A savepoint in the format of the state backend that wrote it.
    pub native: bool,
    /// Its number within its job.
    pub checkpoint_id: Option<u64>,
    /// Version of the metadata.
    pub metadata_version: Option<i32>,
    /// Whether it could be restored.
    pub condition: Condition,
    /// Hash of the set of operator ids: savepoints of one job have the same. 0 where they are not known.
    pub operators: u64,
    /// Number of files that it names.
    pub files: u64,
}

/// A metadata file as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataFile {
    /// Where it is.
    pub place: StorageUri,
    /// Bytes.
    pub length: u64,
    /// When it was written, which is when the snapshot was completed.
    pub modified_at: Option<DateTime<Utc>>,
    /// The store's tag of it, where it has one.
    pub tag: Option<String>,
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
}
