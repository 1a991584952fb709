//! State handles: a tag and what follows it.
//!
//! Keyed, operator, stream and channel handles are read in different places and share no tag by accident: a tag in the wrong place is an
//! error. New kinds of handles come with new tags, in any metadata version.

mod changelog;
pub(super) mod channel;
mod incremental;
mod key_groups;
pub(super) mod keyed;
pub(super) mod operator;
pub(super) mod stream;
mod tag;

use crate::codec::DataInput;
use crate::format::{Error, ErrorKind};
use crate::model::KeyGroupRange;
use crate::model::state_handle::StreamStateHandle;

/// Handles in handles. Flink writes three levels (changelog, materialized handle, stream); a recursive reader needs an end.
const DEEPEST: usize = 16;

fn check_depth(input: &DataInput<'_>, depth: usize) -> Result<(), Error> {
    if depth < DEEPEST {
        return Ok(());
    }
    let kind = ErrorKind::Bytes(crate::codec::ErrorKind::TooDeep { limit: DEEPEST });
    Err(Error::new(input.position(), kind))
}

/// A stream where Flink accepts no null.
fn some_stream<'a>(input: &mut DataInput<'a>, depth: usize) -> Result<StreamStateHandle<'a>, Error> {
    let start = input.position();
    stream::decode(input, depth)?
        .ok_or_else(|| Error::new(start, ErrorKind::Contradiction("null where a stream state handle has to be")))
}

/// `i32` first key group, `i32` number of key groups.
fn key_group_range(input: &mut DataInput<'_>) -> Result<KeyGroupRange, Error> {
    let position = input.position();
    let start = input.i32()?;
    let count = input.i32()?;
    if start < 0 || count < 0 || start.checked_add(count).is_none() {
        let value = i64::from(if start < 0 { start } else { count });
        return Err(Error::new(position, ErrorKind::InvalidValue { what: "key group range", value }));
    }
    Ok(KeyGroupRange { start, count })
}
