//! The JSON schema of manifests has the fields that are read, and the types that are known.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use keepoint::compat::target;
use serde_json::Value;

fn schema() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/manifest.schema.json");
    serde_json::from_str(&fs::read_to_string(file).expect("docs/manifest.schema.json")).expect("JSON")
}

fn error_of(manifest: &str) -> String {
    let read = target::manifest(manifest, "manifest", &|_| Err("no file".to_owned()));
    read.expect_err("an unknown field").to_string()
}

/// The fields that a refusal of an unknown one lists.
fn expected_fields(manifest: &str) -> BTreeSet<String> {
    let error = error_of(manifest);
    let (_, list) = error.split_once("expected ").unwrap_or_else(|| panic!("{error}"));
    let list = list.trim_start_matches("one of ");
    list.split(", ").map(|name| name.trim().trim_matches('`').to_owned()).collect()
}

fn keys(schema: &Value, pointer: &str) -> BTreeSet<String> {
    let properties = schema.pointer(pointer).and_then(Value::as_object);
    properties.unwrap_or_else(|| panic!("{pointer}")).keys().cloned().collect()
}

#[test]
fn every_field_that_is_read_is_in_the_schema_and_no_other() {
    let schema = schema();
    let head = "manifest: keepoint/v1\n";
    for (pointer, manifest) in [
        ("/properties", "zzz: 1"),
        ("/properties/source/properties", "source: {zzz: 1}"),
        ("/properties/restore/properties", "restore: {zzz: 1}"),
        ("/properties/backend/properties", "backend: {zzz: 1}"),
        ("/properties/defaults/properties", "defaults: {zzz: 1}"),
        ("/properties/vertices/items/properties", "vertices: [{zzz: 1}]"),
        ("/properties/vertices/items/properties/maxParallelism/properties", "vertices: [{maxParallelism: {zzz: 1}}]"),
        ("/properties/vertices/items/properties/operators/items/properties", "vertices: [{operators: [{zzz: 1}]}]"),
        ("/properties/vertices/items/properties/inputs/items/properties", "vertices: [{inputs: [{zzz: 1}]}]"),
        ("/properties/states/items/properties", "states: [{zzz: 1}]"),
        ("/properties/expectations/properties", "expectations: {zzz: 1}"),
    ] {
        assert_eq!(keys(&schema, pointer), expected_fields(&format!("{head}{manifest}\n")), "{pointer}");
    }
    let entry = keys(&schema, "/properties/states/items/properties/entries/items/properties");
    let manifest = format!("{head}states: [{{operator: a, entries: [{{zzz: 1}}]}}]\n");
    assert_eq!(entry, expected_fields(&manifest));
}

#[test]
fn every_type_that_the_schema_names_is_known() {
    let schema = schema();
    let names = schema.pointer("/$defs/type/oneOf/0/examples").and_then(Value::as_array).expect("names of types");
    for name in names {
        let name = name.as_str().expect("a name");
        let manifest = format!(
            "manifest: keepoint/v1\nvertices: [{{operators: [{{uid: a}}]}}]\n\
             states: [{{operator: a, key: long, entries: [{{name: s, kind: value, type: \"{name}\"}}]}}]\n"
        );
        let read = target::manifest(&manifest, "manifest", &|_| Err("no file".to_owned()));
        assert!(read.is_ok(), "{name}: {read:?}");
    }
}

#[test]
fn the_example_in_the_documentation_is_a_manifest() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/manifest.md")).expect("the page");
    let (_, rest) = page.split_once("```yaml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    let schema = r#"{"type": "record", "name": "Seen", "fields": [{"name": "at", "type": "long"}]}"#;
    let target = target::manifest(example, "docs/manifest.md", &|_| Ok(schema.to_owned()));
    let target = target.unwrap_or_else(|error| panic!("{error}"));
    // The committer of the sink is one, too.
    assert_eq!(target.operators().count(), 5);
}
