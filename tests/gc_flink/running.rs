//! Jobs that run, take checkpoints and fail while the collector loops over their directories.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use super::collected::{AT_REST, Written};
use super::flink::OnStore;
use super::place::Place;
use super::store::{Store, everything};
use super::stored::{Needs, Tree};

/// More checkpoints than any job takes: Flink itself deletes none.
const ALL: u32 = 1000;

/// More than what a checkpoint under way may build on, where one is completed every 500 ms.
const MANY: u32 = 25;

/// The longest that Flink lets a checkpoint take.
const CHECKPOINT_TIMEOUT: &str = "8s";

/// The same for the collector (S-10), so that there is something to delete within the time of a test.
const UNDER_WAY: [&str; 6] = [
    "--checkpoint-timeout",
    CHECKPOINT_TIMEOUT,
    "--unsafe-checkpoint-timeout",
    "--settling",
    "2s",
    "--unsafe-settling",
];

/// Residue goes as soon as S-10 lets it.
const RESIDUE: [&str; 9] = [
    "--orphans",
    "--min-age",
    "1s",
    "--unsafe-min-age",
    "--unfinished-age",
    "1s",
    "--unsafe-unfinished-age",
    "--skew",
    "2s",
];

/// The collector comes by so often at the least, however slow the machine.
const ROUNDS: u32 = 5;

/// A collector that has come by so seldom, or deleted nothing until then, is broken.
const PATIENCE: Duration = Duration::from_mins(10);

/// More of them have too little of a machine with two cores.
const JOBS_AT_A_TIME: usize = 5;

/// A job that runs and takes checkpoints.
#[derive(Debug, Clone, Copy)]
struct Job {
    kind: &'static str,
    /// Checkpoints that Flink itself keeps.
    retained: u32,
    /// A checkpoint is triggered after so many milliseconds.
    interval: u32,
    /// Checkpoints that may be under way at a time.
    concurrent: u32,
    /// Checkpoints that the collector keeps.
    keep_last: u32,
    /// Whether the collector also takes residue as soon as its rules about running jobs allow it, without waiting for days.
    residue: bool,
}

impl Job {
    const fn new(kind: &'static str, retained: u32, keep_last: u32) -> Self {
        Self { kind, retained, interval: 500, concurrent: 1, keep_last, residue: false }
    }

    fn name(&self) -> String {
        let residue = if self.residue { "-residue" } else { "" };
        format!("running-{}-{}-{}-{}{residue}", self.kind, self.retained, self.concurrent, self.keep_last)
    }

    fn start(&self, flink: &mut OnStore, directory: &str) -> bool {
        let name = self.name();
        let retained = format!("execution.checkpointing.num-retained={}", self.retained);
        let concurrent = format!("execution.checkpointing.max-concurrent-checkpoints={}", self.concurrent);
        let interval = format!("execution.checkpointing.interval={}ms", self.interval);
        let timeout = format!("execution.checkpointing.timeout={CHECKPOINT_TIMEOUT}");
        let options = [
            &retained,
            &concurrent,
            &timeout,
            &interval,
            "execution.checkpointing.min-pause=0ms",
            // A machine that is busy lets a checkpoint expire: no reason to restart a job, and a restart that nobody asked for is one to see.
            "execution.checkpointing.tolerable-failed-checkpoints=1000000",
            "web.checkpoints.history=10000",
            "web.exception-history-size=1000",
            // What is asked of its exceptions is as of now, not as of the last question.
            "web.refresh-interval=1",
        ];
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
    let several_at_a_time = Job { interval: 100, concurrent: 4, ..usual[0] };
    match store {
        _ if everything() => {
            let kinds = store.kinds();
            let of_each =
                kinds.iter().flat_map(|kind| [Job::new(kind, MANY, 2), Job::new(kind, ALL, 1), Job::new(kind, 1, 2)]);
            of_each.chain([several_at_a_time]).collect()
        }
        Store::Local => {
            let takes_residue = Job { residue: true, ..several_at_a_time };
            let others = [takes_residue, Job::new("changelog", MANY, 2), Job::new("file-merging-across", MANY, 1)];
            usual.into_iter().chain(others).collect()
        }
        Store::S3 | Store::Hdfs => usual.to_vec(),
    }
}

/// A job that runs, and what the collector did behind it.
struct Looped {
    job: Job,
    place: Place,
    /// Where nothing outlasts a run, the age of residue counts from its last write, and it can go within the time of a test.
    state: TempDir,
    /// Checkpoints whose failure is explained: the job began, or was made to fail.
    failed: BTreeSet<String>,
    /// How often it was made to fail.
    failures: usize,
    /// The files of each checkpoint.
    named: BTreeMap<String, BTreeSet<String>>,
    deleted: usize,
    residue: u64,
    codes: BTreeMap<i32, usize>,
}

/// The number of a checkpoint.
fn number(checkpoint: &str) -> Option<u64> {
    checkpoint.rsplit_once("/chk-")?.1.parse().ok()
}

/// Why which checkpoints have failed so far.
fn failed(status: &Value) -> BTreeSet<String> {
    let failures = status["failures"].as_array().expect("a list").iter();
    failures.map(|failure| failure.as_str().expect("a text").to_owned()).collect()
}

/// The status of a job with its first checkpoint: before its tasks ran, those failed that could not begin.
fn begun(flink: &mut OnStore, job: &Job) -> Value {
    loop {
        let status = flink.json(&format!("status {}", job.name()));
        if status["checkpoints_completed"].as_u64() > Some(0) {
            return status;
        }
        thread::sleep(Duration::from_millis(100));
    }
}

impl Looped {
    fn start(flink: &mut OnStore, job: Job, place: Place) -> Option<Self> {
        job.start(flink, &place.root).then(|| Self {
            job,
            place,
            state: tempdir().expect("a temporary directory"),
            failed: failed(&begun(flink, &job)),
            failures: 0,
            named: BTreeMap::new(),
            deleted: 0,
            residue: 0,
            codes: BTreeMap::new(),
        })
    }

