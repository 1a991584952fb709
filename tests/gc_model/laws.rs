//! Laws of plans over trees of any shape, held against the second opinion (`support/gc_oracle`).
//!
//! Every snapshot that a plan leaves must be as whole as before, whatever the plan says of itself.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use keepoint::gc::rules::Rules;
use proptest::prelude::*;

use crate::choices::Choices;
use crate::collector::{Collector, Plan, Wanted};
use crate::flink::handles::{Handles, Segment, Written, encode};
use crate::flink::place::{File, FileRef, Place};
use crate::gc_oracle::{self, Named, absolute};
use crate::memory_store::{Actor, Clock, Flavour, MemoryStore, Open};

/// Checkpoints and files of several jobs that name each other's files in any way.
struct Tree {
    store: Arc<MemoryStore>,
    wanted: Wanted,
    /// What each metadata names.
    named: HashMap<String, Named>,
    /// Metadata of all snapshots, in the order in which they were put there.
    metadata: Vec<Place>,
}

const ROOTS: [&str; 2] = ["s3://bucket/flink/a", "s3://bucket/flink/b"];

impl Tree {
    fn grown(bytes: &[u8], page: usize) -> Self {
        let mut choices = Choices::replayed(bytes);
        let store = MemoryStore::new(Flavour::Keys, page, Clock::default());
        let now = store.clock().millis();
        let jobs: Vec<Place> =
            (0..3).map(|job| Place::new(ROOTS[usize::from(job > 1)]).child(&format!("{job:032x}"))).collect();
        let age = |choices: &mut Choices| TimeDelta::hours([1, 2, 5, 30, 200, 400, 900][choices.pick(7)]);
        let mut files: Vec<FileRef> = Vec::new();
        for number in 0..6 + choices.pick(12) {
            let job = &jobs[choices.pick(3)];
            let directory = match choices.pick(5) {
                0 | 1 => job.child("shared"),
                2 => job.child(&format!("chk-{}", choices.pick(6))),
                3 => job.child("taskowned"),
                _ => job.child("dstl"),
            };
            let place = directory.child(&format!("{number:08x}-0000-4000-8000-000000000000"));
            let spelled = if choices.happens(60) { place.spelled("s3a") } else { place };
            let time = now - age(&mut choices).num_milliseconds();
            store.put_key_at(&spelled.key, vec![1; 9], time);
            files.push(File { place: spelled, length: 9 }.into());
        }
        let mut tree = Self { store, wanted: wanted(), named: HashMap::new(), metadata: Vec::new() };
        for job in &jobs {
            tree.checkpoint(job, 9, TimeDelta::minutes(30), &Handles::default());
        }
        for _ in 0..1 + choices.pick(10) {
            let handles = handles(&files, &mut choices);
            let (job, id, age) = (&jobs[choices.pick(3)], choices.pick(8) as u64, age(&mut choices));
            tree.checkpoint(job, id, age, &handles);
        }
        tree.wanted.keep_last = 1 + u32::try_from(choices.pick(3)).expect("small");
        if choices.happens(100) {
            tree.wanted.ended.push(jobs[1].text.clone());
        }
        tree
    }

    fn checkpoint(&mut self, job: &Place, id: u64, age: TimeDelta, handles: &Handles) {
        let directory = job.child(&format!("chk-{id}"));
        let metadata = directory.child("_metadata");
        if self.named.contains_key(&metadata.key) {
            return;
        }
        let version = keepoint::model::MetadataVersion::V3;
        let bytes = encode(version, id, handles, Written::Checkpoint, &directory, true);
        self.named.insert(metadata.key.clone(), gc_oracle::named(&bytes, &directory.key).expect("it decodes"));
        self.store.put_key_at(&metadata.key, bytes, self.store.clock().millis() - age.num_milliseconds());
        self.metadata.push(metadata);
    }

    fn plan(&self) -> Plan {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let collector = Collector {
            store: Arc::clone(&self.store),
            actor: Actor::Collector(0),
            gate: Arc::new(Open),
            registry: Arc::default(),
            wanted: self.wanted.clone(),
        };
        runtime.block_on(collector.plan()).unwrap_or_default()
    }
}

