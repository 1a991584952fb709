//! From roots to a report: the walk on one thread, decoding on all cores, and nothing kept but rows of the report.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rayon::iter::{ParallelBridge, ParallelIterator};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::discovery::layout::{self, DirectoryName};
use crate::discovery::{Found, LoadedMetadata, PassedOver, Residue, scan};
use crate::inspect::{Summary, summarize};
use crate::progress::Progress;
use crate::report::{
    Finding, ListReport, ListTotals, Severity, Snapshot, SnapshotKind, SnapshotOrigin, SnapshotStatus,
    timestamp_from_millis,
};
use crate::storage::Storage;
use crate::uri::StorageUri;

/// Finds that may wait for a core that decodes them, each at most one metadata file.
const FINDS_AHEAD: usize = 32;

/// The code of a finding about a place that could not be read.
pub const NOT_READ: &str = "NOT_READ";

/// What the statuses depend on besides what is there.
#[derive(Debug, Clone, Copy)]
pub struct ScanOptions {
    /// The time that ages are measured from.
    pub as_of: DateTime<Utc>,
    /// From this age on, a snapshot without metadata counts as abandoned (`execution.checkpointing.timeout`).
    pub checkpoint_timeout: Duration,
}

/// What one core has made of its part of the finds.
#[derive(Default)]
struct Collected {
    snapshots: Vec<Snapshot>,
    findings: Vec<Finding>,
    directories: u64,
    files: u64,
    unread: u64,
    outlying_directories: BTreeSet<StorageUri>,
    residue: Vec<Residue>,
}

/// Finds the snapshots below the roots and says what each is: a report of everything, in no order that means anything.
///
/// The walk runs on `runtime`, so that connections outlive it.
pub fn collect(
    roots: &[(StorageUri, Arc<dyn Storage>)],
    options: &ScanOptions,
    runtime: &Handle,
    progress: &dyn Progress,
) -> ListReport {
    collect_with(roots, options, runtime, progress, &summarize)
}

/// The same, where each metadata is examined for more than a list needs. Several cores do so at once, in no particular order.
pub fn collect_with(
    roots: &[(StorageUri, Arc<dyn Storage>)],
    options: &ScanOptions,
    runtime: &Handle,
    progress: &dyn Progress,
    examine: &(dyn Fn(&LoadedMetadata) -> Summary + Sync),
) -> ListReport {
    let (send, mut receive) = mpsc::channel(FINDS_AHEAD);
    let collected = thread::scope(|scope| {
        scope.spawn(move || {
            runtime.block_on(async move {
                for (root, storage) in roots {
                    if scan(Arc::clone(storage), root.clone(), send.clone()).await.is_err() {
                        return;
                    }
                }
            });
        });
        let finds = std::iter::from_fn(|| receive.blocking_recv());
        let partly = finds.par_bridge().fold(Collected::default, |mut collected, found| {
            collected.add(found, examine, progress);
            collected
        });
        partly.reduce(Collected::default, Collected::and)
    });
    collected.into_report(options)
}

