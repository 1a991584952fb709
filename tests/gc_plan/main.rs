//! Planning on trees that a real Flink wrote.

#[path = "../support/planted.rs"]
mod planted;

mod blocked;
mod chains;
mod num_retained;
mod residue;
mod same_again;
mod taken_over;

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use chrono::Utc;
use keepoint::gc::plan::PlanReader;
use keepoint::gc::protect::{ProtectError, Protected, Protection, ProtectionSource};
use keepoint::gc::retention::{Keep, Policy, PolicyParts, Rule};
use keepoint::gc::world::{Opened, World};
use keepoint::gc::{GcRequest, Planning, Purpose, make_plan};
use keepoint::progress::Silent;
use keepoint::report::{GcClass, GcDecision, GcItem, GcPlanReport};
use keepoint::storage::{StorageSettings, Stores};
use keepoint::uri::StorageUri;
use planted::Planted;

/// Takes a plan.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<Vec<u8>>>);

impl Write for Shelf {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(crate) fn keep_last(number: u32) -> GcRequest {
    let rules = vec![Rule { keep: Keep::Last(number), of: None }];
    GcRequest::new(Purpose::Retention(Policy::new(PolicyParts { rules, ..PolicyParts::default() }).expect("a policy")))
}

pub(crate) async fn plan(tree: &Planted, request: &GcRequest) -> (GcPlanReport, Vec<GcItem>) {
    plan_with(tree, request, &[]).await
}

pub(crate) async fn plan_with(
    tree: &Planted,
    request: &GcRequest,
    sources: &[Box<dyn ProtectionSource>],
) -> (GcPlanReport, Vec<GcItem>) {
    let stores = Arc::new(Stores::new(StorageSettings::default()).expect("no configuration"));
    let place = StorageUri::parse(&tree.path().to_string_lossy()).expect("a path");
    let root = Opened { storage: stores.open(&place).expect("local"), place };
    let world = World::new(vec![root], Vec::new(), stores).expect("one root");
    let planning = Planning { world: &world, request, sources, waived: &[], ledger: None, as_of: Utc::now() };
    let shelf = Shelf::default();
    let out = shelf.clone();
    let report = make_plan(&planning, None, || Ok(Box::new(out)), &Silent).await.expect("a plan");
    let bytes = shelf.0.lock().expect("nobody panicked").clone();
    if report.digest.is_none() {
        assert!(bytes.is_empty(), "a plan that is blocked is not written");
        return (report, Vec::new());
    }
    let records = PlanReader::open(bytes.as_slice()).collect::<Result<Vec<_>, _>>().expect("a whole plan");
    (report, records.into_iter().filter_map(|record| record.item).collect())
}

pub(crate) fn names(report: &GcPlanReport, decision: GcDecision) -> Vec<&str> {
    let these = report.snapshots.iter().filter(|snapshot| snapshot.decision() == decision);
    these.map(|snapshot| snapshot.location.rsplit('/').next().expect("a name")).collect()
}

#[tokio::test]
async fn the_oldest_checkpoint_of_three_goes_with_its_own_files_and_no_shared_one_that_a_later_one_names() {
    let tree = Planted::of("2.3.0/rocksdb-incremental");
    tree.age(Duration::from_hours(2));
    let (report, items) = plan(&tree, &keep_last(2)).await;
    assert!(report.blockers.is_empty(), "{:#?}", report.blockers);
    assert_eq!(names(&report, GcDecision::Delete), ["chk-2"], "{:#?}", report.snapshots);
    assert!(items.iter().any(|item| item.class() == GcClass::Metadata));
    assert!(items.iter().any(|item| item.class() == GcClass::Retired));
    let needed = tree.named_by(&["chk-3", "chk-4"]);
    assert!(items.iter().all(|item| !needed.contains(&item.path)), "{items:#?}");
    let only_retired: Vec<_> = tree.named_by(&["chk-2"]).into_iter().filter(|path| !needed.contains(path)).collect();
    assert!(only_retired.iter().all(|path| items.iter().any(|item| item.path == *path)), "{items:#?}");
}

#[tokio::test]
async fn a_checkpoint_stays_while_the_next_one_is_younger_than_a_checkpoint_may_take_and_ten_minutes() {
    let tree = Planted::of("2.3.0/rocksdb-incremental");
    tree.touch(SystemTime::now());
    let (report, _) = plan(&tree, &keep_last(1)).await;
    assert_eq!(names(&report, GcDecision::Delete), Vec::<&str>::new(), "{:#?}", report.snapshots);
    for (name, minutes) in [("chk-2", 90), ("chk-3", 80), ("chk-4", 65)] {
        tree.age_of(&tree.file_of(name, "rocksdb-incremental"), Duration::from_mins(minutes));
    }
    let (report, _) = plan(&tree, &keep_last(1)).await;
    assert_eq!(names(&report, GcDecision::Delete), ["chk-2"], "{:#?}", report.snapshots);
}

#[tokio::test]
async fn planning_changes_nothing_below_the_root() {
    let tree = Planted::of("2.3.0/rocksdb-incremental");
    tree.age(Duration::from_hours(2));
    let before = tree.listing();
    plan(&tree, &GcRequest { orphans: true, ..keep_last(1) }).await;
    assert_eq!(tree.listing(), before);
}

#[tokio::test]
async fn the_newest_checkpoint_is_not_disposed_of_while_its_job_may_run_and_an_older_one_is_with_its_own_files() {
    let tree = Planted::of("2.3.0/rocksdb-incremental");
    tree.age(Duration::from_hours(2));
    let dispose = |name: &str| GcRequest::new(Purpose::Dispose(tree.snapshot(name)));
    let (report, items) = plan(&tree, &dispose("chk-4")).await;
    assert!(items.is_empty(), "{items:#?}");
    assert!(names(&report, GcDecision::Keep).contains(&"chk-4"));
    let (report, items) = plan(&tree, &dispose("chk-2")).await;
    assert_eq!(names(&report, GcDecision::Delete), ["chk-2"]);
    let needed = tree.named_by(&["chk-3", "chk-4"]);
    assert!(!items.is_empty() && items.iter().all(|item| !needed.contains(&item.path)), "{items:#?}");
    let savepoint = tree.names_like("savepoint-")[0].clone();
    let (report, _) = plan(&tree, &dispose(&savepoint)).await;
    assert_eq!(names(&report, GcDecision::Delete), [savepoint.as_str()]);
}

#[tokio::test]
async fn merged_files_stay_while_their_job_may_run_and_the_metadata_that_named_them_goes() {
    for scenario in ["2.3.0/file-merging", "2.3.0/file-merging-across"] {
        let tree = Planted::of(scenario);
        tree.age(Duration::from_hours(2));
        let (report, items) = plan(&tree, &keep_last(1)).await;
        assert!(!names(&report, GcDecision::Delete).is_empty(), "{scenario}: {:#?}", report.snapshots);
        assert!(items.iter().all(|item| !item.path.contains("/job_")), "{scenario}: {items:#?}");
    }
}

/// Names a place, whatever it is.
struct Pin(Protected);

#[async_trait::async_trait]
impl ProtectionSource for Pin {
    fn name(&self) -> String {
        "pin:/etc/pins".to_owned()
    }

