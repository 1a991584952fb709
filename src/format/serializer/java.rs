//! Values and parts of snapshots that are Java objects.

use super::reader::Reader;
use super::registry::{Entry, simple};
use crate::codec::{JavaObjectStream, JavaStr, JavaValue, Node, NodeId};
use crate::format::{Error, ErrorKind};

pub(super) const CLASSES: &[Entry] =
    &[simple("org.apache.flink.runtime.state.JavaSerializer$JavaSerializerSnapshot", "java.io.Serializable")];

/// Bytes of the longest Java object that is read. The types of a row with a thousand fields take less than one hundredth.
const LONGEST: usize = 1 << 20;

/// Reads a Java object (`InstantiationUtil.serializeObject`), which knows its own end.
pub(super) fn object<'a>(reader: &mut Reader<'a>) -> Result<JavaObjectStream<'a>, Error> {
    let start = reader.input.position();
    let longer = reader.input.remaining() > LONGEST;
    JavaObjectStream::read(&mut reader.input, LONGEST).map_err(|error| {
        let error = Error::from(error);
        if longer && error.missing_bytes().is_some() {
            return Error::new(start, ErrorKind::Contradiction("a Java object of more than 1 MiB"));
        }
        error
    })
}

/// Reads a Java object and keeps the name of its class; `None` when it is null or no instance of a class.
pub(super) fn object_class<'a>(reader: &mut Reader<'a>) -> Result<Option<JavaStr<'a>>, Error> {
    let stream = object(reader)?;
    Ok(class_of(&stream, stream.root))
}

/// The name of the class of an object or of an enum constant.
pub(super) fn class_of<'a>(stream: &JavaObjectStream<'a>, value: JavaValue) -> Option<JavaStr<'a>> {
    let JavaValue::Reference(id) = value else { return None };
    match stream.node(id)? {
        Node::Object(object) => class_name(stream, object.class),
        Node::Enum(class, _) => class_name(stream, *class),
        _ => None,
    }
}

/// The name of a class that an object refers to (`java.lang.Class`).
pub(super) fn class_constant<'a>(stream: &JavaObjectStream<'a>, value: JavaValue) -> Option<JavaStr<'a>> {
    let JavaValue::Reference(id) = value else { return None };
    match stream.node(id)? {
        Node::Class(class) => class_name(stream, *class),
        _ => None,
    }
}

fn class_name<'a>(stream: &JavaObjectStream<'a>, class: NodeId) -> Option<JavaStr<'a>> {
    match stream.node(class)? {
        Node::ClassDesc(class) => Some(class.name),
        _ => None,
    }
}
