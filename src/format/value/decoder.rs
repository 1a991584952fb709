//! From a serializer snapshot to a decoder of the values that it writes.

use super::basic::{self, Read};
use crate::codec::{self, DataInput};
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::{
    Composite, CompositeKind, Outer, PojoSerializer, SerializerBody, SerializerSnapshot, StateValue, UnknownType,
};

/// POJOs inside POJOs that a value may have: a class that contains itself has no other end.
const DEEPEST: usize = 200;

/// Decodes values of one serializer.
#[derive(Debug)]
pub struct ValueDecoder(Node);

#[derive(Debug)]
enum Node {
    Basic(Read),
    /// `ListSerializer`: count, elements.
    List(Box<Node>),
    /// `GenericArraySerializer`: count, and in front of each component whether it is there.
    Array(Box<Node>),
    /// `MapSerializer`: count, and in front of each value whether it is null.
    Map(Box<(Node, Node)>),
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
    Enum(Vec<String>),
    /// `PojoSerializer`.
    Pojo(Box<Pojo>),
}

#[derive(Debug)]
struct Pojo {
    fields: Vec<(String, Node)>,
    registered: Vec<(String, Node)>,
    others: Vec<(String, Node)>,
}

impl ValueDecoder {
    /// The decoder of what this serializer writes, or what is not known of it.
    pub fn new(snapshot: &SerializerSnapshot<'_>) -> Result<Self, UnknownType> {
        node(snapshot).map(Self)
    }

    /// Decodes the next value.
    pub fn decode(&self, input: &mut DataInput<'_>) -> Result<StateValue, Error> {
        decode(&self.0, input, 0)
    }
}

fn unknown(snapshot: &SerializerSnapshot<'_>, reason: &'static str) -> UnknownType {
    UnknownType { snapshot: snapshot.class.to_str().into_owned(), reason }
}

fn node(snapshot: &SerializerSnapshot<'_>) -> Result<Node, UnknownType> {
    match &snapshot.body {
        SerializerBody::Simple(java_type) => {
            basic::reader(java_type).map(Node::Basic).ok_or_else(|| unknown(snapshot, "a type that is not decoded"))
        }
        SerializerBody::Composite(composite) => self::composite(snapshot, composite),
        SerializerBody::Enum(constants) => {
            Ok(Node::Enum(constants.constants.iter().map(|constant| constant.to_str().into_owned()).collect()))
        }
        SerializerBody::Pojo(pojo) => self::pojo(snapshot, pojo),
        SerializerBody::TtlAware(ttl) => node(&ttl.original),
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
        CompositeKind::SingleThreadAccess => nested(0)?,
        _ => return Err(unknown(snapshot, "a type that is not decoded")),
    })
}

fn pojo(snapshot: &SerializerSnapshot<'_>, pojo: &PojoSerializer<'_>) -> Result<Node, UnknownType> {
    let lost = || unknown(snapshot, "a field or subclass whose serializer was lost");
    let class = |(class, serializer): (String, Option<&SerializerSnapshot<'_>>)| {
        Ok((class, node(serializer.ok_or_else(lost)?)?))
    };
    let fields = pojo.fields.iter().map(|field| (field.name.to_str().into_owned(), field.serializer.as_ref()));
    let subclasses = |list: &[crate::model::PojoSubclass<'_>]| {
        let classes = list.iter().map(|each| (each.class.to_str().into_owned(), each.serializer.as_ref()));
        classes.map(class).collect::<Result<Vec<_>, _>>()
    };
    Ok(Node::Pojo(Box::new(Pojo {
        fields: fields.map(class).collect::<Result<_, _>>()?,
        registered: subclasses(&pojo.registered_subclasses)?,
        others: subclasses(&pojo.other_subclasses)?,
    })))
}

