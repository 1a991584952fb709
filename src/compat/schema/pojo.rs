//! POJOs (`PojoSerializerSnapshot.resolveSchemaCompatibility`).
//!
//! Fields are matched by name. They may come, go and migrate, which means that values are read with the old serializer and written with
//! the new one; a field that both have and that is incompatible makes the POJO so. A field that only the job has gets Java's default.

use std::collections::BTreeMap;

use super::{Nested, ReasonKind, Resolution, details};
use crate::report::{Field, SchemaCompatibility, Subclass, Type};

pub(super) fn resolve(into: &mut Nested<'_>, old: &Type, new: &Type) -> Resolution {
    if let (Some(one), Some(other)) = (&old.class, &new.class)
        && one != other
    {
        return Resolution::incompatible(into.path, format!("was {one}, is {other}: a POJO cannot get another class"));
    }
    if new.fields.is_empty() && !old.fields.is_empty() {
        return Resolution::not_told(into.path, format!("the fields of {} are not told", super::long(new)));
    }
    let mut resolution = Resolution::as_is();
    let in_new = by_name(&new.fields);
    let in_old = by_name(&old.fields);
    for field in &old.fields {
        let step = format!(".{}", field.name);
        match in_new.get(field.name.as_str()) {
            Some(other) => resolution.and(into.resolve(&step, field.r#type.as_ref(), other.r#type.as_ref())),
            None => resolution.and(changed(into, &step, "the field is gone")),
        }
    }
    for field in &new.fields {
        if !in_old.contains_key(field.name.as_str()) {
            resolution.and(changed(into, &format!(".{}", field.name), "the field is new, with Java's default value"));
        }
    }
    subclasses(into, old, new, &mut resolution);
    resolution
}

fn by_name(fields: &[Field]) -> BTreeMap<&str, &Field> {
    fields.iter().map(|field| (field.name.as_str(), field)).collect()
}

fn changed(into: &Nested<'_>, step: &str, why: &str) -> Resolution {
    let path = format!("{}{step}", into.path);
    Resolution::because(&path, SchemaCompatibility::AfterMigration, ReasonKind::Difference, why)
}

/// Subclasses that both name are compared; where tags or the list of those that were met differ, Flink sets the serializer up anew.
fn subclasses(into: &Nested<'_>, old: &Type, new: &Type, resolution: &mut Resolution) {
    let (one, other) = (details(old).subclasses, details(new).subclasses);
    let known: BTreeMap<&str, &Subclass> = other.iter().map(|each| (each.class.as_str(), each)).collect();
    for subclass in &one {
        if let Some(other) = known.get(subclass.class.as_str())
            && let (Some(one), Some(other)) = (&subclass.r#type, &other.r#type)
        {
            resolution.and(into.resolve(&format!("({})", subclass.class), Some(one), Some(other)));
        }
    }
    let registered =
        |all: &[Subclass]| all.iter().filter(|each| each.registered).map(|each| each.class.clone()).collect::<Vec<_>>();
    let is_prefix = registered(&other).starts_with(&registered(&one));
    if !is_prefix || one.iter().any(|each| !each.registered) {
        let why = "tags of subclasses are taken from the snapshot";
        resolution.and(Resolution::because(into.path, SchemaCompatibility::Reconfigured, ReasonKind::Difference, why));
    }
}
