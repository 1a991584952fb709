//! Finding every snapshot below a root.
//!
//! A root may be anything: a snapshot, one job's directory, a directory of thousands of jobs, of savepoints, or a mix. The walk goes by
//! what it sees, directory by directory, several at a time, and hands over what it finds as it finds it. It reads metadata and lists
//! directories; it decodes nothing. What it cannot read it names, and goes on.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::layout::{self, DirectoryName, METADATA_FILE_NAME};
use super::load::{self, LoadedMetadata};
use crate::format::metadata;
use crate::storage::{self, Entry, EntryKind, ErrorKind, FileFacts, Storage};
use crate::uri::StorageUri;

/// Directories inside directories. Flink's own layouts are four deep below their root; this is against stores that never end.
const DEEPEST: usize = 64;

/// Something that the walk came upon.
#[derive(Debug)]
pub enum Found {
    /// A metadata file. Whether it can be decoded is not known yet.
    Metadata(Box<LoadedMetadata>),
    /// A directory that Flink named for a snapshot, without a metadata file.
    WithoutMetadata(Residue),
    /// Something that is no snapshot, or was not looked at.
    PassedOver(PassedOver),
    /// A directory has been visited; for those who show progress and count.
    Visited {
        /// Files seen in it.
        files: u64,
    },
}

/// What the walk did not take for a snapshot, and why.
#[derive(Debug)]
pub enum PassedOver {
    /// Something that could not be read: what is below it is not known.
    Unread(storage::Error),
    /// A symbolic link, which was not followed.
    Link(StorageUri),
    /// A name that is not UTF-8, as far as it can be shown, and the directory it is in.
    NotUtf8(StorageUri, String),
    /// A file named `_metadata` that is not Flink's, in a directory that Flink did not name.
    Foreign(StorageUri),
    /// Directories nested too deep to go on.
    TooDeep(StorageUri),
    /// The root is there, and it is a file that is not metadata.
    NotADirectory(StorageUri),
}

/// What is left of a snapshot, or there of one that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residue {
    /// The directory.
    pub directory: StorageUri,
    /// Files in it.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the first of these files was written.
    pub started_at: Option<DateTime<Utc>>,
    /// When something was last written there.
    pub written_at: Option<DateTime<Utc>>,
}

/// Why a scan ended early: nobody takes its results any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the scan was given up")]
pub struct GivenUp;

