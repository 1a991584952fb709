//! The generated types against the schema they were generated from.

use std::collections::BTreeSet;

use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint};
use prost_types::field_descriptor_proto::{Label, Type as FieldType};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet};
use serde_json::{Value, json};

use super::*;

const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/keepoint.v1.descriptors.bin"));

/// The keys that the output contract wants as `null` while unknown.
const NULL_WHEN_ABSENT: [(&str, &str); 5] = [
    ("Snapshot", "format"),
    ("Operator", "uid_source"),
    ("Operator", "auto_generated"),
    ("UidAnswer", "uid_source"),
    ("UidAnswer", "auto_generated"),
];

#[test]
fn json_keys_of_a_full_message_are_the_proto_field_names() {
    for message in messages() {
        let json = round_trip(message.name(), &full(&message, 3, 1)).0;
        assert_eq!(keys(&json), names(&message, |_| true), "{}", message.name());
    }
}

#[test]
fn json_keys_of_an_empty_message_are_the_facts_that_cannot_be_absent() {
    for message in messages() {
        let json = round_trip(message.name(), &[]).0;
        let expected = names(&message, |field| {
            let message_field = field.r#type() == FieldType::Message;
            let may_be_absent = field.proto3_optional() || (message_field && field.label() != Label::Repeated);
            !may_be_absent || NULL_WHEN_ABSENT.contains(&(message.name(), field.name()))
        });
        assert_eq!(keys(&json), expected, "{}", message.name());
        for (name, field) in NULL_WHEN_ABSENT {
            if name == message.name() {
                assert_eq!(json[field], Value::Null, "{name}.{field}");
            }
        }
    }
}

#[test]
fn repeated_fields_are_arrays_even_when_empty() {
    for message in messages() {
        let json = round_trip(message.name(), &[]).0;
        let repeated = message.field.iter().filter(|field| field.label() == Label::Repeated);
        for field in repeated {
            assert_eq!(json[field.name()], json!([]), "{}.{}", message.name(), field.name());
        }
    }
}

#[test]
fn decoding_what_was_encoded_gives_the_same_message() {
    for message in messages() {
        for bytes in [Vec::new(), full(&message, 4, 1), full(&message, 2, 77)] {
            let (_, same) = round_trip(message.name(), &bytes);
            assert!(same, "{}", message.name());
        }
    }
}

#[test]
fn enum_values_are_the_proto_names_in_lower_case_without_the_prefix() {
    let enums = enums();
    let mut fields = 0;
    for message in messages() {
        for field in message.field.iter().filter(|field| field.r#type() == FieldType::Enum) {
            fields += 1;
            let declared = enums
                .iter()
                .find(|declared| field.type_name().ends_with(&format!(".{}", declared.name())))
                .expect("enums are declared in the package");
            let prefix_length = declared.value[0].name().len() - "UNSPECIFIED".len();
            for value in &declared.value {
                let mut bytes = Vec::new();
                put_varint(&mut bytes, field, number(value.number()));
                let json = round_trip(message.name(), &bytes).0;
                let expected = value.name()[prefix_length..].to_lowercase();
                assert_eq!(json[field.name()], Value::String(expected));
            }
        }
    }
    assert!(fields > 0, "the schema has fields of enum type");
}

#[test]
fn an_enum_value_of_a_later_schema_is_written_as_its_number() {
    let finding = Finding { severity: 99, ..Finding::default() };
    assert_eq!(json_of(&finding)["severity"], json!(99));
}

#[test]
fn integers_are_numbers_and_times_are_rfc_3339_in_utc() {
    let snapshot = Snapshot {
        state_bytes: Some(u64::MAX),
        triggered_at: Some(timestamp_from_millis(1_795_222_923_123)),
        completed_at: Some(timestamp_from_millis(-1)),
        ..Snapshot::default()
    };
    let json = json_of(&snapshot);
    assert_eq!(json["state_bytes"], json!(u64::MAX));
    assert_eq!(json["triggered_at"], json!("2026-11-21T01:02:03.123Z"));
    assert_eq!(json["completed_at"], json!("1969-12-31T23:59:59.999Z"));
}

#[test]
fn field_names_are_those_of_the_schema() {
    let declared: Vec<String> = messages()
        .iter()
        .find(|message| message.name() == "Operator")
        .map(|message| message.field.iter().map(|field| field.name().to_owned()).collect())
        .expect("the schema has operators");
    assert_eq!(Operator::FIELD_NAMES, declared);
}

