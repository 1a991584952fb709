//! A decoded header told in the terms of `headers.json`, which Flink's own classes wrote (see `fixtures/generate`).

use keepoint::codec::JavaStr;
use keepoint::model::{
    Composite, CompositeKind, KryoRegistrationSerializer, LogicalType, Outer, PojoSubclass, SerializerBody,
    SerializerSnapshot, StateBackendScope, StateHeader, StateMetaInfoSnapshot,
};
use serde_json::{Map, Value, json};

/// The whole header.
pub(crate) fn view(header: &StateHeader<'_>) -> Value {
    json!({
        "backend": match header.backend {
            StateBackendScope::Keyed => "keyed",
            StateBackendScope::Operator => "operator",
        },
        "version": header.version,
        "compression": header.compression,
        "key_serializer": header.key_serializer.as_ref().map(tree),
        "states": header.states.iter().map(state).collect::<Vec<_>>(),
    })
}

/// One state.
pub(crate) fn state(state: &StateMetaInfoSnapshot<'_>) -> Value {
    let options: Map<_, _> = state.options.iter().map(|(key, value)| (text(*key), json!(text(*value)))).collect();
    let serializers: Map<_, _> = state.serializers.iter().map(|(key, value)| (text(*key), tree(value))).collect();
    json!({
        "name": text(state.name),
        "backend_state_type": state.backend_state_type.constant(),
        "options": options,
        "serializers": serializers,
    })
}

/// A serializer snapshot.
pub(crate) fn tree(snapshot: &SerializerSnapshot<'_>) -> Value {
    let mut described = json!({"class": text(snapshot.class), "version": snapshot.version});
    let facts = match &snapshot.body {
        SerializerBody::Simple(_) => json!({}),
        SerializerBody::GenericClass(class) => json!({"typeClass": text(*class)}),
        SerializerBody::Composite(inside) => composite(inside),
        SerializerBody::Pojo(pojo) => json!({
            "pojoClass": text(pojo.class),
            "fields": pojo.fields.iter().map(|field| {
                let mut entry = json!({"name": text(field.name), "value": field.serializer.as_ref().map(tree)});
                if let Some(class) = field.declaring_class {
                    entry["key"] = json!(text(class));
                }
                entry
            }).collect::<Vec<_>>(),
            "registeredSubclasses": subclasses(&pojo.registered_subclasses),
            "nonRegisteredSubclasses": subclasses(&pojo.other_subclasses),
        }),
        SerializerBody::Kryo(kryo) => json!({
            "typeClass": text(kryo.class),
            "registrations": kryo.registrations.iter().map(|registration| {
                json!({"name": text(registration.class), "value": registration.serializer.map(kryo_registration)})
            }).collect::<Vec<_>>(),
            "defaultSerializers": kryo.default_serializers.iter().map(named).collect::<Vec<_>>(),
            "defaultSerializerClasses": kryo.default_serializer_classes.iter().map(named).collect::<Vec<_>>(),
        }),
        SerializerBody::Enum(constants) => json!({
            "enumClass": text(constants.class),
            "enums": constants.constants.iter().map(|constant| text(*constant)).collect::<Vec<_>>(),
        }),
        SerializerBody::ScalaEnumeration(enumeration) => {
            let constants = enumeration.constants.iter().map(|(name, id)| format!("({name},{id})"));
            let constants = constants.collect::<Vec<_>>().join(", ");
            json!({"enumClass": text(enumeration.class), "enumConstants": format!("List({constants})")})
        }
        SerializerBody::Avro(avro) => json!({"runtimeType": avro.class, "schema": avro.schema}),
        SerializerBody::RowData(row) => {
            json!({"types": row.types.iter().map(sql).collect::<Vec<_>>(), "nested": nested(&row.fields)})
        }
        SerializerBody::ArrayData(array) => {
            json!({"eleType": sql(&array.element_type), "eleSer": array.element_serializer.map(text)})
        }
        SerializerBody::MapData(map) => json!({
            "keyType": sql(&map.key_type),
            "valueType": sql(&map.value_type),
            "keySerializer": map.key_serializer.map(text),
            "valueSerializer": map.value_serializer.map(text),
        }),
        SerializerBody::BinaryRowData { arity } => json!({"numFields": arity}),
        SerializerBody::Decimal { precision, scale } => json!({"precision": precision, "scale": scale}),
        SerializerBody::Timestamp { precision } => json!({"precision": precision}),
        SerializerBody::SortedMap(map) => {
            json!({"comparator": map.comparator.map(text), "nested": nested(&map.nested)})
        }
        SerializerBody::RowDataKey(row) => json!({"row": tree(row)}),
        SerializerBody::TtlAware(ttl) => {
            json!({"isTtlEnabled": ttl.ttl_enabled, "typeSerializerSnapshot": tree(&ttl.original)})
        }
        SerializerBody::Opaque => json!({"opaque": true}),
        other => panic!("nobody has said how to show {other:?}"),
    };
    let object = described.as_object_mut().expect("an object");
    object.extend(facts.as_object().expect("an object").clone());
    described
}

fn composite(composite: &Composite<'_>) -> Value {
    let mut facts = match &composite.outer {
        Outer::Empty => json!({}),
        Outer::TupleClass(class) => json!({"tupleClass": text(*class)}),
        Outer::ComponentClass(class) => json!({"componentClass": text(*class)}),
        Outer::RowKind(present) => json!({"supportsRowKind": present}),
        Outer::NullPadding(length) => json!({"nullPaddingLength": length}),
        Outer::NullTransaction(supported) => json!({"supportsNullTransaction": supported}),
        Outer::NullMask(present) => json!({"hasNullMask": present}),
        Outer::PreviousTimestamp(supported) => json!({"supportsPreviousTimestamp": supported}),
        Outer::BuilderCode(code) => json!({"cbfCode": text(*code)}),
        Outer::DataType { logical_type, internal_input } => {
            json!({"dataType": logical_type.as_deref().map(sql), "isInternalInput": internal_input})
        }
        other => panic!("nobody has said how to show {other:?}"),
    };
    if composite.kind == CompositeKind::CaseClass {
        let class = facts["tupleClass"].take();
        facts = json!({"type": class});
    }
    facts["nested"] = nested(&composite.nested);
    facts
}

fn nested(snapshots: &[SerializerSnapshot<'_>]) -> Value {
    snapshots.iter().map(tree).collect()
}

fn subclasses(subclasses: &[PojoSubclass<'_>]) -> Value {
    let entry = |subclass: &PojoSubclass<'_>| json!({"name": text(subclass.class), "value": subclass.serializer.as_ref().map(tree)});
    subclasses.iter().map(entry).collect()
}

fn kryo_registration(serializer: KryoRegistrationSerializer<'_>) -> String {
    match serializer {
        KryoRegistrationSerializer::Unspecified => "UNSPECIFIED".to_owned(),
        KryoRegistrationSerializer::Class(class) => format!("CLASS {class}"),
        KryoRegistrationSerializer::Instance(class) => format!("INSTANCE {}", class.unwrap_or_default()),
    }
}

fn named(entry: &(JavaStr<'_>, Option<JavaStr<'_>>)) -> Value {
    json!({"name": text(entry.0), "value": entry.1.map(text)})
}

fn sql(logical_type: &LogicalType<'_>) -> String {
    logical_type.to_string()
}

fn text(text: JavaStr<'_>) -> String {
    text.to_string()
}
