//! Types in a manifest, as a developer names them, and what their serializers would write.
//!
//! A name for what Flink knows (`long`, `string`), a mapping for what is made of others (`{pojo: shop.Sum, fields: {total: long}}`). What a
//! manifest leaves out stays untold, and is not compared.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use crate::report::{Field, Type, TypeDetails};

/// A type as a manifest names it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ManifestType {
    /// One of Flink's own, by its name.
    Basic(&'static Basic),
    /// A POJO and its fields.
    Pojo(String, Vec<(String, ManifestType)>),
    /// A tuple.
    Tuple(Vec<ManifestType>),
    /// `org.apache.flink.types.Row`.
    Row(Vec<ManifestType>),
    /// `java.util.List`.
    List(Box<ManifestType>),
    /// `java.util.Set`.
    Set(Box<ManifestType>),
    /// `java.util.Map`.
    Map(Box<ManifestType>, Box<ManifestType>),
    /// A Java enum; without constants it takes those of `types.enums`.
    Enum(String, Vec<String>),
    /// What is left to Kryo.
    Kryo(String),
    /// A type of Avro, by its schema.
    Avro(AvroSource),
}

/// Where the schema of a type of Avro is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AvroSource {
    /// In the manifest.
    Schema(String),
    /// In a file beside it.
    File(String),
}

/// A type of Flink's own: its names, and the class of the snapshot of its serializer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Basic {
    names: &'static [&'static str],
    java: &'static str,
    snapshot: &'static str,
}

const fn basic(names: &'static [&'static str], java: &'static str, snapshot: &'static str) -> Basic {
    Basic { names, java, snapshot }
}

const BASE: &str = "org.apache.flink.api.common.typeutils.base.";
const RUNTIME: &str = "org.apache.flink.api.java.typeutils.runtime.";

/// The snapshot classes are in [`BASE`].
#[rustfmt::skip]
static BASICS: &[Basic] = &[
    basic(&["string"], "java.lang.String", "StringSerializer$StringSerializerSnapshot"),
    basic(&["boolean"], "java.lang.Boolean", "BooleanSerializer$BooleanSerializerSnapshot"),
    basic(&["byte"], "java.lang.Byte", "ByteSerializer$ByteSerializerSnapshot"),
    basic(&["short"], "java.lang.Short", "ShortSerializer$ShortSerializerSnapshot"),
    basic(&["int", "integer"], "java.lang.Integer", "IntSerializer$IntSerializerSnapshot"),
    basic(&["long"], "java.lang.Long", "LongSerializer$LongSerializerSnapshot"),
    basic(&["float"], "java.lang.Float", "FloatSerializer$FloatSerializerSnapshot"),
    basic(&["double"], "java.lang.Double", "DoubleSerializer$DoubleSerializerSnapshot"),
    basic(&["char", "character"], "java.lang.Character", "CharSerializer$CharSerializerSnapshot"),
    basic(&["void"], "java.lang.Void", "VoidSerializer$VoidSerializerSnapshot"),
    basic(&["bigdecimal", "big-decimal"], "java.math.BigDecimal", "BigDecSerializer$BigDecSerializerSnapshot"),
    basic(&["bigint", "biginteger", "big-integer"], "java.math.BigInteger", "BigIntSerializer$BigIntSerializerSnapshot"),
    basic(&["date"], "java.util.Date", "DateSerializer$DateSerializerSnapshot"),
    basic(&["instant"], "java.time.Instant", "InstantSerializer$InstantSerializerSnapshot"),
    basic(&["localdate"], "java.time.LocalDate", "LocalDateSerializer$LocalDateSerializerSnapshot"),
    basic(&["localtime"], "java.time.LocalTime", "LocalTimeSerializer$LocalTimeSerializerSnapshot"),
    basic(&["localdatetime"], "java.time.LocalDateTime", "LocalDateTimeSerializer$LocalDateTimeSerializerSnapshot"),
    basic(&["sql-date"], "java.sql.Date", "SqlDateSerializer$SqlDateSerializerSnapshot"),
    basic(&["sql-time"], "java.sql.Time", "SqlTimeSerializer$SqlTimeSerializerSnapshot"),
    basic(&["sql-timestamp"], "java.sql.Timestamp", "SqlTimestampSerializer$SqlTimestampSerializerSnapshot"),
    basic(&["byte[]"], "byte[]", "array.BytePrimitiveArraySerializer$BytePrimitiveArraySerializerSnapshot"),
    basic(&["int[]"], "int[]", "array.IntPrimitiveArraySerializer$IntPrimitiveArraySerializerSnapshot"),
    basic(&["long[]"], "long[]", "array.LongPrimitiveArraySerializer$LongPrimitiveArraySerializerSnapshot"),
    basic(&["double[]"], "double[]", "array.DoublePrimitiveArraySerializer$DoublePrimitiveArraySerializerSnapshot"),
    basic(&["string[]"], "java.lang.String[]", "array.StringArraySerializer$StringArraySerializerSnapshot"),
];

