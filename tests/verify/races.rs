//! What changes while it is looked at.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::Utc;
use keepoint::list::ScanOptions;
use keepoint::progress::Silent;
use keepoint::references::Relocations;
use keepoint::report::{Severity, SnapshotStatus, VerifyReport};
use keepoint::storage::{
    Description, Entry, Error, FileFacts, LocalStorage, ReadRange, Show, Storage, StorageSettings, Stores,
};
use keepoint::uri::StorageUri;
use keepoint::verify::{VerifyOptions, verify};

use crate::Copy;

/// A store in which something happens as soon as metadata has been read.
struct Eventful {
    inner: LocalStorage,
    event: fn(&StorageUri),
}

#[async_trait]
impl Storage for Eventful {
    async fn read_range(&self, file: &StorageUri, range: Range<u64>) -> Result<ReadRange, Error> {
        let read = self.inner.read_range(file, range).await;
        (self.event)(file);
        read
    }

    async fn list(&self, directory: &StorageUri, show: Show<'_, Entry>) -> Result<(), Error> {
        self.inner.list(directory, show).await
    }

    async fn stat(&self, file: &StorageUri) -> Result<FileFacts, Error> {
        self.inner.stat(file).await
    }

    fn requests_at_a_time(&self) -> usize {
        1
    }

    async fn describe(&self) -> Description {
        self.inner.describe().await
    }
}

fn verify_while(event: fn(&StorageUri)) -> VerifyReport {
    let copy = Copy::of("2.3.0/rocksdb-full");
    let chk: PathBuf = copy
        .state_files()
        .into_iter()
        .find(|file| file.to_string_lossy().contains("/chk-"))
        .and_then(|file| file.parent().map(ToOwned::to_owned))
        .expect("a checkpoint with files");
    let uri = |text: &str| StorageUri::parse(text).expect("a place");
    let (from, to) = copy.relocation().split_once('=').expect("a pair");
    let storage: Arc<dyn Storage> = Arc::new(Eventful { inner: LocalStorage::default(), event });
    let options = VerifyOptions {
        scan: ScanOptions { as_of: Utc::now(), checkpoint_timeout: Duration::from_mins(10) },
        relocations: Relocations::new(vec![(uri(from), uri(to))]),
        deep: false,
        read_through: false,
    };
    let stores = Stores::new(StorageSettings::default()).expect("nothing to read");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    verify(&[(uri(chk.to_str().expect("UTF-8")), storage)], &stores, &options, runtime.handle(), &Silent)
}

fn directory(metadata: &StorageUri) -> PathBuf {
    PathBuf::from(metadata.parent().expect("a directory").path())
}

#[test]
fn a_snapshot_that_is_deleted_meanwhile_has_vanished_and_is_not_damaged() {
    let report = verify_while(|metadata| fs::remove_dir_all(directory(metadata)).expect("it can go"));
    let row = &report.snapshots[0];
    assert_eq!((row.status(), row.restorable), (SnapshotStatus::Cleared, Some(false)));
    assert!(row.missing.is_empty());
    assert!(report.problems.is_empty());
    let finding = report.findings.iter().find(|finding| finding.code == "SNAPSHOT_VANISHED").expect("it is said");
    assert_eq!(finding.severity(), Severity::Info);
    assert_eq!(report.totals.expect("totals").missing, 0);
}

#[test]
fn a_snapshot_of_which_only_the_files_are_deleted_is_damaged() {
    let report = verify_while(|metadata| {
        for file in fs::read_dir(directory(metadata)).expect("a directory") {
            let file = file.expect("readable").path();
            if !file.ends_with("_metadata") {
                fs::remove_file(file).expect("it can go");
            }
        }
    });
    assert_eq!(report.snapshots[0].status(), SnapshotStatus::Damaged);
    assert!(!report.snapshots[0].missing.is_empty());
}

#[test]
fn a_snapshot_whose_metadata_is_another_one_meanwhile_is_not_judged_by_the_old_one() {
    let report = verify_while(|metadata| {
        fs::remove_dir_all(directory(metadata)).expect("it can go");
        fs::create_dir(directory(metadata)).expect("a directory");
        fs::write(metadata.path(), b"another attempt").expect("a file");
    });
    assert_eq!(report.snapshots[0].status(), SnapshotStatus::Cleared);
    assert!(report.findings.iter().any(|finding| finding.message.contains("replaced")));
}
