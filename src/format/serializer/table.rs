//! The Table API's runtime: internal data structures, views of aggregate functions, windows.
//!
//! ```text
//! i32 n, n × Java object: logical type, list of n snapshots          RowDataSerializerSnapshot
//! Java object: logical type, Java object: serializer                  ArrayDataSerializerSnapshot
//! Java objects: key type, value type, key and value serializer        MapDataSerializerSnapshot
//! i32 number of fields                                                BinaryRowDataSerializerSnapshot
//! i32 precision, i32 scale                                            DecimalSerializerSnapshot
//! i32 precision                                                       TimestampDataSerializerSnapshot
//! Java object: comparator, list of two snapshots                      SortedMapSerializerSnapshot
//! i32 n, n bytes: equaliser, i32 n, n bytes: hash function, snapshot  RowDataKeySerializerSnapshot
//! ```

use super::composite::{empty, flag};
use super::reader::Reader;
use super::registry::{Body, Entry, composite, simple};
use super::{java, logical_type, nested};
use crate::format::Error;
use crate::format::Step;
use crate::format::error::Within;
use crate::model::{
    ArrayDataSerializer, CompositeKind, MapDataSerializer, Outer, RowDataSerializer, SerializerBody,
    SortedMapSerializer,
};

const fn own(
    class: &'static str,
    version: i32,
    decode: for<'a> fn(i32, &mut Reader<'a>) -> Result<SerializerBody<'a>, Error>,
) -> Entry {
    Entry { class, versions: version..=version, body: Body::Own(decode) }
}

#[rustfmt::skip]
pub(super) const CLASSES: &[Entry] = &[
    simple("org.apache.flink.table.dataview.NullSerializer$NullSerializerSnapshot", "java.lang.Void"),
    simple("org.apache.flink.table.runtime.operators.sink.SortedLongSerializer$SortedLongSerializerSnapshot", "java.lang.Long"),
    simple("org.apache.flink.table.runtime.operators.window.CountWindow$Serializer$CountWindowSerializerSnapshot", "org.apache.flink.table.runtime.operators.window.CountWindow"),
    simple("org.apache.flink.table.runtime.operators.window.GlobalWindow$Serializer$GlobalWindowSerializerSnapshot", "org.apache.flink.table.runtime.operators.window.GlobalWindow"),
    simple("org.apache.flink.table.runtime.operators.window.TimeWindow$Serializer$TimeWindowSerializerSnapshot", "org.apache.flink.table.runtime.operators.window.TimeWindow"),
    simple("org.apache.flink.table.runtime.typeutils.StringDataSerializer$StringDataSerializerSnapshot", "org.apache.flink.table.data.StringData"),
    composite("org.apache.flink.table.dataview.ListViewSerializerSnapshot", CompositeKind::ListView, empty),
    composite("org.apache.flink.table.dataview.MapViewSerializerSnapshot", CompositeKind::MapView, empty),
    composite("org.apache.flink.table.dataview.NullAwareMapSerializerSnapshot", CompositeKind::NullAwareMap, empty),
    composite("org.apache.flink.table.runtime.sequencedmultisetstate.linked.MetaSqnInfoSerializer$MetaSqnInfoSerializerSnapshot", CompositeKind::MetaSqnInfo, empty),
    composite("org.apache.flink.table.runtime.sequencedmultisetstate.linked.NodeSerializer$NodeSerializerSnapshot", CompositeKind::LinkedNode, empty),
    composite("org.apache.flink.table.runtime.sequencedmultisetstate.linked.RowSqnInfoSerializer$RowSqnInfoSerializerSnapshot", CompositeKind::RowSqnInfo, empty),
    composite("org.apache.flink.table.runtime.typeutils.ExternalSerializer$ExternalSerializerSnapshot", CompositeKind::External, data_type),
    composite("org.apache.flink.table.runtime.typeutils.LinkedListSerializer$LinkedListSerializerSnapshot", CompositeKind::LinkedList, null_mask),
    composite("org.apache.flink.table.runtime.typeutils.RawValueDataSerializer$RawValueDataSerializerSnapshot", CompositeKind::RawValue, empty),
    composite("org.apache.flink.table.runtime.typeutils.WindowKeySerializer$WindowKeySerializerSnapshot", CompositeKind::WindowKey, empty),
    own("org.apache.flink.table.runtime.typeutils.ArrayDataSerializer$ArrayDataSerializerSnapshot", 3, array_data),
    own("org.apache.flink.table.runtime.typeutils.BinaryRowDataSerializer$BinaryRowDataSerializerSnapshot", 3, binary_row_data),
    own("org.apache.flink.table.runtime.typeutils.DecimalDataSerializer$DecimalSerializerSnapshot", 3, decimal),
    own("org.apache.flink.table.runtime.typeutils.MapDataSerializer$MapDataSerializerSnapshot", 3, map_data),
    own("org.apache.flink.table.runtime.typeutils.RowDataSerializer$RowDataSerializerSnapshot", 3, row_data),
    own("org.apache.flink.table.runtime.typeutils.SortedMapSerializerSnapshot", 3, sorted_map),
    own("org.apache.flink.table.runtime.typeutils.TimestampDataSerializer$TimestampDataSerializerSnapshot", 1, timestamp),
    own("org.apache.flink.table.runtime.sequencedmultisetstate.linked.RowDataKeySerializerSnapshot", 0, row_data_key),
];

