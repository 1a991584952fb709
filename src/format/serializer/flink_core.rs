//! Collections, arrays, tuples, rows and enums of Flink's core.
//!
//! ```text
//! utf class of the components, list of one snapshot    GenericArraySerializerConfigSnapshot (until 1.20)
//! list of two snapshots                                EitherSerializerSnapshot (until 1.20)
//! utf class, i32 n, n × utf constant                   EnumSerializerSnapshot
//! ```

use super::composite::{empty, flag, tuple_class};
use super::nested;
use super::reader::Reader;
use super::registry::{Body, Entry, composite};
use crate::format::Error;
use crate::format::Step;
use crate::format::error::Within;
use crate::model::{Composite, CompositeKind, EnumSerializer, Outer, SerializerBody};

#[rustfmt::skip]
pub(super) const CLASSES: &[Entry] = &[
    composite("org.apache.flink.api.common.typeutils.base.ListSerializerSnapshot", CompositeKind::List, empty),
    composite("org.apache.flink.api.common.typeutils.base.SetSerializerSnapshot", CompositeKind::Set, empty),
    composite("org.apache.flink.api.common.typeutils.base.MapSerializerSnapshot", CompositeKind::Map, empty),
    composite("org.apache.flink.api.common.typeutils.base.GenericArraySerializerSnapshot", CompositeKind::GenericArray, component_class),
    composite("org.apache.flink.api.common.typeutils.SingleThreadAccessCheckingTypeSerializer$SingleThreadAccessCheckingTypeSerializerSnapshot", CompositeKind::SingleThreadAccess, empty),
    composite("org.apache.flink.api.java.typeutils.runtime.TupleSerializerSnapshot", CompositeKind::Tuple, tuple_class),
    composite("org.apache.flink.api.java.typeutils.runtime.RowSerializer$RowSerializerSnapshot", CompositeKind::Row, row_kind),
    composite("org.apache.flink.api.java.typeutils.runtime.JavaEitherSerializerSnapshot", CompositeKind::Either, empty),
    composite("org.apache.flink.api.java.typeutils.runtime.NullableSerializer$NullableSerializerSnapshot", CompositeKind::Nullable, null_padding),
    Entry { class: "org.apache.flink.api.common.typeutils.base.EnumSerializer$EnumSerializerSnapshot", versions: 3..=3, body: Body::Own(enumeration) },
    Entry { class: "org.apache.flink.api.common.typeutils.base.GenericArraySerializerConfigSnapshot", versions: 2..=2, body: Body::Own(generic_array) },
    Entry { class: "org.apache.flink.api.java.typeutils.runtime.EitherSerializerSnapshot", versions: 2..=2, body: Body::Own(either) },
];

/// `RowSerializerSnapshot.FIRST_VERSION_WITH_ROW_KIND`.
const FIRST_VERSION_WITH_ROW_KIND: i32 = 3;

fn component_class<'a>(_: i32, reader: &mut Reader<'a>) -> Result<Outer<'a>, Error> {
    Ok(Outer::ComponentClass(reader.input.utf()?))
}

fn row_kind<'a>(outer_version: i32, reader: &mut Reader<'a>) -> Result<Outer<'a>, Error> {
    flag(outer_version, FIRST_VERSION_WITH_ROW_KIND, reader).map(Outer::RowKind)
}

fn null_padding<'a>(_: i32, reader: &mut Reader<'a>) -> Result<Outer<'a>, Error> {
    Ok(Outer::NullPadding(reader.input.i32()?))
}

fn enumeration<'a>(_: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    let class = reader.input.utf()?;
    let count = reader.input.count(2).within(|| Step::Field("number of constants"))?;
    let mut constants = reader.input.vec_for(count);
    for index in 0..count {
        constants.push(reader.input.utf().within(|| Step::Element("constant", index))?);
    }
    Ok(SerializerBody::Enum(Box::new(EnumSerializer { class, constants })))
}

fn generic_array<'a>(version: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    let outer = component_class(version, reader)?;
    superseded(CompositeKind::GenericArray, version, outer, reader)
}

fn either<'a>(version: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    superseded(CompositeKind::Either, version, Outer::Empty, reader)
}

/// Composite in all but name.
fn superseded<'a>(
    kind: CompositeKind,
    outer_version: i32,
    outer: Outer<'a>,
    reader: &mut Reader<'a>,
) -> Result<SerializerBody<'a>, Error> {
    let nested = nested::decode(reader)?;
    Ok(SerializerBody::Composite(Box::new(Composite { kind, outer_version, outer, nested })))
}
