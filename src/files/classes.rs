//! What a file is: by who refers to it, and where nobody does, by its place and its age.

use std::collections::{HashMap, HashSet};
use std::io;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::layout::{Home, is_state_name, is_unfinished_metadata};
use super::rows::{Directory, Row, Rows};
use super::{Metadata, World, is_unfinished};
use crate::discovery::LoadedMetadata;
use crate::discovery::layout::{self, METADATA_FILE_NAME};
use crate::list::ScanOptions;
use crate::references::{FileNumber, Graph, Role, SnapshotNumber};
use crate::report::{
    FileClass, FileClassTotal, ListReport, PhysicalFile, Severity, SnapshotStatus, millis_of_timestamp,
    timestamp_from_millis,
};
use crate::uri::StorageUri;

/// Clocks of hosts and stores differ by less.
const SKEW: Duration = Duration::from_mins(5);

/// Where metadata that could not be decoded may have its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lineage {
    /// Its own directory, or that of its job.
    directory: StorageUri,
    /// Jobs whose ids occur in its bytes.
    jobs: HashSet<String>,
}

impl Lineage {
    /// Handles hold paths with the ids of the jobs that the files belong to, and these can be found without decoding anything.
    pub(super) fn of_unreadable(loaded: &LoadedMetadata) -> Self {
        const DIGITS: usize = 32;
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let runs = loaded.bytes.split(|byte| !is_digit(byte)).filter(|run| run.len() == DIGITS);
        let jobs = runs.filter_map(|run| String::from_utf8(run.to_vec()).ok());
        let job = layout::job_directory(&loaded.directory);
        let own = layout::job_id(&loaded.directory);
        Self { directory: job.unwrap_or_else(|| loaded.directory.clone()), jobs: jobs.chain(own).collect() }
    }

    fn may_own(&self, directory: &StorageUri) -> bool {
        directory.is_within(&self.directory) || directory.segments().any(|segment| self.jobs.contains(segment))
    }
}

/// What can be said of files that nobody refers to.
#[derive(Debug)]
pub(super) struct Evidence {
    as_of: DateTime<Utc>,
    checkpoint_timeout: Duration,
    /// Something was left unread, and could refer to anything.
    has_gaps: bool,
    obscure: Vec<Lineage>,
    /// Directories of snapshots without metadata.
    unfinished: HashMap<StorageUri, SnapshotStatus>,
    /// Directories in which there are checkpoints, with the time of the newest that is completed.
    jobs: HashMap<StorageUri, Option<i64>>,
    job_directories: HashSet<StorageUri>,
    /// The same by id, for what a job keeps elsewhere.
    jobs_by_id: HashMap<String, i64>,
}

impl Evidence {
    pub(super) fn of(found: &ListReport, options: &ScanOptions, obscure: &[Lineage]) -> Self {
        let mut evidence = Self {
            as_of: options.as_of,
            checkpoint_timeout: options.checkpoint_timeout,
            has_gaps: found.findings.iter().any(|finding| finding.severity() == Severity::Unknown),
            obscure: obscure.to_vec(),
            unfinished: HashMap::new(),
            jobs: HashMap::new(),
            job_directories: HashSet::new(),
            jobs_by_id: HashMap::new(),
        };
        for snapshot in &found.snapshots {
            let Ok(location) = StorageUri::parse(&snapshot.location) else { continue };
            if let Some(job) = layout::job_directory(&location) {
                let completed = (snapshot.status() == SnapshotStatus::Completed).then_some(snapshot.completed_at);
                let completed = completed.flatten().map(|time| millis_of_timestamp(&time));
                if let (Some(id), Some(time)) = (&snapshot.job_id, completed) {
                    let newest = evidence.jobs_by_id.entry(id.clone()).or_insert(time);
                    *newest = time.max(*newest);
                }
                let newest = evidence.jobs.entry(job).or_default();
                *newest = completed.max(*newest);
            }
            if is_unfinished(snapshot.status()) {
                evidence.unfinished.insert(location, snapshot.status());
            }
        }
        evidence.job_directories = evidence.jobs.keys().cloned().collect();
        evidence
    }

    pub(super) fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// What is written after this time may belong to a checkpoint in progress.
    fn settled_before(&self, job: Option<&StorageUri>) -> i64 {
        let by_id = || self.jobs_by_id.get(job?.file_name()?).copied();
        let newest = job.and_then(|job| self.jobs.get(job).copied().flatten()).or_else(by_id);
        let newest = newest.unwrap_or(i64::MAX).min(self.as_of.timestamp_millis());
        let margin = (self.checkpoint_timeout + SKEW).as_millis();
        newest.saturating_sub(i64::try_from(margin).unwrap_or(i64::MAX))
    }
}

/// A directory, with everything that is the same for all files in it.
struct Place<'a> {
    home: Home,
    /// What metadata is in it.
    metadata: Option<Metadata>,
    marking: Option<(FileClass, Vec<SnapshotNumber>)>,
    unfinished: Option<SnapshotStatus>,
    is_obscure: bool,
    settled_before: i64,
    world: &'a World,
}

