//! Jobs that claim snapshots of jobs before them, and go on with their files.

use std::collections::BTreeMap;

use tempfile::tempdir;

use super::collected::{AT_REST, Written};
use super::flink::OnStore;
use super::store::Store;
use super::stored::{Needs, spelled};

/// First, second and third job: each claims the last checkpoint of the one before.
fn chained_on(store: Store) {
    let directory = tempdir().expect("a temporary directory");
    let place = store.place("chain", directory.path());
    let mut flink = OnStore::new(store);
    let cluster = "chain";
    // Without compaction the files of the first job are of use to the last.
    let options = ["execution.checkpointing.num-retained=1000", "state.backend.rocksdb.compaction.style=NONE"];
    assert!(flink.open(cluster, "rocksdb-incremental", &place.root, &options));
    let first = flink.ask(&format!("submit {cluster} first"));
    let mut written = Written { flink: &mut flink, cluster: cluster.to_owned(), place, positions: BTreeMap::new() };
    let mut last = String::new();
    for job in ["first", "second", "third"] {
        if job != "first" {
            written.flink.ask(&format!("submit {cluster} {job} from CLAIM {last}"));
        }
        for numbers in [300, 300, 300] {
            last = written.checkpoint(job, numbers);
        }
        written.flink.ask(&format!("cancel {job}"));
    }
    let needs = Needs::of(written.flink, &last);
    assert!(needs.files.iter().any(|file| file.contains(&first)), "the third job needs files of the first: {needs:?}");

    let collected = written.collect(&["--keep-last", "2"], &[0]);
    assert_eq!(collected.retired.len(), 3, "the oldest checkpoint of each job: {collected:?}");
    assert!(collected.kept.contains(&spelled(&last)));
    flink.ask(&format!("close {cluster}"));
}

/// The second job deletes what it claimed as soon as it has no use for it: then older checkpoints of the first lack files, and Flink cannot
/// restore them, whatever keepoint does.
fn chained_with_deletions_on(store: Store) {
    let directory = tempdir().expect("a temporary directory");
    let place = store.place("deleting-chain", directory.path());
    let mut flink = OnStore::new(store);
    // The second one compacts, so that it has no more use for the files of the first.
    for (cluster, retained, compaction) in [("owner", "1000", "NONE"), ("claimer", "4", "LEVEL")] {
        let retained = format!("execution.checkpointing.num-retained={retained}");
        let compaction = format!("state.backend.rocksdb.compaction.style={compaction}");
        assert!(flink.open(cluster, "rocksdb-incremental", &place.root, &[&retained, &compaction]));
    }
    flink.ask("submit owner owning");
    let mut written = Written { flink: &mut flink, cluster: "owner".to_owned(), place, positions: BTreeMap::new() };
    let mut last = String::new();
    for numbers in [300; 5] {
        last = written.checkpoint("owning", numbers);
    }
    written.flink.ask("cancel owning");
    // Another job id than that of the first cluster, which counts from one as well.
    written.flink.ask("submit claimer unused");
    written.flink.ask("cancel unused");
    written.flink.ask(&format!("submit claimer claiming from CLAIM {last}"));
    for numbers in [300; 9] {
        written.checkpoint("claiming", numbers);
    }
    written.flink.ask("cancel claiming");

    let collected = written.collect(&["--keep-last", "2"], &[0, 3]);
    assert!(!collected.broken.is_empty(), "the second job deletes what the first needs: {collected:?}");
    for cluster in ["owner", "claimer"] {
        flink.ask(&format!("close {cluster}"));
    }
}

/// The checkpoints of a job that claimed a native savepoint go on with the savepoint's files; up to 2.3 their metadata says so in a way that
/// Flink does not find them by (`restore-claim-native` of the fixtures). What the job itself remembers is right: it must survive.
fn claimed_savepoint_on(store: Store) {
    let directory = tempdir().expect("a temporary directory");
    let place = store.place("claimed-savepoint", directory.path());
    let mut flink = OnStore::new(store);
    let cluster = "claimed-savepoint";
    let options = ["execution.checkpointing.num-retained=1000", "state.backend.rocksdb.compaction.style=NONE"];
    assert!(flink.open(cluster, "rocksdb-incremental", &place.root, &options));
    flink.ask(&format!("submit {cluster} saved"));
    let mut written = Written { flink: &mut flink, cluster: cluster.to_owned(), place, positions: BTreeMap::new() };
    written.checkpoint("saved", 300);
    let savepoint = written.savepoint("saved", "native");
    written.flink.ask("cancel saved");
    written.flink.ask(&format!("submit {cluster} claims-savepoint from CLAIM {savepoint}"));
    for numbers in [300; 4] {
        let checkpoint = written.checkpoint("claims-savepoint", numbers);
        let needs = Needs::of(written.flink, &checkpoint);
        println!("{cluster} on {}: {checkpoint} is whole: {}", store.name(), needs.whole);
    }
    let (code, report) = written.gc_run(&[0, 3, 4], &[&["--keep-last", "2"], AT_REST.as_slice()].concat());
    println!("{cluster} on {}: exit code {code}, deleted {}", store.name(), report["snapshots_deleted"]);
    flink.ask("run claims-savepoint 500");
    let went_on_from = flink.ask("fail claims-savepoint");
    println!("{cluster} on {}: after a failure the job went on from checkpoint {went_on_from}", store.name());
    flink.ask("pause claims-savepoint");
    flink.ask("checkpoint claims-savepoint");
    assert_eq!(flink.json("status claims-savepoint")["differences"], serde_json::json!([]));
    flink.ask("cancel claims-savepoint");
    flink.ask(&format!("restore {cluster} {savepoint}"));
    flink.ask(&format!("close {cluster}"));
}

#[test]
#[ignore = "runs Flink: see main.rs"]
fn what_a_chain_of_claiming_jobs_needs_stays_in_the_directories_of_those_before_on_a_local_disk() {
    chained_on(Store::Local);
}

#[test]
#[ignore = "needs an S3 server and runs Flink: see main.rs"]
fn what_a_chain_of_claiming_jobs_needs_stays_in_the_directories_of_those_before_on_s3() {
    chained_on(Store::S3);
}

#[test]
#[ignore = "needs a name node and runs Flink: see main.rs"]
fn what_a_chain_of_claiming_jobs_needs_stays_in_the_directories_of_those_before_in_hdfs() {
    chained_on(Store::Hdfs);
}

#[test]
#[ignore = "runs Flink: see main.rs"]
fn checkpoints_that_a_claiming_job_has_broken_stop_nobody_and_the_others_are_restored() {
    chained_with_deletions_on(Store::Local);
}

#[test]
#[ignore = "runs Flink: see main.rs"]
fn a_job_that_claimed_a_native_savepoint_survives_a_failure_after_gc_run() {
    claimed_savepoint_on(Store::Local);
}