/// `LinkedListSerializerSnapshot.FIRST_VERSION_WITH_NULL_MASK`.
const FIRST_VERSION_WITH_NULL_MASK: i32 = 2;
/// Bytes of the shortest Java object: the stream's header and null.
const SMALLEST_OBJECT: usize = 4 + 1;

fn null_mask<'a>(outer_version: i32, reader: &mut Reader<'a>) -> Result<Outer<'a>, Error> {
    flag(outer_version, FIRST_VERSION_WITH_NULL_MASK, reader).map(Outer::NullMask)
}

fn data_type<'a>(_: i32, reader: &mut Reader<'a>) -> Result<Outer<'a>, Error> {
    let logical_type = logical_type::decode_in_data_type(reader).within(|| Step::Field("data type"))?.map(Box::new);
    Ok(Outer::DataType { logical_type, internal_input: reader.input.bool()? })
}

pub(super) fn row_data<'a>(_: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    let count = reader.input.count(SMALLEST_OBJECT).within(|| Step::Field("number of fields"))?;
    // Nothing is reserved: each list in a list could promise all that is left.
    let mut types = Vec::new();
    for index in 0..count {
        types.push(logical_type::decode(reader).within(|| Step::Element("type of field", index))?);
    }
    let fields = nested::decode(reader)?;
    Ok(SerializerBody::RowData(Box::new(RowDataSerializer { types, fields })))
}

pub(super) fn array_data<'a>(_: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    let element_type = logical_type::decode(reader).within(|| Step::Field("element type"))?;
    let element_serializer = java::object_class(reader).within(|| Step::Field("element serializer"))?;
    Ok(SerializerBody::ArrayData(Box::new(ArrayDataSerializer { element_type, element_serializer })))
}

pub(super) fn map_data<'a>(_: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    let key_type = logical_type::decode(reader).within(|| Step::Field("key type"))?;
    let value_type = logical_type::decode(reader).within(|| Step::Field("value type"))?;
    let key_serializer = java::object_class(reader).within(|| Step::Field("key serializer"))?;
    let value_serializer = java::object_class(reader).within(|| Step::Field("value serializer"))?;
    let map = MapDataSerializer { key_type, value_type, key_serializer, value_serializer };
    Ok(SerializerBody::MapData(Box::new(map)))
}

fn binary_row_data<'a>(_: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    Ok(SerializerBody::BinaryRowData { arity: reader.input.i32()? })
}

pub(super) fn decimal<'a>(_: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    Ok(SerializerBody::Decimal { precision: reader.input.i32()?, scale: reader.input.i32()? })
}

pub(super) fn timestamp<'a>(_: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    Ok(SerializerBody::Timestamp { precision: reader.input.i32()? })
}

fn sorted_map<'a>(_: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    let comparator = java::object_class(reader).within(|| Step::Field("comparator"))?;
    let nested = nested::decode(reader)?;
    Ok(SerializerBody::SortedMap(Box::new(SortedMapSerializer { comparator, nested })))
}

/// The generated code that compares and hashes is left out.
fn row_data_key<'a>(_: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    reader.input.length_prefixed().within(|| Step::Field("equaliser"))?;
    reader.input.length_prefixed().within(|| Step::Field("hash function"))?;
    Ok(SerializerBody::RowDataKey(Box::new(super::decode(reader)?)))
}
