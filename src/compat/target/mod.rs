//! The job that is to be started, as far as its descriptions tell. What none of them tells is `None`, which is never the same as "no".
//!
//! One file per kind of description; `combine.rs` puts several together.

mod application;
mod combine;
mod compiled_plan;
mod deployment;
mod error;
mod execution_plan;
mod java_graph;
mod job_graph;
mod job_plan;
mod kind_of_text;
mod manifest;
mod manifest_type;
mod running_job;
mod snapshot;
mod sql_node;
mod stream_graph;
mod unchanged;
mod write;
mod yaml;

pub use application::application;
pub use compiled_plan::compiled_plan;
pub use deployment::deployment;
pub use error::TargetError;
pub use execution_plan::execution_plan;
pub use java_graph::job_graph;
pub use job_plan::job_plan;
pub use kind_of_text::{TextKind, kind_of_text};
pub use manifest::manifest;
pub use running_job::{RunningJob, running_job};
pub use snapshot::of_snapshot;
pub(super) use sql_node::is_of_a_statement;
pub use unchanged::unchanged;
pub use write::manifest_of;

use std::collections::{BTreeMap, BTreeSet};

use crate::compat::FlinkVersion;
use crate::model::OperatorId;
use crate::report::{State, TargetCompleteness, TargetSource, Type};

/// The job.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a description tells or not")]
pub struct Target {
    /// Where the description comes from.
    pub sources: Vec<TargetSource>,
    /// The release that it runs on.
    pub flink_version: Option<FlinkVersion>,
    /// How it is started.
    pub restore: RestoreSettings,
    /// The state backend.
    pub backend: Backend,
    /// Its tasks. Where a description does not tell which operators are chained, each operator is one.
    pub vertices: Vec<Vertex>,
    /// The vertices have all operators of the job.
    pub is_complete: bool,
    /// The vertices are operators that the job may have.
    pub only_candidates: bool,
    /// The vertices tell which operators are chained.
    pub chains_known: bool,
    /// The vertices have the hashes that were given with `setUidHash`.
    pub uid_hashes_known: bool,
    /// Names of the hooks of its checkpoint coordinator (`MasterTriggerRestoreHook`).
    pub master_hooks: Option<BTreeSet<String>>,
    /// Operators, by uid or id, whose state may be dropped.
    pub may_drop: BTreeSet<String>,
    /// Operators, by uid or id, whose state must be restored.
    pub must_restore: BTreeSet<String>,
    /// It is written in SQL; `None` where nothing tells.
    pub is_sql: Option<bool>,
    /// It is the job that took the snapshot, and nothing but the release is another one.
    pub is_unchanged: bool,
    /// What a compiled plan of SQL tells beside the operators, if they are from one.
    pub sql: Option<SqlPlan>,
}

/// A compiled plan of SQL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SqlPlan {
    /// Its nodes, by the numbers that uids begin with.
    pub nodes: BTreeMap<u64, SqlNode>,
}

/// A node of a compiled plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SqlNode {
    /// Its type without the version, such as `stream-exec-calc`.
    pub name: String,
    /// It may become operators that the plan does not tell.
    pub is_open: bool,
    /// The connector, of a source or sink whose table the plan describes.
    pub connector: Option<String>,
    /// It has a `table.exec.uid.format` of its own. Else that of the job counts, which a plan does not tell.
    pub tells_format: bool,
    /// The transformations that it becomes, as far as they are known.
    pub transformations: Vec<&'static str>,
    /// What the uids of its operators would be under another `table.exec.uid.format`.
    pub under_the_other_format: Vec<String>,
}

/// How a job is started from a snapshot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RestoreSettings {
    /// State without an operator may be dropped (`execution.state-recovery.ignore-unclaimed-state`).
    pub allow_non_restored_state: Option<bool>,
    /// Who owns the snapshot afterwards (`execution.state-recovery.claim-mode`).
    pub claim_mode: Option<ClaimMode>,
    /// By which way it is restored.
    pub path: Option<RestorePath>,
    /// Which snapshot is taken, where a platform chooses it.
    pub start: Option<Start>,
    /// Records on their way are left behind (`execution.state-recovery.without-channel-state.checkpoint-id`).
    pub drop_in_flight: Option<bool>,
}

