//! A job with three checkpoints, two of which are to go, and what applies a plan to it.
//!
//! Metadata here is text with a URI in each line: what applies plans does not decode it, and the mark of the tests does.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Write;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use keepoint::gc::apply::{ApplyError, ApplyOptions, Gone, Interrupt, Remark, Remarked, Tools, apply};
use keepoint::gc::ledger::Ledger;
use keepoint::gc::plan::PlanWriter;
use keepoint::gc::rules::Rules;
use keepoint::progress::Silent;
use keepoint::report::{
    Finding, GcClass, GcDecision, GcItem, GcOutcomeReport, GcPlanHeader, GcPlanRecord, GcRoot, GcSnapshot, GcTotals,
    SCHEMA, SnapshotKind, TOOL_VERSION, timestamp_from_millis,
};
use keepoint::storage::{StorageSettings, Stores};
use keepoint::uri::StorageUri;
use sha2::{Digest, Sha256};

use crate::memory::MemoryStore;

pub(crate) const ROOT: &str = "s3://bucket/flink";
pub(crate) const JOB: &str = "s3://bucket/flink/0123456789abcdef0123456789abcdef";
const KEYS: &str = "bucket/flink/0123456789abcdef0123456789abcdef";

/// The key of something of the job.
pub(crate) fn key(name: &str) -> String {
    format!("{KEYS}/{name}")
}

pub(crate) fn uri(text: &str) -> StorageUri {
    StorageUri::parse(text).expect("a URI")
}

/// What each checkpoint names.
pub(crate) const CHECKPOINTS: [(&str, &[&str]); 3] = [
    ("chk-1", &["chk-1/a", "shared/1", "shared/12"]),
    ("chk-2", &["chk-2/a", "shared/12", "shared/123"]),
    ("chk-3", &["chk-3/a", "shared/123", "shared/3"]),
];

/// What goes when the first two checkpoints do, besides their metadata, and with which of them.
pub(crate) const FREED: [(&str, &str); 4] =
    [("chk-1/a", "chk-1"), ("chk-2/a", "chk-2"), ("shared/1", "chk-1"), ("shared/12", "chk-2")];

/// What stays whatever happens.
pub(crate) const STAYS: [&str; 4] = ["chk-3/_metadata", "chk-3/a", "shared/123", "shared/3"];

/// The store, the clock, and what the mark will say.
pub(crate) struct Scene {
    pub(crate) store: MemoryStore,
    pub(crate) stores: Stores,
    pub(crate) clock: Arc<AtomicI64>,
    pub(crate) marker: Marker,
    pub(crate) interrupt: Interrupt,
}

#[derive(Clone, Default)]
pub(crate) struct Marker {
    pub(crate) store: MemoryStore,
    pub(crate) marks: Arc<AtomicUsize>,
    /// Snapshots that are needed, by the number of the mark from which on.
    pub(crate) needed: BTreeMap<String, usize>,
    /// Files that are live, by the number of the mark from which on.
    pub(crate) live: BTreeMap<String, usize>,
    /// The number of the mark from which on everything is blocked.
    pub(crate) blocked_from: Option<usize>,
    pub(crate) ended: HashSet<String>,
    pub(crate) identity: Option<String>,
    pub(crate) asked: Arc<Mutex<Vec<Gone>>>,
}

struct Marked {
    live: HashSet<StorageUri>,
    needed: HashSet<StorageUri>,
    ended: HashSet<StorageUri>,
    identity: Option<String>,
}

#[async_trait]
impl Remark for Marker {
    async fn remark(&mut self, gone: &Gone) -> Result<Box<dyn Remarked>, Vec<Finding>> {
        let number = self.marks.fetch_add(1, Ordering::Relaxed);
        self.asked.lock().expect("nobody panicked").push(gone.clone());
        if self.blocked_from.is_some_and(|from| number >= from) {
            return Err(vec![Finding { code: "TEST_BLOCKS".to_owned(), ..Finding::default() }]);
        }
        let mut live: HashSet<StorageUri> = HashSet::new();
        for metadata in self.store.keys(KEYS).into_iter().filter(|key| key.ends_with("/_metadata")) {
            if gone.going.contains(&uri(&format!("s3://{metadata}"))) {
                continue;
            }
            let text = String::from_utf8(self.store.bytes(&metadata).unwrap_or_default()).expect("text");
            live.extend(text.lines().map(uri));
        }
        let from = |of: &BTreeMap<String, usize>| -> HashSet<StorageUri> {
            of.iter().filter(|(_, from)| number >= **from).map(|(name, _)| uri(&format!("{JOB}/{name}"))).collect()
        };
        live.extend(from(&self.live));
        let ended = self.ended.iter().map(|place| uri(place)).collect();
        Ok(Box::new(Marked { live, needed: from(&self.needed), ended, identity: self.identity.clone() }))
    }
}

