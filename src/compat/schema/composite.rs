//! Serializers made of serializers (`CompositeTypeSerializerSnapshot`), and those that are nothing but their class
//! (`SimpleTypeSerializerSnapshot`).
//!
//! A different number of nested serializers is incompatible; else the worst nested outcome counts, together with that of what stands beside
//! them.

use super::{Nested, Resolution, details, property};
use crate::report::{SchemaCompatibility, Type};

/// What stands beside the nested serializers: its name in a report, what it is, and what a difference leads to.
///
/// Sources: `resolveOuterSchemaCompatibility` of `RowSerializerSnapshot`, `NullableSerializerSnapshot`, `GenericArraySerializerSnapshot`,
/// `LinkedListSerializerSnapshot`, `NFAStateSerializerSnapshot`, `TraversableSerializerSnapshot`, `ScalaCaseClassSerializerSnapshot`, and
/// the checks of `GenericTypeSerializerSnapshot`, `DecimalSerializerSnapshot`, `TimestampDataSerializerSnapshot`.
const BESIDE: &[(&str, &str, SchemaCompatibility)] = &[
    ("row_kind", "whether rows have a kind", SchemaCompatibility::AfterMigration),
    ("null_mask", "whether nulls are marked", SchemaCompatibility::AfterMigration),
    ("previous_timestamp", "whether the previous time is kept", SchemaCompatibility::AfterMigration),
    ("null_transaction", "whether a transaction can be null", SchemaCompatibility::AfterMigration),
    ("null_padding", "bytes that stand for null", SchemaCompatibility::Incompatible),
    ("component_class", "class of the components", SchemaCompatibility::Incompatible),
    ("builder", "how the collection is built", SchemaCompatibility::Incompatible),
    ("precision", "precision", SchemaCompatibility::Incompatible),
    ("scale", "scale", SchemaCompatibility::Incompatible),
    ("arity", "number of fields", SchemaCompatibility::Incompatible),
    ("comparator", "comparator", SchemaCompatibility::Incompatible),
];

pub(super) fn resolve(into: &mut Nested<'_>, class: &str, old: &Type, new: &Type) -> Resolution {
    let mut resolution = beside(into, class, old, new);
    let (one, other) = (nested(old), nested(new));
    if one.len() != other.len() {
        let why = format!("had {} parts, has {}", one.len(), other.len());
        resolution.and(Resolution::incompatible(into.path, why));
        return resolution;
    }
    for (index, (one, other)) in one.into_iter().zip(other).enumerate() {
        resolution.and(into.resolve(&step(class, index), Some(one), Some(other)));
    }
    resolution
}

fn beside(into: &Nested<'_>, class: &str, old: &Type, new: &Type) -> Resolution {
    let mut resolution = Resolution::as_is();
    let (one, other) = (details(old), details(new));
    for (name, what, outcome) in BESIDE {
        // What one side does not tell cannot differ: a description of a job does not have to repeat what Flink chooses.
        if let (Some(one), Some(other)) = (property(&one, name), property(&other, name))
            && one != other
        {
            let kind = super::ReasonKind::Difference;
            let why = format!("{what}: was {one}, is {other}");
            resolution.and(Resolution::because(into.path, *outcome, kind, why));
        }
    }
    if !one.sql_types.is_empty() && !other.sql_types.is_empty() && one.sql_types != other.sql_types {
        let why = format!("was {}, is {}", one.sql_types.join(", "), other.sql_types.join(", "));
        resolution.and(Resolution::incompatible(into.path, why));
    }
    let names_class = class.contains("CaseClass") || class.contains("ValueSerializer") || class.contains("Writable");
    if names_class
        && let (Some(one), Some(other)) = (&old.class, &new.class)
        && one != other
    {
        resolution.and(Resolution::incompatible(into.path, format!("was {one}, is {other}")));
    }
    resolution
}

fn nested(r#type: &Type) -> Vec<&Type> {
    let fields = r#type.fields.iter().filter_map(|field| field.r#type.as_ref());
    fields.chain(&r#type.parameters).collect()
}

/// How a part is named behind its path.
fn step(class: &str, index: usize) -> String {
    match class {
        "ListSerializerSnapshot"
        | "ArrayListSerializerSnapshot"
        | "SetSerializerSnapshot"
        | "GenericArraySerializerSnapshot"
        | "TraversableSerializerSnapshot"
        | "ScalaOptionSerializerSnapshot" => "[]".to_owned(),
        "MapSerializerSnapshot" | "NullAwareMapSerializerSnapshot" | "SortedMapSerializerSnapshot" => {
            if index == 0 { "<key>" } else { "<value>" }.to_owned()
        }
        "TupleSerializerSnapshot" => format!(".f{index}"),
        "NullableSerializer$NullableSerializerSnapshot" => String::new(),
        _ => format!(".{index}"),
    }
}
