//! What clusters keep for their recovery: the directory `high-availability.storageDir`, or that of one cluster in it.
//! `--protect ha:DIR`, or `ha:DIR,configmaps=FILE-or-DIR` with the pointers of clusters on Kubernetes.
//!
//! ```text
//! <storageDir>/<cluster>/completedCheckpoint…        a completed checkpoint, as Java serializes it; recovery reads this and no `_metadata`
//! <storageDir>/<cluster>/submittedJobGraph…          a job, with what it starts from (since 2.0 submittedExecutionPlan…)
//! <storageDir>/<cluster>/blob/job_<job>/blob_…       code; left alone
//! <storageDir>/job-result-store/<cluster>/<job>.json jobs that have ended
//! ```
//!
//! Without pointers every object counts as one that recovery reads. With them an object that nothing points to is residue, if it is a
//! completed checkpoint of a cluster that was exported as a whole, and older than the export. Pointers in ZooKeeper are not read.

mod config_maps;
mod job_results;
mod locations;
mod object;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, TryStreamExt, stream};

use super::{JobState, KnownJob, ProtectError, Protected, Protection, ProtectionSource, Reach, spec, whole_file};
use crate::storage::{self, EntryKind, ErrorKind};
use crate::uri::StorageUri;
use config_maps::Pointers;
use object::Object;

/// How `--protect` takes it.
pub(super) const FORM: &str = "ha:DIR-or-URI[,configmaps=FILE-or-DIR]";

const CONFIG_MAPS: &str = ",configmaps=";

/// An object above this is not read. A checkpoint with five million files has about 1 GiB.
const LARGEST_OBJECT: u64 = 1 << 30;

/// An export above this is not read: a ConfigMap has at most 1 MiB.
const LARGEST_EXPORT: u64 = 64 << 20;

/// Objects that are read side by side. They are small, as a rule.
const READS_AT_A_TIME: usize = 4;

/// Clusters go on while they are read: what was listed and is gone then has been replaced by something that was not listed.
const ATTEMPTS: u32 = 5;

/// By how much clocks of a cluster and of a store may differ (S-12).
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// `ZooKeeperUtils.HA_STORAGE_COMPLETED_CHECKPOINT`, and the same on Kubernetes.
const COMPLETED_CHECKPOINT: &str = "completedCheckpoint";

struct HighAvailability {
    directory: StorageUri,
    config_maps: Option<StorageUri>,
    reach: Reach,
}

/// The source behind `ha:`.
pub(super) fn parse(text: &str, reach: &Reach) -> Result<Box<dyn ProtectionSource>, ProtectError> {
    let bad = |cause| ProtectError::new(format!("--protect ha:{text}"), cause, format!("write `--protect {FORM}`"));
    let (directory, config_maps) = match text.rsplit_once(CONFIG_MAPS) {
        Some((directory, config_maps)) => (directory, Some(config_maps)),
        None => (text, None),
    };
    if directory.is_empty() || config_maps.is_some_and(str::is_empty) {
        return Err(bad("names an empty place".to_owned()));
    }
    let directory = spec::place(directory).map_err(bad)?;
    let config_maps = config_maps.map(spec::place).transpose().map_err(bad)?;
    Ok(Box::new(HighAvailability { directory, config_maps, reach: reach.clone() }))
}

#[async_trait]
impl ProtectionSource for HighAvailability {
    fn name(&self) -> String {
        let config_maps = self.config_maps.as_ref().map_or_else(String::new, |place| format!("{CONFIG_MAPS}{place}"));
        format!("ha:{}{config_maps}", self.directory)
    }

    async fn read(&self) -> Result<Protection, ProtectError> {
        let mut attempt = 1;
        loop {
            match self.read_once().await {
                Err(NotRead::Gone(_)) if attempt < ATTEMPTS => attempt += 1,
                Err(NotRead::Gone(error) | NotRead::Failed(error)) => return Err(error),
                Ok(protection) => return Ok(protection),
            }
        }
    }
}

/// Why there is no answer.
enum NotRead {
    /// Something was listed and is gone.
    Gone(ProtectError),
    /// Anything else.
    Failed(ProtectError),
}

/// A file below the directory.
#[derive(Debug, Clone)]
struct File {
    place: StorageUri,
    /// From the directory.
    path: String,
    modified_at: Option<DateTime<Utc>>,
}