impl Remarked for Marked {
    fn is_live(&self, place: &StorageUri) -> bool {
        self.live.contains(place)
    }

    fn why_needed(&self, location: &StorageUri) -> Option<String> {
        self.needed.contains(location).then(|| "the test needs it".to_owned())
    }

    fn is_ended(&self, lineage: &StorageUri) -> bool {
        self.ended.contains(lineage)
    }

    fn identity(&self, _: &StorageUri) -> Option<String> {
        self.identity.clone()
    }
}

pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
}

impl Scene {
    pub(crate) fn new() -> Self {
        let store = MemoryStore::at(start());
        for (number, (name, files)) in (0..).zip(CHECKPOINTS) {
            let at = start() - TimeDelta::hours(10 - number);
            for file in files {
                if store.facts(&key(file)).is_none() {
                    store.put(&format!("{JOB}/{file}"), file.as_bytes(), at);
                }
            }
            let text = files.iter().map(|file| format!("{JOB}/{file}\n")).collect::<String>();
            store.put(&format!("{JOB}/{name}/_metadata"), text.as_bytes(), at);
        }
        let stores = Stores::new(StorageSettings::default()).expect("no configuration to read");
        let stores = stores.with(&uri(ROOT), Arc::new(store.clone()));
        let clock = Arc::new(AtomicI64::new(start().timestamp_millis()));
        let marker = Marker { store: store.clone(), ..Marker::default() };
        Self { store, stores, clock, marker, interrupt: Interrupt::default() }
    }

    pub(crate) fn pass(&self, time: TimeDelta) {
        let now = self.clock.fetch_add(time.num_milliseconds(), Ordering::Relaxed) + time.num_milliseconds();
        self.store.set_time(DateTime::from_timestamp_millis(now).expect("a time"));
    }

    /// The plan for the first two checkpoints, as the store is now.
    pub(crate) fn plan(&self) -> Plan {
        let snapshots = CHECKPOINTS.iter().map(|(name, files)| {
            let metadata = key(&format!("{name}/_metadata"));
            let bytes = self.store.bytes(&metadata).expect("it is there");
            let facts = self.store.facts(&metadata).expect("it is there");
            let at = facts.modified_at.map(|time| timestamp_from_millis(time.timestamp_millis()));
            let goes = *name != "chk-3";
            GcSnapshot {
                location: format!("{JOB}/{name}"),
                decision: if goes { GcDecision::Delete } else { GcDecision::Keep }.into(),
                reasons: vec!["a test".to_owned()],
                kind: Some(SnapshotKind::Checkpoint.into()),
                completed_at: at,
                lineage: JOB.to_owned(),
                restorable: Some(true),
                files: files.len() as u64,
                metadata: format!("{JOB}/{name}/_metadata"),
                metadata_bytes: facts.length,
                metadata_modified_at: at,
                metadata_digest: hex(&bytes),
                ..GcSnapshot::default()
            }
        });
        let mut plan = Plan {
            header: GcPlanHeader {
                format: 1,
                schema: SCHEMA.to_owned(),
                tool_version: TOOL_VERSION.to_owned(),
                plan_id: "plan-1".to_owned(),
                created_at: Some(timestamp_from_millis(self.clock.load(Ordering::Relaxed))),
                roots: vec![GcRoot { location: ROOT.to_owned(), files: 1000, bytes: 1 << 20, ..GcRoot::default() }],
                configuration_digest: "c0".to_owned(),
                ..GcPlanHeader::default()
            },
            snapshots: snapshots.collect(),
            items: Vec::new(),
        };
        for (name, _) in &CHECKPOINTS[..2] {
            self.add(&mut plan, &format!("{name}/_metadata"), GcClass::Metadata, Some(name));
        }
        for (file, snapshot) in FREED {
            self.add(&mut plan, file, GcClass::Retired, Some(snapshot));
        }
        plan
    }

    /// The same plan at any time: from a scene in which nothing has happened yet.
    pub(crate) fn plan_of_before(&self) -> Plan {
        Self::new().plan()
    }

    /// Plans something as it is now.
    pub(crate) fn add(&self, plan: &mut Plan, name: &str, class: GcClass, snapshot: Option<&str>) {
        let facts = self.store.facts(&key(name));
        plan.items.push(GcItem {
            path: format!("{JOB}/{name}"),
            bytes: facts.map_or(0, |facts| facts.length),
            class: class.into(),
            reason: "a test".to_owned(),
            snapshot: snapshot.map(|name| format!("{JOB}/{name}")),
            modified_at: facts
                .and_then(|facts| facts.modified_at)
                .map(|at| timestamp_from_millis(at.timestamp_millis())),
            lineage: JOB.to_owned(),
            ..GcItem::default()
        });
    }

