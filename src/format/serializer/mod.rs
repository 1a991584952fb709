//! Serializer snapshots: how the values of a state are written.
//!
//! ```text
//! utf class of the snapshot, i32 version, body      TypeSerializerSnapshot.writeVersionedSnapshot
//! ```
//!
//! The body has no length, and only its class knows what it holds. `registry.rs` names the classes that Flink itself has, one file
//! per family; a class that is not there, or a version that none of the known releases writes, cannot be skipped. It becomes
//! [`SerializerBody::Opaque`], and decoding stops there, except in the frames of a POJO's fields, which have a length.
//!
//! Some of Flink's classes read any version alike. Here a version that nobody writes is opaque: nothing is guessed.

mod avro;
mod basic;
mod cep;
mod composite;
mod flink_core;
mod java;
mod kryo;
mod logical_type;
mod nested;
mod optional_map;
mod pojo;
mod python;
mod reader;
mod registry;
mod scala;
mod streaming;
mod table;

pub(in crate::format) use reader::Reader;
pub use registry::{is_known, known_classes};

use crate::format::error::Within;
use crate::format::{Error, Step};
use crate::model::{OpaqueSnapshot, SerializerBody, SerializerSnapshot};

/// Bytes of the shortest snapshot: an empty class name and a version.
const SMALLEST: usize = 2 + 4;

/// Reads a snapshot with its class and version (`TypeSerializerSnapshot.readVersionedSnapshot`).
///
/// When it is opaque, or one inside it is, the reader has stopped.
pub(in crate::format) fn decode<'a>(reader: &mut Reader<'a>) -> Result<SerializerSnapshot<'a>, Error> {
    let offset = reader.input.position();
    let class = reader.input.utf().within(|| Step::Field("serializer snapshot's class"))?;
    let version = reader.input.i32().within(|| Step::Field("serializer snapshot's version"))?;
    let name = class.to_str();
    let body = match registry::find(&name) {
        Some(entry) if entry.versions.contains(&version) => {
            let decode = |reader: &mut Reader<'a>| entry.body.decode(version, reader);
            reader.nested(decode).within(|| Step::Serializer(name.into_owned()))?
        }
        _ => {
            reader.stop(OpaqueSnapshot { class, version, offset });
            SerializerBody::Opaque
        }
    };
    Ok(SerializerSnapshot { class, version, offset, body })
}
