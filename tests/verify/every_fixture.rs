//! What Flink's own loader could open when the fixtures were written, and what is said of them now.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::fixtures::{Snapshot, fixtures, json, snapshots};
use crate::{all, verify};

fn report_on_all(snapshots: &[Snapshot], more: &[&str]) -> (Option<i32>, Value) {
    let root = fixtures().join("flink");
    let relocations: Vec<String> = snapshots.iter().map(Snapshot::relocation).collect();
    let relocations = relocations.iter().flat_map(|relocation| ["--relocate", relocation]);
    let arguments: Vec<&str> = [root.to_str().expect("UTF-8")].into_iter().chain(relocations).collect();
    verify(&[&arguments, more].concat())
}

#[test]
fn every_real_snapshot_is_restorable_if_flink_found_all_of_its_files_and_damaged_if_it_did_not() {
    let all_snapshots: Vec<Snapshot> =
        snapshots().into_iter().filter(|snapshot| snapshot.name.starts_with("flink/")).collect();
    let (code, report) = report_on_all(&all_snapshots, &["--deep", "--read-through"]);
    let verified: BTreeMap<&str, &Value> = all(&report, "snapshots")
        .iter()
        .map(|snapshot| (snapshot["location"].as_str().expect("a location"), snapshot))
        .collect();
    assert_eq!(verified.len(), all_snapshots.len());
    let mut damaged = 0;
    for fixture in &all_snapshots {
        let name = &fixture.name;
        let location = format!("file:{}", fixture.metadata.parent().expect("a directory").display());
        let row = verified.get(location.as_str()).unwrap_or_else(|| panic!("{name} is not there"));
        let flink = json(&fixture.expected);
        let (there, missing): (Vec<&Value>, Vec<&Value>) =
            all(&flink, "files").iter().partition(|file| file["length_on_storage"].is_u64());
        assert_eq!(row["restorable"], missing.is_empty(), "{name}");
        assert_eq!(row["status"], if missing.is_empty() { "completed" } else { "damaged" }, "{name}");
        let mut expected: Vec<String> = missing.iter().map(|file| local(fixture, file)).collect();
        expected.sort();
        assert_eq!(row["missing"], Value::from(expected), "{name}");
        assert_eq!(row["files_checked"], there.len() + missing.len(), "{name}");
        let bytes: u64 = there.iter().map(|file| length_now(fixture, file)).sum();
        assert_eq!(row["bytes_checked"], bytes, "{name}");
        for nothing in ["size_mismatch", "not_checked", "unreadable_headers"] {
            assert!(all(row, nothing).is_empty(), "{name}: {nothing}");
        }
        damaged += usize::from(!missing.is_empty());
    }
    // Only a restore from a native savepoint in CLAIM mode leaves such checkpoints behind.
    assert!(damaged > 0, "the fixtures have some");
    assert_eq!(code, Some(3));
    assert_eq!(report["totals"]["not_restorable"], damaged);
    assert_eq!(report["totals"]["bytes_read"], report["totals"]["bytes"]);
    let said = all(&report, "findings").iter().filter(|finding| finding["code"] == "FILE_MISSING");
    for finding in said {
        assert!(finding["message"].as_str().is_some_and(|message| message.contains("FLINK-39964")), "{finding}");
    }
}

fn local(fixture: &Snapshot, file: &Value) -> String {
    let path = fixture.local(file["path"].as_str().expect("a path")).expect("below the root");
    format!("file:{}", path.display())
}

/// Merged files and changelogs go on growing after a snapshot that names them.
fn length_now(fixture: &Snapshot, file: &Value) -> u64 {
    let path = fixture.local(file["path"].as_str().expect("a path")).expect("below the root");
    std::fs::metadata(path).expect("it is there").len()
}

#[test]
fn the_report_is_the_same_every_time_however_much_is_under_way_at_once() {
    let all_snapshots = snapshots();
    let without_time = |concurrency: &str| {
        let (_, mut report) = report_on_all(&all_snapshots, &["--deep", "--concurrency", concurrency]);
        report["totals"]["as_of"] = Value::Null;
        report.to_string()
    };
    let one = without_time("1");
    assert_eq!(one, without_time("32"));
    assert_eq!(one, without_time("32"));
}
