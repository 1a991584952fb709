//! From a serializer snapshot to a decoder of the values that it writes.

use std::sync::Arc;

use super::avro::Schema;
use super::basic::{self, Read};
use super::bounds::{Bounds, few};
use super::row_data::{self, RowLayout, SqlType};
use crate::codec::DataInput;
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::{
    Composite, CompositeKind, Name, Outer, PojoSerializer, SerializerBody, SerializerSnapshot, StateValue, UnknownType,
};

/// Decodes values of one serializer.
#[derive(Debug)]
pub struct ValueDecoder(Node);

#[derive(Debug)]
enum Node {
    Basic(Read),
    /// `ListSerializer`: count, elements.
    List(Box<Node>),
    /// `SetSerializer`: count, and in front of each element whether it is null.
    Set(Box<Node>),
    /// `GenericArraySerializer`: count, and in front of each component whether it is there.
    Array(Box<Node>),
    /// `MapSerializer`, `SortedMapSerializer`: count, and in front of each value whether it is null.
    Map(Box<(Node, Node)>),
    /// `NullAwareMapSerializer`: count, and in front of each key and each value whether it is null.
    NullAwareMap(Box<(Node, Node)>),
    /// `TupleSerializer`: the fields.
    Tuple(Vec<Node>),
    /// `RowSerializer`: a mask of what is null, behind two bits for the kind of the row.
    Row {
        fields: Vec<Node>,
        has_kind: bool,
    },
    /// `EitherSerializer`: whether it is the left one.
    Either(Box<(Node, Node)>),
    /// `NullableSerializer`: whether it is null, which may be padded.
    Nullable {
        inside: Box<Node>,
        padding: usize,
    },
    /// `TtlSerializer`: the time of the last access, the value.
    Ttl(Box<Node>),
    /// `TimerSerializer`: the time with its sign flipped, key, namespace.
    Timer(Box<(Node, Node)>),
    /// `EnumSerializer`: position of the constant.
    Enum(Vec<Name>),
    /// `PojoSerializer`.
    Pojo(Box<Pojo>),
    /// `AvroSerializer`.
    Avro(Box<Schema>),
    /// `RowDataSerializer`: bytes and their number.
    RowData(RowLayout),
    /// `ArrayDataSerializer`, `MapDataSerializer`, `StringDataSerializer`, `RawValueDataSerializer`: bytes and their number.
    Sql(SqlType),
    /// `DecimalDataSerializer`, `TimestampDataSerializer`.
    Number(SqlType),
    /// `BinaryRowDataSerializer`, which does not record the types: bytes and their number.
    Bytes,
}

#[derive(Debug)]
struct Pojo {
    fields: Vec<(Name, Node)>,
    registered: Vec<(Name, Node)>,
    others: Vec<(Name, Node)>,
}

impl ValueDecoder {
    /// The decoder of what this serializer writes, or what is not known of it.
    pub fn new(snapshot: &SerializerSnapshot<'_>) -> Result<Self, UnknownType> {
        node(snapshot).map(Self)
    }

    /// Decodes the next value.
    pub fn decode(&self, input: &mut DataInput<'_>) -> Result<StateValue, Error> {
        decode(&self.0, input, &mut Bounds::default())
    }
}

fn unknown(snapshot: &SerializerSnapshot<'_>, reason: &'static str) -> UnknownType {
    UnknownType { snapshot: snapshot.class.to_str().into_owned(), reason }
}

fn given(name: crate::codec::JavaStr<'_>) -> Name {
    Name::Given(Arc::from(name.to_str()))
}

