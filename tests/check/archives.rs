//! The archive of a job as target: candidates, and never a proof.

use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use zip::write::SimpleFileOptions;

/// A class file with these texts as constants, and nothing else that matters here (JVMS 4.1, 4.4.7, 4.4.3).
fn class(texts: &[&str]) -> Vec<u8> {
    let mut bytes = vec![0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 61];
    bytes.extend(u16::try_from(2 * texts.len() + 1).expect("few texts").to_be_bytes());
    for (at, text) in texts.iter().enumerate() {
        bytes.push(1);
        bytes.extend(u16::try_from(text.len()).expect("a short text").to_be_bytes());
        bytes.extend(text.as_bytes());
        bytes.push(8);
        bytes.extend(u16::try_from(2 * at + 1).expect("few texts").to_be_bytes());
    }
    bytes.extend([0; 14]);
    bytes
}

fn jar(texts: &[&str]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("shop/Job.class", SimpleFileOptions::default()).expect("an entry");
    archive.write_all(&class(texts)).expect("a vector takes everything");
    archive.finish().expect("an archive").into_inner()
}

fn check(file: &Path, more: &[&str]) -> (Option<i32>, Value) {
    let snapshot = format!("{}/fixtures/pairs/2.3.0/topology/base/snapshots/canonical", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_keepoint"))
        .args(["check", &snapshot, "--output", "json", "--target"])
        .arg(file)
        .args(more)
        .output()
        .expect("the binary runs");
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

fn written(directory: &Path, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let file = directory.join(name);
    std::fs::write(&file, bytes).expect("a writable directory");
    file
}

fn of<'r>(report: &'r Value, uid: &str) -> &'r Value {
    let operators = report["operators"].as_array().expect("a list");
    operators.iter().find(|operator| operator["uid"] == uid).unwrap_or_else(|| panic!("{uid}: {report:#}"))
}

#[test]
fn a_uid_that_is_in_the_archive_supports_its_operator_and_one_that_is_not_is_not_gone() {
    let directory = tempfile::tempdir().expect("a directory");
    let bytes = jar(&["totals-uid", "numbers-uid", "something else"]);
    for name in ["app.jar", "without-a-suffix"] {
        let (code, report) = check(&written(directory.path(), name, &bytes), &[]);
        assert_eq!((code, &report["verdict"], &report["coverage"]), (Some(4), &"unknown".into(), &"none".into()));
        assert_eq!(report["target"]["sources"][0]["completeness"], "candidates");
        assert_eq!(of(&report, "totals-uid")["mapping"], "matched");
        assert_eq!(of(&report, "counts-uid")["mapping"], "uncertain");
        let codes: Vec<_> = report["findings"].as_array().expect("a list").iter().map(|each| &each["code"]).collect();
        assert!(codes.iter().all(|code| *code == "OP_MATCH_UNCERTAIN") && !codes.is_empty(), "{codes:?}");
    }
}

#[test]
fn even_an_archive_with_all_uids_proves_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let snapshot_uids =
        ["totals-uid", "numbers-uid", "counts-uid", "label-uid", "end-uid", "other-uid", "other-end-uid"];
    let (code, report) = check(&written(directory.path(), "app.jar", &jar(&snapshot_uids)), &[]);
    assert_eq!((code, &report["coverage"]), (Some(4), &"none".into()), "{report:#}");
}

#[test]
fn beside_a_description_that_has_the_operators_an_archive_changes_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let archive = written(directory.path(), "app.jar", &jar(&["totals-uid"]));
    let manifest = format!("{}/fixtures/pairs/2.3.0/topology/totals-renamed/manifest.yaml", env!("CARGO_MANIFEST_DIR"));
    let (code, report) = check(&archive, &["--target", &manifest]);
    assert_eq!((code, &report["verdict"]), (Some(3), &"needs_flag".into()), "{report:#}");
}

#[test]
fn what_is_no_archive_is_said_and_nothing_is_known() {
    let directory = tempfile::tempdir().expect("a directory");
    for bytes in [&b"PK\x03\x04 and then nothing"[..], b"", &jar(&["totals-uid"])[..60]] {
        let (code, report) = check(&written(directory.path(), "app.jar", bytes), &[]);
        assert_eq!(code, Some(4), "{report:#}");
        let findings = report["findings"].as_array().expect("a list");
        assert!(findings.iter().any(|each| each["code"] == "UID_SOURCE_UNREAD"), "{report:#}");
    }
}
