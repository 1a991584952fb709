//! Every stream that a snapshot names, with the handle it sits in and what that means for its lifetime.

use std::borrow::Cow;

use crate::model::state_handle::{
    ChangelogStateBackendHandle, ChannelKind, ChannelStateHandle, CheckpointedStateScope,
    IncrementalRemoteKeyedStateHandle, KeyGroupsForm, KeyedStateHandle, OperatorStateHandle, StreamStateHandle,
};
use crate::model::{CheckpointMetadata, OperatorState, OperatorSubtaskState};

/// With what a stream's bytes are deleted.
///
/// This follows from the handle a stream sits in, not from the directory its file is in: private RocksDB files lie in `shared/`,
/// and merged exclusive files in `taskowned/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// With its checkpoint.
    Exclusive,
    /// With the last checkpoint that uses it.
    Shared,
    /// With its last use, and by task managers until it has been handed over.
    TaskOwned,
}

/// Which part of an operator's state a stream belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// Coordinator state.
    Coordinator,
    /// Managed operator state.
    ManagedOperator,
    /// Raw operator state.
    RawOperator,
    /// Managed keyed state.
    ManagedKeyed,
    /// Raw keyed state.
    RawKeyed,
    /// In-flight data.
    Channel,
}

/// A stream that a snapshot names.
#[derive(Debug, Clone, Copy)]
pub struct StreamReference<'m, 'a> {
    /// The operator.
    pub operator: &'m OperatorState<'a>,
    /// The part of its state.
    pub owner: Owner,
    /// Flink's class of the handle that holds the stream.
    pub handle_class: &'static str,
    /// What its bytes are deleted with.
    pub role: Role,
    /// The stream.
    pub stream: &'m StreamStateHandle<'a>,
}

/// Shows every stream of a snapshot but coordinator state, which is always inside the metadata. A stream that several handles
/// name is shown as often.
pub fn visit_streams<'m, 'a>(metadata: &'m CheckpointMetadata<'a>, mut show: impl FnMut(StreamReference<'m, 'a>)) {
    for operator in &metadata.operator_states {
        for subtask in operator.running() {
            Visitor { operator, show: &mut show }.subtask(subtask);
        }
    }
}

/// Shows every directory that file merging manages as a unit, as its path is written: whatever is in one belongs to the snapshot,
/// named or not (`FileMergingOperatorStreamStateHandle`).
pub fn visit_directories(metadata: &CheckpointMetadata<'_>, mut show: impl FnMut(Cow<'_, str>, Role)) {
    for operator in &metadata.operator_states {
        for subtask in operator.running() {
            for handle in [&subtask.managed_operator_state, &subtask.raw_operator_state].into_iter().flatten() {
                if let Some(directories) = &handle.file_merging {
                    show(directories.task_owned.to_str(), Role::TaskOwned);
                    show(directories.shared.to_str(), Role::Shared);
                }
            }
        }
    }
}

struct Visitor<'m, 'a, 's> {
    operator: &'m OperatorState<'a>,
    show: &'s mut dyn FnMut(StreamReference<'m, 'a>),
}