fn node(snapshot: &SerializerSnapshot<'_>) -> Result<Node, UnknownType> {
    match &snapshot.body {
        SerializerBody::Simple("org.apache.flink.table.data.StringData") => Ok(Node::Sql(SqlType::Text)),
        SerializerBody::Simple(java_type) => {
            basic::reader(java_type).map(Node::Basic).ok_or_else(|| unknown(snapshot, "a type that is not decoded"))
        }
        SerializerBody::Composite(composite) => self::composite(snapshot, composite),
        SerializerBody::Enum(constants) => {
            Ok(Node::Enum(constants.constants.iter().map(|constant| given(*constant)).collect()))
        }
        SerializerBody::Pojo(pojo) => self::pojo(snapshot, pojo),
        SerializerBody::TtlAware(ttl) => node(&ttl.original),
        SerializerBody::RowDataKey(row) => node(row),
        SerializerBody::Avro(avro) => Schema::parse(&avro.schema)
            .map(|schema| Node::Avro(Box::new(schema)))
            .ok_or_else(|| unknown(snapshot, "a schema of Avro that cannot be read")),
        SerializerBody::RowData(row) => {
            RowLayout::new(&row.types).map(Node::RowData).map_err(|reason| unknown(snapshot, reason))
        }
        SerializerBody::ArrayData(array) => {
            SqlType::array_of(&array.element_type).map(Node::Sql).map_err(|reason| unknown(snapshot, reason))
        }
        SerializerBody::MapData(map) => {
            SqlType::map_of(&map.key_type, &map.value_type).map(Node::Sql).map_err(|reason| unknown(snapshot, reason))
        }
        SerializerBody::BinaryRowData { .. } => Ok(Node::Bytes),
        SerializerBody::Decimal { precision, scale } => {
            Ok(Node::Number(SqlType::Decimal { precision: *precision, scale: *scale }))
        }
        SerializerBody::Timestamp { precision } => {
            Ok(Node::Number(SqlType::Timestamp { precision: *precision, local_zone: false }))
        }
        SerializerBody::SortedMap(map) => match &map.nested[..] {
            [key, value] => Ok(Node::Map(Box::new((node(key)?, node(value)?)))),
            _ => Err(unknown(snapshot, "a snapshot that lacks a part")),
        },
        SerializerBody::Opaque => Err(unknown(snapshot, "a serializer that is not Flink's")),
        SerializerBody::Kryo(_) => Err(unknown(snapshot, "Kryo, which does not record how it writes the class")),
        _ => Err(unknown(snapshot, "a type that is not decoded")),
    }
}

fn composite(snapshot: &SerializerSnapshot<'_>, composite: &Composite<'_>) -> Result<Node, UnknownType> {
    let missing = || unknown(snapshot, "a snapshot that lacks a part");
    let nested = |index: usize| composite.nested.get(index).ok_or_else(missing).and_then(node);
    let pair = || Ok(Box::new((nested(0)?, nested(1)?)));
    Ok(match composite.kind {
        CompositeKind::List | CompositeKind::ArrayList => Node::List(Box::new(nested(0)?)),
        CompositeKind::NullAwareMap => Node::NullAwareMap(pair()?),
        CompositeKind::RawValue => Node::Sql(SqlType::Raw),
        CompositeKind::Set => Node::Set(Box::new(nested(0)?)),
        CompositeKind::GenericArray => Node::Array(Box::new(nested(0)?)),
        CompositeKind::Map => Node::Map(pair()?),
        CompositeKind::Tuple => Node::Tuple(composite.nested.iter().map(node).collect::<Result<_, _>>()?),
        CompositeKind::Row => {
            let fields = composite.nested.iter().map(node).collect::<Result<_, _>>()?;
            Node::Row { fields, has_kind: composite.outer == Outer::RowKind(true) }
        }
        CompositeKind::Either => Node::Either(pair()?),
        CompositeKind::Nullable => {
            let padding = match composite.outer {
                Outer::NullPadding(padding) => usize::try_from(padding).map_err(|_| missing())?,
                _ => return Err(missing()),
            };
            Node::Nullable { inside: Box::new(nested(0)?), padding }
        }
        CompositeKind::Ttl => Node::Ttl(Box::new(nested(1)?)),
        CompositeKind::Timer => Node::Timer(pair()?),
        // They write what is inside of them; of an external type, what stands for it inside of the Table API.
        CompositeKind::SingleThreadAccess
        | CompositeKind::ListView
        | CompositeKind::MapView
        | CompositeKind::External => nested(0)?,
        _ => return Err(unknown(snapshot, "a type that is not decoded")),
    })
}

