//! Where Kryo writes a part of a value. Flink records of such a part no more than its class, so nobody can tell from a snapshot whether a
//! changed class still reads it.

use super::states::timer;
use crate::model::{
    BackendStateType, CompositeKind, SerializerBody, SerializerSnapshot, StateKind, StateMetaInfoSnapshot as Info,
};

/// A place in a type that is left to Kryo.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KryoPath {
    /// From the state to the place: `value.items[].customer` for the field `customer` of the elements of the field `items`.
    pub path: String,
    /// The class that Kryo writes.
    pub class: String,
}

/// Every such place of a state, in the order of its serializers.
#[must_use]
pub fn kryo_paths(state: &Info<'_>) -> Vec<KryoPath> {
    let mut found = Vec::new();
    for (key, name) in [
        (Info::KEY_SERIALIZER, "key"),
        (Info::NAMESPACE_SERIALIZER, "namespace"),
        (Info::USER_KEY_SERIALIZER, "value<key>"),
        (Info::VALUE_SERIALIZER, value_name(state)),
    ] {
        let Some(serializer) = state.serializer(key) else { continue };
        match timer(state) {
            // The key is that of the header.
            Some([_, namespace]) => walk(namespace, "namespace", &mut found),
            _ => walk(serializer, name, &mut found),
        }
    }
    found
}

/// State of the asynchronous API names the elements, or the values, of a collection.
fn value_name(state: &Info<'_>) -> &'static str {
    match (state.backend_state_type, state.kind()) {
        (BackendStateType::KeyValueV2, Some(StateKind::List)) => "value[]",
        (BackendStateType::KeyValueV2, Some(StateKind::Map)) => "value<value>",
        _ => "value",
    }
}

/// The same of the serializer of keys, which all keyed states of a header share.
#[must_use]
pub fn kryo_paths_of_key(key: &SerializerSnapshot<'_>) -> Vec<KryoPath> {
    let mut found = Vec::new();
    walk(key, "key", &mut found);
    found
}

fn walk(snapshot: &SerializerSnapshot<'_>, path: &str, found: &mut Vec<KryoPath>) {
    match &snapshot.body {
        SerializerBody::Kryo(kryo) => {
            found.push(KryoPath { path: path.to_owned(), class: kryo.class.to_str().into_owned() });
        }
        SerializerBody::Pojo(pojo) => {
            for field in &pojo.fields {
                if let Some(serializer) = &field.serializer {
                    walk(serializer, &format!("{path}.{}", field.name.to_str()), found);
                }
            }
            for subclass in pojo.registered_subclasses.iter().chain(&pojo.other_subclasses) {
                if let Some(serializer) = &subclass.serializer {
                    walk(serializer, &format!("{path}({})", subclass.class.to_str()), found);
                }
            }
        }
        SerializerBody::Composite(composite) => {
            for (index, nested) in composite.nested.iter().enumerate() {
                walk(nested, &format!("{path}{}", step(composite.kind, index)), found);
            }
        }
        SerializerBody::RowData(row) => {
            for (index, field) in row.fields.iter().enumerate() {
                walk(field, &format!("{path}.{index}"), found);
            }
        }
        SerializerBody::SortedMap(map) => {
            for (index, nested) in map.nested.iter().enumerate() {
                walk(nested, &format!("{path}{}", step(CompositeKind::Map, index)), found);
            }
        }
        SerializerBody::RowDataKey(row) => walk(row, path, found),
        SerializerBody::TtlAware(ttl) => walk(&ttl.original, path, found),
        _ => {}
    }
}

/// How a part of a composite is named behind its path.
fn step(kind: CompositeKind, index: usize) -> String {
    match kind {
        CompositeKind::List
        | CompositeKind::ArrayList
        | CompositeKind::LinkedList
        | CompositeKind::Set
        | CompositeKind::GenericArray
        | CompositeKind::Traversable
        | CompositeKind::Option => "[]".to_owned(),
        CompositeKind::Map | CompositeKind::NullAwareMap => if index == 0 { "<key>" } else { "<value>" }.to_owned(),
        CompositeKind::Either => if index == 0 { "<left>" } else { "<right>" }.to_owned(),
        CompositeKind::Timer => if index == 0 { "<key>" } else { "<namespace>" }.to_owned(),
        CompositeKind::Tuple => format!(".f{index}"),
        // What wraps one value: the wrapper has no name in a program.
        CompositeKind::Ttl
        | CompositeKind::Nullable
        | CompositeKind::ListView
        | CompositeKind::MapView
        | CompositeKind::SingleThreadAccess
        | CompositeKind::StreamElement
        | CompositeKind::BufferEntry
        | CompositeKind::RawValue
        | CompositeKind::External
        | CompositeKind::WindowKey
        | CompositeKind::Lockable => String::new(),
        _ => format!(".{index}"),
    }
}
