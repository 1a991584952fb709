//! Maps whose keys and values may be missing (`LinkedOptionalMapSerializer`).
//!
//! ```text
//! i64 magic = 0x4f2c69a3d70
//! i32 n, n × (utf name of the key,
//!             bool, [i32 length, key],
//!             bool, [i32 length, value])
//! ```
//!
//! Keys and values stand in frames: one that cannot be understood costs nothing but itself.

use super::reader::Reader;
use crate::codec::JavaStr;
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};

const MAGIC: i64 = 0x4f2_c69a_3d70;
/// Bytes of the shortest entry: an empty name, and neither key nor value.
const SMALLEST: usize = 2 + 1 + 1;

/// An entry: the name of the key, the key, the value.
pub(super) type Entry<'a, K, V> = (JavaStr<'a>, Option<K>, Option<V>);

pub(super) fn decode<'a, K, V, T>(
    reader: &mut Reader<'a>,
    what: &'static str,
    key: fn(&mut Reader<'a>) -> Result<K, Error>,
    value: fn(&mut Reader<'a>) -> Result<V, Error>,
    make: fn(Entry<'a, K, V>) -> T,
) -> Result<Vec<T>, Error> {
    let start = reader.input.position();
    if reader.input.i64().within(|| Step::Field(what))? != MAGIC {
        let kind = ErrorKind::Contradiction("a map without its magic number");
        return Err(Error::new(start, kind)).within(|| Step::Field(what));
    }
    let count = reader.input.count(SMALLEST).within(|| Step::Field(what))?;
    // Nothing is reserved: each list in a list could promise all that is left.
    let mut entries = Vec::new();
    for index in 0..count {
        entries.push(make(entry(reader, key, value).within(|| Step::Element(what, index))?));
    }
    Ok(entries)
}

fn entry<'a, K, V>(
    reader: &mut Reader<'a>,
    key: fn(&mut Reader<'a>) -> Result<K, Error>,
    value: fn(&mut Reader<'a>) -> Result<V, Error>,
) -> Result<Entry<'a, K, V>, Error> {
    let name = reader.input.utf()?;
    let key = if reader.input.bool()? { Some(reader.framed(key).within(|| Step::Field("key"))?) } else { None };
    let value = if reader.input.bool()? { Some(reader.framed(value)?) } else { None };
    Ok((name, key, value))
}
