//! `keepoint files`: every file below some roots, what it is and who refers to it.
//!
//! First all snapshots are found and decoded, then everything is listed, then metadata that came in between is read, too. Only then is
//! anything said of a file that nobody refers to. A file is a row of a few words until it is written out, so that millions fit.

mod classes;
mod layout;
mod rows;
mod select;
mod who;

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;

use crate::discovery::{LoadedMetadata, PassedOver, layout as names};
use crate::format::metadata::has_magic;
use crate::inspect::{Examined, examine};
use crate::list::{self, ScanOptions};
use crate::progress::Progress;
use crate::references::{Graph, Needs, Relocations, SnapshotNumber};
use crate::report::{
    FileUse, FilesReport, FilesTotals, Finding, ObjectVersion, PhysicalFile, Severity, SnapshotStatus,
    UnfinishedUpload, timestamp_from_millis,
};
use crate::storage::{Entry, EntryKind, Error, ErrorKind, Storage, Upload, Version};
use crate::uri::StorageUri;

use classes::{Evidence, Lineage};
use rows::Rows;

pub use select::FileSelection;

/// What is asked.
#[derive(Debug, Clone)]
pub struct FilesOptions {
    /// What the statuses depend on.
    pub scan: ScanOptions,
    /// Where the files are that metadata names elsewhere.
    pub relocations: Relocations,
    /// Which files.
    pub selection: FileSelection,
    /// Versions of objects that are not the current ones.
    pub versions: bool,
    /// Uploads that were not finished.
    pub uploads: bool,
}

/// All files, and a report of everything but them.
pub struct Census {
    /// The report; the files come from [`Self::each`].
    pub report: FilesReport,
    rows: Rows,
    world: World,
    evidence: Evidence,
    selection: FileSelection,
}

/// What is known of all snapshots.
#[derive(Default)]
struct World {
    graph: Graph,
    users: crate::references::Users,
    /// Locations by number.
    locations: Vec<String>,
    /// Metadata by the directory it is in.
    metadata: HashMap<StorageUri, Metadata>,
    /// What metadata that could not be decoded may refer to.
    obscure: Vec<Lineage>,
    uses: Vec<FileUse>,
}

/// Metadata of Flink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Metadata {
    /// It could be decoded.
    Of(SnapshotNumber),
    /// It could not.
    Unreadable,
}

impl World {
    fn add(&mut self, location: &str, loaded: &LoadedMetadata, contents: Result<(Needs<'_>, Option<FileUse>), ()>) {
        // Overlapping roots show a snapshot twice.
        if self.metadata.contains_key(&loaded.directory) {
            return;
        }
        let metadata = if let Ok((needs, found)) = contents {
            self.uses.extend(found.map(|found| FileUse { snapshot: location.to_owned(), ..found }));
            self.locations.push(location.to_owned());
            Metadata::Of(self.graph.add(&needs))
        } else {
            self.obscure.push(Lineage::of_unreadable(loaded));
            Metadata::Unreadable
        };
        self.metadata.insert(loaded.directory.clone(), metadata);
    }
}

/// Collects what metadata says, from several cores.
struct Examiner<'a> {
    world: Mutex<World>,
    relocations: &'a Relocations,
    who: Option<&'a StorageUri>,
}

impl<'a> Examiner<'a> {
    fn new(options: &'a FilesOptions, who: Option<&'a StorageUri>) -> Self {
        Self { world: Mutex::default(), relocations: &options.relocations, who }
    }

    fn examine(&self, loaded: &LoadedMetadata) -> crate::inspect::Summary {
        let Examined { summary, contents } = examine(loaded, self.relocations, |metadata| {
            self.who.and_then(|file| who::use_of(file, metadata, loaded, self.relocations))
        });
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.add(&summary.snapshot.location, loaded, contents.map_err(|_| ()));
        summary
    }

