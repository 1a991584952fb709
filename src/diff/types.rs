//! Types of keys, namespaces and values, down to what differs in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::{Field, KryoClass, Subclass, Type, TypeDetails};

/// Something in a type that differs, or of which nobody can say whether it does.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) path: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    /// Why it is not known.
    pub(super) reason: Option<String>,
}

impl Difference {
    pub(super) fn changed(path: &str, before: String, after: String) -> Self {
        Self { path: path.to_owned(), before: Some(before), after: Some(after), reason: None }
    }

    pub(super) fn unknown(path: &str, reason: &str) -> Self {
        Self { path: path.to_owned(), reason: Some(reason.to_owned()), ..Self::default() }
    }
}

/// Compares two types of which one may be absent; `absent_is_unknown` where it would be there if everything had been understood.
pub(super) fn compare_optional(
    path: &str,
    before: Option<&Type>,
    after: Option<&Type>,
    absent_is_unknown: bool,
    found: &mut Vec<Difference>,
) {
    let text = |described: Option<&Type>| described.map(|described| described.text.clone());
    match (before, after) {
        (Some(before), Some(after)) => compare(path, before, after, found),
        (None, None) if !absent_is_unknown => {}
        _ if absent_is_unknown => found.push(Difference {
            before: text(before),
            after: text(after),
            ..Difference::unknown(path, "the type is not known in both snapshots")
        }),
        _ => found.push(Difference { path: path.to_owned(), before: text(before), after: text(after), reason: None }),
    }
}

/// Adds what differs between two types.
fn compare(path: &str, before: &Type, after: &Type, found: &mut Vec<Difference>) {
    let start = found.len();
    // The asynchronous API writes no serializer of a list or a map; its parts tell as much.
    if !before.serializer_snapshot.is_empty() && !after.serializer_snapshot.is_empty() {
        let mut fact = |what: &str, before: Option<String>, after: Option<String>| {
            if before != after {
                found.push(Difference { path: format!("{path}:{what}"), before, after, reason: None });
            }
        };
        if before.serializer_snapshot == after.serializer_snapshot {
            let version = |described: &Type| described.version.map(|version| version.to_string());
            fact("version", version(before), version(after));
        } else if before.text == after.text {
            fact("serializer", Some(before.serializer_snapshot.clone()), Some(after.serializer_snapshot.clone()));
        } else {
            // Another type altogether: its parts have no counterparts.
            found.push(Difference::changed(path, before.text.clone(), after.text.clone()));
            return;
        }
        fact("class", before.class.clone(), after.class.clone());
    }
    if before.opaque || after.opaque {
        // Another class or version is a fact. The same ones are no proof: what is inside cannot be read.
        if found.len() == start {
            found.push(Difference {
                before: Some(before.text.clone()),
                after: Some(after.text.clone()),
                ..Difference::unknown(path, "what this serializer records cannot be decoded")
            });
        }
        return;
    }
    fields(path, &before.fields, &after.fields, found);
    if before.parameters.len() == after.parameters.len() {
        for (index, (one, other)) in before.parameters.iter().zip(&after.parameters).enumerate() {
            compare(&format!("{path}{}", step(after, index)), one, other, found);
        }
    } else {
        found.push(Difference::changed(path, before.text.clone(), after.text.clone()));
    }
    details(path, before.details.as_ref(), after.details.as_ref(), found);
    if found.len() == start && before.text != after.text {
        found.push(Difference::changed(path, before.text.clone(), after.text.clone()));
    }
}

/// From a collection to its elements, in the words of the paths to Kryo.
fn step(described: &Type, index: usize) -> String {
    match (described.parameters.len(), index) {
        (2, 0) if described.text.contains("Map<") => "<key>".to_owned(),
        (2, 1) if described.text.contains("Map<") => "<value>".to_owned(),
        (1, _) => "[]".to_owned(),
        _ => format!("<{index}>"),
    }
}

