//! What kinds of handles a snapshot has, and what that says of how it was taken.

use crate::model::state_handle::{KeyGroupsForm, KeyedStateHandle, StreamStateHandle};
use crate::model::{CheckpointMetadata, OperatorSubtaskState};
use crate::references::visit_streams;

/// Which handles there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one observation")]
pub(super) struct Features {
    /// Files of a database (`IncrementalRemoteKeyedStateHandle`).
    pub(super) incremental_handle: bool,
    /// Such files that are not beside the metadata, so that other checkpoints can use them.
    pub(super) shared_file: bool,
    /// The changelog backend.
    pub(super) changelog: bool,
    /// In-flight data.
    pub(super) in_flight_data: bool,
    /// Segments of merged files.
    pub(super) file_merging: bool,
    /// Key groups in the layout that all backends read (`KeyGroupsSavepointStateHandle`), which only savepoints have.
    pub(super) savepoint_key_groups: bool,
    /// Key groups in a backend's own layout, in the form that is written from Flink 1.15 on.
    pub(super) native_key_groups: bool,
}

impl Features {
    pub(super) fn of(metadata: &CheckpointMetadata<'_>) -> Self {
        let mut features = Self::default();
        for operator in &metadata.operator_states {
            for subtask in operator.running() {
                features.subtask(subtask);
            }
        }
        visit_streams(metadata, |reference| {
            features.file_merging |=
                matches!(reference.stream, StreamStateHandle::Segment(_) | StreamStateHandle::EmptySegment);
        });
        features
    }

    fn subtask(&mut self, state: &OperatorSubtaskState<'_>) {
        self.in_flight_data |= state.channel_state().next().is_some();
        // Raw keyed state is a stream of its own, whatever the backend.
        if let Some(handle) = &state.managed_keyed_state {
            self.keyed(handle);
        }
    }

    fn keyed(&mut self, handle: &KeyedStateHandle<'_>) {
        match handle {
            KeyedStateHandle::KeyGroups(handle) => match handle.form {
                KeyGroupsForm::Savepoint => self.savepoint_key_groups = true,
                KeyGroupsForm::V2 { .. } => self.native_key_groups = true,
                KeyGroupsForm::V1 => {}
            },
            KeyedStateHandle::Incremental(handle) => {
                self.incremental_handle = true;
                self.shared_file |= handle
                    .shared
                    .iter()
                    .any(|file| matches!(file.handle, StreamStateHandle::File(_) | StreamStateHandle::Segment(_)));
            }
            KeyedStateHandle::Changelog(handle) => {
                self.changelog = true;
                handle.handles().for_each(|handle| self.keyed(handle));
            }
            KeyedStateHandle::InMemoryChangelog(_) | KeyedStateHandle::ChangelogStream(_) => self.changelog = true,
        }
    }
}
