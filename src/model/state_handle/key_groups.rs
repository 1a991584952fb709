//! Keyed state in one stream with an offset per key group.

use super::super::KeyGroupRange;
use super::StreamStateHandle;
use crate::codec::{JavaStr, LongArray};

/// Keyed state of a range of key groups in one stream (`KeyGroupsStateHandle`, `KeyGroupsSavepointStateHandle`).
#[derive(Debug, Clone, PartialEq)]
pub struct KeyGroupsStateHandle<'a> {
    /// How it is written.
    pub form: KeyGroupsForm<'a>,
    /// The key groups.
    pub key_groups: KeyGroupRange,
    /// Where each key group starts in the stream; 0 and -1 mean that there is nothing of it.
    pub offsets: LongArray<'a>,
    /// The stream.
    pub delegate: StreamStateHandle<'a>,
}

/// The ways in which a handle with key-group offsets is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyGroupsForm<'a> {
    /// Until Flink 1.14.
    V1,
    /// In canonical savepoints from Flink 1.13 on (`KeyGroupsSavepointStateHandle`).
    Savepoint,
    /// From Flink 1.15 on.
    V2 {
        /// The id under which the handle is registered.
        state_handle_id: JavaStr<'a>,
    },
}
