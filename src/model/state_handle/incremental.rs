//! Keyed state as the files of a database.

use super::super::KeyGroupRange;
use super::StreamStateHandle;
use crate::codec::JavaStr;

/// Files of RocksDB or ForSt (`IncrementalRemoteKeyedStateHandle`).
#[derive(Debug, Clone, PartialEq)]
pub struct IncrementalRemoteKeyedStateHandle<'a> {
    /// The checkpoint the files were listed for.
    pub checkpoint_id: i64,
    /// The database instance; a UUID, other text in very old files.
    pub backend_id: JavaStr<'a>,
    /// The key groups.
    pub key_groups: KeyGroupRange,
    /// Fields that Flink 1.15 added.
    pub v2: Option<IncrementalV2<'a>>,
    /// Header with the names and serializers of the states.
    pub meta: Option<StreamStateHandle<'a>>,
    /// Files that other checkpoints may name too.
    pub shared: Vec<HandleAndLocalPath<'a>>,
    /// Files that belong to this checkpoint alone.
    pub private: Vec<HandleAndLocalPath<'a>>,
}

/// What Flink 1.15 added to incremental handles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncrementalV2<'a> {
    /// Bytes uploaded for this checkpoint; -1 when that was not counted.
    pub checkpointed_size: i64,
    /// The id under which the handle is registered.
    pub state_handle_id: JavaStr<'a>,
}

/// A file of the database (`IncrementalKeyedStateHandle.HandleAndLocalPath`).
#[derive(Debug, Clone, PartialEq)]
pub struct HandleAndLocalPath<'a> {
    /// The name the database knows it by, such as `000012.sst`.
    pub local_path: JavaStr<'a>,
    /// Where it is.
    pub handle: StreamStateHandle<'a>,
}

impl<'a> IncrementalRemoteKeyedStateHandle<'a> {
    /// Every stream: header, shared files, private files.
    pub fn streams(&self) -> impl Iterator<Item = &StreamStateHandle<'a>> {
        let files = self.shared.iter().chain(&self.private).map(|file| &file.handle);
        self.meta.iter().chain(files)
    }

    /// Bytes of all files.
    #[must_use]
    pub fn state_size(&self) -> i64 {
        self.streams().map(StreamStateHandle::state_size).fold(0, i64::saturating_add)
    }

    /// Bytes that were uploaded for this checkpoint; all of them where that was not counted.
    #[must_use]
    pub fn checkpointed_size(&self) -> i64 {
        match &self.v2 {
            // UNKNOWN_CHECKPOINTED_SIZE
            Some(IncrementalV2 { checkpointed_size: -1, .. }) | None => self.state_size(),
            Some(v2) => v2.checkpointed_size,
        }
    }
}