/// What a platform starts a job from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Nothing: `upgradeMode: stateless`, `restoreStrategy: NONE`, `upgradeStrategy: STATELESS`.
    WithoutState,
    /// The newest savepoint that it knows (`restoreStrategy: LATEST_SAVEPOINT`).
    LatestSavepoint,
    /// The newest checkpoint or savepoint that it knows (`restoreStrategy: LATEST_STATE`).
    LatestState,
}

/// A platform with rules of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Alibaba Realtime Compute.
    Alibaba,
}

/// `RecoveryClaimMode`, which was called `RestoreMode` before 2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimMode {
    /// The snapshot stays the user's.
    NoClaim,
    /// Flink takes it over.
    Claim,
    /// As before 1.15: nobody owns it, and it is needed on.
    Legacy,
}

/// By which way a job gets at the snapshot (`DefaultExecutionGraphFactory`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestorePath {
    /// A path is given.
    Savepoint,
    /// High-availability storage names it.
    HighAvailability,
}

/// The state backend of a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backend {
    /// Which one.
    pub kind: Option<BackendKind>,
    /// Where RocksDB keeps timers.
    pub timers: Option<TimerService>,
    /// Changes go through the changelog.
    pub changelog: Option<bool>,
}

/// A state backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackendKind {
    /// `HashMapStateBackend`.
    HashMap,
    /// `EmbeddedRocksDBStateBackend`.
    RocksDb,
    /// `ForStStateBackend`.
    ForSt,
}

/// Where timers are (`state.backend.rocksdb.timer-service.factory`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerService {
    /// In memory.
    Heap,
    /// In RocksDB.
    RocksDb,
}

/// A task: a chain of operators, or one operator of which nobody knows in which chain it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vertex {
    /// Its name.
    pub name: Option<String>,
    /// Number of subtasks.
    pub parallelism: Option<u32>,
    /// Number of key groups.
    pub max_parallelism: Option<MaxParallelism>,
    /// Its operators, the head first.
    pub operators: Vec<TargetOperator>,
    /// Where its records come from.
    pub inputs: Option<Vec<Input>>,
}

/// What is known of a number of key groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxParallelism {
    /// The program or the configuration sets it.
    Explicit(u32),
    /// Nothing sets it: Flink derives it, or takes that of the snapshot.
    Derived,
    /// It has this number, and nothing tells whether it is set.
    Effective(u32),
}

/// An edge into a vertex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Position of the vertex that it comes from.
    pub from: usize,
    /// How records are handed on.
    pub partitioner: Option<Partitioner>,
}

/// How records are handed on (`StreamPartitioner`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partitioner {
    /// To the subtask with the same index.
    Forward,
    /// To some subtasks in turn.
    Rescale,
    /// To all subtasks in turn.
    Rebalance,
    /// To any subtask.
    Shuffle,
    /// By key group.
    Hash,
    /// To the first subtask.
    Global,
    /// To every subtask.
    Broadcast,
    /// As the program says.
    Custom,
}

/// An operator of the job.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TargetOperator {
    /// Its id; `None` where it has no uid, and the topology would have to be known to compute it.
    pub id: Option<OperatorId>,
    /// The id that it was given with `setUidHash`.
    pub uid_hash: Option<OperatorId>,
    /// Its uid.
    pub uid: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// It keeps state.
    pub has_state: Option<bool>,
    /// What is known of its states.
    pub states: Option<TargetStates>,
    /// Nothing says for certain that the job has it: it is what a connector of SQL would most probably make.
    pub may_be_absent: bool,
    /// All values of its keyed states expire, or none.
    pub expires: Option<bool>,
}

/// States that an operator of the job registers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TargetStates {
    /// Type of its keys.
    pub key: Option<Type>,
    /// The states.
    pub entries: Vec<State>,
    /// There are no others.
    pub is_complete: bool,
    /// Timers are among them, if it has any: programs do not declare these.
    pub tells_timers: bool,
}

/// An operator's place in a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OperatorPlace {
    /// Position of its vertex.
    pub vertex: usize,
    /// Position in the vertex.
    pub operator: usize,
}

impl OperatorPlace {
    /// The first operator of a vertex.
    #[must_use]
    pub fn head(vertex: usize) -> Self {
        Self { vertex, operator: 0 }
    }
}

impl SqlNode {
    /// It is a source or a sink.
    #[must_use]
    pub fn has_connector(&self) -> bool {
        ["-source-scan", "-sink"].iter().any(|kind| self.name.ends_with(kind))
    }
}

