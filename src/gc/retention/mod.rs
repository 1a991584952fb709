//! Retention: which snapshots a policy keeps, and by which of its rules.
//!
//! ```text
//! flags or policy file → Policy (checked once) ─┐
//! members, each with its group ─────────────────┼→ retain → a verdict for each: the rules that keep it, in words, or none
//! ```
//!
//! Pure: no storage and no clock. Rules are a union: what any rule keeps is kept. Pins, clusters, blocks and the newest checkpoints of a
//! running job (S-35) are the business of whoever turns verdicts into decisions: they can only keep more.

mod competitors;
mod damaged;
mod error;
mod expire;
pub mod file;
mod group;
mod judged;
mod period;
mod policy;
mod retain;
mod rule;
mod take;

pub use error::PolicyError;
pub use expire::Selector;
pub use group::{Group, GroupBy, GroupPart, SavepointSeries};
pub use period::{Period, parse_zone};
pub use policy::{Policy, PolicyParts};
pub use retain::retain;
pub use rule::{Keep, KindSelector, Rule, parse_duration};

use chrono::{DateTime, Utc};

use super::lineage::{Condition, SnapshotNumber};
use crate::report::{SnapshotKind, SnapshotOrigin};
use crate::uri::StorageUri;

/// A snapshot, as retention sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Which one it is.
    pub number: SnapshotNumber,
    /// What it could be grouped by; which of it counts is said by the policy.
    pub group: Group,
    /// Checkpoint or savepoint; `Unspecified` where nothing tells, and then it is kept.
    pub kind: SnapshotKind,
    /// When it was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// Its number within its job.
    pub checkpoint_id: Option<u64>,
    /// Whether it could be restored: only what is restorable counts (R-02).
    pub condition: Condition,
    /// Whether its lineage has ended (S-14).
    pub ended: bool,
    /// Why it was taken, where that is known.
    pub origin: Option<SnapshotOrigin>,
    /// A savepoint in the format of the state backend that wrote it.
    pub native: bool,
    /// The directory that holds it, or its metadata file where that has a name of its own.
    pub location: StorageUri,
}

/// What the policy says of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Which one it is.
    pub number: SnapshotNumber,
    /// Each rule that keeps it, in words; empty when the policy retires it.
    pub keeps: Vec<String>,
    /// Why it goes, in words, when nothing keeps it.
    pub retired: Option<String>,
}