impl HighAvailability {
    async fn read_once(&self) -> Result<Protection, NotRead> {
        let mut protection = Protection::new(self.name(), (self.reach.clock)());
        // Before the files: a pointer is set when its file is there, and taken back before the file goes.
        let pointers = self.pointers().await.map_err(NotRead::Failed)?;
        let files = self.files().await.map_err(NotRead::Failed)?;
        let mut jobs = Jobs::default();

        let mut objects = Vec::new();
        protection.pointers_read = pointers.as_ref().is_some_and(|pointers| !pointers.clusters.is_empty());
        for file in files {
            if let Some((job_id, is_clean)) = job_results::entry(&file.path) {
                let state = if is_clean { self.job_result(&job_id, &file).await? } else { JobState::Running };
                jobs.add(job_id, state);
                continue;
            }
            if is_code(&file.path) || job_results::is_of_application(&file.path) {
                continue;
            }
            if let Some(pointers) = &pointers {
                match self.standing(&file, pointers) {
                    Standing::Residue => {
                        protection.residue.push(file.place);
                        continue;
                    }
                    Standing::NotExported => protection.pointers_read = false,
                    Standing::Live => {}
                }
            }
            objects.push(file);
        }
        if !protection.pointers_read {
            // Some are not known to be none, but then nobody may take it for all of them.
            protection.residue.clear();
        }

        let listed: BTreeSet<StorageUri> = objects.iter().map(|file| self.canonical(&file.place)).collect();
        for job in pointers.iter().flat_map(|pointers| &pointers.jobs) {
            jobs.add(job.clone(), JobState::Running);
        }
        let pointed = pointers.into_iter().flat_map(|pointers| pointers.files);
        let elsewhere = pointed.filter(|place| !listed.contains(&self.canonical(place))).map(|place| {
            let path = place.file_name().unwrap_or_default().to_owned();
            (File { place, path, modified_at: None }, true)
        });
        let all = objects.into_iter().map(|file| (file, false)).chain(elsewhere);
        let mut reads =
            stream::iter(all.map(|(file, may_be_gone)| self.object(file, may_be_gone))).buffered(READS_AT_A_TIME);
        let mut needed: BTreeMap<StorageUri, Protected> = BTreeMap::new();
        while let Some(read) = reads.try_next().await? {
            let Some((file, object)) = read else { continue };
            if let Some(checkpoint) = &object.checkpoint {
                jobs.add(checkpoint.job_id.clone(), JobState::Running);
            }
            self.add(&file, object, &mut needed);
        }
        protection.snapshots = needed.into_values().collect();
        protection.jobs = jobs.known();
        Ok(protection)
    }

