//! What outlasts a run, kept outside of the roots: in a local directory or in any store.
//!
//! ```text
//! leases/<root>/<number>                  who collects (S-27)          lease
//! journals/<plan>                         what was done of a plan      journal
//! audit/<run>                             what was done, and why       audit
//! bundle/<metadata file>/<digest>         metadata that was deleted    bundle
//! sightings/<roots>/<generation>/…         what was dead, since when    sightings (S-11)
//! inventory/<roots>/<generation>/…         metadata that was there      inventory (S-04)
//! ```
//!
//! Nothing in it is ever changed. A local file grows at its end; elsewhere what is added is one more file, created if there is none of
//! that name. Losing the ledger loses no state: ages count anew, and what a run has left is residue.

pub mod audit;
pub mod bundle;
mod generation;
pub mod inventory;
pub mod journal;
pub mod lease;
mod log;
pub mod sightings;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::gc::plan::hex;
use crate::storage::{DeletingStorage, Doomed, Entry, EntryKind, Error, ErrorKind, FileFacts, ReadRange, Stores};
use crate::uri::StorageUri;

/// Bytes that are asked for at once.
const REQUEST: u64 = 16 << 20;

/// A file of a ledger, or a copy of metadata, above this is not read.
const LARGEST: u64 = 4 << 30;

/// A place for what outlasts a run.
#[derive(Clone)]
pub struct Ledger {
    place: StorageUri,
    storage: Arc<dyn DeletingStorage>,
}

impl Ledger {
    /// Opens the ledger at a place; the directory is made if it is missing.
    pub async fn open(stores: &Stores, place: &StorageUri) -> Result<Self, Error> {
        let storage = stores.open_for_deletion(place)?;
        if let Some(directories) = storage.directories() {
            directories.make_directories(place).await?;
        }
        Ok(Self { place: place.clone(), storage })
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &StorageUri {
        &self.place
    }

    /// The place of something in it.
    fn at(&self, name: &str) -> StorageUri {
        self.place.child(name)
    }

    /// Creates a file; one of that name must not be there yet.
    async fn create(&self, name: &str, bytes: Vec<u8>) -> Result<(), Error> {
        let file = self.at(name);
        match self.storage.create(&file, bytes.clone()).await {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.make_directory_of(&file).await?;
                self.storage.create(&file, bytes).await
            }
            answer => answer,
        }
    }

    async fn make_directory_of(&self, file: &StorageUri) -> Result<(), Error> {
        match (self.storage.directories(), file.parent()) {
            (Some(directories), Some(parent)) => directories.make_directories(&parent).await,
            _ => Ok(()),
        }
    }

    /// A file as a whole; `None` if there is none.
    async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        match read_whole(&*self.storage, &self.at(name)).await {
            Ok(whole) => Ok(Some(whole.bytes)),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The files directly in a directory, by name; none if there is no such directory.
    async fn files(&self, directory: &str) -> Result<Vec<(String, FileFacts)>, Error> {
        let mut files: Vec<(String, FileFacts)> = Vec::new();
        let mut take = |page: Vec<Entry>| {
            files.extend(page.into_iter().filter_map(|entry| match entry.kind {
                EntryKind::File(facts) => Some((entry.name, facts)),
                _ => None,
            }));
        };
        match self.storage.list(&self.at(directory), &mut take).await {
            Ok(()) => {}
            Err(error) if is_absence(&error) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        }
        files.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(files)
    }

    /// The directories directly in a directory.
    async fn directories(&self, directory: &str) -> Result<Vec<String>, Error> {
        let mut names: Vec<String> = Vec::new();
        let mut take = |page: Vec<Entry>| {
            let directories = page.into_iter().filter(|entry| matches!(entry.kind, EntryKind::Directory { .. }));
            names.extend(directories.map(|entry| entry.name));
        };
        match self.storage.list(&self.at(directory), &mut take).await {
            Ok(()) => {}
            Err(error) if is_absence(&error) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        }
        names.sort();
        Ok(names)
    }

    /// Deletes files of the ledger that have been superseded.
    async fn remove(&self, names: &[String]) -> Result<(), Error> {
        let doomed: Vec<Doomed> = names.iter().map(|name| Doomed::new(self.at(name))).collect();
        for batch in doomed.chunks(1000) {
            self.storage.delete(batch).await.into_iter().collect::<Result<Vec<()>, Error>>()?;
        }
        Ok(())
    }
}

/// A file as a whole.
pub(in crate::gc) struct Whole {
    pub(in crate::gc) bytes: Vec<u8>,
    pub(in crate::gc) modified_at: Option<DateTime<Utc>>,
    /// The store's tag of it, where it has one.
    pub(in crate::gc) tag: Option<String>,
}

/// Reads a file as a whole; what is replaced meanwhile is an error.
pub(in crate::gc) async fn read_whole(storage: &dyn DeletingStorage, file: &StorageUri) -> Result<Whole, Error> {
    let failed = |kind| Error::new("read", file, kind);
    let ReadRange { mut bytes, file_length, modified_at, tag } = storage.read_range(file, 0..REQUEST).await?;
    if file_length > LARGEST {
        return Err(failed(ErrorKind::TooLarge { length: file_length, limit: LARGEST }));
    }
    while (bytes.len() as u64) < file_length {
        let start = bytes.len() as u64;
        let next = storage.read_range(file, start..start + REQUEST).await?;
        let is_another = next.file_length != file_length || next.modified_at != modified_at || next.tag != tag;
        if next.bytes.is_empty() || is_another {
            return Err(failed(ErrorKind::Changed));
        }
        bytes.extend(next.bytes);
    }
    Ok(Whole { bytes, modified_at, tag })
}

/// Whether there is nothing of that name, as far as the store can tell.
pub(in crate::gc) fn is_absence(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// SHA-256 of something, as hexadecimal digits.
pub(in crate::gc) fn digest_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A name for a directory of the ledger that stands for a place or a root, whatever it is called: two spellings have one.
pub(in crate::gc) fn name_of_place(place: &StorageUri) -> String {
    let authority = place.authority().unwrap_or_default();
    let mut digits = digest_of(format!("{}\n{authority}\n{}", place.store(), place.path()).as_bytes());
    digits.truncate(32);
    digits
}

/// The same for several places, in whatever order they are given.
fn name_of_places(places: &[StorageUri]) -> String {
    let mut names: Vec<String> = places.iter().map(name_of_place).collect();
    names.sort();
    names.dedup();
    let mut digits = digest_of(names.join("\n").as_bytes());
    digits.truncate(32);
    digits
}

/// A text as the name of a file: as it is if it can be one, else its digest.
pub(in crate::gc) fn as_name(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !text.is_empty() && text.len() <= 100 && text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        digest_of(text.as_bytes())
    }
}

/// A number as a name that sorts like it.
fn as_number(number: u64) -> String {
    format!("{number:012}")
}
