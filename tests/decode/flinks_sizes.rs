//! Sizes as Flink adds them up.
//!
//! They differ from keepoint's in one thing: a file whose size was not known on closing it (-1) makes Flink's totals smaller by
//! one byte, where keepoint takes it for empty.

use keepoint::model::state_handle::{KeyedStateHandle, OperatorStateHandle, StreamStateHandle};
use keepoint::model::{OperatorState, OperatorSubtaskState};

/// `StateObject.getStateSize` and `CompositeStateHandle.getCheckpointedSize`.
pub(crate) trait FlinksSizes {
    fn flinks_state_size(&self) -> i64;
    fn flinks_checkpointed_size(&self) -> i64;
}

impl FlinksSizes for StreamStateHandle<'_> {
    fn flinks_state_size(&self) -> i64 {
        self.state_size() - unknown(self)
    }

    fn flinks_checkpointed_size(&self) -> i64 {
        self.flinks_state_size()
    }
}

impl FlinksSizes for OperatorStateHandle<'_> {
    fn flinks_state_size(&self) -> i64 {
        self.delegate.flinks_state_size()
    }

    fn flinks_checkpointed_size(&self) -> i64 {
        self.flinks_state_size()
    }
}

impl FlinksSizes for KeyedStateHandle<'_> {
    fn flinks_state_size(&self) -> i64 {
        self.state_size() - unknown_in_keyed(self)
    }

    fn flinks_checkpointed_size(&self) -> i64 {
        match self {
            // Only where it is not recorded is it added up.
            Self::Incremental(handle) if handle.v2.is_some_and(|v2| v2.checkpointed_size != -1) => {
                self.checkpointed_size()
            }
            Self::KeyGroups(_) | Self::Incremental(_) => self.flinks_state_size(),
            _ => self.checkpointed_size(),
        }
    }
}

impl FlinksSizes for OperatorSubtaskState<'_> {
    fn flinks_state_size(&self) -> i64 {
        sum(self, |handle| handle.flinks_state_size(), |handle| handle.flinks_state_size())
    }

    fn flinks_checkpointed_size(&self) -> i64 {
        sum(self, |handle| handle.flinks_checkpointed_size(), |handle| handle.flinks_checkpointed_size())
    }
}

impl FlinksSizes for OperatorState<'_> {
    fn flinks_state_size(&self) -> i64 {
        self.coordinator_size() + self.running().map(FlinksSizes::flinks_state_size).sum::<i64>()
    }

    fn flinks_checkpointed_size(&self) -> i64 {
        self.coordinator_size() + self.running().map(FlinksSizes::flinks_checkpointed_size).sum::<i64>()
    }
}

/// Adds up one kind of size over the handles of a subtask; in-flight data records its own.
fn sum(
    state: &OperatorSubtaskState<'_>,
    operator: impl Fn(&OperatorStateHandle<'_>) -> i64,
    keyed: impl Fn(&KeyedStateHandle<'_>) -> i64,
) -> i64 {
    let operator_handles = [&state.managed_operator_state, &state.raw_operator_state];
    let keyed_handles = [&state.managed_keyed_state, &state.raw_keyed_state];
    let operator = operator_handles.into_iter().flatten().map(operator);
    let keyed = keyed_handles.into_iter().flatten().map(keyed);
    operator.chain(keyed).chain(state.channel_state().map(|(_, handle)| handle.state_size())).sum()
}

fn unknown(stream: &StreamStateHandle<'_>) -> i64 {
    match stream {
        StreamStateHandle::File(file) => i64::from(file.size == -1),
        StreamStateHandle::Relative(file) => i64::from(file.size == -1),
        StreamStateHandle::KeyGroups(handle) => unknown(&handle.delegate),
        _ => 0,
    }
}

fn unknown_in_keyed(handle: &KeyedStateHandle<'_>) -> i64 {
    match handle {
        KeyedStateHandle::KeyGroups(handle) => unknown(&handle.delegate),
        KeyedStateHandle::Incremental(handle) => handle.streams().map(unknown).sum(),
        KeyedStateHandle::Changelog(handle) => handle.handles().map(unknown_in_keyed).sum(),
        KeyedStateHandle::InMemoryChangelog(_) | KeyedStateHandle::ChangelogStream(_) => 0,
    }
}
