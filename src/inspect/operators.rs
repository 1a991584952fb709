//! One row per operator.

use std::collections::BTreeSet;

use crate::model::state_handle::{KeyedStateHandle, OperatorStateHandle, OperatorStateMode};
use crate::model::{CheckpointMetadata, MetadataVersion, OperatorState, OperatorSubtaskState, SubtaskState, Subtasks};
use crate::report::{Operator, OperatorFinished, State, StateKind, StateScope, UidSource};

/// The operators, largest state first; the order in the file is that of a hash map.
pub(super) fn of(metadata: &CheckpointMetadata<'_>) -> Vec<Operator> {
    let mut operators: Vec<_> =
        metadata.operator_states.iter().map(|state| operator(state, metadata.version)).collect();
    operators.sort_by(|a, b| b.state_bytes.cmp(&a.state_bytes).then_with(|| a.operator_id.cmp(&b.operator_id)));
    operators
}

fn operator(state: &OperatorState<'_>, version: MetadataVersion) -> Operator {
    let since_v3 = version >= MetadataVersion::V3;
    let sum = |part: &dyn Fn(&OperatorSubtaskState<'_>) -> i64| {
        let total = state.running().map(part).fold(0, i64::saturating_add);
        u64::try_from(total).unwrap_or(0)
    };
    let operator_size =
        |handle: &Option<OperatorStateHandle<'_>>| handle.as_ref().map_or(0, OperatorStateHandle::state_size);
    let keyed_size = |handle: &Option<KeyedStateHandle<'_>>| handle.as_ref().map_or(0, KeyedStateHandle::state_size);
    let channel_size = |state: &OperatorSubtaskState<'_>| {
        state.channel_state().map(|(_, handle)| handle.state_size()).fold(0, i64::saturating_add)
    };
    let subtasks_finished = finished_subtasks(state);
    Operator {
        operator_id: state.operator_id.to_string(),
        uid: state.uid.map(|uid| uid.to_str().into_owned()),
        name: state.name.map(|name| name.to_str().into_owned()),
        uid_source: state.uid.map(|_| UidSource::Metadata.into()),
        name_source: state.name.map(|_| UidSource::Metadata.into()),
        uid_evidence: None,
        // Without a uid it takes all ids together to tell: see the module `identify`.
        auto_generated: state.uid.map(|_| false),
        parallelism: u32::try_from(state.parallelism).ok(),
        max_parallelism: u32::try_from(state.max_parallelism).ok().filter(|max| *max > 0),
        subtasks_with_state: count(state.running().filter(|state| state.has_state()).count()),
        finished: since_v3.then(|| finished(state, subtasks_finished).into()),
        coordinator_bytes: since_v3.then(|| u64::try_from(state.coordinator_size()).unwrap_or(0)),
        state_bytes: u64::try_from(state.state_size()).unwrap_or(0),
        managed_keyed_bytes: sum(&|state| keyed_size(&state.managed_keyed_state)),
        raw_keyed_bytes: sum(&|state| keyed_size(&state.raw_keyed_state)),
        managed_operator_bytes: sum(&|state| operator_size(&state.managed_operator_state)),
        raw_operator_bytes: sum(&|state| operator_size(&state.raw_operator_state)),
        channel_bytes: since_v3.then(|| sum(&channel_size)),
        states: states(state),
        checkpointed_bytes: u64::try_from(state.checkpointed_size()).ok(),
        subtasks_finished: since_v3.then_some(subtasks_finished),
        reference_checkpoint_ids: references(state),
        states_complete: None,
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn finished_subtasks(state: &OperatorState<'_>) -> u32 {
    match &state.subtasks {
        Subtasks::FullyFinished => u32::try_from(state.parallelism).unwrap_or(0),
        Subtasks::Entries(entries) => {
            count(entries.iter().filter(|entry| entry.state == SubtaskState::Finished).count())
        }
    }
}

fn finished(state: &OperatorState<'_>, subtasks_finished: u32) -> OperatorFinished {
    match &state.subtasks {
        Subtasks::FullyFinished => OperatorFinished::Fully,
        Subtasks::Entries(_) if subtasks_finished > 0 => OperatorFinished::Partially,
        Subtasks::Entries(_) => OperatorFinished::None,
    }
}

/// Metadata itself names the operator states; keyed states are named only inside their files.
fn states(state: &OperatorState<'_>) -> Vec<State> {
    let handles = state.running().filter_map(|state| state.managed_operator_state.as_ref());
    let names: BTreeSet<_> =
        handles.flat_map(|handle| &handle.states).map(|state| (state.name.to_str(), state.mode)).collect();
    let states = names.into_iter().map(|(name, mode)| State {
        name: name.into_owned(),
        kind: Some(
            match mode {
                OperatorStateMode::SplitDistribute => StateKind::SplitList,
                OperatorStateMode::Union => StateKind::UnionList,
                OperatorStateMode::Broadcast => StateKind::Broadcast,
            }
            .into(),
        ),
        scope: StateScope::Operator.into(),
        ..State::default()
    });
    states.collect()
}

fn references(state: &OperatorState<'_>) -> Vec<u64> {
    let ids: BTreeSet<_> = state.running().filter_map(|state| state.reference_checkpoint_id).collect();
    ids.into_iter().filter_map(|id| u64::try_from(id).ok()).collect()
}
