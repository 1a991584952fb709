//! Avro (`AvroSerializerSnapshot`).
//!
//! ```text
//! utf schema                            version 1
//! utf class, utf schema                 version 2
//! string class, string schema           version 3
//! ```
//!
//! "string" is Flink's own encoding (`StringValue.writeString`): the length plus one (0 is null), then the UTF-16 units, all as
//! little-endian groups of seven bits.

use super::reader::Reader;
use super::registry::{Body, Entry};
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::{AvroSerializer, SerializerBody};

pub(super) const CLASSES: &[Entry] = &[Entry {
    class: "org.apache.flink.formats.avro.typeutils.AvroSerializerSnapshot",
    versions: 1..=3,
    body: Body::Own(decode),
}];

/// Version that does not name the class.
const WITHOUT_CLASS: i32 = 1;
/// Version that writes as `DataOutput.writeUTF` does.
const IN_MODIFIED_UTF8: i32 = 2;

fn decode<'a>(version: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    let text = |reader: &mut Reader<'a>| match version {
        WITHOUT_CLASS | IN_MODIFIED_UTF8 => Ok(reader.input.utf()?.to_str().into_owned()),
        _ => string_value(reader),
    };
    let class = match version {
        WITHOUT_CLASS => None,
        _ => Some(text(reader).within(|| Step::Field("class"))?),
    };
    let schema = text(reader).within(|| Step::Field("schema"))?;
    Ok(SerializerBody::Avro(Box::new(AvroSerializer { class, schema })))
}

fn string_value(reader: &mut Reader<'_>) -> Result<String, Error> {
    let start = reader.input.position();
    let Some(length) = groups_of_seven(reader)?.checked_sub(1) else {
        return Err(Error::new(start, ErrorKind::Contradiction("null where a text has to be")));
    };
    let length = reader.input.check_count(start, i64::from(length), 1)?;
    let mut units = reader.input.vec_for(length);
    for _ in 0..length {
        let start = reader.input.position();
        let value = groups_of_seven(reader)?;
        let unit = u16::try_from(value)
            .map_err(|_| Error::new(start, ErrorKind::InvalidValue { what: "UTF-16 unit", value: i64::from(value) }))?;
        units.push(unit);
    }
    Ok(String::from_utf16_lossy(&units))
}

fn groups_of_seven(reader: &mut Reader<'_>) -> Result<u32, Error> {
    const MOST_GROUPS: u32 = 5;
    let start = reader.input.position();
    let mut value: u32 = 0;
    for group in 0..MOST_GROUPS {
        let byte = reader.input.u8()?;
        value |= u32::from(byte & 0x7F) << (7 * group);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Error::new(start, ErrorKind::Contradiction("a number of more than five groups of seven bits")))
}