    fn written<'f>(&self, flink: &'f mut OnStore) -> Written<'f> {
        Written { flink, cluster: self.job.name(), place: self.place.clone(), positions: BTreeMap::new() }
    }

    fn status(&self, flink: &mut OnStore) -> Value {
        flink.json(&format!("status {}", self.job.name()))
    }

    /// Where only the collector deletes, every checkpoint has all that it names, whenever one looks.
    fn all_is_whole(&mut self, flink: &mut OnStore) {
        if self.job.retained < ALL {
            return;
        }
        let tree = Tree::read(flink, &self.place.root);
        for snapshot in tree.snapshots() {
            // What a checkpoint names never changes. What was written since the look at its directory has to be looked for.
            let is_there = |files: &BTreeSet<String>| files.iter().all(|file| tree.length(file).is_some());
            if !self.named.get(&snapshot).is_some_and(is_there) {
                let needs = Needs::of(flink, &snapshot);
                assert!(needs.whole, "{snapshot} lacks files");
                self.named.insert(snapshot, needs.files);
            }
        }
    }

    /// One run of the collector over the directory of the job.
    fn collect(&mut self, flink: &mut OnStore) {
        self.all_is_whole(flink);
        let keep_last = self.job.keep_last.to_string();
        let policy = [&["--keep-last", &keep_last], UNDER_WAY.as_slice()].concat();
        let written = self.written(flink);
        // Flink deletes too: a checkpoint may lose its files between two looks at it.
        let (code, report) = if self.job.residue {
            written.gc_run_without_ledger(&[0, 3], &[policy.as_slice(), &RESIDUE].concat(), self.state.path())
        } else {
            written.gc_run(&[0, 3], &[policy.as_slice(), &["--orphans"]].concat())
        };
        *self.codes.entry(code).or_default() += 1;
        let deleted = report["snapshots_deleted"].as_array().map_or(0, Vec::len);
        self.deleted += deleted;
        let totals = report["plan"]["totals"]["shares"].as_array().map(Vec::as_slice).unwrap_or_default();
        let of_residue = totals.iter().filter(|total| total["class"] != "metadata" && total["class"] != "retired");
        self.residue += of_residue.filter_map(|total| total["files"].as_u64()).sum::<u64>();
    }

    /// The collector has deleted something, if Flink itself keeps more than may be built on.
    fn has_been_cleaned(&self) -> bool {
        self.deleted > 0 || self.job.retained < MANY
    }

    /// No checkpoint failed but by its time: a machine that is busy lets some expire, whoever collects.
    fn none_failed_but_by_time(&self, status: &Value) {
        let new: Vec<String> = failed(status).difference(&self.failed).cloned().collect();
        assert!(new.iter().all(|failure| failure.contains("expired")), "failed by itself: {new:?}");
        if !new.is_empty() {
            println!("{}: {} checkpoints expired", self.job.name(), new.len());
        }
    }

    /// The job was restarted as often as it was made to fail, and for no other reason.
    fn no_restart_but_those_asked_for(&self, status: &Value) {
        let exceptions: Value =
            serde_json::from_str(status["exceptions"].as_str().expect("a text")).expect("what Flink answers is JSON");
        let entries = exceptions["exceptionHistory"]["entries"].as_array().expect("a list");
        for entry in entries {
            let trace = entry["stacktrace"].as_str().expect("a text");
            assert!(trace.contains("a failure was asked for"), "restarted by itself: {trace}");
        }
        assert_eq!(entries.len(), self.failures, "{exceptions}");
        assert_eq!(status["restored"].as_u64(), Some(self.failures as u64), "{status}");
    }

    fn fail(&mut self, flink: &mut OnStore) {
        self.none_failed_but_by_time(&self.status(flink));
        let went_on_from = flink.ask(&format!("fail {}", self.job.name()));
        println!("{}: went on from checkpoint {went_on_from}", self.job.name());
        self.failures += 1;
        self.failed = failed(&self.status(flink));
    }

    /// After one more failure the job takes a checkpoint and ends; what is left of it is restored.
    fn end(mut self, flink: &mut OnStore, store: Store) {
        let name = self.job.name();
        let Self { deleted, residue, codes, .. } = &self;
        println!(
            "{name} on {}: {deleted} snapshots deleted and {residue} files of residue, exit codes {codes:?}",
            store.name()
        );
        let before = self.status(flink);
        self.fail(flink);
        flink.ask(&format!("pause {name}"));
        let last = flink.ask(&format!("checkpoint {name}"));
        let position = flink.ask(&format!("position {name}"));
        let after = self.status(flink);
        println!(
            "{name} on {}: {} checkpoints completed, {} failed, restored {} times, {} numbers",
            store.name(),
            after["checkpoints_completed"],
            after["checkpoints_failed"],
            after["restored"],
            after["processed"]
        );
        assert_eq!(after["status"], "RUNNING", "{after}");
        assert_eq!(after["differences"], json!([]), "{after}");
        self.none_failed_but_by_time(&after);
        self.no_restart_but_those_asked_for(&after);
        let completed = |status: &Value| status["checkpoints_completed"].as_u64();
        assert!(completed(&after) > completed(&before), "{after}");
        flink.ask(&format!("cancel {name}"));
        let mut written = self.written(flink);
        let keep_last = self.job.keep_last.to_string();
        written.gc_run(&[0, 3], &[&["--keep-last", &keep_last], AT_REST.as_slice()].concat());
        let left = Tree::at_rest(written.flink, &written.place.root).snapshots();
        // Checkpoints were taken until the job ended, of the same state: it was paused.
        let newest = left.iter().max_by_key(|snapshot| number(snapshot)).expect("the newest one stays").clone();
        assert!(number(&newest) >= number(&last), "{last}: {left:?}");
        written.positions.insert(newest, position);
        for snapshot in left {
            written.restores(&snapshot);
        }
        flink.ask(&format!("close {name}"));
    }
}

