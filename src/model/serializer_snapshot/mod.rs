//! How values are written, as the serializer says it of itself (`TypeSerializerSnapshot`).

mod composite;
mod logical_type;
mod type_text;

pub use composite::{Composite, CompositeKind, Outer};
pub use logical_type::{LogicalField, LogicalType, LogicalTypeParameters};

use crate::codec::JavaStr;

/// The snapshot of a serializer: its class, its version and what that class has written.
///
/// The class name is kept as written. Where releases have moved a class, both names have the same body.
#[derive(Debug, Clone, PartialEq)]
pub struct SerializerSnapshot<'a> {
    /// Binary name of the snapshot's class.
    pub class: JavaStr<'a>,
    /// Version of the class's own format (`getCurrentVersion` of the writer).
    pub version: i32,
    /// Bytes from the start of the header to the class name.
    pub offset: usize,
    /// What the class has written.
    pub body: SerializerBody<'a>,
}

/// What the class of a snapshot has written, by family.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SerializerBody<'a> {
    /// Nothing: the class says it all (`SimpleTypeSerializerSnapshot`). Holds the Java type that it reads and writes.
    Simple(&'static str),
    /// A class that brings its own format (`GenericTypeSerializerSnapshot`: `Value`, `CopyableValue`, `Writable`).
    GenericClass(JavaStr<'a>),
    /// Serializers inside, and a few facts beside them (`CompositeTypeSerializerSnapshot`).
    Composite(Box<Composite<'a>>),
    /// A POJO (`PojoSerializerSnapshot`).
    Pojo(Box<PojoSerializer<'a>>),
    /// A class left to Kryo (`KryoSerializerSnapshot`).
    Kryo(Box<KryoSerializer<'a>>),
    /// A Java enum (`EnumSerializerSnapshot`).
    Enum(Box<EnumSerializer<'a>>),
    /// A Scala enumeration (`ScalaEnumSerializerSnapshot`).
    ScalaEnumeration(Box<ScalaEnumeration<'a>>),
    /// Avro (`AvroSerializerSnapshot`).
    Avro(Box<AvroSerializer>),
    /// A row of the Table API (`RowDataSerializerSnapshot`).
    RowData(Box<RowDataSerializer<'a>>),
    /// An array of the Table API (`ArrayDataSerializerSnapshot`).
    ArrayData(Box<ArrayDataSerializer<'a>>),
    /// A map of the Table API (`MapDataSerializerSnapshot`).
    MapData(Box<MapDataSerializer<'a>>),
    /// A row in the binary format of the Table API (`BinaryRowDataSerializerSnapshot`).
    BinaryRowData {
        /// Number of fields.
        arity: i32,
    },
    /// A decimal of the Table API (`DecimalSerializerSnapshot`).
    Decimal {
        /// Digits.
        precision: i32,
        /// Digits behind the point.
        scale: i32,
    },
    /// A timestamp of the Table API (`TimestampDataSerializerSnapshot`).
    Timestamp {
        /// Digits of the fraction of a second.
        precision: i32,
    },
    /// A sorted map of the Table API (`SortedMapSerializerSnapshot`).
    SortedMap(Box<SortedMapSerializer<'a>>),
    /// A row that is compared by generated code (`RowDataKeySerializerSnapshot`): the row's own serializer.
    RowDataKey(Box<SerializerSnapshot<'a>>),
    /// A value that may have a time of expiry (`TtlAwareSerializerSnapshot`).
    TtlAware(Box<TtlAwareSerializer<'a>>),
    /// Not known: the class is none of Flink's, or of a version that no known release writes.
    Opaque,
}

/// A POJO: its class, its fields and its subclasses.
#[derive(Debug, Clone, PartialEq)]
pub struct PojoSerializer<'a> {
    /// The POJO's class.
    pub class: JavaStr<'a>,
    /// Its fields, in the order in which they are written.
    pub fields: Vec<PojoField<'a>>,
    /// Subclasses that were registered, in the order of their tags.
    pub registered_subclasses: Vec<PojoSubclass<'a>>,
    /// Subclasses that were met without being registered.
    pub other_subclasses: Vec<PojoSubclass<'a>>,
}

/// A field of a POJO.
#[derive(Debug, Clone, PartialEq)]
pub struct PojoField<'a> {
    /// Its name; `missing-field-at-…` when the class no longer had it as the snapshot was written anew.
    pub name: JavaStr<'a>,
    /// The class that declares it. Absent when the class no longer had the field.
    pub declaring_class: Option<JavaStr<'a>>,
    /// How its values are written. Absent when the writer had not understood an older snapshot.
    pub serializer: Option<SerializerSnapshot<'a>>,
}

/// A subclass of a POJO.
#[derive(Debug, Clone, PartialEq)]
pub struct PojoSubclass<'a> {
    /// The subclass.
    pub class: JavaStr<'a>,
    /// How its objects are written.
    pub serializer: Option<SerializerSnapshot<'a>>,
}

/// A class left to Kryo and what was registered with Kryo. Nothing is recorded of the class's fields.
#[derive(Debug, Clone, PartialEq)]
pub struct KryoSerializer<'a> {
    /// The class.
    pub class: JavaStr<'a>,
    /// Registered classes, in the order of their ids.
    pub registrations: Vec<KryoRegistration<'a>>,
    /// Default serializers given as objects: the type they are for, and their class where it can be read.
    pub default_serializers: Vec<(JavaStr<'a>, Option<JavaStr<'a>>)>,
    /// Default serializers given as classes: the type they are for, and the class.
    pub default_serializer_classes: Vec<(JavaStr<'a>, Option<JavaStr<'a>>)>,
}

/// A class that is registered with Kryo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KryoRegistration<'a> {
    /// The class.
    pub class: JavaStr<'a>,
    /// With which serializer. Absent when the writer could no longer load the class or the serializer.
    pub serializer: Option<KryoRegistrationSerializer<'a>>,
}

/// The serializer of a registration (`KryoRegistration.SerializerDefinitionType`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum KryoRegistrationSerializer<'a> {
    /// Kryo chooses.
    Unspecified,
    /// A class.
    Class(JavaStr<'a>),
    /// An object: its class where it can be read.
    Instance(Option<JavaStr<'a>>),
}

/// An enum: values are written as positions in this list.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumSerializer<'a> {
    /// The enum's class.
    pub class: JavaStr<'a>,
    /// Its constants, in the order of the written positions.
    pub constants: Vec<JavaStr<'a>>,
}

/// A Scala enumeration.
#[derive(Debug, Clone, PartialEq)]
pub struct ScalaEnumeration<'a> {
    /// Its class.
    pub class: JavaStr<'a>,
    /// Its constants and their ids.
    pub constants: Vec<(JavaStr<'a>, i32)>,
}

/// A type that Avro writes. Texts are owned: they are not in modified UTF-8 but in Flink's own encoding of strings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvroSerializer {
    /// The class at run time; version 1 does not record it.
    pub class: Option<String>,
    /// The schema with which values were written, as JSON.
    pub schema: String,
}

/// A row of the Table API.
#[derive(Debug, Clone, PartialEq)]
pub struct RowDataSerializer<'a> {
    /// Types of the fields, in order. Names are not recorded.
    pub types: Vec<LogicalType<'a>>,
    /// Serializers of the fields; fewer than types when one of them is opaque.
    pub fields: Vec<SerializerSnapshot<'a>>,
}

/// An array of the Table API.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrayDataSerializer<'a> {
    /// Type of the elements.
    pub element_type: LogicalType<'a>,
    /// Class of the serializer of the elements, which is written as a Java object.
    pub element_serializer: Option<JavaStr<'a>>,
}

/// A map of the Table API.
#[derive(Debug, Clone, PartialEq)]
pub struct MapDataSerializer<'a> {
    /// Type of the keys.
    pub key_type: LogicalType<'a>,
    /// Type of the values.
    pub value_type: LogicalType<'a>,
    /// Class of the serializer of the keys, which is written as a Java object.
    pub key_serializer: Option<JavaStr<'a>>,
    /// Class of the serializer of the values, which is written as a Java object.
    pub value_serializer: Option<JavaStr<'a>>,
}

/// A sorted map of the Table API.
#[derive(Debug, Clone, PartialEq)]
pub struct SortedMapSerializer<'a> {
    /// Class of the comparator, which is written as a Java object.
    pub comparator: Option<JavaStr<'a>>,
    /// Serializers of key and value.
    pub nested: Vec<SerializerSnapshot<'a>>,
}

/// A value that may have a time of expiry.
#[derive(Debug, Clone, PartialEq)]
pub struct TtlAwareSerializer<'a> {
    /// It has.
    pub ttl_enabled: bool,
    /// How it is written: a TTL serializer, when it has.
    pub original: SerializerSnapshot<'a>,
}

impl<'a> SerializerSnapshot<'a> {
    /// Whether the class is unknown.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        matches!(self.body, SerializerBody::Opaque)
    }

    /// The composite inside, when it is one of this kind.
    #[must_use]
    pub fn composite(&self, kind: CompositeKind) -> Option<&Composite<'a>> {
        match &self.body {
            SerializerBody::Composite(composite) if composite.kind == kind => Some(composite),
            _ => None,
        }
    }

    /// The class of the values, where the snapshot names it.
    #[must_use]
    pub fn value_class(&self) -> Option<std::borrow::Cow<'a, str>> {
        match &self.body {
            SerializerBody::Simple(java) => Some((*java).into()),
            SerializerBody::GenericClass(class) => Some(class.to_str()),
            SerializerBody::Composite(composite) => match composite.outer {
                Outer::TupleClass(class) => Some(class.to_str()),
                _ => None,
            },
            SerializerBody::Pojo(pojo) => Some(pojo.class.to_str()),
            SerializerBody::Kryo(kryo) => Some(kryo.class.to_str()),
            SerializerBody::Enum(constants) => Some(constants.class.to_str()),
            SerializerBody::ScalaEnumeration(constants) => Some(constants.class.to_str()),
            SerializerBody::Avro(avro) => avro.class.clone().map(Into::into),
            _ => None,
        }
    }

    /// The snapshots inside, in the order in which they are written; of a POJO those of its fields.
    #[must_use]
    pub fn nested(&self) -> Vec<&SerializerSnapshot<'a>> {
        match &self.body {
            SerializerBody::Composite(composite) => composite.nested.iter().collect(),
            SerializerBody::Pojo(pojo) => pojo.fields.iter().filter_map(|field| field.serializer.as_ref()).collect(),
            SerializerBody::RowData(row) => row.fields.iter().collect(),
            SerializerBody::SortedMap(map) => map.nested.iter().collect(),
            SerializerBody::RowDataKey(row) => vec![row],
            SerializerBody::TtlAware(ttl) => vec![&ttl.original],
            _ => Vec::new(),
        }
    }

    /// Whether values, or the elements or values of a collection, carry a time of expiry.
    #[must_use]
    pub fn has_ttl(&self) -> bool {
        match &self.body {
            SerializerBody::TtlAware(ttl) => ttl.ttl_enabled,
            SerializerBody::Composite(composite) => match composite.kind {
                CompositeKind::Ttl => true,
                CompositeKind::List | CompositeKind::ArrayList | CompositeKind::Map => {
                    composite.nested.last().is_some_and(Self::has_ttl)
                }
                _ => false,
            },
            _ => false,
        }
    }
}
