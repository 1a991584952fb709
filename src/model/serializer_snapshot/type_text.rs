//! The type of values in a line, as a Java programmer would write it.

use std::fmt;

use super::{AvroSerializer, CompositeKind, Outer, SerializerBody, SerializerSnapshot};

/// `Map<String, Order>`: simple names of classes, SQL types where the Table API wrote them, and a question mark behind the name of a
/// snapshot that is opaque. A TTL wrapper is left out.
impl fmt::Display for SerializerSnapshot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.body {
            SerializerBody::Simple(java) => f.write_str(simple_name(java)),
            SerializerBody::GenericClass(class) => f.write_str(simple_name(&class.to_str())),
            SerializerBody::Composite(composite) => {
                composite_text(f, composite.kind, &composite.outer, &composite.nested)
            }
            SerializerBody::Pojo(pojo) => f.write_str(simple_name(&pojo.class.to_str())),
            SerializerBody::Kryo(kryo) => write!(f, "Kryo<{}>", simple_name(&kryo.class.to_str())),
            SerializerBody::Enum(constants) => f.write_str(simple_name(&constants.class.to_str())),
            SerializerBody::ScalaEnumeration(constants) => f.write_str(simple_name(&constants.class.to_str())),
            SerializerBody::Avro(avro) => avro_text(f, avro),
            SerializerBody::RowData(row) => {
                f.write_str("ROW<")?;
                comma_separated(f, &row.types)?;
                f.write_str(">")
            }
            SerializerBody::ArrayData(array) => write!(f, "ARRAY<{}>", array.element_type),
            SerializerBody::MapData(map) => write!(f, "MAP<{}, {}>", map.key_type, map.value_type),
            SerializerBody::BinaryRowData { arity } => write!(f, "BinaryRowData({arity} fields)"),
            SerializerBody::Decimal { precision, scale } => write!(f, "DECIMAL({precision}, {scale})"),
            SerializerBody::Timestamp { precision } => write!(f, "TIMESTAMP({precision})"),
            SerializerBody::SortedMap(map) => generic(f, "SortedMap", &map.nested),
            SerializerBody::RowDataKey(row) => write!(f, "{row}"),
            SerializerBody::TtlAware(ttl) => write!(f, "{}", ttl.original),
            SerializerBody::Opaque => write!(f, "{}?", simple_name(&self.class.to_str())),
        }
    }
}

/// The name in the schema: the class of a generic record says nothing.
fn avro_text(f: &mut fmt::Formatter<'_>, avro: &AvroSerializer) -> fmt::Result {
    #[derive(serde::Deserialize)]
    struct Named {
        name: String,
    }
    match serde_json::from_str(&avro.schema) {
        Ok(Named { name }) => write!(f, "Avro<{}>", simple_name(&name)),
        Err(_) => write!(f, "Avro<{}>", simple_name(avro.class.as_deref().unwrap_or("?"))),
    }
}

fn composite_text(
    f: &mut fmt::Formatter<'_>,
    kind: CompositeKind,
    outer: &Outer<'_>,
    nested: &[SerializerSnapshot<'_>],
) -> fmt::Result {
    let name = match kind {
        CompositeKind::Ttl | CompositeKind::SingleThreadAccess => {
            return or_unknown(f, nested.last(), "");
        }
        CompositeKind::GenericArray => {
            return or_unknown(f, nested.first(), "[]");
        }
        CompositeKind::External => {
            if let Outer::DataType { logical_type: Some(logical_type), .. } = outer {
                return write!(f, "{logical_type}");
            }
            "External"
        }
        CompositeKind::Tuple | CompositeKind::CaseClass => {
            if let Outer::TupleClass(class) = outer {
                return generic(f, simple_name(&class.to_str()), nested);
            }
            "Tuple"
        }
        CompositeKind::List | CompositeKind::ArrayList => "List",
        CompositeKind::LinkedList => "LinkedList",
        CompositeKind::Set => "Set",
        CompositeKind::Map | CompositeKind::NullAwareMap => "Map",
        // The view is written like the list or map in it.
        CompositeKind::ListView | CompositeKind::MapView => {
            return or_unknown(f, nested.last(), "View");
        }
        CompositeKind::Row => "Row",
        CompositeKind::Either => "Either",
        CompositeKind::Nullable => "Nullable",
        CompositeKind::Timer => "Timer",
        CompositeKind::StreamElement => "StreamElement",
        CompositeKind::BufferEntry => "BufferEntry",
        CompositeKind::Union => "TaggedUnion",
        CompositeKind::TwoPhaseCommit => "TwoPhaseCommit",
        CompositeKind::Option => "Option",
        CompositeKind::Try => "Try",
        CompositeKind::Traversable => "Traversable",
        CompositeKind::RawValue => "RawValueData",
        CompositeKind::WindowKey => "WindowKey",
        CompositeKind::MetaSqnInfo => "MetaSqnInfo",
        CompositeKind::RowSqnInfo => "RowSqnInfo",
        CompositeKind::LinkedNode => "Node",
        CompositeKind::NodeId => "NodeId",
        CompositeKind::SharedBufferEdge => "SharedBufferEdge",
        CompositeKind::SharedBufferNode => "SharedBufferNode",
        CompositeKind::Lockable => "Lockable",
        CompositeKind::NfaState => "NFAState",
    };
    generic(f, name, nested)
}

/// A nested type, or a question mark where decoding stopped before it.
fn or_unknown(f: &mut fmt::Formatter<'_>, nested: Option<&SerializerSnapshot<'_>>, suffix: &str) -> fmt::Result {
    match nested {
        Some(nested) => write!(f, "{nested}{suffix}"),
        None => write!(f, "?{suffix}"),
    }
}

fn generic(f: &mut fmt::Formatter<'_>, name: &str, parameters: &[SerializerSnapshot<'_>]) -> fmt::Result {
    f.write_str(name)?;
    if parameters.is_empty() {
        return Ok(());
    }
    f.write_str("<")?;
    comma_separated(f, parameters)?;
    f.write_str(">")
}

fn comma_separated<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

/// A class without its package and without the classes around it.
fn simple_name(class: &str) -> &str {
    let name = class.rsplit('.').next().unwrap_or(class);
    let inner = name.rsplit('$').next().unwrap_or(name);
    if inner.is_empty() || inner.starts_with(|c: char| c.is_ascii_digit()) { name } else { inner }
}