    fn into_world(self) -> World {
        self.world.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lists everything below the roots, and says what it is.
///
/// The error is that of a store without versions or uploads, where these were asked for.
pub fn census(
    roots: &[(StorageUri, Arc<dyn Storage>)],
    options: &FilesOptions,
    runtime: &Handle,
    progress: &dyn Progress,
) -> Result<Census, Error> {
    let examiner = Examiner::new(options, None);
    let mut found = list::collect_with(roots, &options.scan, runtime, progress, &|loaded| examiner.examine(loaded));
    let mut rows = Rows::default();
    let mut report = FilesReport::stamped();
    runtime.block_on(async {
        let mut late = HashSet::new();
        for (root, storage) in roots {
            let world = &examiner.world;
            let mut listing =
                Listing { root, rows: &mut rows, world, late: &mut late, findings: &mut found.findings, progress };
            let failed = storage.list_below(root, &mut |page| listing.add(page)).await;
            found.findings.extend(failed.into_iter().map(|error| list::passed_over(PassedOver::Unread(error))));
            for directory in late.drain() {
                read_late(&**storage, &directory, &examiner, &mut found.findings).await;
            }
            if options.versions {
                versions(&**storage, root, &mut report.versions).await?;
            }
            if options.uploads {
                uploads(&**storage, root, &mut report.uploads).await?;
            }
        }
        Ok::<_, Error>(())
    })?;
    report.versions.sort_by(|a, b| (&a.path, &a.version_id).cmp(&(&b.path, &b.version_id)));
    report.uploads.sort_by(|a, b| (&a.path, &a.upload_id).cmp(&(&b.path, &b.upload_id)));
    let mut world = examiner.into_world();
    world.users = world.graph.users();
    rows.sort(&world.graph);
    let evidence = Evidence::of(&found, &options.scan, &world.obscure);
    let mut census = Census { report, rows, world, evidence, selection: options.selection.clone() };
    census.complete(found.findings, options);
    Ok(census)
}

/// Says of one file who refers to it, without listing anything but what leads to snapshots.
pub fn who(
    file: &StorageUri,
    storage: &dyn Storage,
    roots: &[(StorageUri, Arc<dyn Storage>)],
    options: &FilesOptions,
    runtime: &Handle,
    progress: &dyn Progress,
) -> Result<FilesReport, Error> {
    let examiner = Examiner::new(options, Some(file));
    let mut found = list::collect_with(roots, &options.scan, runtime, progress, &|loaded| examiner.examine(loaded));
    let facts = match runtime.block_on(storage.stat(file)) {
        Ok(facts) => Some(facts),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) if error.kind() == ErrorKind::IsDirectory => return Err(error),
        Err(error) => {
            found.findings.push(list::passed_over(PassedOver::Unread(error)));
            None
        }
    };
    let mut world = examiner.into_world();
    world.users = world.graph.users();
    world.uses.sort_by(|a, b| a.snapshot.cmp(&b.snapshot));
    let mut rows = Rows::default();
    let directory = file.parent().unwrap_or_else(|| file.clone());
    let number = rows.directory(&directory, &world.graph);
    let modified_at = facts.and_then(|facts| facts.modified_at);
    rows.push(number, file.file_name().unwrap_or(""), facts.map_or(0, |facts| facts.length), modified_at, &world.graph);
    let evidence = Evidence::of(&found, &options.scan, &world.obscure);
    let uses = std::mem::take(&mut world.uses);
    let mut census =
        Census { report: FilesReport::stamped(), rows, world, evidence, selection: FileSelection::default() };
    census.complete(found.findings, options);
    let mut files = Vec::new();
    let shown = census.each(&mut |file| {
        let bytes = facts.map(|facts| facts.length);
        files.push(PhysicalFile { bytes, ..file.clone() });
        Ok(())
    });
    debug_assert!(shown.is_ok(), "a vector takes everything");
    Ok(FilesReport { files, uses, ..census.report })
}

/// Takes the pages of a listing.
struct Listing<'a> {
    root: &'a StorageUri,
    rows: &'a mut Rows,
    world: &'a Mutex<World>,
    /// Directories with metadata that the search for snapshots has not seen.
    late: &'a mut HashSet<StorageUri>,
    findings: &'a mut Vec<Finding>,
    progress: &'a dyn Progress,
}

impl Listing<'_> {
    fn add(&mut self, page: Vec<Entry>) {
        let world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        self.progress.files(page.len() as u64);
        for Entry { name: path, kind } in page {
            let passed_over = match kind {
                EntryKind::File(facts) => {
                    let (directory, name) = path.rsplit_once('/').unwrap_or(("", &path));
                    let number = self.rows.directory_below(self.root, directory, &world.graph);
                    self.rows.push(number, name, facts.length, facts.modified_at, &world.graph);
                    if name == names::METADATA_FILE_NAME {
                        self.late.extend(
                            self.rows.place(number).filter(|place| !world.metadata.contains_key(*place)).cloned(),
                        );
                    }
                    continue;
                }
                EntryKind::Directory { .. } | EntryKind::Special => continue,
                EntryKind::Link => PassedOver::Link(self.root.child(&path)),
                EntryKind::NotUtf8 => {
                    let (directory, name) = path.rsplit_once('/').unwrap_or(("", &path));
                    let place = if directory.is_empty() { self.root.clone() } else { self.root.child(directory) };
                    PassedOver::NotUtf8(place, name.to_owned())
                }
            };
            self.findings.push(list::passed_over(passed_over));
        }
    }
}

