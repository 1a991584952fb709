//! The state of one running subtask.

use super::state_handle::{ChannelKind, ChannelStateHandle, KeyedStateHandle, OperatorStateHandle};

/// State of one subtask of one operator (`org.apache.flink.runtime.checkpoint.OperatorSubtaskState`).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OperatorSubtaskState<'a> {
    /// Version 2 has a duration here that is always -1; kept so that it can be written again.
    pub duration: Option<i64>,
    /// List, union and broadcast state.
    pub managed_operator_state: Option<OperatorStateHandle<'a>>,
    /// What an operator wrote itself, without keys.
    pub raw_operator_state: Option<OperatorStateHandle<'a>>,
    /// State of the keyed state backend.
    pub managed_keyed_state: Option<KeyedStateHandle<'a>>,
    /// What an operator wrote itself, per key group.
    pub raw_keyed_state: Option<KeyedStateHandle<'a>>,
    /// Records that waited in front of the subtask (`InputStateHandle`).
    pub input_channel_state: Vec<ChannelStateHandle<'a>>,
    /// Records that waited behind it (`OutputStateHandle`).
    pub result_subpartition_state: Vec<ChannelStateHandle<'a>>,
    /// The older checkpoint that this state comes from, when a regional checkpoint took it over; from version 7 on.
    pub reference_checkpoint_id: Option<i64>,
}

impl<'a> OperatorSubtaskState<'a> {
    /// The handles of in-flight data, input first.
    pub fn channel_state(&self) -> impl Iterator<Item = (ChannelKind, &ChannelStateHandle<'a>)> {
        let input = self.input_channel_state.iter().map(|handle| (ChannelKind::Input, handle));
        let output = self.result_subpartition_state.iter().map(|handle| (ChannelKind::Output, handle));
        input.chain(output)
    }

    /// Whether there is any handle, of however few bytes (`OperatorSubtaskState.hasState`).
    #[must_use]
    pub fn has_state(&self) -> bool {
        self.managed_operator_state.is_some()
            || self.raw_operator_state.is_some()
            || self.managed_keyed_state.is_some()
            || self.raw_keyed_state.is_some()
            || self.channel_state().next().is_some()
    }

    /// Bytes of all handles (`OperatorSubtaskState.getStateSize`).
    #[must_use]
    pub fn state_size(&self) -> i64 {
        self.sizes(OperatorStateHandle::state_size, KeyedStateHandle::state_size)
    }

    /// Bytes that were written anew (`OperatorSubtaskState.getCheckpointedSize`).
    #[must_use]
    pub fn checkpointed_size(&self) -> i64 {
        self.sizes(OperatorStateHandle::state_size, KeyedStateHandle::checkpointed_size)
    }

    fn sizes(
        &self,
        operator: impl Fn(&OperatorStateHandle<'a>) -> i64,
        keyed: impl Fn(&KeyedStateHandle<'a>) -> i64,
    ) -> i64 {
        let operator_handles = [&self.managed_operator_state, &self.raw_operator_state];
        let keyed_handles = [&self.managed_keyed_state, &self.raw_keyed_state];
        let operator = operator_handles.into_iter().flatten().map(operator);
        let keyed = keyed_handles.into_iter().flatten().map(keyed);
        let channels = self.channel_state().map(|(_, handle)| handle.state_size());
        operator.chain(keyed).chain(channels).fold(0, i64::saturating_add)
    }
}
