//! Keyed state handles.
//!
//! ```text
//! i8 tag
//!  0          null
//!  3  7  12   key groups
//!  5  11      incremental
//!  8  14      changelog
//!  9          changes in the metadata
//! 10  13      changes in files
//! ```

use super::{changelog, check_depth, incremental, key_groups, tag};
use crate::codec::{DataInput, DataOutput, TooLong};
use crate::format::Error;
use crate::model::state_handle::KeyedStateHandle;

pub(in crate::format::metadata) fn decode<'a>(
    input: &mut DataInput<'a>,
    depth: usize,
) -> Result<Option<KeyedStateHandle<'a>>, Error> {
    check_depth(input, depth)?;
    let start = input.position();
    let handle = match input.u8()? {
        tag::NULL => return Ok(None),
        tag @ (tag::KEY_GROUPS | tag::SAVEPOINT_KEY_GROUPS | tag::KEY_GROUPS_V2) => {
            KeyedStateHandle::KeyGroups(Box::new(key_groups::decode(input, tag)?))
        }
        tag @ (tag::INCREMENTAL | tag::INCREMENTAL_V2) => {
            KeyedStateHandle::Incremental(Box::new(incremental::decode(input, tag)?))
        }
        tag @ (tag::CHANGELOG | tag::CHANGELOG_V2) => {
            KeyedStateHandle::Changelog(Box::new(changelog::decode(input, tag, depth)?))
        }
        tag::IN_MEMORY_CHANGELOG => KeyedStateHandle::InMemoryChangelog(Box::new(changelog::decode_in_memory(input)?)),
        tag @ (tag::CHANGELOG_STREAM | tag::CHANGELOG_STREAM_V2) => {
            KeyedStateHandle::ChangelogStream(Box::new(changelog::decode_stream(input, tag)?))
        }
        tag => {
            return Err(Error::new(start, tag::not_read_here("keyed state handle", tag)));
        }
    };
    Ok(Some(handle))
}

pub(in crate::format::metadata) fn encode(
    handle: Option<&KeyedStateHandle<'_>>,
    output: &mut DataOutput,
) -> Result<(), TooLong> {
    match handle {
        None => {
            output.u8(tag::NULL);
            Ok(())
        }
        Some(KeyedStateHandle::KeyGroups(handle)) => key_groups::encode(handle, output),
        Some(KeyedStateHandle::Incremental(handle)) => incremental::encode(handle, output),
        Some(KeyedStateHandle::Changelog(handle)) => changelog::encode(handle, output),
        Some(KeyedStateHandle::InMemoryChangelog(handle)) => changelog::encode_in_memory(handle, output),
        Some(KeyedStateHandle::ChangelogStream(handle)) => changelog::encode_stream(handle, output),
    }
}