/// Metadata that was written since the search, or lies where none is searched.
async fn read_late(
    storage: &dyn Storage,
    directory: &StorageUri,
    examiner: &Examiner<'_>,
    findings: &mut Vec<Finding>,
) {
    match crate::discovery::load(storage, directory).await {
        Ok(loaded) if !names::is_snapshot_name(directory) && !has_magic(&loaded.bytes) => {}
        Ok(loaded) => findings.extend(examiner.examine(&loaded).findings),
        Err(crate::discovery::Error::Storage(error)) if error.kind() != ErrorKind::NotFound => {
            findings.push(list::passed_over(PassedOver::Unread(error)));
        }
        // Deleted since it was listed.
        Err(_) => {}
    }
}

async fn versions(storage: &dyn Storage, root: &StorageUri, all: &mut Vec<ObjectVersion>) -> Result<(), Error> {
    let mut show = |page: Vec<Version>| {
        all.extend(page.into_iter().map(|version| ObjectVersion {
            path: root.child(&version.name).to_string(),
            version_id: version.version_id,
            bytes: version.length,
            delete_marker: version.length.is_none(),
            is_latest: version.is_latest,
            modified_at: version.modified_at.map(|time| timestamp_from_millis(time.timestamp_millis())),
        }));
    };
    storage.list_versions(root, &mut show).await
}

async fn uploads(storage: &dyn Storage, root: &StorageUri, all: &mut Vec<UnfinishedUpload>) -> Result<(), Error> {
    let mut show = |page: Vec<Upload>| {
        all.extend(page.into_iter().map(|upload| UnfinishedUpload {
            path: root.child(&upload.name).to_string(),
            upload_id: upload.upload_id,
            bytes: upload.bytes,
            started_at: upload.started_at.map(|time| timestamp_from_millis(time.timestamp_millis())),
        }));
    };
    storage.list_uploads(root, &mut show).await
}

impl Census {
    /// Shows the files that were asked for, in order. The record is the same one again and again.
    pub fn each(&self, show: &mut dyn FnMut(&PhysicalFile) -> io::Result<()>) -> io::Result<()> {
        classes::each(&self.rows, &self.world, &self.evidence, &mut |file| match self
            .selection
            .decide(file, self.evidence.as_of())
        {
            Some(true) => show(file),
            Some(false) | None => Ok(()),
        })
    }

    /// Adds up, and puts the findings in order.
    fn complete(&mut self, mut findings: Vec<Finding>, options: &FilesOptions) {
        findings.sort_by(|a, b| (&a.location, &a.code, &a.message).cmp(&(&b.location, &b.code, &b.message)));
        findings.dedup();
        let as_of = options.scan.as_of;
        let mut totals = FilesTotals {
            as_of: Some(timestamp_from_millis(as_of.timestamp_millis())),
            snapshots: self.world.locations.len() as u64,
            directories_unread: findings.iter().filter(|finding| is_unread(finding)).count() as u64,
            ..FilesTotals::default()
        };
        let mut classes = classes::Totals::default();
        let counted = classes::each(&self.rows, &self.world, &self.evidence, &mut |file| {
            let bytes = file.bytes.unwrap_or(0);
            classes.add(file.class(), bytes);
            totals.files += 1;
            totals.bytes = totals.bytes.saturating_add(bytes);
            match self.selection.decide(file, as_of) {
                Some(true) => {
                    totals.listed += 1;
                    totals.listed_bytes = totals.listed_bytes.saturating_add(bytes);
                }
                Some(false) => {}
                None => totals.undecided += 1,
            }
            Ok(())
        });
        debug_assert!(counted.is_ok(), "counting does not fail");
        if options.versions {
            let bytes = self.report.versions.iter().filter_map(|version| version.bytes);
            totals.version_bytes = Some(bytes.fold(0, u64::saturating_add));
        }
        if options.uploads {
            let bytes = self.report.uploads.iter().filter_map(|upload| upload.bytes);
            totals.upload_bytes = Some(bytes.fold(0, u64::saturating_add));
        }
        self.report.classes = classes.into_report();
        self.report.findings = findings;
        self.report.totals = Some(totals);
    }
}

/// Whether a finding says that something was left unread.
fn is_unread(finding: &Finding) -> bool {
    finding.severity() == Severity::Unknown
        && !finding.code.starts_with("META_")
        && finding.code != "FILE_PATH_UNRESOLVED"
}

/// Whether a directory of this status is that of a snapshot without metadata.
fn is_unfinished(status: SnapshotStatus) -> bool {
    matches!(status, SnapshotStatus::InProgress | SnapshotStatus::Incomplete)
}