fn wanted() -> Wanted {
    Wanted {
        roots: ROOTS.map(str::to_owned).to_vec(),
        also_read: Vec::new(),
        keep_last: 1,
        orphans: true,
        min_age: Duration::from_secs(7 * 24 * 3600),
        ended: Vec::new(),
        ended_if_idle: None,
        asks_registry: false,
        ledger: "s3://bucket/ledger".to_owned(),
        remembers: false,
        takes_lease: false,
        max_share: Some(1.0),
        rules: Rules::default(),
    }
}

/// Any handles that name any of these files.
fn handles(files: &[FileRef], choices: &mut Choices) -> Handles {
    let mut handles = Handles::default();
    let some = |choices: &mut Choices| {
        let count = choices.pick(4);
        (0..count).map(|_| files[choices.pick(files.len())].clone()).collect::<Vec<_>>()
    };
    handles.private = some(choices);
    handles.shared = some(choices).into_iter().map(|file| (0, file)).collect();
    handles.changes = some(choices);
    handles.has_changelog = choices.happens(100);
    handles.operator = some(choices).pop();
    let segments = some(choices).into_iter();
    let segment = |file: FileRef| Segment { file: file.place.clone(), start: 0, size: 4, shared: true };
    handles.segments = segments.map(segment).collect();
    handles
}

fn keys(plan: &Plan) -> HashSet<String> {
    plan.items.iter().map(|item| absolute(&item.path)).collect()
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..200)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_a_plan_takes_is_named_by_nothing_that_stays(bytes in bytes()) {
        let tree = Tree::grown(&bytes, 1000);
        let planned = keys(&tree.plan());
        for (metadata, named) in tree.named.iter().filter(|(metadata, _)| !planned.contains(*metadata)) {
            for file in &planned {
                prop_assert!(!named.covers(file), "{} goes, and {} names it", file, metadata);
            }
        }
    }

    #[test]
    fn one_more_snapshot_that_stays_takes_nothing_more(bytes in bytes()) {
        let mut tree = Tree::grown(&bytes, 1000);
        let before = keys(&tree.plan());
        // A savepoint-like neighbour: a checkpoint of a job of its own, which is its newest.
        let files: Vec<FileRef> = before
            .iter()
            .filter(|key| !key.ends_with("_metadata"))
            .take(2)
            .map(|key| File { place: Place::new(&format!("s3://{key}")), length: 9 }.into())
            .collect();
        let job = Place::new(ROOTS[1]).child(&"f".repeat(32));
        let handles = Handles { changes: files, has_changelog: true, ..Handles::default() };
        tree.checkpoint(&job, 1, TimeDelta::hours(3), &handles);
        let after = keys(&tree.plan());
        prop_assert!(after.is_subset(&before), "{:?}", after.difference(&before).collect::<Vec<_>>());
    }

    #[test]
    fn the_pages_of_a_listing_make_no_difference(bytes in bytes(), page in 1_usize..7) {
        let (large, small) = (Tree::grown(&bytes, 1000).plan(), Tree::grown(&bytes, page).plan());
        prop_assert_eq!(keys(&large), keys(&small));
    }

    #[test]
    fn a_file_whose_age_is_not_known_stays_unless_only_retired_snapshots_name_it(bytes in bytes()) {
        let tree = Tree::grown(&bytes, 1000);
        // From the future is as good as not known: nobody can say how old it is.
        let later = tree.store.clock().millis() + 60_000;
        let named: HashSet<&String> = tree.named.values().flat_map(|named| &named.files).collect();
        let all = tree.store.look(|objects| objects.iter().map(|(key, _)| key.to_owned()).collect::<Vec<_>>());
        for key in all.iter().filter(|key| !key.ends_with("_metadata")) {
            tree.store.put_key_at(key, vec![1; 9], later);
        }
        for key in keys(&tree.plan()) {
            prop_assert!(key.ends_with("_metadata") || key.ends_with('/') || named.contains(&key), "{} goes", key);
        }
    }
}
