//! For which backend key groups are laid out, where the handle does not tell.

use std::collections::BTreeMap;

use super::streams::Streams;
use crate::model::state_handle::{KeyGroupsForm, KeyGroupsStateHandle, KeyedStateHandle};
use crate::model::{CheckpointMetadata, OperatorId};

/// How a stream with key groups is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyGroupsLayout {
    /// As the heap backend does it: each key group begins with its number.
    Heap,
    /// As RocksDB does it when it is not incremental: each key group begins with the id of a state.
    Full,
}

/// Bytes of a key group's number (`HeapSnapshotStrategy` writes an int, `FullSnapshotAsyncWriter` a short in front of the first key).
const NUMBER: u64 = 4;

/// Tells the layouts apart, by one key group of each operator. An operator whose handle tells, or of which no key group can be read, is left
/// out: then nothing is known.
pub async fn layouts_of_key_groups(
    metadata: &CheckpointMetadata<'_>,
    streams: &Streams<'_>,
) -> BTreeMap<OperatorId, KeyGroupsLayout> {
    let mut layouts = BTreeMap::new();
    for operator in &metadata.operator_states {
        let keyed = operator.running().filter_map(|subtask| subtask.managed_keyed_state.as_ref());
        for handle in keyed.filter_map(untold) {
            if let Some(layout) = layout_of(handle, streams).await {
                layouts.insert(operator.operator_id, layout);
                break;
            }
        }
    }
    layouts
}

/// The handle, if it does not tell; of a changelog what was materialized.
fn untold<'m, 'a>(handle: &'m KeyedStateHandle<'a>) -> Option<&'m KeyGroupsStateHandle<'a>> {
    match handle {
        KeyedStateHandle::KeyGroups(handle) if handle.form != KeyGroupsForm::Savepoint => Some(handle),
        KeyedStateHandle::Changelog(handle) => handle.materialized.iter().flatten().find_map(untold),
        _ => None,
    }
}

async fn layout_of(handle: &KeyGroupsStateHandle<'_>, streams: &Streams<'_>) -> Option<KeyGroupsLayout> {
    let first = handle.key_groups.start;
    // Key group 0 looks alike in both. Offsets of 0 and -1 say that there is nothing of it.
    let groups = handle.offsets.iter().enumerate();
    let groups = groups.filter_map(|(at, offset)| Some((first.checked_add(i32::try_from(at).ok()?)?, offset)));
    let (group, offset) = groups.into_iter().find(|(group, offset)| *group > 0 && *offset > 0)?;
    let offset = u64::try_from(offset).ok()?;
    let bytes = streams.read(&handle.delegate, offset..offset.checked_add(NUMBER)?).await.ok()?;
    let number = i32::from_be_bytes(bytes.get(..4)?.try_into().ok()?);
    Some(if number == group { KeyGroupsLayout::Heap } else { KeyGroupsLayout::Full })
}
