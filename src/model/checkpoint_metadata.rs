//! A whole snapshot.

use super::{CheckpointProperties, MetadataVersion, OperatorState};
use crate::codec::JavaStr;

/// The contents of a `_metadata` file (`org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata`).
#[derive(Debug, Clone, PartialEq)]
pub struct CheckpointMetadata<'a> {
    /// The version it was written in.
    pub version: MetadataVersion,
    /// Counted up by the job; not negative. A savepoint takes its number from the same counter.
    pub checkpoint_id: i64,
    /// States of hooks that run on the job manager.
    pub master_states: Vec<MasterState<'a>>,
    /// One entry per operator of the job, with or without state, in the order of the file, which has no meaning.
    pub operator_states: Vec<OperatorState<'a>>,
    /// What kind of snapshot this is; not recorded before version 4.
    pub properties: Option<CheckpointProperties<'a>>,
}

impl CheckpointMetadata<'_> {
    /// Bytes of all handles, each reference counted. This is what Flink calls the state size.
    #[must_use]
    pub fn state_size(&self) -> i64 {
        self.operator_states.iter().map(OperatorState::state_size).fold(0, i64::saturating_add)
    }

    /// Bytes that were written anew for this snapshot, as far as its handles record it.
    #[must_use]
    pub fn checkpointed_size(&self) -> i64 {
        self.operator_states.iter().map(OperatorState::checkpointed_size).fold(0, i64::saturating_add)
    }
}

/// State of a `MasterTriggerRestoreHook` (`org.apache.flink.runtime.checkpoint.MasterState`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MasterState<'a> {
    /// The hook's identifier.
    pub name: JavaStr<'a>,
    /// The version of the hook's own serializer.
    pub version: i32,
    /// What the hook wrote.
    pub bytes: &'a [u8],
}
