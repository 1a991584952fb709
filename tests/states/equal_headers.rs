//! Headers that are taken to be equal: which are read, which are not, and that this is said.

use std::fs;

use serde_json::Value;

use crate::fixtures::snapshots;
use crate::{Copy, VERSION_6, all, findings, inspect, run, states};

fn number(report: &Value, name: &str) -> u64 {
    report["state_headers"][name].as_u64().expect("a number")
}

#[test]
fn what_is_not_read_of_siblings_is_counted_and_reading_all_of_it_changes_no_state() {
    let mut not_read = 0;
    for snapshot in snapshots().iter().filter(|snapshot| snapshot.name.starts_with("flink/2.3.0/")) {
        let arguments = [snapshot.metadata.to_str().expect("UTF-8"), "--relocate", &snapshot.relocation()];
        let (_, one) = inspect(&[&arguments[..], &["--states"]].concat());
        let (_, every) = inspect(&[&arguments[..], &["--states", "--every-header"]].concat());
        assert_eq!(states(&one), states(&every), "{}", snapshot.name);
        for report in [&one, &every] {
            let parts = ["read", "inline", "not_read", "failed", "not_tried"].map(|part| number(report, part));
            assert_eq!(parts.iter().sum::<u64>(), number(report, "total"), "{}: {parts:?}", snapshot.name);
        }
        assert_eq!(number(&every, "not_read"), 0, "{}", snapshot.name);
        assert!(findings(&every, "STATE_HEADERS_NOT_READ").is_empty());
        assert_eq!(!findings(&one, "STATE_HEADERS_NOT_READ").is_empty(), number(&one, "not_read") > 0);
        not_read += number(&one, "not_read");
    }
    assert!(not_read > 20, "{not_read}");
}

#[test]
fn a_sibling_is_read_where_the_first_header_of_its_length_is_gone() {
    let copy = Copy::of("2.3.0/max-parallelism/savepoints");
    // An operator with one subtask has no siblings.
    let states = |report: &Value| -> Vec<Value> {
        let operators = all(report, "operators").iter();
        operators
            .filter(|operator| operator["subtasks_with_state"] != 1)
            .map(|operator| operator["states"].clone())
            .collect()
    };
    let (_, whole) = copy.inspect(&["--states"]);
    let files = copy.files_with(&VERSION_6);
    assert!(files.len() > 1);
    for file in &files {
        let bytes = fs::read(file).expect("a file");
        fs::remove_file(file).expect("a file");
        let (_, report) = copy.inspect(&["--states"]);
        assert_eq!(states(&report), states(&whole), "{}", file.display());
        fs::write(file, bytes).expect("room");
    }
}

#[test]
fn a_header_costs_the_bytes_of_the_header_and_not_those_of_its_file() {
    let copy = Copy::of("2.3.0/max-parallelism/savepoints");
    // A file of ten gigabytes, of which all but the first bytes are a hole.
    for file in copy.files_with(&VERSION_6) {
        fs::File::options().write(true).open(&file).and_then(|file| file.set_len(10 << 30)).expect("room");
    }
    let output = run(&[copy.snapshot(), "--states", "--stats", "--relocate", copy.relocation()]);
    let stderr = String::from_utf8(output.stderr).expect("text");
    let read = stderr.split("; ").nth(1).and_then(|part| part.split(' ').next()).expect("bytes");
    let read: f64 = read.parse().unwrap_or_else(|_| panic!("{stderr}"));
    assert!(stderr.contains(" KiB read") && read < 64.0, "{stderr}");
}