fn pojo(snapshot: &SerializerSnapshot<'_>, pojo: &PojoSerializer<'_>) -> Result<Node, UnknownType> {
    let lost = || unknown(snapshot, "a field or subclass whose serializer was lost");
    let class =
        |(class, serializer): (Name, Option<&SerializerSnapshot<'_>>)| Ok((class, node(serializer.ok_or_else(lost)?)?));
    let fields = pojo.fields.iter().map(|field| (given(field.name), field.serializer.as_ref()));
    let subclasses = |list: &[crate::model::PojoSubclass<'_>]| {
        let classes = list.iter().map(|each| (given(each.class), each.serializer.as_ref()));
        classes.map(class).collect::<Result<Vec<_>, _>>()
    };
    Ok(Node::Pojo(Box::new(Pojo {
        fields: fields.map(class).collect::<Result<_, _>>()?,
        registered: subclasses(&pojo.registered_subclasses)?,
        others: subclasses(&pojo.other_subclasses)?,
    })))
}

/// Decodes a value within bounds of all that it consists of.
fn decode(node: &Node, input: &mut DataInput<'_>, bounds: &mut Bounds) -> Result<StateValue, Error> {
    bounds.value(input, |input, bounds| value(node, input, bounds))
}

fn value(node: &Node, input: &mut DataInput<'_>, bounds: &mut Bounds) -> Result<StateValue, Error> {
    match node {
        Node::Basic(read) => read(input),
        Node::List(element) => {
            let count = bounds.count(input)?;
            let mut elements = few(count);
            for index in 0..count {
                elements.push(decode(element, input, bounds).within(|| Step::Element("element", index))?);
            }
            Ok(StateValue::List(elements))
        }
        Node::Set(element) => with_flags(element, input, bounds, false),
        Node::Array(component) => with_flags(component, input, bounds, true),
        Node::Map(pair) => map(pair, input, bounds, [false, true]),
        Node::NullAwareMap(pair) => map(pair, input, bounds, [true, true]),
        Node::Tuple(fields) => {
            let mut values = few(fields.len());
            for (index, field) in fields.iter().enumerate() {
                values.push(decode(field, input, bounds).within(|| Step::Element("field", index))?);
            }
            Ok(StateValue::List(values))
        }
        Node::Row { fields, has_kind } => row(fields, *has_kind, input, bounds),
        Node::Either(pair) => {
            let (name, node) = if input.bool()? { ("left", &pair.0) } else { ("right", &pair.1) };
            Ok(StateValue::Fields(vec![(name.into(), decode(node, input, bounds)?)]))
        }
        Node::Nullable { inside, padding } => {
            if input.bool()? {
                input.bytes(*padding)?;
                return Ok(StateValue::Null);
            }
            decode(inside, input, bounds)
        }
        Node::Ttl(node) => {
            let last_access = StateValue::Integer(input.i64()?);
            let value = decode(node, input, bounds)?;
            Ok(StateValue::Fields(vec![("last_access".into(), last_access), ("value".into(), value)]))
        }
        Node::Timer(pair) => {
            let time = StateValue::Integer(input.i64()? ^ i64::MIN);
            let key = decode(&pair.0, input, bounds)?;
            let namespace = decode(&pair.1, input, bounds)?;
            Ok(StateValue::Fields(vec![
                ("timestamp".into(), time),
                ("key".into(), key),
                ("namespace".into(), namespace),
            ]))
        }
        Node::Enum(constants) => {
            let start = input.position();
            let ordinal = input.i32()?;
            let name = usize::try_from(ordinal).ok().and_then(|position| constants.get(position));
            let outside =
                || Error::new(start, ErrorKind::InvalidValue { what: "position of a constant", value: ordinal.into() });
            name.cloned().map(StateValue::Constant).ok_or_else(outside)
        }
        Node::Pojo(pojo) => pojo_value(pojo, input, bounds),
        Node::Avro(schema) => schema.decode(input, bounds),
        Node::RowData(row) => row_data::row(row, input),
        Node::Sql(sql) => row_data::length_prefixed(sql, input),
        Node::Number(sql) => row_data::number(sql, input),
        Node::Bytes => Ok(StateValue::Bytes(input.length_prefixed()?.to_vec())),
    }
}

/// A count and elements; in front of each stands whether it is there, or whether it is null.
fn with_flags(
    element: &Node,
    input: &mut DataInput<'_>,
    bounds: &mut Bounds,
    is_there: bool,
) -> Result<StateValue, Error> {
    let count = input.count(1)?;
    let mut elements = few(count);
    for index in 0..count {
        let value = if input.bool()? == is_there { decode(element, input, bounds) } else { Ok(StateValue::Null) };
        elements.push(value.within(|| Step::Element("element", index))?);
    }
    Ok(StateValue::List(elements))
}

/// A count, keys and values; in front of either may stand whether it is null.
fn map(
    (key, value): &(Node, Node),
    input: &mut DataInput<'_>,
    bounds: &mut Bounds,
    [key_may_be_null, value_may_be_null]: [bool; 2],
) -> Result<StateValue, Error> {
    let count = bounds.count(input)?;
    let mut entries = few(count);
    for index in 0..count {
        let mut part = |node: &Node, may_be_null: bool| {
            if may_be_null && input.bool()? { Ok(StateValue::Null) } else { decode(node, input, bounds) }
        };
        let key = part(key, key_may_be_null).within(|| Step::Element("key", index))?;
        entries.push((key, part(value, value_may_be_null).within(|| Step::Element("value", index))?));
    }
    Ok(StateValue::Map(entries))
}

/// `RowKind` by its number.
pub(super) const ROW_KINDS: [&str; 4] = ["+I", "-U", "+U", "-D"];

fn row(fields: &[Node], has_kind: bool, input: &mut DataInput<'_>, bounds: &mut Bounds) -> Result<StateValue, Error> {
    let kind_bits = if has_kind { 2 } else { 0 };
    let mask = input.bytes((kind_bits + fields.len()).div_ceil(8))?;
    // `MaskUtils.writeMask`: the first bit is the highest.
    let bit = |index: usize| mask.get(index / 8).is_some_and(|byte| byte << (index % 8) & 0x80 != 0);
    let kind = ROW_KINDS[usize::from(has_kind && bit(0)) | usize::from(has_kind && bit(1)) << 1];
    let mut values = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        let value = if bit(kind_bits + index) { Ok(StateValue::Null) } else { decode(field, input, bounds) };
        values.push(value.within(|| Step::Element("field", index))?);
    }
    Ok(StateValue::Fields(vec![
        ("row_kind".into(), StateValue::Constant(kind.into())),
        ("fields".into(), StateValue::List(values)),
    ]))
}

