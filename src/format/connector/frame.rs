//! The frames that Flink puts around bytes of connectors.
//!
//! ```text
//! i32 version, i32 n, n bytes                              an element of a list state, or inside of other bytes
//!                                                         (`SimpleVersionedListState`, `SimpleVersionedSerialization`)
//! i32 version, i32 n, n × (i32 n, n bytes)                 many of one version
//! i32 serde version, i32 version, i32 n, n bytes           a source coordinator (`SourceCoordinatorSerdeUtils`)
//! ```

use crate::codec::DataInput;
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};

/// Bytes of a connector and the version of the serializer that wrote them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versioned<'a> {
    /// `SimpleVersionedSerializer.getVersion`.
    pub version: i32,
    /// What it wrote.
    pub bytes: &'a [u8],
}

/// Newest version of `SourceCoordinatorSerdeUtils`: 0 until 1.13, with the assignments of splits behind the enumerator's state; 1 since.
const COORDINATOR_SERDE: i32 = 1;

/// Takes an element of a list state apart.
pub fn list_element(bytes: &[u8]) -> Result<Versioned<'_>, Error> {
    let mut input = DataInput::new(bytes);
    let inside = versioned(&mut input)?;
    end(&input)?;
    Ok(inside)
}

/// Takes the state of a source coordinator apart: what is inside is the enumerator's.
pub fn coordinator_state(bytes: &[u8]) -> Result<Versioned<'_>, Error> {
    let mut input = DataInput::new(bytes);
    match input.i32().within(|| Step::Field("coordinator's version"))? {
        COORDINATOR_SERDE => {}
        number => {
            let kind = ErrorKind::InvalidValue { what: "version of a source coordinator", value: i64::from(number) };
            return Err(Error::new(0, kind));
        }
    }
    let inside = versioned(&mut input)?;
    end(&input)?;
    Ok(inside)
}

/// Reads a version, a length and bytes.
pub(super) fn versioned<'a>(input: &mut DataInput<'a>) -> Result<Versioned<'a>, Error> {
    let version = input.i32().within(|| Step::Field("version"))?;
    let bytes = input.length_prefixed().within(|| Step::Field("bytes"))?;
    Ok(Versioned { version, bytes })
}

/// Reads a version and a list of bytes.
pub(super) fn versioned_list<'a>(input: &mut DataInput<'a>) -> Result<Vec<Versioned<'a>>, Error> {
    let version = input.i32().within(|| Step::Field("version"))?;
    let count = input.count(4).within(|| Step::Field("number of elements"))?;
    let mut list = input.vec_for(count);
    for index in 0..count {
        let bytes = input.length_prefixed().within(|| Step::Element("element", index))?;
        list.push(Versioned { version, bytes });
    }
    Ok(list)
}

/// Nothing may be left.
pub(super) fn end(input: &DataInput<'_>) -> Result<(), Error> {
    match input.remaining() {
        0 => Ok(()),
        _ => Err(Error::new(input.position(), ErrorKind::Contradiction("bytes behind the end of a connector's state"))),
    }
}

/// Reads text in UTF-8 behind a length in little-endian order, as `ByteBuffer` writes it.
pub(super) fn little_endian_text(input: &mut DataInput<'_>) -> Result<String, Error> {
    let count = little_endian_count(input, 1)?;
    let start = input.position();
    let bytes = input.bytes(count)?;
    let text = std::str::from_utf8(bytes);
    Ok(text.map_err(|_| Error::new(start, ErrorKind::Contradiction("a text that is not UTF-8")))?.to_owned())
}

/// Reads four bytes in little-endian order.
pub(super) fn little_endian(input: &mut DataInput<'_>) -> Result<i32, Error> {
    Ok(input.i32()?.swap_bytes())
}

/// Reads a count in little-endian order, of elements of at least `element` bytes.
pub(super) fn little_endian_count(input: &mut DataInput<'_>, element: usize) -> Result<usize, Error> {
    let start = input.position();
    let count = little_endian(input)?;
    Ok(input.check_count(start, i64::from(count), element)?)
}

/// Reads four bytes that always are the same.
pub(super) fn magic(input: &mut DataInput<'_>, expected: u32, what: &'static str) -> Result<(), Error> {
    let start = input.position();
    if input.i32()? == expected.cast_signed() {
        return Ok(());
    }
    Err(Error::new(start, ErrorKind::Contradiction(what)))
}

/// A value that the connector itself would not accept: the bytes are another one's.
pub(super) fn refused(start: usize, what: &'static str, value: impl Into<i64>) -> Error {
    Error::new(start, ErrorKind::InvalidValue { what, value: value.into() })
}