    async fn read(&self) -> Result<Protection, ProtectError> {
        let mut protection = Protection::new(self.name(), Utc::now());
        protection.snapshots.push(self.0.clone());
        Ok(protection)
    }
}

#[tokio::test]
async fn what_is_pinned_stays_and_so_does_everything_below_a_directory_that_is_pinned_as_a_whole() {
    let tree = Planted::of("2.3.0/rocksdb-incremental");
    tree.age(Duration::from_hours(2));
    let pin = |place: StorageUri, everything_below: bool| {
        let reason = "pinned".to_owned();
        let protected =
            Protected { place, reason, whole_lineage: false, everything_below, tag: None, expires_at: None };
        vec![Box::new(Pin(protected)) as Box<dyn ProtectionSource>]
    };
    let (report, items) = plan_with(&tree, &keep_last(1), &pin(tree.snapshot("chk-2"), false)).await;
    assert_eq!(names(&report, GcDecision::Delete), ["chk-3"], "{:#?}", report.snapshots);
    let needed = tree.named_by(&["chk-2", "chk-4"]);
    assert!(items.iter().all(|item| !needed.contains(&item.path)), "{items:#?}");
    let root = StorageUri::parse(&tree.path().to_string_lossy()).expect("a path");
    let (report, items) = plan_with(&tree, &keep_last(1), &pin(root, true)).await;
    assert!(items.is_empty() && names(&report, GcDecision::Delete).is_empty(), "{:#?}", report.snapshots);
}
