//! State handles: what names the bytes of a state.

mod changelog;
mod channel;
mod incremental;
mod key_groups;
mod keyed;
mod operator;
mod stream;

pub use changelog::{
    ChangelogStateBackendHandle, ChangelogStateHandleStreamImpl, InMemoryChangelogStateHandle, StateChange,
    StreamAndOffset,
};
pub use channel::{
    ChannelKind, ChannelOffsets, ChannelStateHandle, MergedChannelStateHandle, SingleChannelStateHandle,
};
pub use incremental::{HandleAndLocalPath, IncrementalRemoteKeyedStateHandle, IncrementalV2};
pub use key_groups::{KeyGroupsForm, KeyGroupsStateHandle};
pub use keyed::KeyedStateHandle;
pub use operator::{FileMergingDirectories, OperatorStateHandle, OperatorStateMode, StateMetaInfo};
pub use stream::{
    ByteStreamStateHandle, CheckpointedStateScope, FileStateHandle, KeyGroupsStreamStateHandle,
    RelativeFileStateHandle, SegmentFileStateHandle, StreamStateHandle,
};
