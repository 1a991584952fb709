//! Keyed state of the changelog backend: a materialized part and the changes since.

use super::super::KeyGroupRange;
use super::{KeyedStateHandle, StreamStateHandle};
use crate::codec::JavaStr;

/// State of the changelog backend (`ChangelogStateBackendHandleImpl`).
#[derive(Debug, Clone, PartialEq)]
pub struct ChangelogStateBackendHandle<'a> {
    /// The key groups.
    pub key_groups: KeyGroupRange,
    /// Bytes written for this checkpoint.
    pub checkpointed_size: i64,
    /// Handles of the wrapped backend. `None` is tolerated by Flink, which then skips it.
    pub materialized: Vec<Option<KeyedStateHandle<'a>>>,
    /// Changes since the materialization.
    pub non_materialized: Vec<Option<KeyedStateHandle<'a>>>,
    /// Counts the materializations.
    pub materialization_id: i64,
    /// The checkpoint; since Flink 1.16.
    pub checkpoint_id: Option<i64>,
    /// The id under which the handle is registered.
    pub state_handle_id: JavaStr<'a>,
}

impl<'a> ChangelogStateBackendHandle<'a> {
    /// The handles of both parts.
    pub fn handles(&self) -> impl Iterator<Item = &KeyedStateHandle<'a>> {
        self.materialized.iter().chain(&self.non_materialized).flatten()
    }

    /// Bytes of both parts.
    #[must_use]
    pub fn state_size(&self) -> i64 {
        self.handles().map(KeyedStateHandle::state_size).fold(0, i64::saturating_add)
    }
}

/// Changes that are in the metadata (`InMemoryChangelogStateHandle`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InMemoryChangelogStateHandle<'a> {
    /// The key groups.
    pub key_groups: KeyGroupRange,
    /// Number of the first change.
    pub from: i64,
    /// Number behind the last change.
    pub to: i64,
    /// The changes.
    pub changes: Vec<StateChange<'a>>,
    /// The id under which the handle is registered.
    pub state_handle_id: JavaStr<'a>,
}

impl InMemoryChangelogStateHandle<'_> {
    /// Bytes of all changes.
    #[must_use]
    pub fn state_size(&self) -> i64 {
        let sizes = self.changes.iter().map(|change| i64::try_from(change.change.len()).unwrap_or(i64::MAX));
        sizes.fold(0, i64::saturating_add)
    }
}

/// A change (`org.apache.flink.runtime.state.changelog.StateChange`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateChange<'a> {
    /// The key group; -1 for a change of a state's description.
    pub key_group: i32,
    /// The change.
    pub change: &'a [u8],
}

/// Changes in files that several tasks and checkpoints fill (`ChangelogStateHandleStreamImpl`).
#[derive(Debug, Clone, PartialEq)]
pub struct ChangelogStateHandleStreamImpl<'a> {
    /// The key groups.
    pub key_groups: KeyGroupRange,
    /// The files and where the changes start in each.
    pub streams: Vec<StreamAndOffset<'a>>,
    /// Bytes of changes.
    pub size: i64,
    /// Bytes of changes written for this checkpoint.
    pub checkpointed_size: i64,
    /// The id under which the handle is registered.
    pub state_handle_id: JavaStr<'a>,
    /// Which changelog storage wrote it; since Flink 1.16, before that always `filesystem`.
    pub storage_identifier: Option<JavaStr<'a>>,
}

/// A file of changes and the place of the first one in it.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamAndOffset<'a> {
    /// Bytes before the changes, not counting the compression flag and counted after decompression.
    pub offset: i64,
    /// The file.
    pub handle: StreamStateHandle<'a>,
}
