//! POJOs (`PojoSerializerSnapshotData`).
//!
//! ```text
//! utf class
//! optional map of fields:                  key = (utf declaring class, utf name), value = snapshot
//! optional map of registered subclasses:   key = nothing, value = snapshot
//! optional map of other subclasses:        key = nothing, value = snapshot
//! ```

use super::optional_map;
use super::reader::Reader;
use super::registry::{Body, Entry};
use crate::format::Error;
use crate::model::{PojoField, PojoSerializer, PojoSubclass, SerializerBody};

pub(super) const CLASSES: &[Entry] = &[Entry {
    class: "org.apache.flink.api.java.typeutils.runtime.PojoSerializerSnapshot",
    versions: 2..=2,
    body: Body::Own(decode),
}];

fn decode<'a>(_: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    let class = reader.input.utf()?;
    let declaring_class = |reader: &mut Reader<'a>| {
        let declaring_class = reader.input.utf()?;
        reader.input.utf()?;
        Ok(declaring_class)
    };
    let field = |(name, declaring_class, serializer)| PojoField { name, declaring_class, serializer };
    let fields = optional_map::decode(reader, "field", declaring_class, super::decode, field)?;
    let registered_subclasses = subclasses(reader, "registered subclass")?;
    let other_subclasses = subclasses(reader, "other subclass")?;
    let pojo = PojoSerializer { class, fields, registered_subclasses, other_subclasses };
    Ok(SerializerBody::Pojo(Box::new(pojo)))
}

fn subclasses<'a>(reader: &mut Reader<'a>, what: &'static str) -> Result<Vec<PojoSubclass<'a>>, Error> {
    let nothing = |_: &mut Reader<'a>| Ok(());
    optional_map::decode(reader, what, nothing, super::decode, |(class, _, serializer)| PojoSubclass {
        class,
        serializer,
    })
}
