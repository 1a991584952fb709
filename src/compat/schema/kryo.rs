//! Kryo (`KryoSerializerSnapshot`).
//!
//! Flink compares the class and what is registered, and never what the class consists of: that it says "as is" proves nothing.

use super::{Crossing, ReasonKind, Resolution, class_of, details, long};
use crate::report::{KryoClass, SchemaCompatibility, Type};

/// Interfaces and classes for which Flink 2.0 has serializers of its own, where types are taken from the program (FLINK-34123).
const COLLECTIONS: [&str; 4] = ["java.util.List", "java.util.Map", "java.util.Set", "java.util.Collection"];

pub(super) fn resolve(path: &str, old: &Type, new: &Type, crossing: Crossing) -> Resolution {
    if let (Some(one), Some(other)) = (&old.class, &new.class)
        && one != other
    {
        return Resolution::incompatible(path, format!("was {}, is {}", long(old), long(new)));
    }
    if crossing.generations == Some(true) {
        return across_generations(path, old, crossing);
    }
    let why = format!("Kryo writes {}, and nothing records of which fields it consists", class(old));
    let mut resolution = Resolution::because(path, SchemaCompatibility::AsIs, ReasonKind::Kryo, why);
    let (one, other) = (details(old).kryo_registrations, details(new).kryo_registrations);
    // A description without registrations does not say that there are none.
    if !other.is_empty() && !classes(&other).starts_with(&classes(&one)) {
        let why = "classes are registered with Kryo in another order; the numbers of the snapshot are kept";
        let (outcome, kind) = (SchemaCompatibility::Reconfigured, ReasonKind::Difference);
        resolution.and(Resolution::because(path, outcome, kind, why));
    }
    resolution
}

/// From 1.x to 2.x Kryo itself is another one: some classes are read, others fail or come out wrong.
fn across_generations(path: &str, old: &Type, crossing: Crossing) -> Resolution {
    let name = class(old);
    // The same program has other types for these since 2.0, unless it declares them.
    if crossing.is_unchanged && path.contains('.') && COLLECTIONS.contains(&name) {
        let why = format!("Kryo wrote this {name}, and Flink 2.x has a serializer of its own for it");
        return Resolution::because(path, SchemaCompatibility::Incompatible, ReasonKind::Collection, why);
    }
    let why = format!("Kryo 2 wrote {name}, and Flink 2.x reads with Kryo 5");
    Resolution::because(path, SchemaCompatibility::Unknown, ReasonKind::KryoAcrossGenerations, why)
}

/// A collection that Kryo wrote, for which the job has a serializer of Flink's.
pub(super) fn into_collection(path: &str, old: &Type, new: &Type) -> Option<Resolution> {
    let is_collection = class_of(old) == "KryoSerializerSnapshot" && COLLECTIONS.contains(&class(old));
    let is_flinks =
        matches!(class_of(new), "ListSerializerSnapshot" | "MapSerializerSnapshot" | "SetSerializerSnapshot");
    (is_collection && is_flinks).then(|| {
        let why = format!("Kryo wrote this {}, and the job has {}", class(old), long(new));
        Resolution::because(path, SchemaCompatibility::Incompatible, ReasonKind::Collection, why)
    })
}

fn class(r#type: &Type) -> &str {
    r#type.class.as_deref().unwrap_or("a class")
}

fn classes(registered: &[KryoClass]) -> Vec<&str> {
    registered.iter().map(|each| each.class.as_str()).collect()
}
