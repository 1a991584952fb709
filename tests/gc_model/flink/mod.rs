//! A small Flink: several jobs that keep checkpoints and savepoints in one store, as the facts in `docs/gc-safety.md` (section 2) have it.
//!
//! It does one thing at a time, each touching the store at most once, so that anything can happen in between. Bytes of `_metadata` are real.
//! It knows what a job may still need ([`job::Job::needs`]), which nobody could know from storage alone.

mod checkpointing;
pub(crate) mod handles;
pub(crate) mod job;
mod life;
pub(crate) mod place;

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use chrono::TimeDelta;
use keepoint::model::MetadataVersion;

use crate::choices::Choices;
use crate::memory_store::{Flavour, MemoryStore};
use handles::Written;
use job::{Backend, Completed, Config, Job, Life, Stage};
use place::{Names, Place};

/// Jobs at a time; more would only make schedules longer.
const MOST_JOBS: usize = 4;

/// How long tasks go on writing after nobody waits for them any more, in milliseconds.
const LATE_WRITES: i64 = 600_000;

/// What must not happen in a schedule, because nothing could protect from it (`docs/gc-safety.md`, section 15).
#[derive(Debug, Clone, Default)]
pub(crate) struct Limits {
    /// What jobs depend on is told to the collector by somebody, wherever storage cannot tell.
    pub(crate) visible: bool,
    /// Metadata that is being retired by a collector at this moment: nobody restores from it.
    pub(crate) retiring: BTreeSet<String>,
    /// Jobs that the operator said have ended: they are not started again.
    pub(crate) ended: BTreeSet<String>,
}

/// Something under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Pending(usize, usize),
    Work(usize, usize),
    Notify(usize),
}

/// All of Flink.
pub(crate) struct Flink {
    store: Arc<MemoryStore>,
    pub(crate) checkpoints: Vec<Place>,
    pub(crate) savepoints: Place,
    pub(crate) entropy: Place,
    /// Nothing of Flink's.
    pub(crate) ledger: Place,
    names: Names,
    pub(crate) jobs: Vec<Job>,
    /// Every snapshot that was completed, in the order of their completion.
    pub(crate) written: Vec<Rc<Completed>>,
    pub(crate) limits: Limits,
    /// What happened, for whoever reads a failing schedule.
    pub(crate) diary: Vec<String>,
}

impl Flink {
    pub(crate) fn new(store: &Arc<MemoryStore>) -> Self {
        let scheme = match store.flavour() {
            Flavour::Keys => "s3://bucket",
            Flavour::Directories => "hdfs://name-service",
        };
        let place = |path: &str| Place::new(&format!("{scheme}/{path}"));
        let flink = Self {
            store: Arc::clone(store),
            checkpoints: vec![place("flink/checkpoints"), place("flink/checkpoints-2")],
            savepoints: place("flink/savepoints"),
            entropy: place("flink/entropy"),
            ledger: place("ledger"),
            names: Names::default(),
            jobs: Vec::new(),
            written: Vec::new(),
            limits: Limits::default(),
            diary: Vec::new(),
        };
        for root in flink.checkpoints.iter().chain([&flink.savepoints, &flink.entropy]) {
            store.make_directory(&root.key);
        }
        // Keys make no directories, and a root without anything below it is not there.
        if store.flavour() == Flavour::Keys {
            for root in flink.checkpoints.iter().chain([&flink.savepoints, &flink.entropy]) {
                store.put_as(crate::memory_store::Actor::Flink, &format!("{}/", root.key), Vec::new().into());
            }
        }
        flink
    }

    /// Something happens: what is under way goes on, or something new begins.
    pub(crate) fn act(&mut self, choices: &mut Choices) {
        let steps = self.under_way();
        if steps.is_empty() || choices.happens(50) {
            return self.begin(choices);
        }
        let Some(step) = choices.one(&steps).copied() else { return };
        self.step(step, choices);
    }

    /// Everything under way comes to its end.
    pub(crate) fn settle(&mut self, choices: &mut Choices) {
        while let Some(step) = self.under_way().first().copied() {
            self.step(step, choices);
        }
    }

    fn step(&mut self, step: Step, choices: &mut Choices) {
        if !self.diary.is_empty() {
            self.diary.push(format!("{step:?}"));
        }
        match step {
            Step::Pending(job, position) => self.step_pending(job, position, choices),
            Step::Work(job, position) => self.step_work(job, position),
            Step::Notify(job) => self.notify(job),
        }
    }

