//! Handles of the changelog backend.
//!
//! ```text
//! the whole:              key-group range, i64 checkpointed size
//!                         i32 n, n × keyed handle                       materialized
//!                         i32 n, n × keyed handle                       changes since
//!                         i64 materialization id
//!                         i64 checkpoint id                             tag 14
//!                         utf state handle id
//! changes in metadata:    key-group range, i64 from, i64 to
//!                         i32 n, n × (i32 key group, i32 m, m bytes)
//!                         utf state handle id
//! changes in files:       key-group range, i32 n, n × (i64 offset, stream handle)
//!                         i64 size, i64 checkpointed size, utf state handle id
//!                         utf storage identifier                        tag 13
//! ```

use super::{key_group_range, keyed, some_stream, stream, tag};
use crate::codec::{DataInput, DataOutput, TooLong};
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::state_handle::{
    ChangelogStateBackendHandle, ChangelogStateHandleStreamImpl, InMemoryChangelogStateHandle, KeyedStateHandle,
    StateChange, StreamAndOffset,
};

pub(super) fn decode<'a>(
    input: &mut DataInput<'a>,
    tag: u8,
    depth: usize,
) -> Result<ChangelogStateBackendHandle<'a>, Error> {
    let start = input.position();
    let key_groups = key_group_range(input)?;
    if key_groups.count == 0 {
        let kind = ErrorKind::Contradiction("a changelog handle without key groups");
        return Err(Error::new(start, kind));
    }
    let checkpointed_size = input.i64()?;
    let materialized = handles(input, depth, "materialized handle")?;
    let non_materialized = handles(input, depth, "non-materialized handle")?;
    let materialization_id = input.i64()?;
    let checkpoint_id = if tag == tag::CHANGELOG_V2 { Some(input.i64()?) } else { None };
    let state_handle_id = input.utf()?;
    Ok(ChangelogStateBackendHandle {
        key_groups,
        checkpointed_size,
        materialized,
        non_materialized,
        materialization_id,
        checkpoint_id,
        state_handle_id,
    })
}

fn handles<'a>(
    input: &mut DataInput<'a>,
    depth: usize,
    what: &'static str,
) -> Result<Vec<Option<KeyedStateHandle<'a>>>, Error> {
    let count = input.count(1).within(|| Step::Field(what))?;
    // Nothing is reserved: each changelog handle in a changelog handle could promise all that is left.
    let mut handles = Vec::new();
    for index in 0..count {
        handles.push(keyed::decode(input, depth + 1).within(|| Step::Element(what, index))?);
    }
    Ok(handles)
}

pub(super) fn encode(handle: &ChangelogStateBackendHandle<'_>, output: &mut DataOutput) -> Result<(), TooLong> {
    output.u8(if handle.checkpoint_id.is_some() { tag::CHANGELOG_V2 } else { tag::CHANGELOG });
    output.i32(handle.key_groups.start);
    output.i32(handle.key_groups.count);
    output.i64(handle.checkpointed_size);
    for handles in [&handle.materialized, &handle.non_materialized] {
        output.count(handles.len())?;
        for handle in handles {
            keyed::encode(handle.as_ref(), output)?;
        }
    }
    output.i64(handle.materialization_id);
    if let Some(checkpoint_id) = handle.checkpoint_id {
        output.i64(checkpoint_id);
    }
    output.utf(handle.state_handle_id)
}

pub(super) fn decode_in_memory<'a>(input: &mut DataInput<'a>) -> Result<InMemoryChangelogStateHandle<'a>, Error> {
    let key_groups = key_group_range(input)?;
    let from = input.i64()?;
    let to = input.i64()?;
    let count = input.count(4 + 4).within(|| Step::Field("changes"))?;
    let mut changes = input.vec_for(count);
    for index in 0..count {
        changes.push(change(input).within(|| Step::Element("change", index))?);
    }
    let state_handle_id = input.utf()?;
    Ok(InMemoryChangelogStateHandle { key_groups, from, to, changes, state_handle_id })
}

fn change<'a>(input: &mut DataInput<'a>) -> Result<StateChange<'a>, Error> {
    let key_group = input.i32()?;
    let change = input.length_prefixed()?;
    Ok(StateChange { key_group, change })
}

pub(super) fn encode_in_memory(
    handle: &InMemoryChangelogStateHandle<'_>,
    output: &mut DataOutput,
) -> Result<(), TooLong> {
    output.u8(tag::IN_MEMORY_CHANGELOG);
    output.i32(handle.key_groups.start);
    output.i32(handle.key_groups.count);
    output.i64(handle.from);
    output.i64(handle.to);
    output.count(handle.changes.len())?;
    for change in &handle.changes {
        output.i32(change.key_group);
        output.length_prefixed(change.change)?;
    }
    output.utf(handle.state_handle_id)
}

pub(super) fn decode_stream<'a>(
    input: &mut DataInput<'a>,
    tag: u8,
) -> Result<ChangelogStateHandleStreamImpl<'a>, Error> {
    let key_groups = key_group_range(input)?;
    let count = input.count(8 + 1).within(|| Step::Field("streams"))?;
    let mut streams = input.vec_for(count);
    for index in 0..count {
        streams.push(stream_and_offset(input).within(|| Step::Element("stream", index))?);
    }
    let size = input.i64()?;
    let checkpointed_size = input.i64()?;
    let state_handle_id = input.utf()?;
    let storage_identifier = if tag == tag::CHANGELOG_STREAM_V2 { Some(input.utf()?) } else { None };
    Ok(ChangelogStateHandleStreamImpl {
        key_groups,
        streams,
        size,
        checkpointed_size,
        state_handle_id,
        storage_identifier,
    })
}

fn stream_and_offset<'a>(input: &mut DataInput<'a>) -> Result<StreamAndOffset<'a>, Error> {
    let offset = input.i64()?;
    let handle = some_stream(input, 0)?;
    Ok(StreamAndOffset { offset, handle })
}

pub(super) fn encode_stream(
    handle: &ChangelogStateHandleStreamImpl<'_>,
    output: &mut DataOutput,
) -> Result<(), TooLong> {
    output.u8(if handle.storage_identifier.is_some() { tag::CHANGELOG_STREAM_V2 } else { tag::CHANGELOG_STREAM });
    output.i32(handle.key_groups.start);
    output.i32(handle.key_groups.count);
    output.count(handle.streams.len())?;
    for stream in &handle.streams {
        output.i64(stream.offset);
        stream::encode(Some(&stream.handle), output)?;
    }
    output.i64(handle.size);
    output.i64(handle.checkpointed_size);
    output.utf(handle.state_handle_id)?;
    if let Some(storage_identifier) = handle.storage_identifier {
        output.utf(storage_identifier)?;
    }
    Ok(())
}
