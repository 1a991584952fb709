//! What Flink's serializers say about each other (`TypeSerializerSnapshot.resolveSchemaCompatibility`).
//!
//! Each family of serializers has its own rule, in a file of its own; serializers inside serializers are combined by one rule for all
//! (`composite.rs`). Only what a type consists of is compared: what it is used for (key, namespace, value) is the business of the rules.

mod avro;
mod composite;
mod enumeration;
mod kryo;
mod pojo;
mod table;
mod ttl;

pub(super) use ttl::without_ttl;

use crate::report::{SchemaCompatibility, Type, TypeDetails};

/// What a serializer of the job says about one of the snapshot.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Resolution {
    /// The outcome.
    pub(super) outcome: SchemaCompatibility,
    /// Why it is no better, each with the path of the field.
    pub(super) reasons: Vec<Reason>,
}

/// A part of a type, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    /// The part, such as `value.items[].price`.
    pub(super) path: String,
    /// What it leads to.
    pub(super) outcome: SchemaCompatibility,
    /// Which kind of reason it is.
    pub(super) kind: ReasonKind,
    /// What differs, in a few words.
    pub(super) why: String,
}

/// Reasons that have findings of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ReasonKind {
    /// A difference.
    Difference,
    /// Kryo writes it, and nothing tells whether its classes are what they were.
    Kryo,
    /// Kryo writes it, and the job runs on another generation of Flink, which has another generation of Kryo.
    KryoAcrossGenerations,
    /// A collection that Kryo wrote before 2.0 and Flink itself writes since.
    Collection,
    /// A constant of an enum is gone: its values cannot be read.
    EnumConstantRemoved,
    /// Generic records of Avro that get fields: RocksDB writes the old record with the new schema.
    AvroRecordChanged,
    /// A serializer that is none of Flink's.
    Custom,
    /// The description of the job does not say enough.
    NotTold,
}

/// What matters about the two sides as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Crossing {
    /// From Flink 1.x to 2.x; `None` where the job's release is not known.
    pub(super) generations: Option<bool>,
    /// The two types are of the same job, so that what differs comes from the release.
    pub(super) is_unchanged: bool,
}

impl Resolution {
    fn as_is() -> Self {
        Self { outcome: SchemaCompatibility::AsIs, reasons: Vec::new() }
    }

    fn because(path: &str, outcome: SchemaCompatibility, kind: ReasonKind, why: impl Into<String>) -> Self {
        let reason = Reason { path: path.to_owned(), outcome, kind, why: why.into() };
        Self { outcome, reasons: vec![reason] }
    }

    fn incompatible(path: &str, why: impl Into<String>) -> Self {
        Self::because(path, SchemaCompatibility::Incompatible, ReasonKind::Difference, why)
    }

    fn not_told(path: &str, why: impl Into<String>) -> Self {
        Self::because(path, SchemaCompatibility::Unknown, ReasonKind::NotTold, why)
    }

    /// Takes the worse outcome, and all reasons.
    pub(super) fn and(&mut self, other: Self) {
        if rank(other.outcome) > rank(self.outcome) {
            self.outcome = other.outcome;
        }
        self.reasons.extend(other.reasons);
    }
}

/// From good to bad. What is certainly incompatible stays so, whatever is not known beside it.
pub(super) fn rank(outcome: SchemaCompatibility) -> u8 {
    match outcome {
        SchemaCompatibility::AsIs => 0,
        SchemaCompatibility::Reconfigured => 1,
        SchemaCompatibility::AfterMigration => 2,
        SchemaCompatibility::Unknown | SchemaCompatibility::Unspecified => 3,
        SchemaCompatibility::Incompatible => 4,
    }
}

/// Types inside types. Decoded snapshots are less deep than this; a manifest may not be.
const DEEPEST: usize = 200;

/// Compares a type of the snapshot with that of the job.
pub(super) fn resolve(path: &str, old: &Type, new: &Type, crossing: Crossing) -> Resolution {
    resolve_at(path, old, new, crossing, DEEPEST)
}

