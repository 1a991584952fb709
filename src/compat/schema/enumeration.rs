//! Enums of Java (`EnumSerializerSnapshot`) and of Scala (`ScalaEnumSerializerSnapshot`).

use super::{ReasonKind, Resolution, details, long};
use crate::report::{SchemaCompatibility, Type};

/// Constants may come and change places: values follow the names. One that is gone makes the snapshot unreadable.
pub(super) fn java(path: &str, old: &Type, new: &Type) -> Resolution {
    if let Some(different) = different_class(path, old, new) {
        return different;
    }
    let (one, other) = (details(old).constants, details(new).constants);
    if other.is_empty() {
        return Resolution::not_told(path, format!("the constants of {} are not told", long(new)));
    }
    let gone: Vec<_> = one.iter().filter(|constant| !other.contains(constant)).cloned().collect();
    if !gone.is_empty() {
        let why = format!("{} has no constant {} any more", long(new), gone.join(", "));
        let (outcome, kind) = (SchemaCompatibility::Incompatible, ReasonKind::EnumConstantRemoved);
        return Resolution::because(path, outcome, kind, why);
    }
    if one == other {
        return Resolution::as_is();
    }
    let why = "constants were added or have changed places; values follow their names";
    Resolution::because(path, SchemaCompatibility::Reconfigured, ReasonKind::Difference, why)
}

/// Names keep their numbers; others may be added.
pub(super) fn scala(path: &str, old: &Type, new: &Type) -> Resolution {
    if let Some(different) = different_class(path, old, new) {
        return different;
    }
    let (one, other) = (details(old).constants, details(new).constants);
    if other.is_empty() {
        return Resolution::not_told(path, format!("the values of {} are not told", long(new)));
    }
    match one.iter().find(|constant| !other.contains(constant)) {
        Some(constant) => Resolution::incompatible(path, format!("{} has no {constant} any more", long(new))),
        None => Resolution::as_is(),
    }
}

fn different_class(path: &str, old: &Type, new: &Type) -> Option<Resolution> {
    let (one, other) = (old.class.as_ref()?, new.class.as_ref()?);
    (one != other).then(|| Resolution::incompatible(path, format!("was {one}, is {other}")))
}