#[test]
fn a_list_counts_every_status() {
    let statuses = enums().into_iter().find(|declared| declared.name() == "SnapshotStatus").expect("it is declared");
    let names = statuses.value.iter().skip(1).filter_map(|value| SnapshotStatus::try_from(value.number()).ok());
    let names: Vec<&str> = names.map(SnapshotStatus::value_name).collect();
    assert_eq!(StatusCounts::FIELD_NAMES, names);
}

#[test]
fn every_part_of_the_schema_is_commented() {
    for file in files() {
        let info = file.source_code_info.clone().expect("comments are compiled in");
        let commented: BTreeSet<Vec<i32>> = info
            .location
            .iter()
            .filter(|location| location.leading_comments.is_some())
            .map(|location| location.path.clone())
            .collect();
        for (index, message) in (0..).zip(&file.message_type) {
            assert!(commented.contains(&vec![4, index]), "{}", message.name());
            for (position, field) in (0..).zip(&message.field) {
                let path = vec![4, index, 2, position];
                assert!(commented.contains(&path), "{}.{}", message.name(), field.name());
            }
        }
    }
}

/// Decodes the named message; gives its JSON, and whether encoding and decoding it once more changes nothing.
fn round_trip(name: &str, bytes: &[u8]) -> (Value, bool) {
    fn of<M: Message + Default + PartialEq + serde::Serialize>(bytes: &[u8]) -> (Value, bool) {
        let message = M::decode(bytes).expect("bytes follow the schema");
        let again = M::decode(message.encode_to_vec().as_slice()).expect("encoded by prost");
        (json_of(&message), message == again)
    }
    match name {
        "Snapshot" => of::<Snapshot>(bytes),
        "MasterState" => of::<MasterState>(bytes),
        "Operator" => of::<Operator>(bytes),
        "State" => of::<State>(bytes),
        "Type" => of::<Type>(bytes),
        "Field" => of::<Field>(bytes),
        "File" => of::<File>(bytes),
        "Finding" => of::<Finding>(bytes),
        "InspectReport" => of::<InspectReport>(bytes),
        "ConnectorState" => of::<ConnectorState>(bytes),
        "SourceSplit" => of::<SourceSplit>(bytes),
        "SourceEnumerator" => of::<SourceEnumerator>(bytes),
        "SinkTransaction" => of::<SinkTransaction>(bytes),
        "SinkFile" => of::<SinkFile>(bytes),
        "UnknownConnectorState" => of::<UnknownConnectorState>(bytes),
        "ListReport" => of::<ListReport>(bytes),
        "JobSummary" => of::<JobSummary>(bytes),
        "ListTotals" => of::<ListTotals>(bytes),
        "StatusCounts" => of::<StatusCounts>(bytes),
        "FilesReport" => of::<FilesReport>(bytes),
        "PhysicalFile" => of::<PhysicalFile>(bytes),
        "FileUse" => of::<FileUse>(bytes),
        "FileOperator" => of::<FileOperator>(bytes),
        "ObjectVersion" => of::<ObjectVersion>(bytes),
        "UnfinishedUpload" => of::<UnfinishedUpload>(bytes),
        "FileClassTotal" => of::<FileClassTotal>(bytes),
        "FilesTotals" => of::<FilesTotals>(bytes),
        "VerifyReport" => of::<VerifyReport>(bytes),
        "VerifiedSnapshot" => of::<VerifiedSnapshot>(bytes),
        "FileProblem" => of::<FileProblem>(bytes),
        "VerifyTotals" => of::<VerifyTotals>(bytes),
        "DoctorReport" => of::<DoctorReport>(bytes),
        "StoreSetting" => of::<StoreSetting>(bytes),
        "AccessCheck" => of::<AccessCheck>(bytes),
        "GcPlanRecord" => of::<GcPlanRecord>(bytes),
        "GcPlanHeader" => of::<GcPlanHeader>(bytes),
        "GcRoot" => of::<GcRoot>(bytes),
        "GcProtection" => of::<GcProtection>(bytes),
        "GcSnapshot" => of::<GcSnapshot>(bytes),
        "GcItem" => of::<GcItem>(bytes),
        "GcNotTaken" => of::<GcNotTaken>(bytes),
        "GcTotals" => of::<GcTotals>(bytes),
        "GcShare" => of::<GcShare>(bytes),
        "GcPlanSeal" => of::<GcPlanSeal>(bytes),
        "GcPlanReport" => of::<GcPlanReport>(bytes),
        "GcOutcomeReport" => of::<GcOutcomeReport>(bytes),
        "GcFailedDeletion" => of::<GcFailedDeletion>(bytes),
        "GcRestoredReport" => of::<GcRestoredReport>(bytes),
        "UidReport" => of::<UidReport>(bytes),
        "UidAnswer" => of::<UidAnswer>(bytes),
        "DiffReport" => of::<DiffReport>(bytes),
        "DiffCounts" => of::<DiffCounts>(bytes),
        "FileCount" => of::<FileCount>(bytes),
        "OperatorDiff" => of::<OperatorDiff>(bytes),
        "StateDiff" => of::<StateDiff>(bytes),
        "SizeDiff" => of::<SizeDiff>(bytes),
        "SplitDiff" => of::<SplitDiff>(bytes),
        "FileDiff" => of::<FileDiff>(bytes),
        "StateHeaders" => of::<StateHeaders>(bytes),
        "StateSchema" => of::<StateSchema>(bytes),
        "OperatorSchema" => of::<OperatorSchema>(bytes),
        "Sizes" => of::<Sizes>(bytes),
        "OperatorSizes" => of::<OperatorSizes>(bytes),
        "StateSize" => of::<StateSize>(bytes),
        "SubtaskSize" => of::<SubtaskSize>(bytes),
        "KeyGroupSize" => of::<KeyGroupSize>(bytes),
        "TypeDetails" => of::<TypeDetails>(bytes),
        "Subclass" => of::<Subclass>(bytes),
        "KryoClass" => of::<KryoClass>(bytes),
        "CheckReport" => of::<CheckReport>(bytes),
        "CheckTarget" => of::<CheckTarget>(bytes),
        "TargetSource" => of::<TargetSource>(bytes),
        "CheckFinding" => of::<CheckFinding>(bytes),
        "NotChecked" => of::<NotChecked>(bytes),
        "OperatorVerdict" => of::<OperatorVerdict>(bytes),
        "StateVerdict" => of::<StateVerdict>(bytes),
        other => panic!("add the message {other} to this list"),
    }
}