/// What a manifest says beside its types.
pub(super) struct Known<'m> {
    /// Constants of enums.
    pub(super) enums: &'m BTreeMap<String, Vec<String>>,
    /// Reads a file beside the manifest; the error says why not.
    pub(super) file: &'m dyn Fn(&str) -> Result<String, String>,
}

impl ManifestType {
    /// As the snapshot of its serializer would be. The error is a file that cannot be read.
    pub(super) fn to_type(&self, known: &Known<'_>) -> Result<Type, String> {
        Ok(match self {
            Self::Basic(basic) => {
                let text = basic.java.rsplit('.').next().unwrap_or(basic.java);
                of_class(&format!("{BASE}{}", basic.snapshot), basic.java, text)
            }
            Self::Pojo(class, fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, field)| Ok(Field { name: name.clone(), r#type: Some(field.to_type(known)?) }));
                let pojo = of_class(&format!("{RUNTIME}PojoSerializerSnapshot"), class, simple_name(class));
                Type { fields: fields.collect::<Result<_, String>>()?, ..pojo }
            }
            Self::Tuple(parts) => {
                let class = format!("org.apache.flink.api.java.tuple.Tuple{}", parts.len());
                let fields = numbered(parts, known)?;
                let text = generic(&format!("Tuple{}", parts.len()), fields.iter().filter_map(|f| f.r#type.as_ref()));
                Type { fields, ..of_class(&format!("{RUNTIME}TupleSerializerSnapshot"), &class, &text) }
            }
            Self::Row(parts) => {
                let fields = numbered(parts, known)?;
                let text = generic("Row", fields.iter().filter_map(|field| field.r#type.as_ref()));
                let class = "org.apache.flink.types.Row";
                Type { fields, ..of_class(&format!("{RUNTIME}RowSerializer$RowSerializerSnapshot"), class, &text) }
            }
            Self::List(element) => collection("List", &[element], known)?,
            Self::Set(element) => collection("Set", &[element], known)?,
            Self::Map(key, value) => collection("Map", &[key, value], known)?,
            Self::Enum(class, constants) => {
                let snapshot = format!("{BASE}EnumSerializer$EnumSerializerSnapshot");
                let constants = if constants.is_empty() { known.enums.get(class) } else { Some(constants) };
                let details =
                    constants.map(|constants| TypeDetails { constants: constants.clone(), ..TypeDetails::default() });
                Type { details, ..of_class(&snapshot, class, simple_name(class)) }
            }
            Self::Kryo(class) => {
                let text = format!("Kryo<{}>", simple_name(class));
                of_class(&format!("{RUNTIME}kryo.KryoSerializerSnapshot"), class, &text)
            }
            Self::Avro(source) => {
                let schema = match source {
                    AvroSource::Schema(schema) => schema.clone(),
                    AvroSource::File(file) => (known.file)(file)?,
                };
                let details = Some(TypeDetails { avro_schema: Some(schema), ..TypeDetails::default() });
                Type {
                    serializer_snapshot: "org.apache.flink.formats.avro.typeutils.AvroSerializerSnapshot".to_owned(),
                    text: "Avro".to_owned(),
                    details,
                    ..Type::default()
                }
            }
        })
    }

    /// The type of a list of elements: keyed lists are written as `ListSerializer` does.
    pub(super) fn list_of(element: Type) -> Type {
        let text = format!("List<{}>", element.text);
        let list = of_class(&format!("{BASE}ListSerializerSnapshot"), "", &text);
        Type { class: None, parameters: vec![element], ..list }
    }

    /// The type of a map.
    pub(super) fn map_of(key: Type, value: Type) -> Type {
        let text = format!("Map<{}, {}>", key.text, value.text);
        let map = of_class(&format!("{BASE}MapSerializerSnapshot"), "", &text);
        Type { class: None, parameters: vec![key, value], ..map }
    }
}

fn of_class(snapshot: &str, class: &str, text: &str) -> Type {
    Type {
        serializer_snapshot: snapshot.to_owned(),
        class: Some(class.to_owned()).filter(|class| !class.is_empty()),
        text: text.to_owned(),
        ..Type::default()
    }
}

fn collection(name: &str, parts: &[&ManifestType], known: &Known<'_>) -> Result<Type, String> {
    let parameters = parts.iter().map(|part| part.to_type(known)).collect::<Result<Vec<_>, _>>()?;
    let text = generic(name, parameters.iter());
    Ok(Type { parameters, ..of_class(&format!("{BASE}{name}SerializerSnapshot"), "", &text) })
}

fn numbered(parts: &[ManifestType], known: &Known<'_>) -> Result<Vec<Field>, String> {
    let fields = parts
        .iter()
        .enumerate()
        .map(|(index, part)| Ok(Field { name: index.to_string(), r#type: Some(part.to_type(known)?) }));
    fields.collect()
}

fn generic<'t>(name: &str, parts: impl Iterator<Item = &'t Type>) -> String {
    let parts: Vec<_> = parts.map(|part| part.text.as_str()).collect();
    format!("{name}<{}>", parts.join(", "))
}

fn simple_name(class: &str) -> &str {
    class.rsplit(['.', '$']).next().unwrap_or(class)
}

/// A type as a manifest names it; `None` for one that a manifest has no words for, or of which not everything is known.
pub(super) fn told_type(r#type: &Type) -> Option<String> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let class = r#type.serializer_snapshot.as_str();
    if r#type.opaque {
        return None;
    }
    if let Some(basic) = class.strip_prefix(BASE)
        && let Some(basic) = BASICS.iter().find(|each| each.snapshot == basic)
    {
        return basic.names.first().map(|name| quoted(name));
    }
    let fields = || r#type.fields.iter().map(|field| told_type(field.r#type.as_ref()?)).collect::<Option<Vec<_>>>();
    let parameters = || r#type.parameters.iter().map(told_type).collect::<Option<Vec<_>>>();
    let details = r#type.details.as_ref();
    if let Some(schema) = details.and_then(|details| details.avro_schema.as_ref()) {
        return Some(format!("{{avro: {{schema: {}}}}}", quoted(schema)));
    }
    match class.strip_prefix(RUNTIME).or_else(|| class.strip_prefix(BASE))? {
        "PojoSerializerSnapshot" => {
            let told = r#type
                .fields
                .iter()
                .map(|field| Some(format!("{}: {}", quoted(&field.name), told_type(field.r#type.as_ref()?)?)));
            let told: Vec<_> = told.collect::<Option<_>>()?;
            Some(format!("{{pojo: {}, fields: {{{}}}}}", quoted(r#type.class.as_ref()?), told.join(", ")))
        }
        "TupleSerializerSnapshot" => Some(format!("{{tuple: [{}]}}", fields()?.join(", "))),
        "RowSerializer$RowSerializerSnapshot" => Some(format!("{{row: [{}]}}", fields()?.join(", "))),
        "ListSerializerSnapshot" => Some(format!("{{list: {}}}", parameters()?.first()?)),
        "SetSerializerSnapshot" => Some(format!("{{set: {}}}", parameters()?.first()?)),
        "MapSerializerSnapshot" => match parameters()?.as_slice() {
            [key, value] => Some(format!("{{map: {{key: {key}, value: {value}}}}}")),
            _ => None,
        },
        "EnumSerializer$EnumSerializerSnapshot" => {
            let constants: Vec<_> = details?.constants.iter().map(|constant| quoted(constant)).collect();
            Some(format!("{{enum: {}, constants: [{}]}}", quoted(r#type.class.as_ref()?), constants.join(", ")))
        }
        "kryo.KryoSerializerSnapshot" => Some(format!("{{kryo: {}}}", quoted(r#type.class.as_ref()?))),
        _ => None,
    }
}

impl<'de> Deserialize<'de> for ManifestType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TypeVisitor)
    }
}

struct TypeVisitor;

const FORMS: &[&str] = &["pojo", "tuple", "row", "list", "set", "map", "enum", "kryo", "avro"];

impl<'de> Visitor<'de> for TypeVisitor {
    type Value = ManifestType;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name of a type such as long or string, or one of {}", FORMS.join(", "))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<ManifestType, E> {
        let lower = name.to_ascii_lowercase();
        let known = BASICS.iter().find(|basic| basic.names.contains(&lower.as_str()) || basic.java == name);
        known.map(ManifestType::Basic).ok_or_else(|| E::custom(format!("{name:?} is no type that keepoint knows")))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ManifestType, A::Error> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct KeyAndValue {
            key: Box<ManifestType>,
            value: Box<ManifestType>,
        }
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Avro {
            Schema(String),
            File(String),
        }
        let mut found: Option<ManifestType> = None;
        let mut fields: Option<Vec<(String, ManifestType)>> = None;
        let mut constants: Option<Vec<String>> = None;
        while let Some(key) = map.next_key::<String>()? {
            let is_second = found.is_some();
            let this = match key.as_str() {
                "fields" => {
                    fields = Some(map.next_value::<Fields>()?.0);
                    continue;
                }
                "constants" => {
                    constants = Some(map.next_value()?);
                    continue;
                }
                "pojo" => ManifestType::Pojo(map.next_value()?, Vec::new()),
                "tuple" => ManifestType::Tuple(map.next_value()?),
                "row" => ManifestType::Row(map.next_value()?),
                "list" => ManifestType::List(map.next_value()?),
                "set" => ManifestType::Set(map.next_value()?),
                "map" => {
                    let KeyAndValue { key, value } = map.next_value()?;
                    ManifestType::Map(key, value)
                }
                "enum" => ManifestType::Enum(map.next_value()?, Vec::new()),
                "kryo" => ManifestType::Kryo(map.next_value()?),
                "avro" => ManifestType::Avro(match map.next_value()? {
                    Avro::Schema(schema) => AvroSource::Schema(schema),
                    Avro::File(file) => AvroSource::File(file),
                }),
                other => return Err(de::Error::unknown_field(other, FORMS)),
            };
            if is_second {
                return Err(de::Error::custom(format!("a type has one of {}, and not two", FORMS.join(", "))));
            }
            found = Some(this);
        }
        match (found, fields, constants) {
            (Some(ManifestType::Pojo(class, _)), fields, None) => {
                Ok(ManifestType::Pojo(class, fields.unwrap_or_default()))
            }
            (Some(ManifestType::Enum(class, _)), None, constants) => {
                Ok(ManifestType::Enum(class, constants.unwrap_or_default()))
            }
            (Some(other), None, None) => Ok(other),
            (Some(_), Some(_), _) => Err(de::Error::custom("only a pojo has fields")),
            (Some(_), None, Some(_)) => Err(de::Error::custom("only an enum has constants")),
            (None, _, _) => Err(de::Error::custom(format!("a type needs one of {}", FORMS.join(", ")))),
        }
    }
}

/// Fields in the order of the file.
struct Fields(Vec<(String, ManifestType)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("fields, each with its type")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    fields.push(entry);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