/// Flags of `PojoSerializer`.
const IS_NULL: u8 = 1;
const NO_SUBCLASS: u8 = 2;
const IS_SUBCLASS: u8 = 4;
const IS_TAGGED_SUBCLASS: u8 = 8;

fn pojo_value(pojo: &Pojo, input: &mut DataInput<'_>, bounds: &mut Bounds) -> Result<StateValue, Error> {
    let start = input.position();
    let subclass = match input.u8()? {
        IS_NULL => return Ok(StateValue::Null),
        NO_SUBCLASS => {
            let mut fields = few(pojo.fields.len());
            for (name, node) in &pojo.fields {
                let value = if input.bool()? { Ok(StateValue::Null) } else { decode(node, input, bounds) };
                fields.push((name.clone(), value.within(|| Step::State(name.as_str().to_owned()))?));
            }
            return Ok(StateValue::Fields(fields));
        }
        IS_SUBCLASS => {
            let class = input.utf()?;
            pojo.others.iter().find(|(name, _)| class == *name.as_str())
        }
        IS_TAGGED_SUBCLASS => pojo.registered.get(usize::from(input.u8()?)),
        other => {
            return Err(Error::new(start, ErrorKind::InvalidValue { what: "flags of a POJO", value: other.into() }));
        }
    };
    let unknown = || Error::new(start, ErrorKind::Contradiction("a subclass that the snapshot does not name"));
    let (class, node) = subclass.ok_or_else(unknown)?;
    let value = decode(node, input, bounds)?;
    Ok(StateValue::Fields(vec![("class".into(), StateValue::Constant(class.clone())), ("value".into(), value)]))
}