impl<'a> Place<'a> {
    fn of(directory: &StorageUri, world: &'a World, evidence: &Evidence) -> Self {
        let home = Home::of(directory, &evidence.job_directories);
        let job = match &home {
            Home::OfJob(job) => Some(job.clone()),
            Home::Snapshot => layout::job_directory(directory),
            Home::Other => None,
        };
        Self {
            metadata: world.metadata.get(directory).copied(),
            marking: world.graph.marking(directory).map(|(role, snapshots)| (class_of_role(role), snapshots)),
            unfinished: evidence.unfinished.get(directory).copied(),
            is_obscure: evidence.has_gaps || evidence.obscure.iter().any(|lineage| lineage.may_own(directory)),
            settled_before: evidence.settled_before(job.as_ref()),
            home,
            world,
        }
    }

    fn class(&self, name: &str, modified_at: Option<DateTime<Utc>>, referenced: Option<FileNumber>) -> FileClass {
        if name == METADATA_FILE_NAME && self.metadata.is_some() {
            return FileClass::Metadata;
        }
        if let Some(file) = referenced {
            return class_of_file(&self.world.graph, file);
        }
        if let Some((class, _)) = &self.marking {
            return *class;
        }
        let is_flinks = match self.home {
            Home::Snapshot => is_state_name(name) || is_unfinished_metadata(name),
            Home::OfJob(_) => is_state_name(name),
            Home::Other => false,
        };
        if !is_flinks {
            return FileClass::Unknown;
        }
        let is_young = match (self.unfinished, modified_at) {
            (Some(SnapshotStatus::InProgress), _) => true,
            (Some(_), _) => false,
            // A directory that nobody has seen as that of a snapshot has come since.
            (None, Some(time)) => time.timestamp_millis() >= self.settled_before,
            (None, None) => return FileClass::Unknown,
        };
        match (is_young, self.is_obscure) {
            (true, _) => FileClass::InFlight,
            (false, true) => FileClass::Unknown,
            (false, false) => FileClass::Orphan,
        }
    }

    fn users(&self, class: FileClass, referenced: Option<FileNumber>) -> &[SnapshotNumber] {
        match (class, referenced, &self.marking) {
            (FileClass::Metadata, ..) => match &self.metadata {
                Some(Metadata::Of(snapshot)) => std::slice::from_ref(snapshot),
                Some(Metadata::Unreadable) | None => &[],
            },
            (_, Some(file), _) => self.world.users.of(file),
            (_, None, Some((_, snapshots))) => snapshots,
            (_, None, None) => &[],
        }
    }
}

fn class_of_role(role: Role) -> FileClass {
    match role {
        Role::Exclusive => FileClass::Exclusive,
        Role::Shared => FileClass::Shared,
        Role::TaskOwned => FileClass::TaskOwned,
    }
}

/// The longest-lived of its roles.
fn class_of_file(graph: &Graph, file: FileNumber) -> FileClass {
    let roles = graph.claims_on(file).filter_map(|claim| graph.claimed(claim)).map(|(_, role, _)| role);
    roles.max().map_or(FileClass::Unknown, class_of_role)
}

/// Shows every file, in order. The record is the same one again and again.
pub(super) fn each(
    rows: &Rows,
    world: &World,
    evidence: &Evidence,
    show: &mut dyn FnMut(&PhysicalFile) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = PhysicalFile::default();
    for directory in &rows.directories {
        let place = Place::of(&directory.place, world, evidence);
        let mut path = directory.place.to_string();
        if !path.ends_with('/') || !directory.place.key().is_empty() {
            path.push('/');
        }
        for row in &directory.rows {
            fill(&mut file, &path, &place, rows, directory, *row);
            show(&file)?;
        }
    }
    Ok(())
}

fn fill(file: &mut PhysicalFile, path: &str, place: &Place<'_>, rows: &Rows, directory: &Directory, row: Row) {
    let name = rows.name(row, &place.world.graph);
    let modified_at = row.modified_at();
    let referenced = rows.referenced(directory, row, &place.world.graph);
    let class = place.class(name, modified_at, referenced);
    file.path.clear();
    file.path.push_str(path);
    file.path.push_str(name);
    file.bytes = Some(row.bytes);
    file.modified_at = modified_at.map(|time| timestamp_from_millis(time.timestamp_millis()));
    file.class = class.into();
    let users = place.users(class, referenced);
    file.referenced_by.truncate(users.len());
    for (position, user) in users.iter().enumerate() {
        let location = place.world.locations.get(user.0 as usize).map_or("", String::as_str);
        match file.referenced_by.get_mut(position) {
            Some(text) => {
                text.clear();
                text.push_str(location);
            }
            None => file.referenced_by.push(location.to_owned()),
        }
    }
    file.referenced_by.sort_unstable();
}

/// Numbers and bytes by class.
#[derive(Debug, Default)]
pub(super) struct Totals {
    by_class: HashMap<i32, (u64, u64)>,
}

impl Totals {
    pub(super) fn add(&mut self, class: FileClass, bytes: u64) {
        let (files, total) = self.by_class.entry(class.into()).or_default();
        *files += 1;
        *total = total.saturating_add(bytes);
    }

    /// In the order of the schema.
    pub(super) fn into_report(self) -> Vec<FileClassTotal> {
        let mut totals: Vec<FileClassTotal> =
            self.by_class.into_iter().map(|(class, (files, bytes))| FileClassTotal { class, files, bytes }).collect();
        totals.sort_by_key(|total| total.class);
        totals
    }
}
