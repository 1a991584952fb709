//! Avro (`AvroSerializerSnapshot`).
//!
//! ```text
//! utf schema                            version 1
//! utf class, utf schema                 version 2
//! string class, string schema           version 3
//! ```
//!
//! "string" is Flink's own encoding ([`crate::format::string_value`]).

use super::reader::Reader;
use super::registry::{Body, Entry};
use crate::format::error::Within;
use crate::format::{Error, Step, string_value};
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
        _ => string_value::read_text(&mut reader.input),
    };
    let class = match version {
        WITHOUT_CLASS => None,
        _ => Some(text(reader).within(|| Step::Field("class"))?),
    };
    let schema = text(reader).within(|| Step::Field("schema"))?;
    Ok(SerializerBody::Avro(Box::new(AvroSerializer { class, schema })))
}
