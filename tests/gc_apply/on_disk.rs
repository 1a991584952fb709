//! On a disk: directories, moving instead of deleting, and metadata that is put back.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use keepoint::gc::apply::{ApplyOptions, Gone, Interrupt, Remark, Remarked, Tools, apply};
use keepoint::gc::ledger::Ledger;
use keepoint::gc::ledger::bundle::{self, Copied};
use keepoint::gc::restore_metadata::{RestoreError, restore_metadata};
use keepoint::gc::rules::{Rule, Rules};
use keepoint::progress::Silent;
use keepoint::report::{
    Finding, GcClass, GcDecision, GcEnd, GcItem, GcOutcomeReport, GcPlanHeader, GcRoot, GcSnapshot, SCHEMA,
    SnapshotKind, TOOL_VERSION, timestamp_from_millis,
};
use keepoint::storage::{StorageSettings, Stores};
use keepoint::uri::StorageUri;
use tempfile::TempDir;

use crate::scene::{Plan, codes, hex, uri};

const JOB: &str = "0123456789abcdef0123456789abcdef";

/// Nothing is live; a lineage has ended or not.
struct Nothing {
    ended: bool,
}

#[async_trait]
impl Remark for Nothing {
    async fn remark(&mut self, _: &Gone) -> Result<Box<dyn Remarked>, Vec<Finding>> {
        Ok(Box::new(Self { ended: self.ended }))
    }
}

impl Remarked for Nothing {
    fn is_live(&self, _: &StorageUri) -> bool {
        false
    }

    fn why_needed(&self, _: &StorageUri) -> Option<String> {
        None
    }

    fn is_ended(&self, _: &StorageUri) -> bool {
        self.ended
    }

    fn identity(&self, _: &StorageUri) -> Option<String> {
        None
    }
}

struct Disk {
    directory: TempDir,
    stores: Stores,
}

impl Disk {
    fn new(files: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        for name in files {
            let file = directory.path().join("root").join(JOB).join(name);
            fs::create_dir_all(file.parent().expect("a directory")).expect("a directory");
            fs::write(file, name).expect("writable");
        }
        Self { directory, stores: Stores::new(StorageSettings::default()).expect("no configuration to read") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn place(&self, name: &str) -> String {
        format!("file:{}", self.path(name).display())
    }

    fn in_job(&self, name: &str) -> PathBuf {
        self.path("root").join(JOB).join(name)
    }

    async fn ledger(&self) -> Ledger {
        Ledger::open(&self.stores, &uri(&self.place("ledger"))).await.expect("a ledger")
    }

    fn plan(&self, items: &[(&str, GcClass, Option<&str>)]) -> Plan {
        let job = self.place(&format!("root/{JOB}"));
        let time = |name: &str| {
            let facts = fs::metadata(self.in_job(name)).expect("it is there");
            let modified_at: DateTime<Utc> = facts.modified().expect("a time").into();
            (facts.len(), Some(timestamp_from_millis(modified_at.timestamp_millis())))
        };
        let snapshot = |name: &str, decision: GcDecision| {
            let metadata = format!("{name}/_metadata");
            let (metadata_bytes, at) = time(&metadata);
            GcSnapshot {
                location: format!("{job}/{name}"),
                decision: decision.into(),
                kind: Some(SnapshotKind::Checkpoint.into()),
                completed_at: at,
                lineage: job.clone(),
                metadata: format!("{job}/{metadata}"),
                metadata_bytes,
                metadata_modified_at: at,
                metadata_digest: hex(&fs::read(self.in_job(&metadata)).expect("readable")),
                ..GcSnapshot::default()
            }
        };
        let items = items.iter().map(|(name, class, snapshot)| {
            let (bytes, modified_at) = time(name);
            let is_directory = *class == GcClass::Directory;
            GcItem {
                path: if name.is_empty() { job.clone() } else { format!("{job}/{name}") },
                bytes: if is_directory { 0 } else { bytes },
                modified_at,
                class: (*class).into(),
                snapshot: snapshot.map(|name| format!("{job}/{name}")),
                lineage: job.clone(),
                ..GcItem::default()
            }
        });
        Plan {
            header: GcPlanHeader {
                format: 1,
                schema: SCHEMA.to_owned(),
                tool_version: TOOL_VERSION.to_owned(),
                plan_id: "plan-1".to_owned(),
                created_at: Some(timestamp_from_millis(Utc::now().timestamp_millis())),
                roots: vec![GcRoot { location: self.place("root"), files: 100, bytes: 1 << 20, ..GcRoot::default() }],
                ..GcPlanHeader::default()
            },
            snapshots: vec![snapshot("chk-1", GcDecision::Delete), snapshot("chk-2", GcDecision::Keep)],
            items: items.collect(),
        }
    }

    async fn apply(&self, plan: &Plan, ended: bool, rules: Rules) -> GcOutcomeReport {
        let ledger = self.ledger().await;
        let options = ApplyOptions {
            rules,
            ..ApplyOptions::new(format!("run-{}", fs::read_dir(self.path("ledger")).expect("a ledger").count()))
        };
        let tools = Tools {
            stores: &self.stores,
            ledger: &ledger,
            clock: &Utc::now,
            interrupt: &Interrupt::default(),
            progress: &Silent,
        };
        apply(plan.bytes().as_slice(), &mut Nothing { ended }, tools, &options).await.expect("an answer")
    }
}

fn names_below(directory: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).expect("a directory") {
            let path = entry.expect("readable").path();
            names.insert(path.strip_prefix(directory).expect("below").to_str().expect("text").to_owned());
            if path.is_dir() {
                waiting.push(path);
            }
        }
    }
    names
}