fn fields(path: &str, before: &[Field], after: &[Field], found: &mut Vec<Difference>) {
    let names = |fields: &[Field]| fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>();
    let (one, other) = (names(before), names(after));
    let both = |before: &Field, after: &Field, found: &mut Vec<Difference>| {
        let path = format!("{path}.{}", after.name);
        compare_optional(&path, before.r#type.as_ref(), after.r#type.as_ref(), true, found);
    };
    if one == other {
        for (before, after) in before.iter().zip(after) {
            both(before, after, found);
        }
        return;
    }
    let mut by_name: BTreeMap<&str, (Option<&Field>, Option<&Field>)> = BTreeMap::new();
    for field in before {
        by_name.entry(&field.name).or_default().0 = Some(field);
    }
    for field in after {
        by_name.entry(&field.name).or_default().1 = Some(field);
    }
    let mut same_fields = true;
    for (name, (before, after)) in by_name {
        match (before, after) {
            (Some(before), Some(after)) => both(before, after, found),
            (before, after) => {
                same_fields = false;
                let text = |field: Option<&Field>| {
                    let described = field?.r#type.as_ref();
                    Some(described.map_or_else(|| "type unknown".to_owned(), |described| described.text.clone()))
                };
                let (before, after) = (text(before), text(after));
                found.push(Difference { path: format!("{path}.{name}"), before, after, reason: None });
            }
        }
    }
    if same_fields {
        found.push(Difference::changed(&format!("{path}:fields"), one.join(", "), other.join(", ")));
    }
}

/// A detail by its name, as text.
type Fact = (&'static str, fn(&TypeDetails) -> String);

fn details(path: &str, before: Option<&TypeDetails>, after: Option<&TypeDetails>, found: &mut Vec<Difference>) {
    let none = TypeDetails::default();
    let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none));
    if before == after && before.subclasses.is_empty() {
        return;
    }
    let subclasses = |subclasses: &[Subclass]| {
        let subclass = |subclass: &Subclass| {
            if subclass.registered { format!("{} (registered)", subclass.class) } else { subclass.class.clone() }
        };
        subclasses.iter().map(subclass).collect::<Vec<_>>().join(", ")
    };
    let facts: [Fact; 4] = [
        ("constants", |details| details.constants.join(", ")),
        ("avro_schema", |details| details.avro_schema.clone().unwrap_or_default()),
        ("sql_types", |details| details.sql_types.join(", ")),
        ("properties", |details| details.properties.join(", ")),
    ];
    let mut fact = |what: &str, before: String, after: String| {
        if before != after {
            let [before, after] = [before, after].map(|text| Some(text).filter(|text| !text.is_empty()));
            found.push(Difference { path: format!("{path}:{what}"), before, after, reason: None });
        }
    };
    for (what, text) in facts {
        fact(what, text(before), text(after));
    }
    for (what, one, other) in [
        ("kryo_registrations", &before.kryo_registrations, &after.kryo_registrations),
        ("kryo_default_serializers", &before.kryo_default_serializers, &after.kryo_default_serializers),
    ] {
        let (one, other) = kryo(one, other);
        fact(what, one, other);
    }
    fact("subclasses", subclasses(&before.subclasses), subclasses(&after.subclasses));
    let known: BTreeMap<&str, &Subclass> =
        before.subclasses.iter().map(|subclass| (subclass.class.as_str(), subclass)).collect();
    for subclass in &after.subclasses {
        let Some(before) = known.get(subclass.class.as_str()) else { continue };
        let path = format!("{path}({})", subclass.class);
        // A subclass that was met without being registered may have no serializer yet.
        compare_optional(&path, before.r#type.as_ref(), subclass.r#type.as_ref(), false, found);
    }
}

/// The classes that only one list has; of two that differ by their order alone, all, because positions are numbers in the data.
fn kryo(before: &[KryoClass], after: &[KryoClass]) -> (String, String) {
    let texts = |classes: &[KryoClass]| {
        let text = |class: &KryoClass| match &class.serializer {
            Some(serializer) => format!("{} by {serializer}", class.class),
            None => class.class.clone(),
        };
        classes.iter().map(text).collect::<Vec<_>>()
    };
    let (one, other) = (texts(before), texts(after));
    let sets = [&one, &other].map(|texts| texts.iter().collect::<BTreeSet<_>>());
    let [in_one, in_other] = &sets;
    if in_one == in_other {
        return (one.join(", "), other.join(", "));
    }
    let only = |texts: &[String], others: &BTreeSet<&String>| {
        texts.iter().filter(|text| !others.contains(text)).cloned().collect::<Vec<_>>().join(", ")
    };
    (only(&one, in_other), only(&other, in_one))
}