/// Bytes of a message with every field set, messages inside it down to `depth`; `seed` varies the values.
fn full(message: &DescriptorProto, depth: u32, seed: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in &message.field {
        match field.r#type() {
            FieldType::String => put_bytes(&mut bytes, field, field.name().as_bytes()),
            FieldType::Message if field.type_name() == ".google.protobuf.Timestamp" => {
                let time = timestamp_from_millis(i64::try_from(seed).expect("small seed"));
                put_bytes(&mut bytes, field, &time.encode_to_vec());
            }
            FieldType::Message => {
                let inner = messages()
                    .into_iter()
                    .find(|inner| field.type_name().ends_with(&format!(".{}", inner.name())))
                    .expect("messages are declared in the package");
                let inner = if depth == 0 { Vec::new() } else { full(&inner, depth - 1, seed) };
                put_bytes(&mut bytes, field, &inner);
            }
            FieldType::Bool => put_varint(&mut bytes, field, 1),
            _ => put_varint(&mut bytes, field, seed),
        }
    }
    bytes
}

fn put_bytes(bytes: &mut Vec<u8>, field: &FieldDescriptorProto, value: &[u8]) {
    encode_key(number_u32(field), WireType::LengthDelimited, bytes);
    encode_varint(value.len() as u64, bytes);
    bytes.extend_from_slice(value);
}

fn put_varint(bytes: &mut Vec<u8>, field: &FieldDescriptorProto, value: u64) {
    encode_key(number_u32(field), WireType::Varint, bytes);
    encode_varint(value, bytes);
}

fn number_u32(field: &FieldDescriptorProto) -> u32 {
    u32::try_from(field.number()).expect("field numbers are positive")
}

fn number(value: i32) -> u64 {
    u64::try_from(value).expect("enum numbers are not negative")
}

fn json_of(message: &impl serde::Serialize) -> Value {
    serde_json::to_value(message).expect("every message has a JSON form")
}

fn keys(json: &Value) -> BTreeSet<String> {
    json.as_object().expect("a message is an object").keys().cloned().collect()
}

fn names(message: &DescriptorProto, wanted: impl Fn(&FieldDescriptorProto) -> bool) -> BTreeSet<String> {
    let fields = message.field.iter().filter(|field| wanted(field));
    fields.map(|field| field.name().to_owned()).collect()
}

fn files() -> Vec<prost_types::FileDescriptorProto> {
    let set = FileDescriptorSet::decode(DESCRIPTORS).expect("written by the build script");
    set.file.into_iter().filter(|file| file.package() == SCHEMA).collect()
}

fn messages() -> Vec<DescriptorProto> {
    files().into_iter().flat_map(|file| file.message_type).collect()
}

fn enums() -> Vec<EnumDescriptorProto> {
    files().into_iter().flat_map(|file| file.enum_type).collect()
}
