//! Every kind of state on every store: checkpoints that share files, savepoints of both formats.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use tempfile::tempdir;

use super::collected::Written;
use super::flink::OnStore;
use super::store::Store;
use super::stored::spelled;

/// Flink itself keeps all that a test writes.
const KEEP_ALL: &str = "execution.checkpointing.num-retained=1000";

fn kept_on(store: Store) {
    let directory = tempdir().expect("a temporary directory");
    let mut flink = OnStore::new(store);
    for kind in store.kinds() {
        let place = store.place(kind, directory.path());
        if !flink.open(kind, kind, &place.root, &[KEEP_ALL]) {
            continue;
        }
        let job = format!("job-{kind}");
        flink.ask(&format!("submit {kind} {job}"));
        let mut written = Written { flink: &mut flink, cluster: kind.to_owned(), place, positions: BTreeMap::new() };
        let mut checkpoints = Vec::new();
        for numbers in [300, 300, 700, 700] {
            checkpoints.push(written.checkpoint(&job, numbers));
            if kind == "changelog" {
                // Long enough for some of them to have a materialized part.
                thread::sleep(Duration::from_millis(800));
            }
        }
        let savepoints = [written.savepoint(&job, "canonical"), written.savepoint(&job, "native")];
        checkpoints.push(written.checkpoint(&job, 300));
        written.flink.ask(&format!("cancel {job}"));

        let collected = written.collect(&["--keep-last", "2"], &[0]);
        let newest = checkpoints.iter().rev().take(2);
        let expected = newest.chain(&savepoints).map(|location| spelled(location)).collect();
        assert_eq!(collected.kept, expected, "{kind}: the two newest checkpoints and all savepoints");
        assert_eq!(collected.retired.len(), 3, "{kind}: {collected:?}");
        flink.ask(&format!("close {kind}"));
    }
}

#[test]
#[ignore = "runs Flink: see main.rs"]
fn flink_restores_with_its_state_whatever_gc_run_keeps_on_a_local_disk() {
    kept_on(Store::Local);
}

#[test]
#[ignore = "needs an S3 server and runs Flink: see main.rs"]
fn flink_restores_with_its_state_whatever_gc_run_keeps_on_s3() {
    kept_on(Store::S3);
}

#[test]
#[ignore = "needs a name node and runs Flink: see main.rs"]
fn flink_restores_with_its_state_whatever_gc_run_keeps_in_hdfs() {
    kept_on(Store::Hdfs);
}
