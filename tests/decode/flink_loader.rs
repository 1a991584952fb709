//! Each fixture against what Flink's own loader said of it.

use std::fs;

use keepoint::format::metadata::decode;
use serde_json::Value;

use crate::fixtures::{json, snapshots};
use crate::flink_view::view;

#[test]
fn every_fixture_decodes_to_what_flinks_loader_sees_and_to_the_last_byte() {
    let mut differences = Vec::new();
    let snapshots = snapshots();
    for snapshot in &snapshots {
        let bytes = fs::read(&snapshot.metadata).expect("a readable fixture");
        let decoded = decode(&bytes).unwrap_or_else(|error| panic!("{}: {error}", snapshot.name));
        assert_eq!(decoded.unreadable_properties, None, "{}", snapshot.name);
        assert_eq!(decoded.trailing_bytes, 0, "{}: bytes left", snapshot.name);
        let mut expected = json(&snapshot.expected);
        let pointer = expected["pointer"].as_str().expect("a pointer").to_owned();
        let ours = view(&decoded.metadata, &bytes, &pointer, &|uri| snapshot.local(uri));
        expected.as_object_mut().expect("an object").remove("flink_version");
        compare(&snapshot.name, &ours, &expected, &mut differences);
    }
    let shown: Vec<_> = differences.iter().take(20).cloned().collect();
    assert!(
        differences.is_empty(),
        "{} differences in {} fixtures:\n{}",
        differences.len(),
        snapshots.len(),
        shown.join("\n")
    );
}

/// Lists the places where two trees differ. Where Flink's release has no getter for a number (null in an object of the expectation,
/// number here), there is nothing to compare with.
fn compare(place: &str, ours: &Value, flinks: &Value, differences: &mut Vec<String>) {
    match (ours, flinks) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let nothing_to_compare =
                    matches!(key.as_str(), "checkpointed_size" | "checkpoint_id" | "storage_identifier")
                        && b.get(key) == Some(&Value::Null);
                if !nothing_to_compare {
                    let (a, b) = (a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null));
                    compare(&format!("{place}.{key}"), a, b, differences);
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                compare(&format!("{place}[{index}]"), a, b, differences);
            }
        }
        _ if ours == flinks => {}
        _ => differences.push(format!("{place}: keepoint {ours}, Flink {flinks}")),
    }
}
