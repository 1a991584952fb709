//! How the bytes of an operator are spread over its subtasks and key groups, as far as metadata tells.

use std::collections::BTreeMap;

use crate::model::state_handle::{KeyGroupsStateHandle, KeyedStateHandle};
use crate::model::{OperatorState, SubtaskState};
use crate::report::{KeyGroupSize, SubtaskSize};

/// The subtasks that have state.
pub(super) fn subtasks(operator: &OperatorState<'_>) -> Vec<SubtaskSize> {
    let entries = operator.entries().iter().filter_map(|entry| match &entry.state {
        SubtaskState::Running(state) if state.has_state() => Some((entry.index, state)),
        _ => None,
    });
    let bytes = |bytes: i64| u64::try_from(bytes).unwrap_or(0);
    let mut subtasks: Vec<_> = entries
        .map(|(index, state)| SubtaskSize {
            subtask: u32::try_from(index).unwrap_or(0),
            state_bytes: bytes(state.state_size()),
            checkpointed_bytes: u64::try_from(state.checkpointed_size()).ok(),
            managed_keyed_bytes: bytes(state.managed_keyed_state.as_ref().map_or(0, KeyedStateHandle::state_size)),
        })
        .collect();
    subtasks.sort_by_key(|subtask| subtask.subtask);
    subtasks
}

/// The key groups of managed keyed state in streams with offsets; those without data have 0 bytes.
pub(super) fn key_groups(operator: &OperatorState<'_>) -> Vec<KeyGroupSize> {
    let mut sizes = BTreeMap::new();
    for state in operator.running() {
        if let Some(KeyedStateHandle::KeyGroups(handle)) = &state.managed_keyed_state {
            add(handle, &mut sizes);
        }
    }
    sizes.into_iter().map(|(key_group, bytes)| KeyGroupSize { key_group, bytes }).collect()
}

/// A key group goes on to the next offset in the stream, whatever key group that is of.
fn add(handle: &KeyGroupsStateHandle<'_>, sizes: &mut BTreeMap<u32, u64>) {
    let end = handle.delegate.state_size();
    let mut starts: Vec<i64> = handle.offsets.iter().filter(|offset| *offset > 0).collect();
    starts.sort_unstable();
    for (offset, key_group) in handle.offsets.iter().zip(handle.key_groups.start..) {
        let Ok(key_group) = u32::try_from(key_group) else { continue };
        let behind = starts.partition_point(|start| *start <= offset);
        let next = starts.get(behind).copied().unwrap_or(end);
        let bytes = if offset > 0 { u64::try_from(next.saturating_sub(offset)).unwrap_or(0) } else { 0 };
        let size = sizes.entry(key_group).or_insert(0_u64);
        *size = size.saturating_add(bytes);
    }
}