impl Target {
    /// All operators and where they are.
    pub fn operators(&self) -> impl Iterator<Item = (OperatorPlace, &TargetOperator)> {
        self.vertices.iter().enumerate().flat_map(|(vertex, of)| {
            of.operators.iter().enumerate().map(move |(operator, each)| (OperatorPlace { vertex, operator }, each))
        })
    }

    /// The operator at a place.
    #[must_use]
    pub fn operator(&self, place: OperatorPlace) -> Option<&TargetOperator> {
        self.vertices.get(place.vertex)?.operators.get(place.operator)
    }

    /// How many of the job's operators it names.
    #[must_use]
    pub fn completeness(&self) -> TargetCompleteness {
        if self.vertices.is_empty() {
            TargetCompleteness::None
        } else if self.is_complete {
            TargetCompleteness::Full
        } else if self.only_candidates {
            TargetCompleteness::Candidates
        } else {
            TargetCompleteness::HeadsOnly
        }
    }
}

impl TargetOperator {
    /// How people know it: uid, else name, else id.
    #[must_use]
    pub fn label(&self) -> String {
        let known = self.uid.as_ref().or(self.name.as_ref()).filter(|label| !label.is_empty()).cloned();
        known.or_else(|| self.id.map(|id| id.to_string())).unwrap_or_else(|| "an operator without uid".to_owned())
    }
}

impl ClaimMode {
    /// The constant in Flink's configuration.
    #[must_use]
    pub const fn constant(self) -> &'static str {
        match self {
            Self::NoClaim => "NO_CLAIM",
            Self::Claim => "CLAIM",
            Self::Legacy => "LEGACY",
        }
    }

    /// The mode with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bare = text.trim().to_ascii_uppercase().replace('-', "_");
        [Self::NoClaim, Self::Claim, Self::Legacy].into_iter().find(|mode| mode.constant() == bare)
    }
}

impl BackendKind {
    /// Its name in Flink's configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HashMap => "hashmap",
            Self::RocksDb => "rocksdb",
            Self::ForSt => "forst",
        }
    }

    /// The backend with this name, or with the class that older configurations name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().rsplit('.').next().unwrap_or_default() {
            "hashmap"
            | "jobmanager"
            | "filesystem"
            | "hashmapstatebackend"
            | "hashmapstatebackendfactory"
            | "memorystatebackend"
            | "fsstatebackend"
            | "fsstatebackendfactory" => Some(Self::HashMap),
            "rocksdb"
            | "embeddedrocksdbstatebackend"
            | "embeddedrocksdbstatebackendfactory"
            | "rocksdbstatebackend"
            | "rocksdbstatebackendfactory" => Some(Self::RocksDb),
            "forst" | "forststatebackend" | "forststatebackendfactory" => Some(Self::ForSt),
            _ => None,
        }
    }
}

impl Partitioner {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Forward, "forward"),
        (Self::Rescale, "rescale"),
        (Self::Rebalance, "rebalance"),
        (Self::Shuffle, "shuffle"),
        (Self::Hash, "hash"),
        (Self::Global, "global"),
        (Self::Broadcast, "broadcast"),
        (Self::Custom, "custom"),
    ];

    /// Its name in a manifest; in a plan (`ship_strategy`) it is the same in capitals.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(each, _)| *each == self).map_or("custom", |(_, name)| name)
    }

    /// The partitioner with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name)| name.eq_ignore_ascii_case(text.trim())).map(|(each, _)| *each)
    }
}

/// Key groups that Flink derives from a parallelism (`KeyGroupRangeAssignment.computeDefaultMaxParallelism`).
#[must_use]
pub fn derived_max_parallelism(parallelism: u32) -> u32 {
    parallelism.saturating_add(parallelism / 2).min(1 << 15).next_power_of_two().clamp(1 << 7, 1 << 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_groups_are_derived_as_flink_does() {
        // The limits of the ranges in the documentation of Flink's formula.
        for (parallelism, expected) in
            [(1, 128), (85, 128), (86, 256), (171, 256), (172, 512), (341, 512), (342, 1024), (30_000, 32_768)]
        {
            assert_eq!(derived_max_parallelism(parallelism), expected, "{parallelism}");
        }
    }

    #[test]
    fn backends_are_known_by_name_and_by_class() {
        assert_eq!(BackendKind::parse("rocksdb"), Some(BackendKind::RocksDb));
        let class = "org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackendFactory";
        assert_eq!(BackendKind::parse(class), Some(BackendKind::RocksDb));
        assert_eq!(BackendKind::parse("com.example.Own"), None);
    }
}