/// Walks a root and hands over what it finds.
///
/// The channel bounds how far the walk may run ahead of whoever decodes, and with that the memory.
pub async fn scan(storage: Arc<dyn Storage>, root: StorageUri, found: mpsc::Sender<Found>) -> Result<(), GivenUp> {
    let mut waiting = VecDeque::from([Visit { directory: root, depth: 0, written_at: None }]);
    let mut running = JoinSet::new();
    loop {
        while running.len() < storage.requests_at_a_time() {
            let Some(visit) = waiting.pop_front() else { break };
            let visitor = Visitor { storage: Arc::clone(&storage), found: found.clone(), visit };
            running.spawn(visitor.run());
        }
        match running.join_next().await {
            None => return Ok(()),
            // Depth first, so that a root of many jobs does not wait in memory whole.
            Some(Ok(below)) => below?.into_iter().for_each(|visit| waiting.push_front(visit)),
            // A visit is never cancelled, and a panic in one is a bug that must not look like an empty directory.
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

/// A directory to look at.
struct Visit {
    directory: StorageUri,
    /// Directories between it and the root.
    depth: usize,
    /// When its own entry was last changed, where the listing above told.
    written_at: Option<DateTime<Utc>>,
}

struct Visitor {
    storage: Arc<dyn Storage>,
    found: mpsc::Sender<Found>,
    visit: Visit,
}

/// What a directory holds, as far as it matters.
#[derive(Default)]
struct Contents {
    files: u64,
    bytes: u64,
    oldest: Option<DateTime<Utc>>,
    newest: Option<DateTime<Utc>>,
    has_metadata: bool,
    directories: Vec<(String, Option<DateTime<Utc>>)>,
    links: Vec<String>,
    not_utf8: Vec<String>,
}

impl Visitor {
    async fn run(self) -> Result<Vec<Visit>, GivenUp> {
        if self.visit.depth > DEEPEST {
            self.pass_over(PassedOver::TooDeep(self.visit.directory.clone())).await?;
            return Ok(Vec::new());
        }
        match layout::directory_name(&self.visit.directory) {
            DirectoryName::Checkpoint(_) | DirectoryName::Savepoint => self.snapshot().await,
            DirectoryName::Other => self.directory().await,
        }
    }

    async fn tell(&self, found: Found) -> Result<(), GivenUp> {
        self.found.send(found).await.map_err(|_| GivenUp)
    }

    async fn pass_over(&self, what: PassedOver) -> Result<(), GivenUp> {
        self.tell(Found::PassedOver(what)).await
    }

    /// A directory that is named like a snapshot: its metadata is asked for outright, which saves listing it.
    async fn snapshot(&self) -> Result<Vec<Visit>, GivenUp> {
        match load::load_directory(&*self.storage, &self.visit.directory).await {
            Ok(loaded) => {
                self.tell(Found::Metadata(Box::new(loaded))).await?;
                self.tell(Found::Visited { files: 1 }).await?;
                Ok(Vec::new())
            }
            Err(error) if error.kind() == ErrorKind::NotFound => self.without_metadata().await,
            Err(error) if error.kind() == ErrorKind::NotADirectory => self.file().await,
            Err(error) => {
                self.pass_over(PassedOver::Unread(error)).await?;
                Ok(Vec::new())
            }
        }
    }

    async fn without_metadata(&self) -> Result<Vec<Visit>, GivenUp> {
        let Some(contents) = self.list().await? else {
            return Ok(Vec::new());
        };
        if contents.has_metadata {
            // It was completed since it was asked for.
            return self.metadata_in_listing().await.map(|()| self.below(contents.directories));
        }
        // A directory of directories is somebody's folder, whatever its name; Flink's snapshots are flat.
        let is_folder = contents.files == 0 && !contents.directories.is_empty();
        if !is_folder && layout::is_snapshot_name(&self.visit.directory) {
            let residue = Residue {
                directory: self.visit.directory.clone(),
                files: contents.files,
                bytes: contents.bytes,
                started_at: contents.oldest.or(self.visit.written_at),
                written_at: contents.newest.max(self.visit.written_at),
            };
            self.tell(Found::WithoutMetadata(residue)).await?;
        }
        Ok(self.below(contents.directories))
    }

    /// Any other directory: a job's, a root, a savepoint under a name of its own.
    async fn directory(&self) -> Result<Vec<Visit>, GivenUp> {
        let Some(contents) = self.list().await? else {
            return Ok(Vec::new());
        };
        if contents.has_metadata {
            self.metadata_in_listing().await?;
        }
        let is_job =
            layout::is_job_directory(&self.visit.directory, contents.directories.iter().map(|(name, _)| name.as_str()));
        let directories = contents.directories.into_iter();
        // Nothing in these is a snapshot, and there may be a million files in them.
        Ok(self.below(directories.filter(|(name, _)| !is_job || !layout::holds_state_of_many(name)).collect()))
    }

    /// Metadata that a listing has shown; if it has vanished since, there is nothing to tell.
    async fn metadata_in_listing(&self) -> Result<(), GivenUp> {
        let is_flinks_name = layout::is_snapshot_name(&self.visit.directory);
        match load::load_directory(&*self.storage, &self.visit.directory).await {
            // Parquet names its summary files so, too.
            Ok(loaded) if !is_flinks_name && !metadata::has_magic(&loaded.bytes) => {
                self.pass_over(PassedOver::Foreign(loaded.file)).await
            }
            Ok(loaded) => self.tell(Found::Metadata(Box::new(loaded))).await,
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => self.pass_over(PassedOver::Unread(error)).await,
        }
    }

    /// A root that turned out to be a file.
    async fn file(&self) -> Result<Vec<Visit>, GivenUp> {
        match load::load_file(&*self.storage, &self.visit.directory).await {
            Ok(loaded) if !metadata::has_magic(&loaded.bytes) => {
                self.pass_over(PassedOver::NotADirectory(loaded.file)).await?;
            }
            Ok(loaded) => self.tell(Found::Metadata(Box::new(loaded))).await?,
            Err(error) => self.pass_over(PassedOver::Unread(error)).await?,
        }
        Ok(Vec::new())
    }

    /// Lists the directory. What could not be listed has been told, and is `None`; so is a directory that has vanished since it was
    /// seen, of which there is nothing to tell.
    async fn list(&self) -> Result<Option<Contents>, GivenUp> {
        let mut contents = Contents::default();
        let listed = self.storage.list(&self.visit.directory, &mut |page| contents.add(page)).await;
        let gone = |kind| self.visit.depth > 0 && kind == ErrorKind::NotFound;
        match listed {
            Ok(()) => {}
            Err(error) if gone(error.kind()) => return Ok(None),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                self.file().await?;
                return Ok(None);
            }
            // Where there are keys and no directories, nothing is below the name of a file.
            Err(error) if error.kind() == ErrorKind::NotFound && self.is_file().await => {
                self.file().await?;
                return Ok(None);
            }
            Err(error) => {
                self.pass_over(PassedOver::Unread(error)).await?;
                return Ok(None);
            }
        }
        for name in contents.links.drain(..) {
            self.pass_over(PassedOver::Link(self.visit.directory.child(&name))).await?;
        }
        for name in contents.not_utf8.drain(..) {
            self.pass_over(PassedOver::NotUtf8(self.visit.directory.clone(), name)).await?;
        }
        self.tell(Found::Visited { files: contents.files }).await?;
        Ok(Some(contents))
    }

    async fn is_file(&self) -> bool {
        self.storage.stat(&self.visit.directory).await.is_ok()
    }

    fn below(&self, directories: Vec<(String, Option<DateTime<Utc>>)>) -> Vec<Visit> {
        let visits = directories.into_iter().map(|(name, written_at)| Visit {
            directory: self.visit.directory.child(&name),
            depth: self.visit.depth + 1,
            written_at,
        });
        visits.collect()
    }
}

impl Contents {
    fn add(&mut self, page: Vec<Entry>) {
        for Entry { name, kind } in page {
            match kind {
                EntryKind::File(FileFacts { length, modified_at }) => {
                    self.has_metadata |= name == METADATA_FILE_NAME;
                    self.files += 1;
                    self.bytes = self.bytes.saturating_add(length);
                    self.oldest = [self.oldest, modified_at].into_iter().flatten().min();
                    self.newest = self.newest.max(modified_at);
                }
                EntryKind::Directory { modified_at } => self.directories.push((name, modified_at)),
                EntryKind::Link => self.links.push(name),
                EntryKind::NotUtf8 => self.not_utf8.push(name),
                EntryKind::Special => {}
            }
        }
    }
}
