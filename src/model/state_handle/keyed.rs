//! Keyed state of a subtask.

use super::{
    ChangelogStateBackendHandle, ChangelogStateHandleStreamImpl, InMemoryChangelogStateHandle,
    IncrementalRemoteKeyedStateHandle, KeyGroupsStateHandle,
};
use crate::model::KeyGroupRange;

/// State of a range of key groups (`org.apache.flink.runtime.state.KeyedStateHandle`).
#[derive(Debug, Clone, PartialEq)]
pub enum KeyedStateHandle<'a> {
    /// One stream with offsets: heap snapshots, canonical savepoints.
    KeyGroups(Box<KeyGroupsStateHandle<'a>>),
    /// Files of RocksDB or ForSt.
    Incremental(Box<IncrementalRemoteKeyedStateHandle<'a>>),
    /// The changelog backend.
    Changelog(Box<ChangelogStateBackendHandle<'a>>),
    /// Changes in the metadata.
    InMemoryChangelog(Box<InMemoryChangelogStateHandle<'a>>),
    /// Changes in files.
    ChangelogStream(Box<ChangelogStateHandleStreamImpl<'a>>),
}

impl KeyedStateHandle<'_> {
    /// The key groups it covers.
    #[must_use]
    pub fn key_groups(&self) -> KeyGroupRange {
        match self {
            Self::KeyGroups(handle) => handle.key_groups,
            Self::Incremental(handle) => handle.key_groups,
            Self::Changelog(handle) => handle.key_groups,
            Self::InMemoryChangelog(handle) => handle.key_groups,
            Self::ChangelogStream(handle) => handle.key_groups,
        }
    }

    /// Bytes of everything it names (`StateObject.getStateSize`).
    #[must_use]
    pub fn state_size(&self) -> i64 {
        match self {
            Self::KeyGroups(handle) => handle.delegate.state_size(),
            Self::Incremental(handle) => handle.state_size(),
            Self::Changelog(handle) => handle.state_size(),
            Self::InMemoryChangelog(handle) => handle.state_size(),
            Self::ChangelogStream(handle) => handle.size,
        }
    }

    /// Bytes that were written anew for the checkpoint (`CompositeStateHandle.getCheckpointedSize`).
    #[must_use]
    pub fn checkpointed_size(&self) -> i64 {
        match self {
            Self::KeyGroups(_) | Self::InMemoryChangelog(_) => self.state_size(),
            Self::Incremental(handle) => handle.checkpointed_size(),
            Self::Changelog(handle) => handle.checkpointed_size,
            Self::ChangelogStream(handle) => handle.checkpointed_size,
        }
    }
}
