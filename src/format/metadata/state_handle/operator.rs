//! Operator state handles.
//!
//! ```text
//! i8 tag (4 or 17)
//! i32 n, n × (utf name, i8 mode, i32 m, i64 × m)
//! utf task-owned directory, utf shared directory, bool empty       tag 17
//! stream handle
//! ```

use super::{some_stream, stream, tag};
use crate::codec::{DataInput, DataOutput, TooLong};
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::state_handle::{
    FileMergingDirectories, OperatorStateHandle, OperatorStateMode, StateMetaInfo, StreamStateHandle,
};

/// Bytes of the shortest state: an empty name and no partition.
const SMALLEST_STATE: usize = 2 + 1 + 4;

pub(in crate::format::metadata) fn decode<'a>(input: &mut DataInput<'a>) -> Result<OperatorStateHandle<'a>, Error> {
    let start = input.position();
    let tag = input.u8()?;
    match tag {
        tag::OPERATOR | tag::FILE_MERGING_OPERATOR => {}
        tag::NULL => {
            let kind = ErrorKind::Contradiction("null where an operator state handle has to be");
            return Err(Error::new(start, kind));
        }
        tag => {
            return Err(Error::new(start, tag::not_read_here("operator state handle", tag)));
        }
    }
    let count = input.count(SMALLEST_STATE).within(|| Step::Field("states"))?;
    let mut states = input.vec_for(count);
    for index in 0..count {
        states.push(state(input).within(|| Step::Element("state", index))?);
    }
    let mut file_merging = None;
    if tag == tag::FILE_MERGING_OPERATOR {
        file_merging = Some(Box::new(directories(input)?));
    }
    let start = input.position();
    let delegate = some_stream(input, 0).within(|| Step::Field("delegate"))?;
    let is_segment = matches!(delegate, StreamStateHandle::Segment(_) | StreamStateHandle::EmptySegment);
    if file_merging.is_some() && !is_segment {
        let kind = ErrorKind::Contradiction("file-merged operator state whose stream is not a segment");
        return Err(Error::new(start, kind));
    }
    Ok(OperatorStateHandle { states, file_merging, delegate })
}

fn state<'a>(input: &mut DataInput<'a>) -> Result<StateMetaInfo<'a>, Error> {
    let name = input.utf()?;
    let start = input.position();
    let ordinal = input.u8()?;
    let mode = OperatorStateMode::from_ordinal(ordinal).ok_or_else(|| {
        Error::new(start, ErrorKind::InvalidValue { what: "operator state mode", value: i64::from(ordinal) })
    })?;
    let offsets = input.length_prefixed_longs()?;
    Ok(StateMetaInfo { name, mode, offsets })
}

fn directories<'a>(input: &mut DataInput<'a>) -> Result<FileMergingDirectories<'a>, Error> {
    let task_owned = input.utf()?;
    let shared = input.utf()?;
    let empty = input.bool()?;
    Ok(FileMergingDirectories { task_owned, shared, empty })
}

pub(in crate::format::metadata) fn encode(
    handle: &OperatorStateHandle<'_>,
    output: &mut DataOutput,
) -> Result<(), TooLong> {
    output.u8(if handle.file_merging.is_some() { tag::FILE_MERGING_OPERATOR } else { tag::OPERATOR });
    output.count(handle.states.len())?;
    for state in &handle.states {
        output.utf(state.name)?;
        output.u8(state.mode.ordinal());
        output.length_prefixed_longs(state.offsets)?;
    }
    if let Some(directories) = &handle.file_merging {
        output.utf(directories.task_owned)?;
        output.utf(directories.shared)?;
        output.bool(directories.empty);
    }
    stream::encode(Some(&handle.delegate), output)
}
