//! Listing the roots: every object goes to a file as it comes; metadata and the directories of snapshots are remembered.

use std::collections::{HashMap, HashSet};
use std::io;

use chrono::{DateTime, Utc};

use super::place::{self, Directory, Home};
use super::{SurveyError, SurveyedRoot, Trouble};
use crate::discovery::{PassedOver, layout};
use crate::gc::disk::{Sequence, SequenceWriter};
use crate::gc::fingerprint::Fingerprints;
use crate::gc::world::{Opened, World};
use crate::list;
use crate::progress::Progress;
use crate::report::Finding;
use crate::storage::{Entry, EntryKind, Error, ErrorKind, FileFacts};
use crate::uri::StorageUri;

/// Stands for a time that the store does not tell.
const NO_TIME: i64 = i64::MIN;

/// An object below a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gc) struct Object<'r> {
    /// The position of its directory.
    pub(in crate::gc) directory: u32,
    pub(in crate::gc) name: &'r str,
    pub(in crate::gc) length: u64,
    /// By the clock of the store.
    pub(in crate::gc) modified_at: Option<DateTime<Utc>>,
}

impl<'r> Object<'r> {
    fn encode(&self, record: &mut Vec<u8>) {
        record.clear();
        record.extend_from_slice(&self.directory.to_le_bytes());
        record.extend_from_slice(&self.length.to_le_bytes());
        record.extend_from_slice(&self.modified_at.map_or(NO_TIME, |time| time.timestamp_millis()).to_le_bytes());
        record.extend_from_slice(self.name.as_bytes());
    }

