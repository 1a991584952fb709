//! The same comparison through every output.

use std::path::Path;

use keepoint::report::DiffReport;
use prost::Message as _;

use crate::{golden, run, snapshot, text};

#[test]
fn given_two_checkpoints_then_every_text_output_is_as_it_was_reviewed() {
    let one = snapshot("2.3.0/rocksdb-incremental/checkpoints/6113b47892a38e34ed05f3ff62ef0a12/chk-2");
    let other = snapshot("2.3.0/rocksdb-incremental/checkpoints/6113b47892a38e34ed05f3ff62ef0a12/chk-3");
    let relocation = one.relocation();
    let place = text(one.storage());
    let mut failures = Vec::new();
    for (arguments, file) in [
        (&["--output", "table"][..], "rocksdb.table"),
        (&["--output", "wide"], "rocksdb.wide"),
        (&["--output", "json"], "rocksdb.json"),
        (&["--output", "jsonl"], "rocksdb.jsonl"),
        (&["--output", "csv"], "rocksdb.operators.csv"),
        (&["--output", "csv", "--section", "sizes"], "rocksdb.sizes.csv"),
        (&["--output", "csv", "--section", "files"], "rocksdb.files.csv"),
        (&["--output", "csv", "--section", "offsets"], "rocksdb.offsets.csv"),
        (&["--output", "csv", "--section", "states"], "rocksdb.states.csv"),
    ] {
        let common = [text(&one.metadata), text(&other.metadata), "--relocate", &relocation];
        let output = run(&[&common[..], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let printed = String::from_utf8(output.stdout).expect("text");
        let printed = printed.replace(place, "{storage}").replace(env!("CARGO_PKG_VERSION"), "{version}");
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff/cases").join(file);
        failures.extend(golden::compare(&file, without_times(&printed).as_bytes()).err());
    }
    golden::report(&failures);
}

#[test]
fn given_protobuf_then_it_is_the_message_that_json_shows() {
    let one = snapshot("2.3.0/types/checkpoints");
    let arguments = [text(&one.metadata), text(&one.metadata), "--no-states"];
    let message = run(&[&arguments[..], &["--output", "protobuf"]].concat()).stdout;
    let json = run(&[&arguments[..], &["--output", "json"]].concat()).stdout;
    let message = DiffReport::decode(message.as_slice()).expect("a report");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(serde_json::to_value(message).expect("JSON"), json);
}

/// Times are those of the checkout.
fn without_times(printed: &str) -> String {
    let mut text = String::new();
    let mut rest = printed;
    while let Some(end) = rest.find('Z') {
        let (before, behind) = rest.split_at(end + 1);
        let start = before.rfind(['"', '~', ',', ' ']).map_or(0, |start| start + 1);
        let is_time =
            before.get(start..).is_some_and(|word| word.len() >= 20 && word.contains('T') && word.contains(':'));
        text.push_str(if is_time { &before[..start] } else { before });
        text.push_str(if is_time { "{time}" } else { "" });
        rest = behind;
    }
    text + rest
}