const FILES: [&str; 5] = ["chk-1/_metadata", "chk-1/a", "chk-2/_metadata", "shared/x", "taskowned/y"];

fn everything_of_one() -> Vec<(&'static str, GcClass, Option<&'static str>)> {
    vec![
        ("chk-1/_metadata", GcClass::Metadata, Some("chk-1")),
        ("chk-1/a", GcClass::Retired, Some("chk-1")),
        ("shared/x", GcClass::Retired, Some("chk-1")),
    ]
}

#[tokio::test]
async fn s24_directories_of_snapshots_go_when_they_are_empty_and_others_stay() {
    let disk = Disk::new(&FILES);
    let mut items = everything_of_one();
    items.push(("shared", GcClass::Directory, None));
    let plan = disk.plan(&items);
    let report = disk.apply(&plan, false, Rules::default()).await;
    assert_eq!((report.end(), report.directories_removed), (GcEnd::Done, 1), "{report:#?}");
    assert!(!disk.in_job("chk-1").exists(), "it was of a snapshot, and empty");
    assert!(disk.in_job("shared").is_dir(), "the job may run");

    let disk = Disk::new(&FILES);
    let report = disk.apply(&disk.plan(&items), false, Rules::all_but(Rule::S24)).await;
    assert_eq!(report.end(), GcEnd::Done);
    assert!(!disk.in_job("shared").exists(), "without the rule it would go");

    let disk = Disk::new(&FILES);
    disk.apply(&disk.plan(&items), true, Rules::default()).await;
    assert!(!disk.in_job("shared").exists(), "the job has ended");
}

#[tokio::test]
async fn s24_a_directory_with_something_in_it_stays_and_so_does_what_is_in_it() {
    let disk = Disk::new(&FILES);
    let plan = disk.plan(&everything_of_one());
    fs::write(disk.in_job("chk-1/late"), "x").expect("writable");
    let report = disk.apply(&plan, true, Rules::default()).await;
    assert_eq!((report.end(), report.directories_removed), (GcEnd::Done, 0));
    assert!(disk.in_job("chk-1/late").exists());
}

#[tokio::test]
async fn what_is_moved_to_a_quarantine_is_there_with_its_whole_path() {
    let disk = Disk::new(&FILES);
    let mut plan = disk.plan(&everything_of_one());
    plan.header.quarantine = Some(disk.place("trash"));
    let report = disk.apply(&plan, false, Rules::default()).await;
    assert_eq!((report.end(), report.files_deleted), (GcEnd::Done, 3), "{report:#?}");
    assert!(!disk.in_job("chk-1").exists() && !disk.in_job("shared/x").exists());
    let moved =
        disk.path("trash").join("plan-1").join(disk.path("root").strip_prefix("/").expect("absolute")).join(JOB);
    for name in ["chk-1/_metadata", "chk-1/a", "shared/x"] {
        assert_eq!(fs::read_to_string(moved.join(name)).expect("it is there"), name);
    }
    let again = disk.apply(&plan, false, Rules::default()).await;
    assert_eq!((again.end(), again.files_absent), (GcEnd::Done, 3));
}