    pub(in crate::gc) fn decode(record: &'r [u8]) -> io::Result<Self> {
        let read = || {
            let (directory, rest) = record.split_first_chunk::<4>()?;
            let (length, rest) = rest.split_first_chunk::<8>()?;
            let (modified, name) = rest.split_first_chunk::<8>()?;
            let modified = i64::from_le_bytes(*modified);
            Some(Self {
                directory: u32::from_le_bytes(*directory),
                length: u64::from_le_bytes(*length),
                modified_at: if modified == NO_TIME { None } else { DateTime::from_timestamp_millis(modified) },
                name: std::str::from_utf8(name).ok()?,
            })
        };
        read().ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

/// What the listing of all roots has shown.
pub(super) struct Listed {
    pub(super) roots: Vec<SurveyedRoot>,
    pub(super) objects: Sequence,
    pub(super) directories: Vec<Directory>,
    /// Directories with metadata, by the names of their roots, each with the position of its root.
    pub(super) with_metadata: Vec<(StorageUri, usize)>,
    /// Directories that Flink named for snapshots in which no metadata was seen.
    pub(super) without_metadata: Vec<(StorageUri, usize)>,
    pub(super) links: Vec<StorageUri>,
    pub(super) troubles: Vec<Trouble>,
    pub(super) findings: Vec<Finding>,
}

impl Listed {
    /// What was not listed.
    pub(super) fn of_nothing() -> Result<Self, SurveyError> {
        Listing::new()?.finish()
    }
}

/// Lists every root, and says of each directory what it is.
pub(super) async fn list(world: &World, progress: &dyn Progress) -> Result<Listed, SurveyError> {
    let mut all = Listing::new()?;
    for (number, root) in world.roots().iter().enumerate() {
        all.roots.push(SurveyedRoot { place: root.place.clone(), files: 0, bytes: 0 });
        let mut failed = None;
        let errors = {
            let mut taker = Taker { all: &mut all, root: number, opened: root, paths: HashMap::new(), last: None };
            let show = &mut |page: Vec<Entry>| {
                progress.files(page.len() as u64);
                if failed.is_none() {
                    failed = taker.page(page, world).err();
                }
            };
            root.storage.list_below(&root.place, show).await
        };
        if let Some(error) = failed {
            return Err(error.into());
        }
        for error in errors {
            // A root that is not there, or a file, is no empty root.
            if error.place() == &root.place && error.kind() != ErrorKind::InconsistentListing {
                return Err(SurveyError::Root(error));
            }
            all.troubles.push(trouble(error));
        }
    }
    all.finish()
}

pub(super) fn trouble(error: Error) -> Trouble {
    Trouble {
        place: error.place().clone(),
        is_inconsistent: error.kind() == ErrorKind::InconsistentListing,
        finding: list::passed_over(PassedOver::Unread(error)),
    }
}

struct Listing {
    roots: Vec<SurveyedRoot>,
    objects: SequenceWriter,
    directories: Vec<Directory>,
    metadata: Vec<(StorageUri, usize)>,
    /// Directories in which nothing was.
    empty_directories: Vec<StorageUri>,
    links: Vec<StorageUri>,
    troubles: Vec<Trouble>,
    findings: Vec<Finding>,
    record: Vec<u8>,
}

/// Takes the pages of one root.
struct Taker<'l, 'r> {
    all: &'l mut Listing,
    root: usize,
    opened: &'r Opened,
    /// Directories by their path below the root.
    paths: HashMap<String, u32>,
    /// The directory that came last: a listing shows many files of one directory in a row.
    last: Option<(String, u32)>,
}

impl Listing {
    fn new() -> io::Result<Self> {
        Ok(Self {
            roots: Vec::new(),
            objects: SequenceWriter::new()?,
            directories: Vec::new(),
            metadata: Vec::new(),
            empty_directories: Vec::new(),
            links: Vec::new(),
            troubles: Vec::new(),
            findings: Vec::new(),
            record: Vec::new(),
        })
    }

    fn finish(mut self) -> Result<Listed, SurveyError> {
        let places = self.directories.iter().map(|directory| &directory.place).chain(&self.empty_directories);
        let jobs: HashSet<StorageUri> = places.filter_map(layout::job_directory).collect();
        for directory in &mut self.directories {
            directory.home = place::home(&directory.place, &jobs).0;
        }
        let seen: HashSet<&StorageUri> = self.metadata.iter().map(|(directory, _)| directory).collect();
        let without_metadata = self.directories.iter().filter(|directory| {
            let could_be_a_snapshot = directory.home == Home::Snapshot
                || layout::directory_name(&directory.place) != layout::DirectoryName::Other;
            could_be_a_snapshot && !seen.contains(&directory.place)
        });
        let without_metadata = without_metadata.map(|directory| (directory.place.clone(), directory.root)).collect();
        Ok(Listed {
            roots: self.roots,
            objects: self.objects.finish()?,
            directories: self.directories,
            without_metadata,
            with_metadata: self.metadata,
            links: self.links,
            troubles: self.troubles,
            findings: self.findings,
        })
    }
}

impl Taker<'_, '_> {
    fn page(&mut self, page: Vec<Entry>, world: &World) -> io::Result<()> {
        for Entry { name: path, kind } in page {
            match kind {
                EntryKind::File(facts) => self.file(&path, facts, world)?,
                EntryKind::Directory { .. } => {
                    self.all.empty_directories.push(self.opened.place.child(path.trim_end_matches('/')));
                }
                EntryKind::Link | EntryKind::Special => {
                    let place = self.opened.place.child(&path);
                    self.all.findings.push(list::passed_over(PassedOver::Link(place.clone())));
                    self.all.links.push(place);
                }
                EntryKind::NotUtf8 => {
                    let (directory, name) = path.rsplit_once('/').unwrap_or(("", &path));
                    let directory = self.place(directory);
                    self.all.findings.push(list::passed_over(PassedOver::NotUtf8(directory, name.to_owned())));
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &str, facts: FileFacts, world: &World) -> io::Result<()> {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let number = self.directory(directory, world);
        if let Some(root) = self.all.roots.get_mut(self.root) {
            root.files += 1;
            root.bytes = root.bytes.saturating_add(facts.length);
        }
        if let Some(directory) = self.all.directories.get_mut(number as usize) {
            directory.has_marker |= name.is_empty();
            directory.newest = directory.newest.max(facts.modified_at);
            directory.has_undated |= facts.modified_at.is_none();
            if name == layout::METADATA_FILE_NAME {
                directory.has_metadata = true;
                self.all.metadata.push((directory.place.clone(), self.root));
            }
        }
        let object = Object { directory: number, name, length: facts.length, modified_at: facts.modified_at };
        object.encode(&mut self.all.record);
        self.all.objects.push(&self.all.record)
    }

    fn place(&self, path: &str) -> StorageUri {
        if path.is_empty() { self.opened.place.clone() } else { self.opened.place.child(path) }
    }

    fn directory(&mut self, path: &str, world: &World) -> u32 {
        if let Some((last, number)) = &self.last
            && last == path
        {
            return *number;
        }
        let number = if let Some(number) = self.paths.get(path) {
            *number
        } else {
            let number = u32::try_from(self.all.directories.len()).unwrap_or(u32::MAX);
            let place = self.place(path);
            self.all.directories.push(Directory {
                fingerprints: Fingerprints::of(&world.canonical(&place)),
                place,
                home: Home::Other,
                lineage: None,
                root: self.root,
                has_metadata: false,
                has_marker: false,
                newest: None,
                has_undated: false,
            });
            self.paths.insert(path.to_owned(), number);
            number
        };
        self.last = Some((path.to_owned(), number));
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_comes_back_as_it_was() {
        for modified_at in [None, DateTime::from_timestamp_millis(1_795_262_400_123)] {
            let object = Object { directory: 7, name: "a\u{7f}ü", length: u64::MAX, modified_at };
            let mut record = Vec::new();
            object.encode(&mut record);
            assert_eq!(Object::decode(&record).expect("whole"), object);
        }
        assert!(Object::decode(&[0; 19]).is_err());
    }
}
