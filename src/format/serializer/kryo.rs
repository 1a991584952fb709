//! Classes left to Kryo (`KryoSerializerSnapshotData`). Releases with Kryo 2 (1.x) and Kryo 5 (2.x) write the same bytes.
//!
//! ```text
//! utf class
//! optional map of registrations:               key = utf class, value = (utf class, i32 kind, [utf class | Java object])
//! optional map of default serializers:         key = utf class, value = Java object
//! optional map of default serializer classes:  key = utf class, value = utf class
//! ```

use super::java;
use super::optional_map;
use super::reader::Reader;
use super::registry::{Body, Entry};
use crate::codec::JavaStr;
use crate::format::{Error, ErrorKind};
use crate::model::{KryoRegistration, KryoRegistrationSerializer, KryoSerializer, SerializerBody};

pub(super) const CLASSES: &[Entry] = &[Entry {
    class: "org.apache.flink.api.java.typeutils.runtime.kryo.KryoSerializerSnapshot",
    versions: 2..=2,
    body: Body::Own(decode),
}];

fn decode<'a>(_: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    let class = reader.input.utf()?;
    let registrations = optional_map::decode(reader, "registration", utf, registration, |(class, _, serializer)| {
        KryoRegistration { class, serializer }
    })?;
    let default_serializers =
        optional_map::decode(reader, "default serializer", utf, object_class, |(class, _, instance)| {
            (class, instance.flatten())
        })?;
    let default_serializer_classes =
        optional_map::decode(reader, "default serializer class", utf, utf, |(class, _, serializer)| {
            (class, serializer)
        })?;
    let kryo = KryoSerializer { class, registrations, default_serializers, default_serializer_classes };
    Ok(SerializerBody::Kryo(Box::new(kryo)))
}

fn utf<'a>(reader: &mut Reader<'a>) -> Result<JavaStr<'a>, Error> {
    Ok(reader.input.utf()?)
}

/// Objects of user classes stand in frames, and nobody needs more of them than their class: one that cannot be read is left out.
#[expect(clippy::unnecessary_wraps, reason = "one of the functions of a table")]
fn object_class<'a>(reader: &mut Reader<'a>) -> Result<Option<JavaStr<'a>>, Error> {
    Ok(java::object_class(reader).ok().flatten())
}

fn registration<'a>(reader: &mut Reader<'a>) -> Result<KryoRegistrationSerializer<'a>, Error> {
    reader.input.utf()?;
    let start = reader.input.position();
    match reader.input.i32()? {
        0 => Ok(KryoRegistrationSerializer::Unspecified),
        1 => Ok(KryoRegistrationSerializer::Class(reader.input.utf()?)),
        2 => Ok(KryoRegistrationSerializer::Instance(object_class(reader)?)),
        kind => {
            let kind = ErrorKind::InvalidValue { what: "kind of Kryo registration", value: i64::from(kind) };
            Err(Error::new(start, kind))
        }
    }
}