    /// Something new begins.
    fn begin(&mut self, choices: &mut Choices) {
        let running: Vec<usize> = (0..self.jobs.len()).filter(|number| self.jobs[*number].runs()).collect();
        let what = choices.byte();
        self.note(|| format!("begin {what}"));
        let Some(number) = choices.one(&running).copied() else {
            return if what > 127 { self.restore(choices) } else { self.start(choices) };
        };
        let (backend, concurrent) = (self.jobs[number].config.backend, self.jobs[number].config.concurrent);
        match what {
            0..=119 if self.jobs[number].pending.len() < concurrent => {
                self.trigger(number, Written::Checkpoint, choices)
            }
            120..=131 => self.trigger(number, Written::CanonicalSavepoint, choices),
            132..=143 => self.trigger(number, Written::NativeSavepoint, choices),
            144..=159 if backend == Backend::Changelog => self.upload_change(number),
            160..=167 if backend == Backend::Changelog => self.materialize(number),
            168..=179 => self.fail_over(number),
            180..=191 => self.crash(number),
            192..=203 => self.end(number, choices),
            204..=213 => self.start(choices),
            214..=235 => self.restore(choices),
            236..=245 => self.recover(choices),
            246..=255 => {
                if let Some(position) =
                    self.jobs[number].pending.iter().position(|pending| pending.stage == Stage::Upload)
                {
                    self.abort(number, position);
                }
            }
            _ => self.trigger_if_none(number, choices),
        }
    }

    fn trigger_if_none(&mut self, number: usize, choices: &mut Choices) {
        if self.jobs[number].pending.is_empty() {
            self.trigger(number, Written::Checkpoint, choices);
        }
    }

    /// A job of a new kind.
    pub(crate) fn start(&mut self, choices: &mut Choices) {
        if self.jobs.len() >= MOST_JOBS {
            return;
        }
        let id = self.names.job_id();
        let config = self.config(choices);
        let root = self.checkpoints[choices.pick(8) / 7].clone();
        self.note(|| format!("start {id} {config:?}"));
        let job = Job::new(id, config, &root);
        self.store.make_directory(&job.directory.child("shared").key);
        self.store.make_directory(&job.directory.child("taskowned").key);
        self.jobs.push(job);
    }

    fn config(&self, choices: &mut Choices) -> Config {
        let is_keys = self.store.flavour() == Flavour::Keys;
        let backend = match choices.pick(8) {
            0..=3 => Backend::Incremental,
            4 => Backend::Heap,
            5 | 6 => Backend::Changelog,
            _ => Backend::Merging,
        };
        let versions = [MetadataVersion::V6, MetadataVersion::V3, MetadataVersion::V4, MetadataVersion::V5];
        Config {
            backend,
            retained: 1 + choices.pick(4),
            concurrent: 1 + choices.pick(4) / 3,
            timeout: 600_000,
            parallel_discard: choices.happens(128),
            highly_available: choices.happens(128),
            entropy: is_keys && choices.happens(30),
            across_checkpoints: choices.happens(128),
            relative: choices.happens(60),
            scheme: match choices.pick(6) {
                5 if is_keys => "s3a",
                _ if is_keys => "s3",
                _ => "hdfs",
            },
            version: versions[choices.pick(8) % 4],
        }
    }

    /// Time goes by. What takes too long is given up, and what always happens soon has happened.
    pub(crate) fn pass(&mut self, millis: i64, choices: &mut Choices) {
        let end = self.store.clock().millis() + millis;
        self.note(|| format!("{} s go by", millis / 1000));
        if millis > 60_000 {
            self.hurry(choices);
        }
        while let Some((number, position, due)) = self.overdue(end) {
            self.store.clock().set(due.max(self.store.clock().millis()));
            let job = &mut self.jobs[number];
            if job.pending[position].stage == Stage::Abandoned || !job.runs() {
                job.pending.remove(position);
            } else {
                self.abort(number, position);
            }
        }
        let rest = end - self.store.clock().millis();
        self.store.clock().advance(TimeDelta::milliseconds(rest));
    }

    /// Between the last acknowledgement and the news of it there are no minutes.
    fn hurry(&mut self, choices: &mut Choices) {
        for number in 0..self.jobs.len() {
            while let Some(position) =
                self.jobs[number].pending.iter().position(|pending| pending.stage == Stage::Register)
            {
                self.step_pending(number, position, choices);
            }
            while self.jobs[number].runs() && !self.jobs[number].to_notify.is_empty() {
                self.notify(number);
            }
        }
    }

    fn overdue(&self, end: i64) -> Option<(usize, usize, i64)> {
        let all = self.jobs.iter().enumerate().flat_map(|(number, job)| {
            let limit = |stage| if stage == Stage::Abandoned { LATE_WRITES } else { job.config.timeout };
            let due = job.pending.iter().map(move |pending| pending.begun + limit(pending.stage));
            due.enumerate().map(move |(position, due)| (number, position, due))
        });
        all.filter(|(.., due)| *due <= end).min_by_key(|(.., due)| *due)
    }

    fn note(&mut self, what: impl FnOnce() -> String) {
        if !self.diary.is_empty() {
            let now = self.store.clock().now().format("%m-%d %H:%M:%S");
            self.diary.push(format!("{now} flink: {}", what()));
        }
    }

    /// Keys of what jobs may still use, and why. A key of a directory stands for what is in it.
    pub(crate) fn needs(&self) -> Vec<(&str, String)> {
        self.jobs.iter().flat_map(Job::needs).collect()
    }
}
