//! Deleting: a right of its own, which reading commands are not given.

use async_trait::async_trait;

use super::{Error, ErrorKind, Storage};
use crate::uri::StorageUri;

/// A store in which files can be created and deleted.
#[async_trait]
pub trait DeletingStorage: Storage {
    /// Deletes files by their exact names, in as few requests as the store takes, and says of each what became of it, in the order of
    /// the question. A file that was not there counts as deleted: stores with keys do not tell the difference.
    ///
    /// What the store did not answer for is an error, never a success.
    async fn delete(&self, files: &[Doomed]) -> Vec<Result<(), Error>>;

    /// Removes a directory if it is empty. In stores that have no directories this is the marker of one.
    async fn remove_empty_directory(&self, directory: &StorageUri) -> Result<(), Error>;

    /// Creates a file; one of that name must not be there yet.
    async fn create(&self, file: &StorageUri, bytes: Vec<u8>) -> Result<(), Error>;

    /// Files that one request can delete.
    fn deletes_at_a_time(&self) -> usize;

    /// The same store as one that has directories, if it has.
    fn directories(&self) -> Option<&dyn DirectoryStorage> {
        None
    }
}

/// A store in which directories are things of their own, and files can be moved.
#[async_trait]
pub trait DirectoryStorage: DeletingStorage {
    /// Makes a directory and those above it, as far as they are missing.
    async fn make_directories(&self, directory: &StorageUri) -> Result<(), Error>;

    /// Moves a file within the store. Nothing may be there yet.
    async fn rename(&self, from: &StorageUri, to: &StorageUri) -> Result<(), Error>;

    /// Whether files can grow: [`Self::append`].
    fn appends(&self) -> bool {
        false
    }

    /// Adds bytes to the end of a file, which is created if it is not there. When this is done they outlast the machine.
    async fn append(&self, file: &StorageUri, _bytes: Vec<u8>) -> Result<(), Error> {
        Err(Error::new("append to", file, ErrorKind::NoSuchFacility("files that grow")))
    }
}

/// A file that is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doomed {
    /// The file.
    pub place: StorageUri,
    /// The version that is to go, in stores that keep versions; without it the current one is hidden behind a marker there.
    pub version_id: Option<String>,
    /// What the store called the contents that are to go. Where it can, it deletes no others and answers
    /// [`ErrorKind::Changed`]; elsewhere this is not looked at.
    pub tag: Option<String>,
}

impl Doomed {
    /// A file, whatever its contents.
    #[must_use]
    pub fn new(place: StorageUri) -> Self {
        Self { place, version_id: None, tag: None }
    }
}
