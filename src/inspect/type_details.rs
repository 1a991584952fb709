//! What serializer snapshots record beside the types inside: enough to compare two of them as their own Flink classes would.

use super::states::type_of;
use crate::model::{
    Composite, KryoRegistration, KryoRegistrationSerializer, KryoSerializer, Outer, PojoSerializer, SerializerBody,
    SerializerSnapshot,
};
use crate::report::{KryoClass, Subclass, TypeDetails};

/// The details; `None` when there are none.
pub(super) fn of(snapshot: &SerializerSnapshot<'_>) -> Option<TypeDetails> {
    let details = match &snapshot.body {
        SerializerBody::Composite(composite) => self::composite(composite),
        SerializerBody::Pojo(pojo) => subclasses(pojo),
        SerializerBody::Kryo(kryo) => self::kryo(kryo),
        SerializerBody::Enum(constants) => {
            let constants = constants.constants.iter().map(|constant| constant.to_str().into_owned());
            TypeDetails { constants: constants.collect(), ..TypeDetails::default() }
        }
        SerializerBody::ScalaEnumeration(enumeration) => {
            let constants = enumeration.constants.iter().map(|(name, number)| format!("{}={number}", name.to_str()));
            TypeDetails { constants: constants.collect(), ..TypeDetails::default() }
        }
        SerializerBody::Avro(avro) => TypeDetails { avro_schema: Some(avro.schema.clone()), ..TypeDetails::default() },
        SerializerBody::RowData(row) => {
            TypeDetails { sql_types: row.types.iter().map(ToString::to_string).collect(), ..TypeDetails::default() }
        }
        SerializerBody::ArrayData(array) => TypeDetails {
            sql_types: vec![array.element_type.to_string()],
            properties: array.element_serializer.iter().map(|class| property("element_serializer", class)).collect(),
            ..TypeDetails::default()
        },
        SerializerBody::MapData(map) => {
            let serializers =
                [("key_serializer", map.key_serializer), ("value_serializer", map.value_serializer)].into_iter();
            TypeDetails {
                sql_types: vec![map.key_type.to_string(), map.value_type.to_string()],
                properties: serializers.filter_map(|(name, class)| Some(property(name, &class?))).collect(),
                ..TypeDetails::default()
            }
        }
        SerializerBody::BinaryRowData { arity } => properties([property("arity", arity)]),
        SerializerBody::Decimal { precision, scale } => {
            properties([property("precision", precision), property("scale", scale)])
        }
        SerializerBody::Timestamp { precision } => properties([property("precision", precision)]),
        SerializerBody::SortedMap(map) => properties(map.comparator.iter().map(|class| property("comparator", class))),
        SerializerBody::TtlAware(ttl) => properties([property("ttl_enabled", &ttl.ttl_enabled)]),
        _ => TypeDetails::default(),
    };
    (details != TypeDetails::default()).then_some(details)
}

fn property(name: &str, value: &impl ToString) -> String {
    format!("{name}={}", value.to_string())
}

fn properties(properties: impl IntoIterator<Item = String>) -> TypeDetails {
    TypeDetails { properties: properties.into_iter().collect(), ..TypeDetails::default() }
}

fn composite(composite: &Composite<'_>) -> TypeDetails {
    let mut details = properties([property("outer_version", &composite.outer_version)]);
    let fact = match &composite.outer {
        Outer::Empty => None,
        Outer::TupleClass(class) => Some(property("tuple_class", class)),
        Outer::ComponentClass(class) => Some(property("component_class", class)),
        Outer::RowKind(supported) => Some(property("row_kind", supported)),
        Outer::NullPadding(bytes) => Some(property("null_padding", bytes)),
        Outer::NullTransaction(supported) => Some(property("null_transaction", supported)),
        Outer::NullMask(has) => Some(property("null_mask", has)),
        Outer::PreviousTimestamp(has) => Some(property("previous_timestamp", has)),
        Outer::BuilderCode(code) => Some(property("builder", code)),
        Outer::DataType { logical_type, internal_input } => {
            details.sql_types.extend(logical_type.as_ref().map(ToString::to_string));
            Some(property("internal_input", internal_input))
        }
    };
    details.properties.extend(fact);
    details
}

fn subclasses(pojo: &PojoSerializer<'_>) -> TypeDetails {
    let registered = pojo.registered_subclasses.iter().map(|subclass| (true, subclass));
    let others = pojo.other_subclasses.iter().map(|subclass| (false, subclass));
    let subclasses = registered.chain(others).map(|(registered, subclass)| Subclass {
        class: subclass.class.to_str().into_owned(),
        registered,
        r#type: subclass.serializer.as_ref().map(type_of),
    });
    TypeDetails { subclasses: subclasses.collect(), ..TypeDetails::default() }
}

fn kryo(kryo: &KryoSerializer<'_>) -> TypeDetails {
    let registration = |registration: &KryoRegistration<'_>| KryoClass {
        class: registration.class.to_str().into_owned(),
        serializer: match registration.serializer {
            Some(KryoRegistrationSerializer::Class(class)) => Some(class.to_str().into_owned()),
            Some(KryoRegistrationSerializer::Instance(class)) => class.map(|class| class.to_str().into_owned()),
            Some(KryoRegistrationSerializer::Unspecified) | None => None,
        },
    };
    let defaults = kryo.default_serializers.iter().chain(&kryo.default_serializer_classes);
    let defaults = defaults.map(|(class, serializer)| KryoClass {
        class: class.to_str().into_owned(),
        serializer: serializer.map(|class| class.to_str().into_owned()),
    });
    TypeDetails {
        kryo_registrations: kryo.registrations.iter().map(registration).collect(),
        kryo_default_serializers: defaults.collect(),
        ..TypeDetails::default()
    }
}
