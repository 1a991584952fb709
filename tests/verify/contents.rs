//! `--deep` and `--read-through`: files that are there, and hold something else.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Copy, all, codes};

fn overwrite(file: &Path, at: usize, bytes: &[u8]) {
    let mut contents = fs::read(file).expect("readable");
    contents[at..at + bytes.len()].copy_from_slice(bytes);
    fs::write(file, contents).expect("writable");
}

/// The state files whose contents begin, or end, with these bytes.
fn files_with(copy: &Copy, start: &[u8], end: &[u8]) -> Vec<PathBuf> {
    let files = copy.state_files().into_iter();
    files
        .filter(|file| {
            let bytes = fs::read(file).expect("readable");
            bytes.starts_with(start) && bytes.ends_with(end)
        })
        .collect()
}

const VERSION_6: [u8; 4] = [0, 0, 0, 6];

/// The end of a table in the format that RocksDB writes since 2012.
const TABLE_END: [u8; 8] = [0xf7, 0xcf, 0xf4, 0x85, 0xb7, 0x41, 0xe2, 0x88];

#[test]
fn a_state_that_does_not_begin_with_a_version_is_unreadable_only_when_looked_into() {
    let copy = Copy::of("2.3.0/rocksdb-full");
    let states = files_with(&copy, &VERSION_6, &[]);
    assert!(!states.is_empty());
    for state in states {
        overwrite(&state, 0, &[0xff; 4]);
        assert_eq!(copy.verify(&[]).0, Some(0), "its length is as before");
        let (code, report) = copy.verify(&["--deep"]);
        assert_eq!((code, codes(&report)), (Some(3), vec!["STATE_HEADER_UNREADABLE"]), "{report}");
        let damaged = all(&report, "snapshots").iter().find(|snapshot| snapshot["restorable"] == false);
        let damaged = damaged.expect("one is damaged");
        assert_eq!(damaged["unreadable_headers"][0], format!("file:{}", state.display()));
        assert_eq!(report["problems"][0]["problem"], "header_unreadable");
        overwrite(&state, 0, &[0, 0, 0, 9]);
        let (code, report) = copy.verify(&["--deep"]);
        assert_eq!(code, Some(4), "a newer Flink may have written it: {report}");
        let unknown = all(&report, "snapshots").iter().filter(|snapshot| snapshot.get("restorable").is_none());
        assert_eq!(unknown.count(), 1);
        overwrite(&state, 0, &VERSION_6);
    }
}

#[test]
fn a_table_that_does_not_end_as_one_is_unreadable_also_within_a_merged_file() {
    for scenario in ["2.3.0/rocksdb-incremental", "2.3.0/forst-async", "1.15.4/rocksdb-incremental"] {
        let copy = Copy::of(scenario);
        let tables = files_with(&copy, &[], &TABLE_END);
        assert!(!tables.is_empty(), "{scenario}");
        let length = fs::metadata(&tables[0]).expect("it is there").len();
        overwrite(&tables[0], usize::try_from(length).expect("small") - 8, b"garbage!");
        let (code, report) = copy.verify(&["--deep"]);
        assert_eq!((code, codes(&report)[0]), (Some(3), "STATE_HEADER_UNREADABLE"), "{scenario}");
    }
    let copy = Copy::of("2.3.0/file-merging-across");
    let (_, before) = copy.verify(&["--deep"]);
    assert!(before["totals"]["headers_read"].as_u64().is_some_and(|headers| headers > 0));
    for file in copy.state_files() {
        let bytes = fs::read(&file).expect("readable");
        if let Some(at) = bytes.windows(8).position(|window| window == TABLE_END) {
            overwrite(&file, at, b"garbage!");
            let (code, report) = copy.verify(&["--deep"]);
            assert_eq!((code, codes(&report)[0]), (Some(3), "STATE_HEADER_UNREADABLE"));
            return;
        }
    }
    panic!("there is no table in a merged file");
}

#[test]
fn changes_begin_with_a_flag() {
    let copy = Copy::of("2.3.0/changelog-filesystem");
    let changes = copy.state_files().into_iter().find(|file| file.to_string_lossy().contains("/dstl/"));
    overwrite(&changes.expect("there is one"), 0, &[7]);
    let (code, report) = copy.verify(&["--deep"]);
    assert_eq!((code, codes(&report)[0]), (Some(3), "STATE_HEADER_UNREADABLE"));
}

#[test]
fn reading_through_counts_every_byte_once() {
    let copy = Copy::of("2.3.0/rocksdb-incremental");
    let (code, report) = copy.verify(&["--read-through"]);
    let bytes: u64 = copy.state_files().iter().map(|file| fs::metadata(file).expect("it is there").len()).sum();
    assert_eq!((code, &report["totals"]["bytes_read"]), (Some(0), &bytes.into()));
    let (_, report) = copy.verify(&[]);
    assert_eq!(report["totals"].get("bytes_read"), None::<&Value>, "absent unless asked for");
}