impl Collected {
    fn add(&mut self, found: Found, examine: &(dyn Fn(&LoadedMetadata) -> Summary + Sync), progress: &dyn Progress) {
        match found {
            Found::Metadata(loaded) => {
                let Summary { snapshot, findings, outlying_directories } = examine(&loaded);
                self.snapshots.push(snapshot);
                self.findings.extend(findings);
                self.outlying_directories.extend(outlying_directories);
                progress.snapshots(1);
            }
            Found::WithoutMetadata(residue) => self.residue.push(residue),
            Found::Visited { files } => {
                self.directories += 1;
                self.files += files;
                progress.directories(1);
                progress.files(files);
            }
            Found::PassedOver(what) => {
                let finding = passed_over(what);
                self.unread += u64::from(finding.severity() == Severity::Unknown);
                self.findings.push(finding);
            }
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.snapshots.extend(other.snapshots);
        self.findings.extend(other.findings);
        self.outlying_directories.extend(other.outlying_directories);
        self.residue.extend(other.residue);
        self.directories += other.directories;
        self.files += other.files;
        self.unread += other.unread;
        self
    }

    /// Decides about directories without metadata, and leaves out what was found twice.
    fn into_report(mut self, options: &ScanOptions) -> ListReport {
        // With entropy, the files of a snapshot lie away from its metadata: then this is no residue.
        self.residue.retain(|residue| !self.outlying_directories.contains(&residue.directory));
        self.snapshots.extend(self.residue.iter().map(|residue| without_metadata(residue, options)));
        self.snapshots.sort_by(|a, b| a.location.cmp(&b.location));
        self.snapshots.dedup_by(|a, b| a.location == b.location);
        self.findings.sort_by(|a, b| (&a.location, &a.code).cmp(&(&b.location, &b.code)));
        self.findings.dedup();
        ListReport {
            snapshots: self.snapshots,
            findings: self.findings,
            totals: Some(ListTotals {
                directories: Some(self.directories),
                files: Some(self.files),
                directories_unread: Some(self.unread),
                ..ListTotals::default()
            }),
            ..ListReport::stamped()
        }
    }
}

/// A snapshot that is being written, or was given up.
fn without_metadata(residue: &Residue, options: &ScanOptions) -> Snapshot {
    let directory = &residue.directory;
    let (kind, checkpoint_id) = match layout::directory_name(directory) {
        DirectoryName::Checkpoint(id) => (SnapshotKind::Checkpoint, Some(id)),
        DirectoryName::Savepoint | DirectoryName::Other => (SnapshotKind::Savepoint, None),
    };
    // What has no time could be new. A time in the future is the store's clock against ours, and counts as now.
    let age = residue.written_at.and_then(|written_at| (options.as_of - written_at).to_std().ok()).unwrap_or_default();
    let status = if age < options.checkpoint_timeout { SnapshotStatus::InProgress } else { SnapshotStatus::Incomplete };
    let triggered_at = residue.started_at.map(|time| timestamp_from_millis(time.timestamp_millis()));
    Snapshot {
        location: directory.to_string(),
        job_id: layout::job_id(directory),
        checkpoint_id,
        kind: Some(kind.into()),
        status: status.into(),
        origin: match kind {
            SnapshotKind::Checkpoint => SnapshotOrigin::Checkpoint.into(),
            _ => SnapshotOrigin::Unknown.into(),
        },
        data_files: Some(residue.files),
        data_bytes: Some(residue.bytes),
        times_estimated: triggered_at.is_some().then_some(true),
        triggered_at,
        ..Snapshot::default()
    }
}

/// What is worth saying about something that is not a snapshot. `unknown` wherever something was left unread.
#[must_use]
pub fn passed_over(what: PassedOver) -> Finding {
    let (code, severity, place, message, action) = match what {
        PassedOver::Unread(error) => {
            let action = error.hint();
            return Finding {
                code: NOT_READ.to_owned(),
                severity: Severity::Unknown.into(),
                location: error.place().to_string(),
                message: error.reason(),
                action,
                ..Finding::default()
            };
        }
        PassedOver::Link(place) => (
            "LINK_NOT_FOLLOWED",
            Severity::Unknown,
            place,
            "a symbolic link; what it leads to was not looked at".to_owned(),
            "give the place it leads to as a root of its own",
        ),
        PassedOver::NotUtf8(place, name) => (
            "NAME_NOT_UTF8",
            Severity::Unknown,
            place,
            format!("holds something whose name is not UTF-8, shown as {name:?}; it was not looked at"),
            "rename it; Flink gives no such names",
        ),
        PassedOver::TooDeep(place) => (
            "TOO_DEEP",
            Severity::Unknown,
            place,
            "directories are nested deeper than any layout of Flink; what is below was not looked at".to_owned(),
            "give it as a root of its own",
        ),
        PassedOver::Foreign(place) => (
            "FOREIGN_METADATA",
            Severity::Info,
            place,
            "a file of this name that Flink did not write".to_owned(),
            "none; other programs name files so, too",
        ),
        PassedOver::NotADirectory(place) => (
            "NOT_A_DIRECTORY",
            Severity::Error,
            place,
            "a file, and not metadata of Flink".to_owned(),
            "give a directory, a snapshot or a metadata file",
        ),
    };
    Finding {
        code: code.to_owned(),
        severity: severity.into(),
        location: place.to_string(),
        message,
        action: Some(action.to_owned()),
        ..Finding::default()
    }
}