    pub(crate) async fn apply(&self, plan: &Plan) -> Result<GcOutcomeReport, ApplyError> {
        self.apply_with(plan, |_| {}).await
    }

    pub(crate) async fn apply_with(
        &self,
        plan: &Plan,
        change: impl FnOnce(&mut ApplyOptions),
    ) -> Result<GcOutcomeReport, ApplyError> {
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        let mut options = ApplyOptions::new(format!("run-{}", RUNS.fetch_add(1, Ordering::Relaxed)));
        options.max_share = Some(1.0);
        change(&mut options);
        let ledger = Ledger::open(&self.stores, &uri("s3://ledger/keepoint")).await.map_err(ApplyError::Ledger)?;
        let clock = Arc::clone(&self.clock);
        let now = move || DateTime::from_timestamp_millis(clock.load(Ordering::Relaxed)).expect("a time");
        let tools =
            Tools { stores: &self.stores, ledger: &ledger, clock: &now, interrupt: &self.interrupt, progress: &Silent };
        let mut marker = self.marker.clone();
        marker.marks = Arc::new(AtomicUsize::new(0));
        let before = self.store.deletions().len();
        let answer = apply(plan.bytes().as_slice(), &mut marker, tools, &options).await;
        if options.rules == Rules::default() {
            self.assert_dead(&self.store.deletions()[before..]);
        }
        answer
    }

    /// The second opinion on every application: nothing that was deleted is named by any metadata that is left.
    #[track_caller]
    fn assert_dead(&self, deleted: &[String]) {
        let keys = self.store.keys(KEYS);
        for metadata in keys.iter().filter(|key| key.ends_with("/_metadata")) {
            let text = String::from_utf8(self.store.bytes(metadata).unwrap_or_default()).expect("text");
            for line in text.lines() {
                let named = line.strip_prefix("s3://").expect("a URI of the store");
                assert!(!deleted.iter().any(|key| key == named), "{named} was deleted, and {metadata} names it");
            }
        }
    }

    /// What of the job is there.
    pub(crate) fn left(&self) -> BTreeSet<String> {
        let prefix = key("");
        self.store.keys(&prefix).iter().filter_map(|key| key.strip_prefix(&prefix)).map(str::to_owned).collect()
    }

    /// I5: whatever has its metadata has everything that it names.
    #[track_caller]
    pub(crate) fn assert_whole(&self, what: &str) {
        let left = self.left();
        for (name, files) in CHECKPOINTS {
            if left.contains(&format!("{name}/_metadata")) {
                for file in files {
                    assert!(left.contains(*file), "{what}: {name} is there without {file}");
                }
            }
        }
        for name in STAYS {
            assert!(left.contains(name), "{what}: {name} is gone");
        }
    }

    /// Nothing is left of what was to go.
    #[track_caller]
    pub(crate) fn assert_done(&self, what: &str) {
        assert_eq!(self.left(), STAYS.map(str::to_owned).into(), "{what}");
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A plan before it is written.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) header: GcPlanHeader,
    pub(crate) snapshots: Vec<GcSnapshot>,
    pub(crate) items: Vec<GcItem>,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Plan {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let file = Shared::default();
        let mut writer = PlanWriter::new(Box::new(file.clone()));
        let record = GcPlanRecord::default;
        writer.write(&GcPlanRecord { header: Some(self.header.clone()), ..record() }).expect("a header");
        let mut snapshots = self.snapshots.clone();
        snapshots.sort_by(|one, other| one.location.cmp(&other.location));
        for snapshot in snapshots {
            writer.write(&GcPlanRecord { snapshot: Some(snapshot), ..record() }).expect("a snapshot");
        }
        let mut items = self.items.clone();
        items.sort_by(|one, other| one.path.cmp(&other.path));
        for item in items {
            writer.write(&GcPlanRecord { item: Some(item), ..record() }).expect("an item");
        }
        writer.write(&GcPlanRecord { totals: Some(GcTotals::default()), ..record() }).expect("totals");
        writer.seal().expect("a seal");
        let bytes = file.0.lock().expect("nobody panicked").clone();
        bytes
    }
}

/// Why things were skipped.
pub(crate) fn reasons(report: &GcOutcomeReport) -> String {
    report.skipped.iter().map(|skipped| format!("{} ({})\n", skipped.reason, skipped.files)).collect()
}

pub(crate) fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}
