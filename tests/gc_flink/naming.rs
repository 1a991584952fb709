//! Which files the checkpoints of a running job name: what the rules about running jobs rest on (S-10, S-35).

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Duration;

use tempfile::tempdir;

use super::flink::OnStore;
use super::store::Store;
use super::stored::{Needs, Tree};

/// How often a checkpoint named a file that the one before it did not name, although the file was there.
#[derive(Debug, Default)]
struct Named {
    checkpoints: usize,
    /// Named by an older checkpoint, and by so many in between not.
    returned_after: BTreeMap<usize, usize>,
    /// Written before the checkpoint before was completed, and named by nothing until now.
    uploaded_early: usize,
    /// The largest number of milliseconds for which such a file was named by nothing.
    early_by_at_most: u64,
}

fn named(flink: &mut OnStore, root: &str) -> Named {
    let tree = Tree::at_rest(flink, root);
    let number = |snapshot: &String| snapshot.rsplit_once("/chk-").and_then(|(_, number)| number.parse::<u64>().ok());
    let checkpoints: BTreeMap<u64, String> =
        tree.snapshots().into_iter().filter_map(|snapshot| Some((number(&snapshot)?, snapshot))).collect();
    let mut history: Vec<BTreeSet<String>> = Vec::new();
    let mut completed_before = None;
    let mut result = Named { checkpoints: checkpoints.len(), ..Named::default() };
    for snapshot in checkpoints.values() {
        let files = Needs::of(flink, snapshot).files;
        if let Some(before) = history.last() {
            for file in files.difference(before) {
                if let Some(gap) = history.iter().rev().position(|older| older.contains(file)) {
                    *result.returned_after.entry(gap).or_default() += 1;
                } else if let Some((written, completed)) = tree.modified(file).zip(completed_before)
                    && written < completed
                {
                    result.uploaded_early += 1;
                    result.early_by_at_most = result.early_by_at_most.max(completed - written);
                }
            }
        }
        completed_before = tree.modified(&format!("{snapshot}/_metadata"));
        history.push(files);
    }
    result
}

/// A job that takes checkpoints as fast as it can, so many at a time, with savepoints and failures in between.
fn history_of(flink: &mut OnStore, kind: &str, concurrent: u32) -> Option<Named> {
    let directory = tempdir().expect("a temporary directory");
    let name = format!("naming-{kind}-{concurrent}");
    let place = Store::Local.place(&name, directory.path());
    let concurrent = format!("execution.checkpointing.max-concurrent-checkpoints={concurrent}");
    let options = [
        "execution.checkpointing.num-retained=1000",
        "execution.checkpointing.interval=50ms",
        "execution.checkpointing.min-pause=0ms",
        &concurrent,
    ];
    if !flink.open(&name, kind, &place.root, &options) {
        return None;
    }
    flink.ask(&format!("submit {name} {name}"));
    flink.ask(&format!("run {name} 1000"));
    for round in 0..4 {
        thread::sleep(Duration::from_secs(2));
        if round % 2 == 0 {
            flink.ask(&format!("savepoint {name} canonical"));
        } else {
            flink.ask(&format!("fail {name}"));
        }
    }
    let status = flink.json(&format!("status {name}"));
    assert_eq!(status["differences"], serde_json::json!([]), "{status}");
    flink.ask(&format!("cancel {name}"));
    let named = named(flink, &place.root);
    println!("{name}: {named:?}");
    assert!(named.checkpoints > 5, "{name}: {named:?}");
    flink.ask(&format!("close {name}"));
    Some(named)
}

/// A task may hear of a completed checkpoint only after it has begun the next one.
#[test]
#[ignore = "runs Flink: see main.rs"]
fn with_one_checkpoint_at_a_time_each_builds_on_one_of_the_last_two() {
    let mut flink = OnStore::new(Store::Local);
    for kind in ["rocksdb-incremental", "changelog", "file-merging-across"] {
        if let Some(named) = history_of(&mut flink, kind, 1) {
            assert!(named.returned_after.keys().all(|gap| *gap <= 1), "{kind}: {named:?}");
        }
    }
}

/// A checkpoint builds on the last that was completed when it began, whatever was completed since: with several at a time it names files that
/// neither of the last two names.
#[test]
#[ignore = "runs Flink: see main.rs"]
fn with_several_checkpoints_at_a_time_one_may_build_on_any_that_was_the_newest_since_it_began() {
    let mut flink = OnStore::new(Store::Local);
    let concurrent = 4;
    let named = history_of(&mut flink, "rocksdb-incremental", concurrent).expect("every release has it");
    assert!(named.returned_after.keys().all(|gap| *gap <= concurrent as usize), "{named:?}");
    assert!(named.returned_after.contains_key(&1), "{named:?}");
}