fn resolve_at(path: &str, old: &Type, new: &Type, crossing: Crossing, depth: usize) -> Resolution {
    let Some(depth) = depth.checked_sub(1) else {
        return Resolution::not_told(path, "types are nested too deep to be compared");
    };
    let (one, other) = (class_of(old), class_of(new));
    if old.opaque || new.opaque {
        return custom(path, old, new);
    }
    if new.serializer_snapshot.is_empty() != old.serializer_snapshot.is_empty() {
        let why = "one is a state of the asynchronous API and the other one is not";
        return Resolution::because(path, SchemaCompatibility::Unknown, ReasonKind::Custom, why);
    }
    if one != other {
        return kryo::into_collection(path, old, new)
            .unwrap_or_else(|| Resolution::incompatible(path, format!("was {}, is {}", long(old), long(new))));
    }
    let mut into = Nested { path, crossing, depth };
    match one {
        "PojoSerializerSnapshot" => pojo::resolve(&mut into, old, new),
        "EnumSerializer$EnumSerializerSnapshot" => enumeration::java(path, old, new),
        "ScalaEnumSerializerSnapshot" => enumeration::scala(path, old, new),
        "KryoSerializerSnapshot" => kryo::resolve(path, old, new, crossing),
        "AvroSerializerSnapshot" => avro::resolve(path, old, new),
        "RowDataSerializer$RowDataSerializerSnapshot" => table::row_data(&mut into, old, new),
        _ => composite::resolve(&mut into, one, old, new),
    }
}

/// Comparing what is inside of a type.
struct Nested<'p> {
    path: &'p str,
    crossing: Crossing,
    depth: usize,
}

impl Nested<'_> {
    fn resolve(&self, step: &str, old: Option<&Type>, new: Option<&Type>) -> Resolution {
        let path = format!("{}{step}", self.path);
        match (old, new) {
            (Some(old), Some(new)) => resolve_at(&path, old, new, self.crossing, self.depth),
            (None, None) => Resolution::as_is(),
            _ => Resolution::not_told(&path, "it is not known how one of the two is written"),
        }
    }
}

/// A serializer that is none of Flink's: where both are the same class, it is taken to read what it wrote.
fn custom(path: &str, old: &Type, new: &Type) -> Resolution {
    let same = old.serializer_snapshot == new.serializer_snapshot && old.version == new.version;
    let (outcome, why) = if same {
        let why = format!("{} is none of Flink's own: whether it reads what it wrote is known to it alone", long(old));
        (SchemaCompatibility::AsIs, why)
    } else {
        (SchemaCompatibility::Unknown, format!("was {}, is {}, and not both are Flink's own", long(old), long(new)))
    };
    Resolution::because(path, outcome, ReasonKind::Custom, why)
}

/// The class of a serializer snapshot without its package: some have moved between releases.
fn class_of(r#type: &Type) -> &str {
    let class = r#type.serializer_snapshot.rsplit('.').next().unwrap_or_default();
    match class {
        // Until 1.7 they had other names and the same bytes.
        "GenericArraySerializerConfigSnapshot" => "GenericArraySerializerSnapshot",
        "EitherSerializerSnapshot" => "JavaEitherSerializerSnapshot",
        class => class,
    }
}

/// How a difference names a type.
fn long(r#type: &Type) -> String {
    if r#type.opaque && !r#type.serializer_snapshot.is_empty() {
        return r#type.serializer_snapshot.clone();
    }
    match &r#type.class {
        Some(class) if !r#type.text.contains('<') => class.clone(),
        _ if r#type.text.is_empty() => r#type.serializer_snapshot.clone(),
        _ => r#type.text.clone(),
    }
}

fn details(r#type: &Type) -> TypeDetails {
    r#type.details.clone().unwrap_or_default()
}

fn property<'t>(details: &'t TypeDetails, name: &str) -> Option<&'t str> {
    details.properties.iter().find_map(|property| property.strip_prefix(name)?.strip_prefix('='))
}