impl<'m, 'a> Visitor<'m, 'a, '_> {
    fn subtask(&mut self, state: &'m OperatorSubtaskState<'a>) {
        for (owner, handle) in
            [(Owner::ManagedOperator, &state.managed_operator_state), (Owner::RawOperator, &state.raw_operator_state)]
        {
            if let Some(handle) = handle {
                self.stream(owner, operator_class(handle), Role::Exclusive, &handle.delegate);
            }
        }
        for (owner, handle) in
            [(Owner::ManagedKeyed, &state.managed_keyed_state), (Owner::RawKeyed, &state.raw_keyed_state)]
        {
            if let Some(handle) = handle {
                self.keyed(owner, handle, None);
            }
        }
        for (kind, handle) in state.channel_state() {
            self.stream(Owner::Channel, channel_class(kind, handle), Role::Exclusive, handle.delegate());
        }
    }

    /// `within` is the role that the surrounding handle gives to everything in it.
    fn keyed(&mut self, owner: Owner, handle: &'m KeyedStateHandle<'a>, within: Option<Role>) {
        match handle {
            KeyedStateHandle::KeyGroups(handle) => {
                let class = match handle.form {
                    KeyGroupsForm::Savepoint => "KeyGroupsSavepointStateHandle",
                    KeyGroupsForm::V1 | KeyGroupsForm::V2 { .. } => "KeyGroupsStateHandle",
                };
                self.stream(owner, class, within.unwrap_or(Role::Exclusive), &handle.delegate);
            }
            KeyedStateHandle::Incremental(handle) => self.incremental(owner, handle, within),
            KeyedStateHandle::Changelog(handle) => self.changelog(owner, handle),
            KeyedStateHandle::InMemoryChangelog(_) => {}
            KeyedStateHandle::ChangelogStream(handle) => {
                for stream in &handle.streams {
                    self.stream(owner, "ChangelogStateHandleStreamImpl", Role::TaskOwned, &stream.handle);
                }
            }
        }
    }

    fn incremental(&mut self, owner: Owner, handle: &'m IncrementalRemoteKeyedStateHandle<'a>, within: Option<Role>) {
        const CLASS: &str = "IncrementalRemoteKeyedStateHandle";
        let exclusive = within.unwrap_or(Role::Exclusive);
        if let Some(meta) = &handle.meta {
            self.stream(owner, CLASS, exclusive, meta);
        }
        for file in &handle.shared {
            self.stream(owner, CLASS, Role::Shared, &file.handle);
        }
        for file in &handle.private {
            self.stream(owner, CLASS, exclusive, &file.handle);
        }
    }

    /// Everything in the materialized part is registered as shared state: later checkpoints use it until the next materialization.
    fn changelog(&mut self, owner: Owner, handle: &'m ChangelogStateBackendHandle<'a>) {
        for materialized in handle.materialized.iter().flatten() {
            self.keyed(owner, materialized, Some(Role::Shared));
        }
        for changes in handle.non_materialized.iter().flatten() {
            self.keyed(owner, changes, None);
        }
    }

    fn stream(&mut self, owner: Owner, handle_class: &'static str, role: Role, stream: &'m StreamStateHandle<'a>) {
        if let StreamStateHandle::KeyGroups(handle) = stream {
            return self.stream(owner, handle_class, role, &handle.delegate);
        }
        let role = match stream {
            // A segment says itself who uses it; see SegmentFileStateHandle.getScope.
            StreamStateHandle::Segment(segment) if role != Role::TaskOwned => match segment.scope {
                CheckpointedStateScope::Exclusive => role,
                CheckpointedStateScope::Shared => Role::Shared,
            },
            _ => role,
        };
        (self.show)(StreamReference { operator: self.operator, owner, handle_class, role, stream });
    }
}

fn channel_class(kind: ChannelKind, handle: &ChannelStateHandle<'_>) -> &'static str {
    match (kind, handle) {
        (ChannelKind::Input, ChannelStateHandle::Single(_)) => "InputChannelStateHandle",
        (ChannelKind::Input, ChannelStateHandle::Merged(_)) => "MergedInputChannelStateHandle",
        (ChannelKind::Output, ChannelStateHandle::Single(_)) => "ResultSubpartitionStateHandle",
        (ChannelKind::Output, ChannelStateHandle::Merged(_)) => "MergedResultSubpartitionStateHandle",
    }
}

fn operator_class(handle: &OperatorStateHandle<'_>) -> &'static str {
    match &handle.file_merging {
        None => "OperatorStreamStateHandle",
        Some(directories) if directories.empty => "EmptyFileMergingOperatorStreamStateHandle",
        Some(_) => "FileMergingOperatorStreamStateHandle",
    }
}
