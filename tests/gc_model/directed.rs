//! Stories that schedules hardly ever tell: each is played step by step.

use std::sync::Arc;
use std::time::Duration;

use keepoint::gc::rules::Rules;
use keepoint::model::MetadataVersion;

use crate::choices::Choices;
use crate::collector::{Collector, Wanted};
use crate::flink::Flink;
use crate::flink::handles::Written;
use crate::flink::job::{Backend, Config, Job, Stage};
use crate::gc_oracle::absolute;
use crate::judge::{Judge, Violation};
use crate::memory_store::{Actor, Clock, Flavour, MemoryStore, Open};

const MINUTE: i64 = 60_000;

/// A job, a collector and a judge.
struct Story {
    store: Arc<MemoryStore>,
    flink: Flink,
    judge: Judge,
    wanted: Wanted,
}

impl Story {
    fn of(config: Config) -> Self {
        let store = MemoryStore::new(Flavour::Keys, 100, Clock::default());
        let mut flink = Flink::new(&store);
        let id = "0123456789abcdef0123456789abcdef".to_owned();
        let job = Job::new(id, config, &flink.checkpoints[0]);
        flink.jobs.push(job);
        let mut judge = Judge::new(&store);
        let roots = vec![flink.checkpoints[0].text.clone()];
        judge.roots = roots.iter().map(|root| absolute(root)).collect();
        judge.ledger = absolute(&flink.ledger.text);
        let wanted = Wanted {
            roots,
            also_read: Vec::new(),
            keep_last: 1,
            orphans: false,
            min_age: Duration::from_secs(7 * 24 * 3600),
            ended: Vec::new(),
            ended_if_idle: None,
            asks_registry: false,
            ledger: flink.ledger.text.clone(),
            remembers: false,
            takes_lease: false,
            max_share: None,
            rules: Rules::default(),
        };
        Self { store, flink, judge, wanted }
    }

    /// Begins a checkpoint, with a new file in the database or without.
    fn trigger(&mut self, has_new_file: bool) {
        let live = self.flink.jobs[0].live.len();
        let mut choices = vec![0; live];
        choices.push(if has_new_file { 255 } else { 0 });
        self.flink.trigger(0, Written::Checkpoint, &mut Choices::replayed(&choices));
    }

    /// Takes a checkpoint to its end, and tells the tasks.
    fn complete(&mut self, id: u64) {
        while let Some(position) = self.flink.jobs[0].pending.iter().position(|pending| pending.id == id) {
            self.flink.step_pending(0, position, &mut Choices::replayed(&[]));
        }
        self.flink.notify(0);
        self.judge.look(&self.flink);
    }

    fn pass(&mut self, minutes: i64) {
        self.flink.pass(minutes * MINUTE, &mut Choices::replayed(&[]));
    }

    fn collect(&mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let collector = Collector {
            store: Arc::clone(&self.store),
            actor: Actor::Collector(0),
            gate: Arc::new(Open),
            registry: Arc::default(),
            wanted: self.wanted.clone(),
        };
        let plan = runtime.block_on(collector.plan()).expect("a plan");
        self.judge.planned = plan.items.iter().map(|item| (absolute(&item.path), item.class())).collect();
        if !plan.bytes.is_empty() {
            runtime.block_on(collector.apply(&plan, "run", false)).expect("it can be applied");
        }
        self.judge.look(&self.flink);
    }

    fn violations(&self) -> &[Violation] {
        &self.judge.violations
    }
}

fn incremental() -> Config {
    Config {
        backend: Backend::Incremental,
        retained: 4,
        concurrent: 1,
        timeout: 55 * MINUTE,
        parallel_discard: true,
        highly_available: false,
        entropy: false,
        across_checkpoints: false,
        relative: false,
        scheme: "s3",
        version: MetadataVersion::V6,
    }
}

/// With `max-concurrent-checkpoints` 2, a checkpoint may build on one that was the newest when it began, for as long as it takes: what it
/// names is named by no checkpoint that is kept, and it is younger than nothing.
#[test]
fn a_checkpoint_under_way_finds_what_it_builds_on_although_that_is_not_the_newest_any_more() {
    let mut story = Story::of(Config { concurrent: 2, ..incremental() });
    story.trigger(false);
    story.complete(1);
    story.pass(10);
    story.trigger(true);
    // It begins before the tasks hear of 2, and uploads the new file once more.
    story.trigger(false);
    story.complete(2);
    // This one builds on 2.
    story.trigger(false);
    story.complete(3);
    story.pass(30);
    assert_eq!(story.flink.jobs[0].pending.len(), 1);
    assert_eq!(story.flink.jobs[0].pending[0].stage, Stage::Upload);
    story.collect();
    story.complete(4);
    assert_eq!(story.violations(), []);
    assert!(story.judge.retired.len() <= 1, "{:?}", story.judge.retired);
}

/// The ordinary case: one after the other, each builds on the newest, and the collector takes what Flink still has.
#[test]
fn what_checkpoints_one_after_the_other_build_on_stays() {
    let mut story = Story::of(incremental());
    for id in 1..6 {
        story.trigger(id % 2 == 0);
        story.complete(id);
        story.pass(30);
    }
    story.trigger(true);
    story.collect();
    story.complete(6);
    assert_eq!(story.violations(), []);
    assert!(!story.judge.retired.is_empty());
}
