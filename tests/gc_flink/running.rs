//! Jobs that run, take checkpoints and fail while the collector loops over their directories.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::tempdir;

use super::collected::Written;
use super::flink::OnStore;
use super::store::{Store, everything};
use super::stored::{Needs, Tree, spelled};

/// More checkpoints than any job takes: Flink itself deletes none.
const ALL: u32 = 1000;

/// A job that runs and takes a checkpoint every 200 ms.
#[derive(Debug, Clone, Copy)]
struct Job {
    kind: &'static str,
    /// Checkpoints that Flink itself keeps.
    retained: u32,
    /// Checkpoints that may be under way at a time.
    concurrent: u32,
    /// Checkpoints that the collector keeps.
    keep_last: u32,
}

impl Job {
    const fn new(kind: &'static str, retained: u32, keep_last: u32) -> Self {
        Self { kind, retained, concurrent: 1, keep_last }
    }

    fn name(&self) -> String {
        format!("running-{}-{}-{}-{}", self.kind, self.retained, self.concurrent, self.keep_last)
    }

    fn start(&self, flink: &mut OnStore, directory: &str) -> bool {
        let name = self.name();
        let retained = format!("execution.checkpointing.num-retained={}", self.retained);
        let concurrent = format!("execution.checkpointing.max-concurrent-checkpoints={}", self.concurrent);
        let options =
            [&retained, &concurrent, "execution.checkpointing.interval=200ms", "execution.checkpointing.min-pause=0ms"];
        let is_there = flink.open(&name, self.kind, directory, &options);
        if is_there {
            flink.ask(&format!("submit {name} {name}"));
            flink.ask(&format!("run {name} 500"));
        }
        is_there
    }
}

/// Flink keeps more than the collector, or fewer.
fn jobs(store: Store) -> Vec<Job> {
    let usual = [Job::new("rocksdb-incremental", ALL, 1), Job::new("rocksdb-incremental", 1, 2)];
    let several_at_a_time = Job { concurrent: 4, ..usual[0] };
    match store {
        _ if everything() => {
            let kinds = store.kinds();
            let of_each =
                kinds.iter().flat_map(|kind| [Job::new(kind, 5, 2), Job::new(kind, ALL, 1), Job::new(kind, 1, 2)]);
            of_each.chain([several_at_a_time]).collect()
        }
        Store::Local => {
            let others = [several_at_a_time, Job::new("changelog", 5, 2), Job::new("file-merging-across", 5, 1)];
            usual.into_iter().chain(others).collect()
        }
        Store::S3 | Store::Hdfs => usual.to_vec(),
    }
}

/// Where only the collector deletes, every checkpoint has all that it names, whenever one looks.
fn all_is_whole(flink: &mut OnStore, job: &Job, directory: &str) {
    if job.retained == ALL {
        for snapshot in Tree::read(flink, directory).snapshots() {
            assert!(Needs::of(flink, &snapshot).whole, "{snapshot} lacks files");
        }
    }
}

/// What a job went through while the collector looped over it.
fn looped_over(flink: &mut OnStore, job: &Job, store: Store) {
    let directory = tempdir().expect("a temporary directory");
    let place = store.place(&job.name(), directory.path());
    if !job.start(flink, &place.root) {
        return;
    }
    let name = job.name();
    let (status, failure) = (format!("status {name}"), format!("fail {name}"));
    let mut written = Written { flink, cluster: name.clone(), place, positions: BTreeMap::new() };
    let keep_last = job.keep_last.to_string();
    let policy = ["--keep-last", &keep_last, "--orphans"];

    let rounds = if everything() { 60 } else { 12 };
    let (mut deleted, mut codes) = (0, BTreeMap::new());
    let at_start = written.flink.json(&status);
    for round in 0..rounds {
        let started = Instant::now();
        all_is_whole(written.flink, job, &written.place.root);
        // Flink deletes too: a checkpoint may lose its files between two looks at it.
        let (code, report) = written.gc_run(&[0, 3], &policy);
        *codes.entry(code).or_insert(0) += 1;
        deleted += report["snapshots_deleted"].as_array().map_or(0, Vec::len);
        if round == rounds / 2 {
            let before = written.flink.json(&status);
            assert_eq!(before["checkpoints_failed"], at_start["checkpoints_failed"], "none failed by itself: {before}");
            println!("{name} on {}: went on from checkpoint {}", store.name(), written.flink.ask(&failure));
        }
        thread::sleep(Duration::from_secs(1).saturating_sub(started.elapsed()));
    }
    println!("{name} on {}: {deleted} snapshots deleted in {rounds} rounds, exit codes {codes:?}", store.name());
    assert!(deleted > 0 || job.retained <= job.keep_last + 1, "there was something to delete");

    let before = written.flink.json(&status);
    written.flink.ask(&failure);
    written.flink.ask(&format!("pause {name}"));
    let last = written.flink.ask(&format!("checkpoint {name}"));
    let position = written.flink.ask(&format!("position {name}"));
    let after = written.flink.json(&status);
    println!("{name} on {}: {after}", store.name());
    assert_eq!(after["status"], "RUNNING", "{after}");
    assert_eq!(after["differences"], json!([]), "{after}");
    let completed = |status: &Value| status["checkpoints_completed"].as_u64();
    assert!(completed(&after) > completed(&before), "{after}");
    written.positions.insert(spelled(&last), position);
    written.flink.ask(&format!("cancel {name}"));
    written.gc_run(&[0, 3], &policy);
    let left = Tree::at_rest(written.flink, &written.place.root).snapshots();
    assert!(left.contains(&spelled(&last)), "{left:?}");
    for snapshot in left {
        written.restores(&snapshot);
    }
    written.flink.ask(&format!("close {name}"));
}

fn looped_over_all(store: Store) {
    let mut flink = OnStore::new(store);
    for job in jobs(store) {
        looped_over(&mut flink, &job, store);
    }
}

#[test]
#[ignore = "runs Flink: see main.rs"]
fn jobs_go_on_and_survive_failures_while_gc_run_loops_over_their_directories_on_a_local_disk() {
    looped_over_all(Store::Local);
}

#[test]
#[ignore = "needs an S3 server and runs Flink: see main.rs"]
fn jobs_go_on_and_survive_failures_while_gc_run_loops_over_their_directories_on_s3() {
    looped_over_all(Store::S3);
}

#[test]
#[ignore = "needs a name node and runs Flink: see main.rs"]
fn jobs_go_on_and_survive_failures_while_gc_run_loops_over_their_directories_in_hdfs() {
    looped_over_all(Store::Hdfs);
}
