//! What else protects: snapshots that somebody needs though no policy keeps them (`docs/gc-safety.md`, S-14 and S-16 to S-19).
//!
//! A source is read completely, or it is an error: an unreachable or partly read registry is not an empty one (S-18). One source is one
//! file and one line in the table of [`spec`]. What sources name is a union: one snapshot may be named by several, and it is dead only
//! when none does (S-17). Nothing here changes or deletes an entry of anybody.

mod flink_rest;
mod high_availability;
mod pin_file;
mod pin_line;
pub mod spec;
mod whole_file;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::storage::{Secret, Stores};
use crate::uri::StorageUri;

/// What a source said, all of it, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// What was read, as a person knows it: `pin:/etc/pins`, `flink:https://jobmanager:8081`.
    pub source: String,
    /// When reading it began: what came into being later may not be in it.
    pub read_at: DateTime<Utc>,
    /// What it protects.
    pub snapshots: Vec<Protected>,
    /// What it named once and protects no longer: pins that have expired. To be told, not to be kept.
    pub expired: Vec<Protected>,
    /// Jobs that it knows.
    pub jobs: Vec<KnownJob>,
    /// Whether it is a high-availability store whose pointers were read too, all of them: only then does it tell that a job has none
    /// (S-14), and only then is [`Self::residue`] known.
    pub pointers_read: bool,
    /// Files of a high-availability store that no pointer names (class H). Empty unless pointers were read.
    pub residue: Vec<StorageUri>,
    /// It was not read, and the operator said that it need not be (S-18). Whoever takes the operator's word sets this; no source does.
    pub waived: bool,
}

impl Protection {
    /// An answer that names nothing yet.
    #[must_use]
    pub fn new(source: String, read_at: DateTime<Utc>) -> Self {
        Self {
            source,
            read_at,
            snapshots: Vec::new(),
            expired: Vec::new(),
            jobs: Vec::new(),
            pointers_read: false,
            residue: Vec::new(),
            waived: false,
        }
    }

    /// What stands for a source that the operator said need not be read.
    #[must_use]
    pub fn waived(source: String, read_at: DateTime<Utc>) -> Self {
        Self { waived: true, ..Self::new(source, read_at) }
    }
}

/// A place that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protected {
    /// The directory of a snapshot, its metadata file, or a file or directory that a snapshot names.
    ///
    /// It stands for the snapshot that it is or lies in, with all that the snapshot names, and for the file that it is. A directory that
    /// lies inside a lineage stands for everything below it; one that is a lineage or lies above, such as the root that a job graph has
    /// in its configuration, stands for nothing unless the fields below say more.
    pub place: StorageUri,
    /// Who needs it, in words.
    pub reason: String,
    /// Everything in the lineage that it is or lies in is needed too: what names it could not be understood (S-19), or it was pinned as a
    /// whole.
    pub whole_lineage: bool,
    /// Everything below it is needed, whatever lineages these are: a person wrote it down. A location that was found in bytes means no
    /// such thing.
    pub everything_below: bool,
    /// The name that a policy's `keep-tag` calls it by. It is protected whether a policy does or not.
    pub tag: Option<String>,
    /// When it stops being needed, as far as that was said.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A job that a source knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownJob {
    /// 32 hexadecimal digits.
    pub job_id: String,
    /// What its authors call it.
    pub name: Option<String>,
    /// Whether it may still run.
    pub state: JobState,
    /// How many completed checkpoints Flink keeps of it, where the source tells.
    pub num_retained: Option<u32>,
}

/// Whether a job may still run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It runs, or nothing says that it will not: suspended, restarting, or in a state that this version does not know.
    Running,
    /// It reached a globally terminal state: finished, cancelled or failed for good. Its tasks may still write for a while (S-25).
    Terminal {
        /// When, where the source tells.
        ended_at: Option<DateTime<Utc>>,
    },
}

/// Something that may protect snapshots.
#[async_trait]
pub trait ProtectionSource: Send + Sync {
    /// What it is, as a person knows it. No secret is in it.
    fn name(&self) -> String;

    /// Reads all of it, anew at every call.
    async fn read(&self) -> Result<Protection, ProtectError>;
}

/// A source that could not be read completely, which blocks (S-18), or that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {cause}")]
pub struct ProtectError {
    /// Where: a file with line and column, or the address that was asked.
    pub place: String,
    /// What is wrong there.
    pub cause: String,
    /// What to do about it.
    pub hint: String,
}

impl ProtectError {
    /// An error from its three parts.
    #[must_use]
    pub fn new(place: impl Into<String>, cause: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { place: place.into(), cause: cause.into(), hint: hint.into() }
    }
}

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What sources reach the world with.
#[derive(Clone)]
pub struct Reach {
    /// The stores that files are in.
    pub stores: Arc<Stores>,
    /// The time, which decides whether a pin has expired.
    pub clock: Clock,
    /// What authorizes at Flink's REST API: the value of [`FLINK_TOKEN_VARIABLE`](crate::flink_rest::FLINK_TOKEN_VARIABLE).
    pub flink_token: Option<Secret>,
    /// How long to wait for an answer of a REST API in all.
    pub timeout: std::time::Duration,
}
