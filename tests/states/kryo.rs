//! Parts of values that are left to Kryo, and where they hide.

use crate::{Copy, findings};

#[test]
fn kryo_inside_of_a_pojo_is_named_with_its_path_and_its_class() {
    let copy = Copy::of("1.15.4/types/");
    let (code, report) = copy.inspect(&["--states"]);
    assert_eq!(code, Some(0), "it is no fault: {}", report["findings"]);
    let kryo = findings(&report, "KRYO_UNVERIFIABLE");
    assert!(!kryo.is_empty());
    for finding in &kryo {
        assert_eq!(finding["severity"], "info");
        assert!(
            finding["evidence"].as_str().is_some_and(|paths| paths.contains(" (") && !paths.is_empty()),
            "{finding}"
        );
    }
    // Flink 1.15 has no serializer of its own for a List in a field.
    let in_a_field =
        kryo.iter().filter_map(|finding| finding["evidence"].as_str()).find(|paths| paths.contains("value."));
    assert!(in_a_field.is_some(), "{kryo:#?}");
}

#[test]
fn a_state_without_kryo_has_no_such_finding() {
    let (_, report) = Copy::of("2.3.0/rocksdb-incremental/checkpoints").inspect(&["--states"]);
    assert!(findings(&report, "KRYO_UNVERIFIABLE").is_empty(), "{}", report["findings"]);
}
