//! States that a changelog announces: a state is told once per writer, and not repeated in every checkpoint. So the states of a job with
//! a changelog are those of the materialized headers and these.
//!
//! ```text
//! file:        u8 1 = compressed | 0, change sets                               offsets of handles do not count the first byte
//! change set:  i32 n, n × (i32 m, i32 key group, m × (i32 length, change))      key group -1, metadata, comes first
//! change:      u8 operation = 8, i32 version of meta info, state                as `meta_info.rs` draws it
//!              bool time to live, [Java object], bool default, [value]          of keyed state with values
//!              i16 id, u8 type of state
//! ```
//!
//! Behind the state stands a value of a user's type, which only its serializer could read. The change has a length, so nothing is lost.
//!
//! Source: `AbstractStateChangeLogger`, `ChangelogBackendLogApplier`, `StateChangeFormat`.

use super::meta_info;
use crate::codec::DataInput;
use crate::format::error::Within;
use crate::format::serializer::Reader;
use crate::format::{Error, ErrorKind, Step};
use crate::model::StateMetaInfoSnapshot;

/// `StateChange.META_KEY_GROUP`: changes with it announce states.
pub const META_KEY_GROUP: i32 = -1;

/// `StateChangeOperation.METADATA`.
const METADATA: u8 = 8;
/// Bytes of the shortest change: its length.
const SMALLEST_CHANGE: usize = 4;
/// Versions of meta info that are alike.
const CURRENT_META_INFO: std::ops::RangeInclusive<i32> = 6..=7;

/// Decodes the state that a change of the key group [`META_KEY_GROUP`] announces. One with an opaque serializer is not complete.
pub fn decode_metadata_change(change: &[u8]) -> Result<StateMetaInfoSnapshot<'_>, Error> {
    metadata_change(DataInput::new(change))
}

/// Decodes the states that a change set announces, which begins `offset` bytes, as a handle counts them, into a file of changes.
///
/// The bytes start at the file's first; those behind the announced states need not be there.
pub fn decode_change_set(file: &[u8], offset: u64) -> Result<Vec<StateMetaInfoSnapshot<'_>>, Error> {
    let mut input = DataInput::new(file);
    if input.bool().within(|| Step::Field("compression"))? {
        return Err(Error::new(0, ErrorKind::Unsupported("a compressed file of changes")));
    }
    input.bytes(usize::try_from(offset).unwrap_or(usize::MAX)).within(|| Step::Field("change set"))?;
    change_set(input)
}

/// Decodes the states that a change set of an uncompressed file announces, from the change set's first byte on.
///
/// The bytes behind the announced states need not be there.
pub fn decode_changes(change_set: &[u8]) -> Result<Vec<StateMetaInfoSnapshot<'_>>, Error> {
    self::change_set(DataInput::new(change_set))
}

fn change_set(mut input: DataInput<'_>) -> Result<Vec<StateMetaInfoSnapshot<'_>>, Error> {
    let mut states = Vec::new();
    let start = input.position();
    let groups = input.i32().within(|| Step::Field("number of key groups"))?;
    if groups < 0 {
        let kind = ErrorKind::InvalidValue { what: "number of key groups", value: i64::from(groups) };
        return Err(Error::new(start, kind));
    }
    if groups == 0 {
        return Ok(states);
    }
    // Not checked against the bytes that are left: of a file's first part, the changes of data may be missing.
    let start = input.position();
    let changes = input.i32().within(|| Step::Field("number of changes"))?;
    if input.i32().within(|| Step::Field("key group"))? != META_KEY_GROUP {
        return Ok(states);
    }
    let changes = input.check_count(start, i64::from(changes), SMALLEST_CHANGE)?;
    for index in 0..changes {
        let length = input.count(1).within(|| Step::Element("change", index))?;
        let change = input.limited(length);
        states.push(metadata_change(change).within(|| Step::Element("change", index))?);
        input.bytes(length)?;
    }
    Ok(states)
}

fn metadata_change(input: DataInput<'_>) -> Result<StateMetaInfoSnapshot<'_>, Error> {
    let mut reader = Reader::new(input);
    let start = reader.input.position();
    let operation = reader.input.u8()?;
    if operation != METADATA {
        let kind = ErrorKind::InvalidValue { what: "operation of a metadata change", value: i64::from(operation) };
        return Err(Error::new(start, kind));
    }
    let start = reader.input.position();
    let version = reader.input.i32()?;
    if !CURRENT_META_INFO.contains(&version) {
        let kind = ErrorKind::InvalidValue { what: "version of meta info", value: i64::from(version) };
        return Err(Error::new(start, kind));
    }
    meta_info::decode(&mut reader)
}
