//! Where the headers of managed state are, and how long they can be.

use crate::model::state_handle::{KeyedStateHandle, OperatorStateHandle, StateMetaInfo, StreamStateHandle};
use crate::model::{CheckpointMetadata, OperatorState, StateBackendScope, SubtaskState};

/// The header in one stream of managed state (`crate::format::state_meta`).
#[derive(Debug, Clone, Copy)]
pub struct StateHeaderPlace<'m, 'a> {
    /// The operator.
    pub operator: &'m OperatorState<'a>,
    /// The subtask's index.
    pub subtask: i32,
    /// Which kind of header it is.
    pub backend: StateBackendScope,
    /// The place among the materialized handles of a changelog, when it is in one.
    pub materialized: Option<usize>,
    /// The states that the handle of operator state names; of keyed state, handles name none.
    pub operator_states: &'m [StateMetaInfo<'a>],
    /// The stream, which the header is the start of.
    pub stream: &'m StreamStateHandle<'a>,
    /// Where the data behind the header begins; absent when there is none: then the header is the whole stream.
    ///
    /// A keyed header ends exactly there. One of operator state with compressed data ends ten bytes before it: the compressed stream
    /// begins with an identifier.
    pub first_data: Option<u64>,
}

impl StateHeaderPlace<'_, '_> {
    /// Bytes to read from the start of the stream to have the whole header. An absent or negative size of the stream counts as 0.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let stream = u64::try_from(self.stream.state_size()).unwrap_or(0);
        self.first_data.map_or(stream, |first| first.min(stream))
    }
}

/// Shows the headers of all managed state of a snapshot. Raw state has none; what the changelog adds to its materialized part is not
/// in headers.
pub fn visit_state_headers<'m, 'a>(
    metadata: &'m CheckpointMetadata<'a>,
    mut show: impl FnMut(StateHeaderPlace<'m, 'a>),
) {
    for operator in &metadata.operator_states {
        for entry in operator.entries() {
            let SubtaskState::Running(state) = &entry.state else { continue };
            let subtask = entry.index;
            if let Some(handle) = &state.managed_operator_state
                && let Some((stream, first_data)) = operator_state(handle)
            {
                let (backend, materialized, operator_states) = (StateBackendScope::Operator, None, &handle.states[..]);
                show(StateHeaderPlace {
                    operator,
                    subtask,
                    backend,
                    materialized,
                    operator_states,
                    stream,
                    first_data,
                });
            }
            if let Some(handle) = &state.managed_keyed_state {
                keyed_state(handle, None, &mut |materialized, stream, first_data| {
                    let (backend, operator_states) = (StateBackendScope::Keyed, &[][..]);
                    show(StateHeaderPlace {
                        operator,
                        subtask,
                        backend,
                        materialized,
                        operator_states,
                        stream,
                        first_data,
                    });
                });
            }
        }
    }
}

fn operator_state<'m, 'a>(handle: &'m OperatorStateHandle<'a>) -> Option<(&'m StreamStateHandle<'a>, Option<u64>)> {
    if matches!(handle.delegate, StreamStateHandle::EmptySegment) {
        return None;
    }
    Some((&handle.delegate, smallest(handle.states.iter().flat_map(|state| state.offsets.iter()))))
}

fn keyed_state<'m, 'a>(
    handle: &'m KeyedStateHandle<'a>,
    materialized: Option<usize>,
    show: &mut dyn FnMut(Option<usize>, &'m StreamStateHandle<'a>, Option<u64>),
) {
    match handle {
        KeyedStateHandle::KeyGroups(handle) => show(materialized, &handle.delegate, smallest(handle.offsets.iter())),
        KeyedStateHandle::Incremental(handle) => {
            if let Some(meta) = &handle.meta {
                show(materialized, meta, None);
            }
        }
        KeyedStateHandle::Changelog(handle) => {
            for (index, part) in handle.materialized.iter().flatten().enumerate() {
                keyed_state(part, Some(index), show);
            }
        }
        KeyedStateHandle::InMemoryChangelog(_) | KeyedStateHandle::ChangelogStream(_) => {}
    }
}

/// The smallest offset. A key group without data has offset 0, or one below 0 in raw state.
fn smallest(offsets: impl Iterator<Item = i64>) -> Option<u64> {
    offsets.filter(|offset| *offset > 0).min().and_then(|offset| u64::try_from(offset).ok())
}
