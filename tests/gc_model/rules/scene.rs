//! A small store, put there by hand, and what a collector would take of it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use keepoint::gc::protect::Protected;
use keepoint::gc::rules::{Rule, Rules};
use keepoint::model::MetadataVersion;

use crate::collector::{Collector, Plan, Wanted, uri};
use crate::flink::handles::{Handles, Written, encode};
use crate::flink::place::{File, FileRef, Names, Place};
use crate::gc_oracle::absolute;
use crate::memory_store::{Actor, Call, Clock, Fault, Flavour, Gate, MemoryStore};
use crate::registry::Registry;

pub(super) const MINUTE: TimeDelta = TimeDelta::minutes(1);
pub(super) const HOUR: TimeDelta = TimeDelta::hours(1);
pub(super) const DAY: TimeDelta = TimeDelta::days(1);

/// A store, a registry and an operator.
pub(super) struct Scene {
    pub(super) store: Arc<MemoryStore>,
    pub(super) wanted: Wanted,
    pub(super) registry: Arc<Registry>,
    /// The directory of a job.
    pub(super) job: Place,
    /// That of another one, below another root.
    pub(super) other_job: Place,
    /// Decides about the calls of the collector.
    pub(super) gate: Arc<dyn Gate>,
    names: RefCell<Names>,
}

impl Scene {
    pub(super) fn new(flavour: Flavour) -> Self {
        let store = MemoryStore::new(flavour, 5, Clock::default());
        let start = if flavour == Flavour::Keys { "s3://bucket" } else { "hdfs://name-service" };
        let place = |path: &str| Place::new(&format!("{start}/{path}"));
        let wanted = Wanted {
            roots: vec![place("flink/checkpoints").text, place("flink/others").text],
            also_read: Vec::new(),
            keep_last: 1,
            orphans: true,
            min_age: Duration::from_secs(7 * 24 * 3600),
            ended: Vec::new(),
            ended_if_idle: None,
            asks_registry: false,
            ledger: place("ledger").text,
            remembers: false,
            takes_lease: false,
            max_share: Some(1.0),
            rules: Rules::default(),
        };
        let scene = Self {
            job: place("flink/checkpoints/0123456789abcdef0123456789abcdef"),
            other_job: place("flink/others/fedcba9876543210fedcba9876543210"),
            store,
            wanted,
            registry: Arc::default(),
            gate: Arc::new(crate::memory_store::Open),
            names: RefCell::default(),
        };
        // Both roots are there, and their newest checkpoint is older than anything that is under way (S-10).
        scene.checkpoint(&scene.job, 90, HOUR * 2, Handles::default());
        scene.checkpoint(&scene.other_job, 90, HOUR * 2, Handles::default());
        scene
    }

    /// A file of state that was written so long ago.
    pub(super) fn file(&self, directory: &Place, age: TimeDelta) -> FileRef {
        self.named(&directory.child(&self.names.borrow_mut().uuid()), age)
    }

    /// The same under a name of its own.
    pub(super) fn named(&self, place: &Place, age: TimeDelta) -> FileRef {
        let file = File { place: place.clone(), length: 5 };
        self.store.put_key_at(&place.key, vec![1; file.length], self.before(age));
        Rc::new(file)
    }

    /// A checkpoint that was completed so long ago.
    pub(super) fn checkpoint(&self, job: &Place, id: u64, age: TimeDelta, handles: Handles) -> Place {
        let directory = job.child(&format!("chk-{id}"));
        let bytes = encode(MetadataVersion::V6, id, &handles, Written::Checkpoint, &directory, false);
        let metadata = directory.child("_metadata");
        self.store.put_key_at(&metadata.key, bytes, self.before(age));
        metadata
    }

    fn before(&self, age: TimeDelta) -> i64 {
        self.store.clock().millis() - age.num_milliseconds()
    }

    /// What a collector with these rules would take.
    pub(super) fn plan(&self, rules: Rules) -> Result<Plan, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let collector = Collector {
            store: Arc::clone(&self.store),
            actor: Actor::Collector(0),
            gate: Arc::clone(&self.gate),
            registry: Arc::clone(&self.registry),
            wanted: Wanted { rules, ..self.wanted.clone() },
        };
        runtime.block_on(collector.plan())
    }

    /// The rule, and nothing else, keeps something from being taken.
    #[track_caller]
    pub(super) fn is_kept_by(&self, rule: Rule, place: &Place) {
        let with = self.plan(Rules::default()).unwrap_or_default();
        assert!(!takes(&with, place), "{} would be taken although {rule} holds", place.text);
        let without = self.plan(Rules::all_but(rule)).expect("a plan");
        assert!(
            takes(&without, place),
            "{} stays without {rule}, too: {:?} {:?} {:?}",
            place.text,
            without.report.blockers,
            without.report.not_taken,
            without.report.snapshots
        );
    }

    /// What a registry says of a place.
    pub(super) fn register(&mut self, place: &Place, whole_lineage: bool) {
        self.wanted.asks_registry = true;
        self.registry.say(vec![Protected {
            place: uri(&place.text),
            reason: "somebody needs it".to_owned(),
            whole_lineage,
            everything_below: false,
            tag: None,
            expires_at: None,
        }]);
    }
}

pub(super) fn takes(plan: &Plan, place: &Place) -> bool {
    plan.items.iter().any(|item| absolute(&item.path) == place.key)
}

/// Names shared files.
pub(super) fn shared(files: &[&FileRef]) -> Handles {
    // An incremental handle has a header, which is one more file; the first stands for it.
    let (meta, rest) = files.split_first().expect("a file");
    let rest = rest.iter().map(|file| (0, Rc::clone(file)));
    Handles { private: vec![Rc::clone(meta)], shared: rest.collect(), ..Handles::default() }
}

/// Goes wrong where a function says so.
pub(super) struct Sabotaged(pub(super) fn(&Call) -> Fault);

#[async_trait]
impl Gate for Sabotaged {
    async fn pass(&self, call: Call) -> Fault {
        (self.0)(&call)
    }
}
