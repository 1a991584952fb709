//! Lists of snapshots (`NestedSerializersSnapshotDelegate`).
//!
//! ```text
//! i32 magic = 1333245, i32 version = 1
//! i32 n, n × snapshot
//! ```

use super::reader::Reader;
use super::{SMALLEST, decode as decode_snapshot};
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::SerializerSnapshot;

const MAGIC: i32 = 1_333_245;
const VERSION: i32 = 1;

/// Reads the list. When a snapshot is opaque, it is the last.
pub(super) fn decode<'a>(reader: &mut Reader<'a>) -> Result<Vec<SerializerSnapshot<'a>>, Error> {
    magic(reader, MAGIC, "nested serializers without their magic number")?;
    let start = reader.input.position();
    let version = reader.input.i32()?;
    if version != VERSION {
        let kind = ErrorKind::InvalidValue { what: "version of nested serializers", value: i64::from(version) };
        return Err(Error::new(start, kind));
    }
    let count = reader.input.count(SMALLEST).within(|| Step::Field("number of nested serializers"))?;
    // Nothing is reserved: each list in a list could promise all that is left.
    let mut nested = Vec::new();
    for index in 0..count {
        nested.push(decode_snapshot(reader).within(|| Step::Element("nested serializer", index))?);
        if reader.has_stopped() {
            break;
        }
    }
    Ok(nested)
}

/// Reads a magic number.
pub(super) fn magic(reader: &mut Reader<'_>, expected: i32, otherwise: &'static str) -> Result<(), Error> {
    let start = reader.input.position();
    if reader.input.i32()? == expected {
        return Ok(());
    }
    Err(Error::new(start, ErrorKind::Contradiction(otherwise)))
}