fn decode(node: &Node, input: &mut DataInput<'_>, depth: usize) -> Result<StateValue, Error> {
    if depth > DEEPEST {
        return Err(Error::new(input.position(), ErrorKind::Bytes(codec::ErrorKind::TooDeep { limit: DEEPEST })));
    }
    let inside = |node: &Node, input: &mut DataInput<'_>| decode(node, input, depth + 1);
    match node {
        Node::Basic(read) => read(input),
        Node::List(element) => {
            let count = count(input, element)?;
            let mut elements = input.vec_for(count);
            for index in 0..count {
                elements.push(inside(element, input).within(|| Step::Element("element", index))?);
            }
            Ok(StateValue::List(elements))
        }
        Node::Array(component) => {
            let count = input.count(1)?;
            let mut elements = input.vec_for(count);
            for index in 0..count {
                let element = if input.bool()? { inside(component, input) } else { Ok(StateValue::Null) };
                elements.push(element.within(|| Step::Element("component", index))?);
            }
            Ok(StateValue::List(elements))
        }
        Node::Map(pair) => {
            let count = input.count(1)?;
            let mut entries = input.vec_for(count);
            for index in 0..count {
                let key = inside(&pair.0, input).within(|| Step::Element("key", index))?;
                let value = if input.bool()? { Ok(StateValue::Null) } else { inside(&pair.1, input) };
                entries.push((key, value.within(|| Step::Element("value", index))?));
            }
            Ok(StateValue::Map(entries))
        }
        Node::Tuple(fields) => {
            let fields = fields
                .iter()
                .enumerate()
                .map(|(index, field)| inside(field, input).within(|| Step::Element("field", index)));
            fields.collect::<Result<_, _>>().map(StateValue::List)
        }
        Node::Row { fields, has_kind } => row(fields, *has_kind, input, depth),
        Node::Either(pair) => {
            let (name, node) = if input.bool()? { ("left", &pair.0) } else { ("right", &pair.1) };
            Ok(StateValue::Fields(vec![(name.to_owned(), inside(node, input)?)]))
        }
        Node::Nullable { inside: node, padding } => {
            if input.bool()? {
                input.bytes(*padding)?;
                return Ok(StateValue::Null);
            }
            inside(node, input)
        }
        Node::Ttl(node) => {
            let last_access = StateValue::Integer(input.i64()?);
            let value = inside(node, input)?;
            Ok(StateValue::Fields(vec![("last_access".to_owned(), last_access), ("value".to_owned(), value)]))
        }
        Node::Timer(pair) => {
            let time = StateValue::Integer(input.i64()? ^ i64::MIN);
            let key = inside(&pair.0, input)?;
            let namespace = inside(&pair.1, input)?;
            let fields = [("timestamp", time), ("key", key), ("namespace", namespace)];
            Ok(StateValue::Fields(fields.map(|(name, value)| (name.to_owned(), value)).into()))
        }
        Node::Enum(constants) => {
            let start = input.position();
            let ordinal = input.i32()?;
            let constant = usize::try_from(ordinal).ok().and_then(|ordinal| constants.get(ordinal));
            let no_constant =
                || Error::new(start, ErrorKind::InvalidValue { what: "position of a constant", value: ordinal.into() });
            constant.cloned().map(StateValue::Text).ok_or_else(no_constant)
        }
        Node::Pojo(pojo) => pojo_value(pojo, input, depth),
    }
}

/// A count of elements. Those without a byte, which there are, may be as many as are written in a file of this size.
fn count(input: &mut DataInput<'_>, element: &Node) -> Result<usize, Error> {
    let least = match element {
        Node::Tuple(fields) if fields.is_empty() => 0,
        _ => 1,
    };
    let start = input.position();
    let count = input.count(least)?;
    if least == 0 && count > input.remaining() {
        return Err(Error::new(start, ErrorKind::Contradiction("more elements without bytes than bytes")));
    }
    Ok(count)
}

/// `RowKind` by its number.
const ROW_KINDS: [&str; 4] = ["+I", "-U", "+U", "-D"];

fn row(fields: &[Node], has_kind: bool, input: &mut DataInput<'_>, depth: usize) -> Result<StateValue, Error> {
    let kind_bits = if has_kind { 2 } else { 0 };
    let mask = input.bytes((kind_bits + fields.len()).div_ceil(8))?;
    // `MaskUtils.writeMask`: the first bit is the highest.
    let bit = |index: usize| mask.get(index / 8).is_some_and(|byte| byte << (index % 8) & 0x80 != 0);
    let kind = ROW_KINDS[usize::from(has_kind && bit(0)) | usize::from(has_kind && bit(1)) << 1];
    let mut values = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        let value = if bit(kind_bits + index) { Ok(StateValue::Null) } else { decode(field, input, depth + 1) };
        values.push(value.within(|| Step::Element("field", index))?);
    }
    Ok(StateValue::Fields(vec![
        ("row_kind".to_owned(), StateValue::Text(kind.to_owned())),
        ("fields".to_owned(), StateValue::List(values)),
    ]))
}

/// Flags of `PojoSerializer`.
const IS_NULL: u8 = 1;
const NO_SUBCLASS: u8 = 2;
const IS_SUBCLASS: u8 = 4;
const IS_TAGGED_SUBCLASS: u8 = 8;

fn pojo_value(pojo: &Pojo, input: &mut DataInput<'_>, depth: usize) -> Result<StateValue, Error> {
    let start = input.position();
    let subclass = match input.u8()? {
        IS_NULL => return Ok(StateValue::Null),
        NO_SUBCLASS => {
            let mut fields = Vec::with_capacity(pojo.fields.len());
            for (name, node) in &pojo.fields {
                let value = if input.bool()? { Ok(StateValue::Null) } else { decode(node, input, depth + 1) };
                fields.push((name.clone(), value.within(|| Step::State(name.clone()))?));
            }
            return Ok(StateValue::Fields(fields));
        }
        IS_SUBCLASS => {
            let class = input.utf()?.to_str().into_owned();
            pojo.others.iter().find(|(name, _)| *name == class)
        }
        IS_TAGGED_SUBCLASS => pojo.registered.get(usize::from(input.u8()?)),
        other => {
            return Err(Error::new(start, ErrorKind::InvalidValue { what: "flags of a POJO", value: other.into() }));
        }
    };
    let unknown = || Error::new(start, ErrorKind::Contradiction("a subclass that the snapshot does not name"));
    let (class, node) = subclass.ok_or_else(unknown)?;
    let value = decode(node, input, depth + 1)?;
    let fields = [("class", StateValue::Text(class.clone())), ("value", value)];
    Ok(StateValue::Fields(fields.map(|(name, value)| (name.to_owned(), value)).into()))
}