#[tokio::test]
async fn a_quarantine_inside_of_a_root_or_in_another_store_is_refused() {
    let disk = Disk::new(&FILES);
    for place in [disk.place("root/trash"), "s3://bucket/trash".to_owned()] {
        let mut plan = disk.plan(&everything_of_one());
        plan.header.quarantine = Some(place);
        let report = disk.apply(&plan, false, Rules::default()).await;
        assert_eq!((report.end(), codes(&report.blockers)), (GcEnd::Refused, vec!["GC_QUARANTINE"]));
    }
    assert_eq!(names_below(&disk.path("root").join(JOB)).len(), 9, "nothing was touched");
}

#[tokio::test]
async fn a_link_in_the_place_of_a_planned_file_stays_and_so_does_what_it_leads_to() {
    let disk = Disk::new(&FILES);
    let plan = disk.plan(&everything_of_one());
    fs::rename(disk.in_job("shared/x"), disk.path("elsewhere")).expect("movable");
    std::os::unix::fs::symlink(disk.path("elsewhere"), disk.in_job("shared/x")).expect("a link");
    disk.apply(&plan, false, Rules::default()).await;
    assert!(disk.path("elsewhere").exists());
}

// restore-metadata

/// A savepoint of Flink whose files lie beside its metadata.
const SAVEPOINT: &str = "fixtures/flink/2.3.0/changelog-filesystem/storage/savepoints/savepoint-83c0d3-e478bd068122";

fn savepoint() -> (Disk, StorageUri) {
    let disk = Disk::new(&[]);
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(SAVEPOINT);
    let to = disk.path("root/savepoint-83c0d3-e478bd068122");
    fs::create_dir_all(&to).expect("a directory");
    for entry in fs::read_dir(from).expect("a fixture") {
        let entry = entry.expect("readable");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
    let location = uri(&format!("file:{}", to.display()));
    (disk, location)
}

async fn retired(disk: &Disk, location: &StorageUri) -> (Ledger, PathBuf, Vec<u8>) {
    let ledger = disk.ledger().await;
    let file = PathBuf::from(location.path()).join("_metadata");
    let bytes = fs::read(&file).expect("readable");
    let copied = Copied {
        location: location.to_string(),
        metadata: location.join("_metadata").to_string(),
        length: bytes.len() as u64,
        digest: hex(&bytes),
        plan: "plan".to_owned(),
        copied_at: 0,
    };
    bundle::copy(&ledger, &copied, &bytes).await.expect("copied");
    fs::remove_file(&file).expect("deletable");
    (ledger, file, bytes)
}

#[tokio::test]
async fn metadata_is_put_back_while_everything_that_it_names_is_there() {
    let (disk, location) = savepoint();
    let (ledger, file, bytes) = retired(&disk, &location).await;
    for place in [&location, &location.join("_metadata")] {
        let report = restore_metadata(&disk.stores, &ledger, place).await.expect("an answer");
        assert!(report.restored, "{report:#?}");
        assert_eq!(fs::read(&file).expect("it is there"), bytes);
    }
    let names = names_below(file.parent().expect("a directory"));
    assert_eq!(names.len(), 5, "nothing unfinished is left: {names:?}");
}

#[tokio::test]
async fn metadata_is_not_put_back_where_a_file_is_missing_or_has_another_length() {
    let (disk, location) = savepoint();
    let (ledger, file, _) = retired(&disk, &location).await;
    let mut files: Vec<PathBuf> =
        fs::read_dir(location.path()).expect("a directory").map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    fs::write(&files[0], "short").expect("writable");
    fs::remove_file(&files[1]).expect("deletable");
    let report = restore_metadata(&disk.stores, &ledger, &location).await.expect("an answer");
    assert!(!report.restored && !file.exists(), "{report:#?}");
    assert_eq!(report.size_mismatch, [format!("file:{}", files[0].display())]);
    assert_eq!(report.missing, [format!("file:{}", files[1].display())]);
}

#[tokio::test]
async fn metadata_is_not_put_over_another_one() {
    let (disk, location) = savepoint();
    let (ledger, file, _) = retired(&disk, &location).await;
    fs::write(&file, "another").expect("writable");
    let report = restore_metadata(&disk.stores, &ledger, &location).await.expect("an answer");
    assert!(!report.restored);
    assert_eq!(codes(&report.findings), ["METADATA_IS_ANOTHER"]);
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "another");
    assert_eq!(names_below(file.parent().expect("a directory")).len(), 5);
}

#[tokio::test]
async fn what_nobody_has_copied_cannot_be_put_back() {
    let (disk, location) = savepoint();
    let ledger = disk.ledger().await;
    let answer = restore_metadata(&disk.stores, &ledger, &location).await;
    assert!(matches!(answer, Err(RestoreError::NoCopy { .. })));
}
