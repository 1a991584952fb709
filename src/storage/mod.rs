//! Reading bytes from where they are kept. Nothing here has heard of a checkpoint.
//!
//! [`Storage`] reads and cannot do anything else; whoever is to delete asks for a [`DeletingStorage`]. "Not found" is always an error
//! and never an empty answer. [`Stores`] knows which store a place is in and how to reach it.

mod below;
mod cloud;
mod delete;
mod description;
mod error;
mod hadoop_conf;
mod hdfs;
mod local;
mod local_file;
mod requests;
mod s3;
mod settings;
mod stores;

use std::ops::Range;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::uri::StorageUri;

pub use delete::{DeletingStorage, DirectoryStorage, Doomed};
pub use description::{Description, Fact};
pub use error::{Error, ErrorKind};
pub use hadoop_conf::HadoopConf;
pub use local::LocalStorage;
pub use local_file::{NewFile, is_there, open_local, read_local};
pub use requests::{Operation, Requests, RequestsSoFar};
pub use settings::{CosSettings, Given, HdfsSettings, OssSettings, S3Settings, Secret, StorageSettings, StoreKeys};
pub use stores::Stores;

/// Takes pages of something as they come.
pub type Show<'a, T> = &'a mut (dyn FnMut(Vec<T>) + Send);

/// A store that can be read.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Reads the part of a file that lies within a range of bytes; the range may reach behind the end.
    ///
    /// One request. A directory is the error [`ErrorKind::IsDirectory`], where the store has directories.
    async fn read_range(&self, file: &StorageUri, range: Range<u64>) -> Result<ReadRange, Error>;

    /// Shows what stands directly in a directory, in pages and in no particular order, and asks for no more than that.
    ///
    /// An error after some pages means that the listing is not complete.
    async fn list(&self, directory: &StorageUri, show: Show<'_, Entry>) -> Result<(), Error>;

    /// Shows what stands directly in a directory with a name from `first` to `last`, both of them included, in the order of their bytes.
    /// What lies outside may be asked for and is not shown. Not finding anything says little: there may be no such directory.
    async fn list_between(
        &self,
        directory: &StorageUri,
        first: &str,
        last: &str,
        show: Show<'_, Entry>,
    ) -> Result<(), Error> {
        let is_between = |entry: &Entry| (first..=last).contains(&entry.name.as_str());
        self.list(directory, &mut |page| show(page.into_iter().filter(is_between).collect())).await
    }

    /// Shows every file below a directory, however deep: entries whose names are paths from there. Directories are shown only where
    /// nothing is in them.
    ///
    /// Gives what could not be listed; the listing is complete if that is nothing.
    #[must_use = "the listing may not be complete"]
    async fn list_below(&self, directory: &StorageUri, show: Show<'_, Entry>) -> Vec<Error> {
        below::list_below(self, directory, show).await
    }

    /// What a file is, without reading it. A directory is the error [`ErrorKind::IsDirectory`], in stores without directories too:
    /// one is there if something is below it.
    async fn stat(&self, file: &StorageUri) -> Result<FileFacts, Error>;

    /// Shows the versions of objects below a directory that are not the current ones, and markers of deletions.
    async fn list_versions(&self, directory: &StorageUri, _show: Show<'_, Version>) -> Result<(), Error> {
        Err(Error::new("list the versions of", directory, ErrorKind::NoSuchFacility("versions")))
    }

    /// Shows the uploads below a directory that were begun and not finished.
    async fn list_uploads(&self, directory: &StorageUri, _show: Show<'_, Upload>) -> Result<(), Error> {
        Err(Error::new("list the uploads of", directory, ErrorKind::NoSuchFacility("unfinished uploads")))
    }

    /// Whether the length that is told of a file is that of all that can be read of it, even while somebody writes it.
    fn tells_length_of_open_files(&self) -> bool {
        true
    }

    /// Whether there are directories, which stay when everything in them has been deleted; else there are only keys.
    fn has_directories(&self) -> bool {
        true
    }

    /// How far the clock of the store is ahead of that of this machine, as its newest answer told; nothing where answers have no time, and
    /// before the first.
    fn clock_ahead(&self) -> Option<TimeDelta> {
        None
    }

    /// Requests that are worth having under way at a time.
    fn requests_at_a_time(&self) -> usize;

    /// How the store is reached, in words that show no secret. May have to look for credentials.
    async fn describe(&self) -> Description;
}

/// Something in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The last segment of its place, as the store has it: see [`StorageUri::child`]. Where the name is not UTF-8
    /// ([`EntryKind::NotUtf8`]), what can be shown of it.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What something in a directory is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File(FileFacts),
    /// A directory.
    Directory {
        /// When something in it was last added or removed, where the store has such a time.
        modified_at: Option<DateTime<Utc>>,
    },
    /// A symbolic link, which is never followed: it may lead anywhere, also in a circle.
    Link,
    /// A device, a pipe, a socket.
    Special,
    /// A name that cannot be asked for again.
    NotUtf8,
}

/// What a store says of a file without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    /// Bytes.
    pub length: u64,
    /// When it was last written, by the clock of the store.
    pub modified_at: Option<DateTime<Utc>>,
}

/// A part of a file, and what the store says of the file by the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRange {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Bytes of the whole file.
    pub file_length: u64,
    /// When the file was last written, by the clock of the store.
    pub modified_at: Option<DateTime<Utc>>,
    /// What the store calls exactly these contents, where it has such a word: the entity tag of S3.
    pub tag: Option<String>,
}

/// A version of an object that is not the current one, or the marker of a deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The path from the directory that was listed.
    pub name: String,
    /// What names this version among those of the object.
    pub version_id: String,
    /// Bytes; `None` for the marker of a deletion.
    pub length: Option<u64>,
    /// Whether it is the newest of its object, which only a marker can be here: the object counts as deleted.
    pub is_latest: bool,
    /// When it was written.
    pub modified_at: Option<DateTime<Utc>>,
}

/// An upload in parts that was begun and not finished. Its parts take space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The path from the directory that was listed.
    pub name: String,
    /// What names this upload.
    pub upload_id: String,
    /// Bytes of the parts that are there; `None` where that could not be found out.
    pub bytes: Option<u64>,
    /// When it was begun.
    pub started_at: Option<DateTime<Utc>>,
}
