//! The schema of all state as a text.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::fixtures::snapshots;
use crate::{Copy, VERSION_6, golden, run};

fn schema(copy: &Copy) -> (Option<i32>, String, String) {
    let output = run(&[copy.snapshot(), "--schema", "--relocate", copy.relocation()]);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_schema_of_a_snapshot_is_the_text_that_was_reviewed() {
    let mut failures = Vec::new();
    for (name, file) in
        [("2.3.0/every-serializer", "every-serializer.json"), ("2.3.0/forst-async/", "asynchronous-api.json")]
    {
        let (code, text, _) = schema(&Copy::of(name));
        assert_eq!(code, Some(0));
        let text = text.replace(env!("CARGO_PKG_VERSION"), "{version}");
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/states/cases").join(file);
        failures.extend(golden::compare(&file, text.as_bytes()).err());
    }
    golden::report(&failures);
}

#[test]
fn the_schema_is_the_same_wherever_the_snapshot_is_and_whenever_it_was_taken() {
    let (_, once, _) = schema(&Copy::of("2.3.0/max-parallelism/savepoints"));
    let (_, again, _) = schema(&Copy::of("2.3.0/max-parallelism/savepoints"));
    assert_eq!(once, again);
    for word in ["file:", "/tmp", "chk-", "_bytes\"", "subtask\""] {
        assert!(!once.contains(word), "{word}");
    }
    // Checkpoints of one job differ in their data and not in their states.
    let scenario = "flink/2.3.0/rocksdb-incremental/checkpoints";
    let of_job: Vec<_> = snapshots().into_iter().filter(|snapshot| snapshot.name.starts_with(scenario)).collect();
    assert!(of_job.len() > 1);
    let texts = of_job.iter().map(|snapshot| {
        let metadata = snapshot.metadata.to_str().expect("UTF-8");
        run(&[metadata, "--schema", "--relocate", &snapshot.relocation()]).stdout
    });
    let texts: Vec<Vec<u8>> = texts.collect();
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_schema_with_something_missing_says_so_at_the_operator_and_on_standard_error() {
    let copy = Copy::of("2.3.0/every-serializer");
    let largest = copy.files_with(&VERSION_6).into_iter().max_by_key(|file| fs::metadata(file).expect("a file").len());
    fs::remove_file(largest.expect("a file")).expect("a file");
    let (code, text, stderr) = schema(&copy);
    assert_eq!(code, Some(3));
    assert!(stderr.contains("FILE_MISSING"), "{stderr}");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let complete: Vec<_> =
        crate::all(&schema, "operators").iter().map(|operator| operator["complete"] == true).collect();
    assert_eq!(complete.iter().filter(|complete| !**complete).count(), 1, "{complete:?}");
}

#[test]
fn the_schema_has_no_other_output() {
    let output = run(&["anywhere", "--schema", "--output", "table"]);
    assert_eq!(output.status.code(), Some(2));
}
