//! Compiles `proto/` into Rust types that also serialise to the JSON contract.
//!
//! The schema is the single source of truth: field names, enum values and "absent when unknown" all come from the
//! descriptors, and nothing about a field is repeated in Rust. `src/report/json_mapping.rs` has the functions that the
//! generated attributes name. No `protoc` is needed; protox compiles the files.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet};

const PACKAGE: &str = "keepoint.v1";
const MAPPING: &str = "crate::report::json_mapping";

/// Facts that JSON writes as `null` while they are unknown, where every other unknown fact is left out. Scripts rely on
/// these keys being there.
const NULL_WHEN_ABSENT: [&str; 5] = [
    "keepoint.v1.Snapshot.format",
    "keepoint.v1.Operator.uid_source",
    "keepoint.v1.Operator.auto_generated",
    "keepoint.v1.UidAnswer.uid_source",
    "keepoint.v1.UidAnswer.auto_generated",
];

/// Writes what is generated into `OUT_DIR`. The build of the fuzzers calls it, too.
pub fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=proto");
    let out_dir = PathBuf::from(env::var("OUT_DIR")?);
    let descriptors = protox::compile(proto_files(Path::new("proto/keepoint/v1"))?, ["proto"])?;

    let mut config = prost_build::Config::new();
    config.message_attribute(".", "#[derive(serde::Serialize)]");
    for_each_message(&descriptors, |name, message| {
        for field in &message.field {
            let path = format!("{name}.{}", field.name());
            if let Some(attribute) = serde_attribute(&path, field)? {
                config.field_attribute(format!(".{path}"), attribute);
            }
        }
        Ok(())
    })?;
    check_null_list(&descriptors)?;
    config.compile_fds(descriptors.clone())?;

    fs::write(out_dir.join("keepoint.v1.names.rs"), names(&descriptors)?)?;
    fs::write(out_dir.join("keepoint.v1.descriptors.bin"), descriptors.encode_to_vec())?;
    Ok(())
}

fn proto_files(directory: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files =
        fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    files.sort();
    Ok(files)
}

/// Calls `visit` with the full name of each message of the package.
fn for_each_message(
    descriptors: &FileDescriptorSet,
    mut visit: impl FnMut(&str, &DescriptorProto) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    for file in descriptors.file.iter().filter(|file| file.package() == PACKAGE) {
        for message in &file.message_type {
            let name = format!("{PACKAGE}.{}", message.name());
            if !message.nested_type.is_empty() || !message.enum_type.is_empty() {
                return Err(format!("{name}: no mapping for nested declarations and maps").into());
            }
            visit(&name, message)?;
        }
    }
    Ok(())
}

/// The serde attribute of a field, by its type and label alone.
fn serde_attribute(path: &str, field: &FieldDescriptorProto) -> Result<Option<String>, Box<dyn Error>> {
    if field.oneof_index.is_some() && !field.proto3_optional() {
        return Err(format!("{path}: no mapping for oneof").into());
    }
    if field.name().contains(|character: char| character.is_ascii_uppercase()) {
        return Err(format!("{path}: field names are snake_case").into());
    }
    let optional = field.proto3_optional();
    let repeated = field.label() == Label::Repeated;
    let mut parts = Vec::new();
    // A field of message type is an `Option` in Rust with and without the word `optional`.
    if (optional || (field.r#type() == Type::Message && !repeated)) && !NULL_WHEN_ABSENT.contains(&path) {
        parts.push("skip_serializing_if = \"Option::is_none\"".to_owned());
    }
    match field.r#type() {
        Type::Bytes | Type::Group | Type::Float | Type::Double => {
            return Err(format!("{path}: no JSON mapping for this type").into());
        }
        Type::Message if field.type_name() == ".google.protobuf.Timestamp" => {
            if repeated {
                return Err(format!("{path}: no mapping for repeated times").into());
            }
            parts.push(format!("serialize_with = \"{MAPPING}::timestamp\""));
        }
        Type::Enum => {
            let function = match (repeated, optional) {
                (true, _) => return Err(format!("{path}: no mapping for repeated enums").into()),
                (false, true) => "optional_enumeration",
                (false, false) => "enumeration",
            };
            let name = local_name(field.type_name());
            parts.push(format!("serialize_with = \"{MAPPING}::{function}::<{name}, _>\""));
        }
        _ => {}
    }
    Ok((!parts.is_empty()).then(|| format!("#[serde({})]", parts.join(", "))))
}

fn local_name(type_name: &str) -> &str {
    type_name.rsplit('.').next().unwrap_or(type_name)
}

/// A renamed field must not silently drop out of the list.
fn check_null_list(descriptors: &FileDescriptorSet) -> Result<(), Box<dyn Error>> {
    let mut optional_fields = Vec::new();
    for_each_message(descriptors, |name, message| {
        let optional = message.field.iter().filter(|field| field.proto3_optional());
        optional_fields.extend(optional.map(|field| format!("{name}.{}", field.name())));
        Ok(())
    })?;
    match NULL_WHEN_ABSENT.iter().find(|path| !optional_fields.iter().any(|field| field == *path)) {
        Some(path) => Err(format!("{path} is not an optional field").into()),
        None => Ok(()),
    }
}

/// Rust source that implements the traits of `src/report/names.rs`.
fn names(descriptors: &FileDescriptorSet) -> Result<String, Box<dyn Error>> {
    let mut source = String::new();
    for_each_message(descriptors, |name, message| {
        let fields: Vec<&str> = message.field.iter().map(FieldDescriptorProto::name).collect();
        writeln!(
            source,
            "impl FieldNames for {} {{ const FIELD_NAMES: &'static [&'static str] = &{fields:?}; }}",
            local_name(name)
        )?;
        Ok(())
    })?;
    for file in descriptors.file.iter().filter(|file| file.package() == PACKAGE) {
        for enumeration in &file.enum_type {
            write_value_names(&mut source, enumeration)?;
        }
    }
    Ok(source)
}

fn write_value_names(source: &mut String, enumeration: &EnumDescriptorProto) -> Result<(), Box<dyn Error>> {
    let name = enumeration.name();
    let prefix = screaming_snake(name) + "_";
    writeln!(source, "impl ValueName for {name} {{ fn value_name(self) -> &'static str {{ match self as i32 {{")?;
    for value in &enumeration.value {
        let bare = value
            .name()
            .strip_prefix(&prefix)
            .ok_or_else(|| format!("{name}.{}: lacks the prefix {prefix}", value.name()))?
            .to_ascii_lowercase();
        if value.number() == 0 {
            if bare != "unspecified" {
                return Err(format!("{name}: 0 must be {prefix}UNSPECIFIED").into());
            }
        } else {
            writeln!(source, "{} => {bare:?},", value.number())?;
        }
    }
    writeln!(source, "_ => \"unspecified\" }} }} }}")?;
    Ok(())
}

/// `SnapshotKind` to `SNAPSHOT_KIND`.
fn screaming_snake(name: &str) -> String {
    let mut snake = String::new();
    for (index, character) in name.char_indices() {
        if index > 0 && character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_uppercase());
    }
    snake
}
