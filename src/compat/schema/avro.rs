//! Avro (`AvroSerializerSnapshot`): equal schemas are fine; else Avro's own rule decides whether the job's schema reads what the old one
//! wrote (`SchemaCompatibility.checkReaderWriterCompatibility`).

use apache_avro::Schema;
use apache_avro::schema_compatibility::SchemaCompatibility as AvroRule;

use super::{ReasonKind, Resolution, details, long};
use crate::report::{SchemaCompatibility, Type};

pub(super) fn resolve(path: &str, old: &Type, new: &Type) -> Resolution {
    let (one, other) = (details(old).avro_schema, details(new).avro_schema);
    let (Some(one), Some(other)) = (one, other) else {
        return Resolution::not_told(path, format!("the schema of {} is not told", long(new)));
    };
    if one == other {
        return Resolution::as_is();
    }
    let (writer, reader) = match (Schema::parse_str(&one), Schema::parse_str(&other)) {
        (Ok(writer), Ok(reader)) => (writer, reader),
        (Err(error), _) | (_, Err(error)) => {
            let why = format!("a schema cannot be read: {error}");
            return Resolution::because(path, SchemaCompatibility::Unknown, ReasonKind::NotTold, why);
        }
    };
    if writer == reader {
        return Resolution::as_is();
    }
    match AvroRule::can_read(&writer, &reader) {
        Ok(()) if is_generic(old) && !is_prefix(&reader, &writer) => {
            let why = "the new Avro schema reads the old one, and generic records have other fields in front";
            let kind = ReasonKind::AvroRecordChanged;
            Resolution::because(path, SchemaCompatibility::AfterMigration, kind, why)
        }
        Ok(()) => {
            let why = "the new Avro schema reads what the old one wrote";
            Resolution::because(path, SchemaCompatibility::AfterMigration, ReasonKind::Difference, why)
        }
        Err(error) => Resolution::incompatible(path, format!("the new Avro schema does not read the old one: {error}")),
    }
}

/// Whether values are `GenericRecord` and no generated class.
fn is_generic(r#type: &Type) -> bool {
    r#type.class.as_deref().is_none_or(|class| class.starts_with("org.apache.avro.generic."))
}

/// Whether a record of the old schema can be written with the new one as it is, field by field. Numbers that became wider were seen to
/// be.
fn is_prefix(new: &Schema, old: &Schema) -> bool {
    match (new, old) {
        (Schema::Record(new), Schema::Record(old)) => {
            new.fields.len() <= old.fields.len()
                && new.fields.iter().zip(&old.fields).all(|(new, old)| new.name == old.name)
        }
        _ => false,
    }
}
