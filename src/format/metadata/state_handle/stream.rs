//! Stream handles.
//!
//! ```text
//! u8 tag
//!  0  null
//!  1  utf name, i32 n, n bytes
//!  2  i64 size, utf path
//!  3  key-group range, i64 × key groups, stream handle
//!  6  utf path, i64 size
//! 15  i64 start, i64 size, i32 scope, utf path, utf logical file id
//! 16  nothing
//! ```

use super::{check_depth, key_group_range, some_stream, tag};
use crate::codec::{DataInput, DataOutput, TooLong};
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::state_handle::{
    ByteStreamStateHandle, CheckpointedStateScope, FileStateHandle, KeyGroupsStreamStateHandle,
    RelativeFileStateHandle, SegmentFileStateHandle, StreamStateHandle,
};

pub(in crate::format::metadata) fn decode<'a>(
    input: &mut DataInput<'a>,
    depth: usize,
) -> Result<Option<StreamStateHandle<'a>>, Error> {
    let start = input.position();
    let handle = match input.u8()? {
        tag::NULL => return Ok(None),
        tag::BYTE_STREAM => {
            let name = input.utf()?;
            let data = input.length_prefixed()?;
            StreamStateHandle::ByteStream(ByteStreamStateHandle { name, data })
        }
        tag::FILE => {
            let size = file_size(input)?;
            let path = input.utf()?;
            StreamStateHandle::File(FileStateHandle { size, path })
        }
        tag::KEY_GROUPS => {
            check_depth(input, depth)?;
            let key_groups = key_group_range(input)?;
            let offsets = input.longs(usize::try_from(key_groups.count).unwrap_or(usize::MAX))?;
            let delegate = some_stream(input, depth + 1).within(|| Step::Field("delegate"))?;
            StreamStateHandle::KeyGroups(Box::new(KeyGroupsStreamStateHandle { key_groups, offsets, delegate }))
        }
        tag::RELATIVE_FILE => {
            let path = input.utf()?;
            let size = file_size(input)?;
            StreamStateHandle::Relative(RelativeFileStateHandle { path, size })
        }
        tag::SEGMENT => StreamStateHandle::Segment(Box::new(segment(input)?)),
        tag::EMPTY_SEGMENT => StreamStateHandle::EmptySegment,
        tag => {
            return Err(Error::new(start, tag::not_read_here("stream state handle", tag)));
        }
    };
    Ok(Some(handle))
}

/// Bytes of a file; -1 for unknown, anything below is refused as in the constructor of Flink's `FileStateHandle`.
fn file_size(input: &mut DataInput<'_>) -> Result<i64, Error> {
    let start = input.position();
    let size = input.i64()?;
    if size < -1 {
        return Err(Error::new(start, ErrorKind::InvalidValue { what: "file size", value: size }));
    }
    Ok(size)
}

fn segment<'a>(input: &mut DataInput<'a>) -> Result<SegmentFileStateHandle<'a>, Error> {
    let start = input.i64()?;
    let size = input.i64()?;
    let position = input.position();
    let ordinal = input.i32()?;
    let scope = CheckpointedStateScope::from_ordinal(ordinal).ok_or_else(|| {
        Error::new(position, ErrorKind::InvalidValue { what: "scope of a segment", value: i64::from(ordinal) })
    })?;
    let path = input.utf()?;
    let logical_file_id = input.utf()?;
    Ok(SegmentFileStateHandle { start, size, scope, path, logical_file_id })
}

pub(in crate::format::metadata) fn encode(
    handle: Option<&StreamStateHandle<'_>>,
    output: &mut DataOutput,
) -> Result<(), TooLong> {
    match handle {
        None => output.u8(tag::NULL),
        Some(StreamStateHandle::ByteStream(handle)) => {
            output.u8(tag::BYTE_STREAM);
            output.utf(handle.name)?;
            output.length_prefixed(handle.data)?;
        }
        Some(StreamStateHandle::File(handle)) => {
            output.u8(tag::FILE);
            output.i64(handle.size);
            output.utf(handle.path)?;
        }
        Some(StreamStateHandle::Relative(handle)) => {
            output.u8(tag::RELATIVE_FILE);
            output.utf(handle.path)?;
            output.i64(handle.size);
        }
        Some(StreamStateHandle::Segment(handle)) => {
            output.u8(tag::SEGMENT);
            output.i64(handle.start);
            output.i64(handle.size);
            output.i32(handle.scope.ordinal());
            output.utf(handle.path)?;
            output.utf(handle.logical_file_id)?;
        }
        Some(StreamStateHandle::EmptySegment) => output.u8(tag::EMPTY_SEGMENT),
        Some(StreamStateHandle::KeyGroups(handle)) => {
            output.u8(tag::KEY_GROUPS);
            output.i32(handle.key_groups.start);
            output.i32(handle.key_groups.count);
            output.bytes(handle.offsets.as_big_endian());
            encode(Some(&handle.delegate), output)?;
        }
    }
    Ok(())
}
