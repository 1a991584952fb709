//! The same files in every output.

use std::fs;

use keepoint::report::FilesReport;
use prost::Message as _;
use serde_json::Value;

use crate::fixtures::fixtures;
use crate::{all, files, run};

fn root() -> String {
    fixtures().join("flink/2.3.0/no-job-directory/storage").to_str().expect("UTF-8").to_owned()
}

#[test]
fn json_lines_protobuf_and_json_say_the_same() {
    let (code, report) = files(&[&root()]);
    assert_eq!(code, Some(0));
    let lines = run(&[&root(), "--output", "jsonl"]);
    let lines = String::from_utf8(lines.stdout).expect("text");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    let of_kind = |kind: &str| -> Vec<Value> { lines.iter().filter_map(|line| line.get(kind).cloned()).collect() };
    assert_eq!(Value::Array(of_kind("file")), report["files"]);
    assert_eq!(Value::Array(of_kind("class")), report["classes"]);
    assert!(lines.last().is_some_and(|last| last.get("totals").is_some()));
    let bytes = run(&[&root(), "--output", "protobuf"]).stdout;
    let message = FilesReport::decode(bytes.as_slice()).expect("a message");
    // Without the time it is the same to the last field and in the same order.
    let without_time = |mut value: Value| {
        value["totals"]["as_of"] = Value::Null;
        serde_json::to_string_pretty(&value).expect("JSON")
    };
    let from_message = serde_json::to_value(&message).expect("JSON");
    assert_eq!(without_time(from_message), without_time(report));
}

#[test]
fn the_json_that_is_written_file_by_file_has_the_keys_of_the_schema_in_their_order() {
    let text = run(&[&root(), "--output", "json"]).stdout;
    let message = FilesReport::decode(run(&[&root(), "--output", "protobuf"]).stdout.as_slice()).expect("a message");
    let mut whole = serde_json::to_vec_pretty(&message).expect("JSON");
    whole.push(b'\n');
    let without_time = |text: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(text).into_owned();
        text.lines().filter(|line| !line.contains("\"as_of\"")).map(ToOwned::to_owned).collect()
    };
    assert_eq!(without_time(&text), without_time(&whole));
}

#[test]
fn csv_and_tables_have_a_row_for_each_file() {
    let (_, report) = files(&[&root()]);
    let number = all(&report, "files").len();
    let rows = |arguments: &[&str]| -> Vec<String> {
        let output = run(&[&[root().as_str()], arguments].concat()).stdout;
        let text = String::from_utf8(output).expect("text");
        text.lines()
            .filter(|line| line.contains("no-job-directory/storage/checkpoints/"))
            .map(ToOwned::to_owned)
            .collect()
    };
    for output in ["csv", "table", "wide"] {
        assert_eq!(rows(&["--output", output]).len(), number, "{output}");
    }
    let classes = run(&[&root(), "--output", "csv", "--section", "classes"]).stdout;
    assert!(String::from_utf8_lossy(&classes).starts_with("class,files,bytes\nmetadata,1,"));
}

#[test]
fn the_report_is_the_same_whatever_the_order_in_which_files_were_made() {
    let names = ["b", "a", "c-1", "c/x", "c/w", "c.d/y", "Z"];
    let tree = |names: &[&str]| {
        let root = tempfile::tempdir().expect("a directory");
        for name in names {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
            fs::write(path, name).expect("a file");
        }
        let (_, report) = files(&[root.path().to_str().expect("UTF-8")]);
        let prefix = format!("file:{}/", root.path().display());
        let paths = all(&report, "files").iter().filter_map(|file| file["path"].as_str()?.strip_prefix(&prefix));
        paths.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let mut reversed = names;
    reversed.reverse();
    assert_eq!(tree(&names), tree(&reversed));
    assert_eq!(tree(&names), ["Z", "a", "b", "c-1", "c/w", "c/x", "c.d/y"]);
}

#[test]
fn an_empty_place_is_nothing_found_and_a_missing_one_no_result() {
    let root = tempfile::tempdir().expect("a directory");
    assert_eq!(files(&[root.path().to_str().expect("UTF-8")]).0, Some(3));
    assert_eq!(run(&["/nowhere/flink"]).status.code(), Some(1));
}

#[test]
fn a_store_without_versions_says_so() {
    for option in ["--versions", "--uploads"] {
        let output = run(&[&root(), option]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("the store has no "), "{output:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_name_of_a_file_can_drive_a_terminal_or_forge_a_row() {
    let root = tempfile::tempdir().expect("a directory");
    fs::write(root.path().join("a\nmetadata  1 B \u{1b}[31m\u{202e}"), "x").expect("a file");
    let path = root.path().to_str().expect("UTF-8");
    for output in ["table", "wide"] {
        let text = String::from_utf8(run(&[path, "--output", output]).stdout).expect("text");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains('\u{202e}') && !text.contains("\nmetadata  1 B"), "{text:?}");
    }
    let (_, report) = files(&[path]);
    assert!(report["files"][0]["path"].as_str().is_some_and(|path| path.contains('\n')), "JSON has it as it is");
}