/// All these jobs run at the same time, and the collector goes from one to the next.
fn looped_over(flink: &mut OnStore, jobs: &[Job], store: Store) {
    let directory = tempdir().expect("a temporary directory");
    let start = |job: &Job| Looped::start(flink, *job, store.place(&job.name(), directory.path()));
    let mut running: Vec<Looped> = jobs.iter().filter_map(start).collect();
    let time = Duration::from_secs(if everything() { 60 } else { 24 });
    let started = Instant::now();
    let (mut rounds, mut have_failed) = (0, false);
    while started.elapsed() < time || rounds < ROUNDS || !running.iter().all(Looped::has_been_cleaned) {
        let waits_for = running.iter().find(|looped| !looped.has_been_cleaned()).map(|looped| looped.job);
        assert!(started.elapsed() < PATIENCE, "after {rounds} rounds there was something to delete: {waits_for:?}");
        let round = Instant::now();
        for looped in &mut running {
            looped.collect(flink);
        }
        rounds += 1;
        if !have_failed && started.elapsed() > time / 2 {
            have_failed = true;
            for looped in &mut running {
                looped.fail(flink);
            }
        }
        thread::sleep(Duration::from_secs(1).saturating_sub(round.elapsed()));
    }
    for looped in running {
        looped.end(flink, store);
    }
}

fn looped_over_all(store: Store) {
    let mut flink = OnStore::new(store);
    for jobs in jobs(store).chunks(JOBS_AT_A_TIME) {
        looped_over(&mut flink, jobs, store);
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