    /// Everything below the directory. What cannot be listed or read is an error.
    async fn files(&self) -> Result<Vec<File>, ProtectError> {
        let storage = self.reach.stores.open(&self.directory).map_err(|error| whole_file::not_read(&error))?;
        let mut files = Vec::new();
        let mut odd = None;
        let failed = storage
            .list_below(&self.directory, &mut |page| {
                for entry in page {
                    let place = self.directory.child(&entry.name);
                    match entry.kind {
                        EntryKind::File(facts) => {
                            files.push(File { place, path: entry.name, modified_at: facts.modified_at });
                        }
                        EntryKind::Directory { .. } => {}
                        EntryKind::Link | EntryKind::Special | EntryKind::NotUtf8 => odd = Some(place),
                    }
                }
            })
            .await;
        if let Some(error) = failed.first() {
            return Err(whole_file::not_read(error));
        }
        if let Some(place) = odd {
            let hint = "links are not followed; give the place that the objects are really in";
            return Err(ProtectError::new(place.to_string(), "is no ordinary file", hint));
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }

    async fn pointers(&self) -> Result<Option<Pointers>, ProtectError> {
        let Some(place) = &self.config_maps else { return Ok(None) };
        let mut pointers = Pointers::default();
        match self.add_export(place, &mut pointers).await {
            Err(ExportError::Storage(error)) if error.kind() == ErrorKind::IsDirectory => {}
            Err(error) => return Err(error.into()),
            Ok(()) => return Ok(Some(pointers)),
        }
        let storage = self.reach.stores.open(place).map_err(|error| whole_file::not_read(&error))?;
        let mut entries = Vec::new();
        let listed = storage.list(place, &mut |page| entries.extend(page)).await;
        listed.map_err(|error| whole_file::not_read(&error))?;
        if entries.is_empty() {
            let hint = "export with `kubectl get configmaps -o yaml`";
            return Err(ProtectError::new(place.to_string(), "has no exports in it", hint));
        }
        for entry in entries {
            let file = place.child(&entry.name);
            let is_export = [".yaml", ".yml", ".json"].iter().any(|suffix| entry.name.ends_with(suffix));
            if !is_export || !matches!(entry.kind, EntryKind::File(_)) {
                let hint = "keep nothing but exports in this directory, or name one file";
                return Err(ProtectError::new(file.to_string(), "is neither a .yaml nor a .json file", hint));
            }
            self.add_export(&file, &mut pointers).await?;
        }
        Ok(Some(pointers))
    }

    async fn add_export(&self, file: &StorageUri, pointers: &mut Pointers) -> Result<(), ExportError> {
        let bytes =
            whole_file::read(&self.reach.stores, file, LARGEST_EXPORT).await.map_err(ExportError::Storage)?.bytes;
        let text = str::from_utf8(&bytes).map_err(|_| "is not UTF-8".to_owned());
        text.and_then(|text| pointers.add(text)).map_err(|cause| {
            let hint = "export again with `kubectl get configmaps -o yaml`, all of them";
            ExportError::Content(ProtectError::new(file.to_string(), cause, hint))
        })
    }

    async fn job_result(&self, job_id: &str, file: &File) -> Result<JobState, NotRead> {
        match whole_file::read(&self.reach.stores, &file.place, LARGEST_EXPORT).await {
            Ok(whole) => Ok(job_results::state(job_id, &whole.bytes, whole.modified_at)),
            Err(error) => Err(not_read(&error)),
        }
    }

    async fn object(&self, file: File, may_be_gone: bool) -> Result<Option<(File, Object)>, NotRead> {
        match whole_file::read(&self.reach.stores, &file.place, LARGEST_OBJECT).await {
            Ok(whole) => Ok(Some((file, object::read(&whole.bytes)))),
            // The cluster has gone on since the export, and what replaced it was listed.
            Err(error) if may_be_gone && matches!(error.kind(), ErrorKind::NotFound) => Ok(None),
            Err(error) => Err(not_read(&error)),
        }
    }

    /// What pointers say of a file.
    fn standing(&self, file: &File, pointers: &Pointers) -> Standing {
        if pointers.files.iter().any(|place| self.canonical(place) == self.canonical(&file.place)) {
            return Standing::Live;
        }
        let cluster = file.place.parent().and_then(|parent| parent.file_name().map(str::to_owned)).unwrap_or_default();
        let Some(exported_at) = pointers.clusters.get(&cluster) else { return Standing::NotExported };
        let is_checkpoint = file.place.file_name().is_some_and(|name| name.starts_with(COMPLETED_CHECKPOINT));
        let is_older = exported_at
            .and_then(|exported_at| exported_at.checked_sub_signed(SKEW))
            .zip(file.modified_at)
            .is_some_and(|(exported_at, modified_at)| modified_at < exported_at);
        if is_checkpoint && is_older { Standing::Residue } else { Standing::Live }
    }

    fn add(&self, file: &File, object: Object, needed: &mut BTreeMap<StorageUri, Protected>) {
        let what = match &object.checkpoint {
            Some(checkpoint) => format!("checkpoint {} of job {}", checkpoint.checkpoint_id, checkpoint.job_id),
            None if object.is_understood => "what is kept".to_owned(),
            None => "what is kept and cannot be decoded".to_owned(),
        };
        for place in object.locations {
            // A path without a scheme is in the file system that the cluster takes by default, often that of this directory (S-06).
            let other = (place.is_local() && !self.directory.is_local())
                .then(|| place.moved_to(self.directory.scheme(), self.directory.authority()));
            for place in [Some(place), other].into_iter().flatten() {
                let protected = needed.entry(place.clone()).or_insert_with(|| Protected {
                    place,
                    reason: format!("{what} for recovery ({})", file.path),
                    whole_lineage: false,
                    everything_below: false,
                    tag: None,
                    expires_at: None,
                });
                protected.whole_lineage |= !object.is_understood;
            }
        }
    }

    fn canonical(&self, place: &StorageUri) -> StorageUri {
        self.reach.stores.canonical(place)
    }
}

/// What pointers say of a file.
enum Standing {
    /// It is pointed to, or may be since the export.
    Live,
    /// Nothing points to it.
    Residue,
    /// The pointers of its cluster are not there.
    NotExported,
}

/// Why an export says nothing.
enum ExportError {
    Storage(storage::Error),
    Content(ProtectError),
}

impl From<ExportError> for ProtectError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Storage(error) => whole_file::not_read(&error),
            ExportError::Content(error) => error,
        }
    }
}

fn not_read(error: &storage::Error) -> NotRead {
    let told = whole_file::not_read(error);
    if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Changed) {
        NotRead::Gone(told)
    } else {
        NotRead::Failed(told)
    }
}

/// The code of jobs: `BlobUtils.getStorageLocationPath`.
fn is_code(path: &str) -> bool {
    let mut segments = path.rsplit('/');
    segments.next().is_some_and(|name| name.starts_with("blob_")) && segments.any(|segment| segment == "blob")
}

/// Jobs that were seen, each once. Where one thing says that a job has ended and another that it has not, it has not: ids are used
/// again.
#[derive(Default)]
struct Jobs(BTreeMap<String, JobState>);

impl Jobs {
    fn add(&mut self, job_id: String, state: JobState) {
        let known = self.0.entry(job_id).or_insert(state);
        if state == JobState::Running {
            *known = state;
        }
    }

    fn known(self) -> Vec<KnownJob> {
        let known = |(job_id, state)| KnownJob { job_id, name: None, state, num_retained: None };
        self.0.into_iter().map(known).collect()
    }
}
