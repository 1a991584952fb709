//! Real snapshots, and what is known of them.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::{all, between, diff, fixtures, run, snapshot, text};

#[test]
fn given_two_checkpoints_of_one_job_then_files_and_bytes_are_what_the_metadata_says() {
    let one = "2.3.0/rocksdb-incremental/checkpoints/6113b47892a38e34ed05f3ff62ef0a12/chk-2".to_owned();
    let other = one.replace("chk-2", "chk-3");
    let (code, report) = between(&one, &other, &[]);
    assert_eq!(code, Some(0), "{report:#}");
    assert_eq!(report["differs"], true);
    let paths = |name: &str| -> BTreeSet<String> {
        let expected = fixtures::json(&snapshot(name).expected);
        let files = expected["files"].as_array().expect("files").clone();
        let path = |file: Value| file.as_str().or(file["path"].as_str()).expect("a path").to_owned();
        files.into_iter().map(path).collect()
    };
    let (before, after) = (paths(&one), paths(&other));
    let files = |change: &str| all(&report, "files").iter().filter(|file| file["change"] == change).count();
    assert_eq!(files("added"), after.difference(&before).count());
    assert_eq!(files("removed"), before.difference(&after).count());
    assert_eq!(report["kept_files"]["files"], before.intersection(&after).count());
    assert!(report["kept_files"]["files"].as_u64() > Some(0), "an incremental checkpoint keeps files");
    let state = &all(&report, "sizes")[0];
    assert_eq!(state["part"], "state");
    let growth: i64 = all(&report, "operators").iter().filter_map(|row| row["growth"].as_i64()).sum();
    assert_eq!(state["growth"], growth, "operators grow by what the whole grows");
    assert_eq!(all(&report, "states"), [] as [Value; 0], "the program is the same");
    assert_eq!(report["state_counts"]["unchanged"], 5);
}

#[test]
fn given_snapshots_of_different_programs_then_operators_are_added_and_removed() {
    let (code, report) = between("2.3.0/kafka/checkpoints", "2.3.0/files-and-numbers/checkpoints", &[]);
    assert_eq!(code, Some(0), "{report:#}");
    let changes: BTreeSet<_> = all(&report, "operators").iter().map(|row| row["change"].as_str()).collect();
    assert!(changes.contains(&Some("added")) && changes.contains(&Some("removed")), "{report:#}");
    assert_eq!(report["kept_files"]["files"], 0);
}

#[test]
fn given_the_same_program_on_another_release_then_the_types_that_flink_chose_otherwise_are_found() {
    let (code, report) = between("1.20.5/types/checkpoints", "2.3.0/types/checkpoints", &[]);
    assert_eq!(code, Some(0), "{report:#}");
    let pojo: BTreeSet<_> = all(&report, "states")
        .iter()
        .filter(|row| row["state"] == "pojo" && row["uid"] == "string-keys-uid")
        .map(|row| (row["path"].as_str(), row["before"].as_str(), row["after"].as_str()))
        .collect();
    let expected = [
        (Some("value.amounts"), Some("Kryo<Map>"), Some("Nullable<Map<Nullable<String>, Long>>")),
        (Some("value.tags"), Some("Kryo<List>"), Some("Nullable<List<Nullable<String>>>")),
    ];
    assert_eq!(pojo, BTreeSet::from(expected), "{report:#}");
}

#[test]
fn given_a_later_snapshot_of_sources_then_offsets_advanced() {
    let mut advanced = 0;
    let mut rows = 0;
    for name in ["files-and-numbers", "kafka", "rocksdb-incremental"] {
        let snapshots: Vec<_> =
            fixtures::snapshots().into_iter().filter(|one| one.name.contains(&format!("2.3.0/{name}/"))).collect();
        for pair in snapshots.windows(2) {
            let (_, report) = crate::compare(&pair[0], &pair[1], &[]);
            let unread = all(&report, "not_compared").is_empty();
            assert!(unread, "{report:#}");
            rows += all(&report, "offsets").len();
            for split in all(&report, "offsets").iter().filter(|split| split["change"] == "changed") {
                if let (Some(was), Some(is)) = (split["offset_before"].as_i64(), split["offset_after"].as_i64()) {
                    assert_eq!(split["advanced"], is - was, "{split}");
                }
                advanced += 1;
            }
        }
    }
    assert!(advanced > 0, "{rows}");
}

#[test]
fn given_only_metadata_then_no_state_file_is_asked_for_and_the_report_says_so() {
    let name = "2.3.0/types/checkpoints";
    let one = snapshot(name);
    let output = run(&[text(&one.metadata), text(&one.metadata), "--no-states", "--stats"]);
    let stderr = String::from_utf8(output.stderr).expect("text");
    assert!(stderr.starts_with("requests: 2 (read 2)"), "{stderr}");
    let (code, report) = between(name, name, &["--no-states", "--exit-code"]);
    assert_eq!(code, Some(0), "{report:#}");
    assert_eq!(report["not_compared"], serde_json::json!(["states", "offsets"]));
    assert!(report["offset_counts"].is_null());
}

#[test]
fn given_a_difference_then_the_exit_code_tells_when_it_was_asked_for() {
    let (before, after) = ("2.3.0/types/checkpoints", "2.3.0/kafka/checkpoints");
    assert_eq!(between(before, after, &["--no-states"]).0, Some(0));
    assert_eq!(between(before, after, &["--no-states", "--exit-code"]).0, Some(3));
    assert_eq!(between(before, before, &["--no-states", "--exit-code"]).0, Some(0));
}

#[test]
fn given_metadata_that_cannot_be_read_then_nothing_is_called_gone() {
    let damaged = fixtures::fixtures().join("damaged/cut-in-an-operator");
    let good = fixtures::self_contained();
    for places in [[text(&damaged), text(&good)], [text(&good), text(&damaged)]] {
        let (code, report) = diff(&places);
        assert_eq!(code, Some(3), "{report:#}");
        assert!(report["differs"].is_null() && report["operator_counts"].is_null(), "{report:#}");
        assert!(all(&report, "operators").is_empty() && all(&report, "files").is_empty());
        assert_eq!(all(&report, "not_compared").len(), 5);
        assert!(all(&report, "findings").iter().any(|finding| finding["code"] == "META_UNREADABLE"));
    }
}

#[test]
fn given_no_snapshot_then_there_is_no_report() {
    let good = fixtures::self_contained();
    for places in [[text(&good), "/nowhere/chk-1"], ["/nowhere/chk-1", text(&good)]] {
        let output = run(&places);
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn given_a_state_file_that_is_missing_then_its_states_are_unknown() {
    let one = snapshot("2.3.0/rocksdb-incremental/checkpoints");
    let directory = tempfile::tempdir().expect("a directory");
    fixtures::copy(one.storage(), directory.path());
    let (_, path) = one.scenario_and_path();
    for file in fixtures::files(directory.path()).into_iter().filter(|file| !file.ends_with("_metadata")) {
        fs::remove_file(file).expect("it can be removed");
    }
    let copy = directory.path().join(path);
    let relocation = one.relocation_to(directory.path());
    let (code, report) = diff(&[text(&copy), text(&copy), "--relocate", &relocation, "--exit-code"]);
    assert_eq!(code, Some(3), "FILE_MISSING is an error: {report:#}");
    assert!(report["differs"].is_null(), "{report:#}");
    assert!(!all(&report, "states").is_empty());
    assert!(all(&report, "states").iter().all(|row| row["change"] == "unknown"), "{report:#}");
}
