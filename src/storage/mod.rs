//! Reading bytes from where they are kept. Nothing here has heard of a checkpoint.
//!
//! [`Storage`] reads and cannot do anything else. "Not found" is always an error and never an empty answer.

mod error;
mod local;

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::uri::StorageUri;

pub use error::{Error, ErrorKind};
pub use local::LocalStorage;

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
    async fn list(&self, directory: &StorageUri, show: &mut (dyn FnMut(Vec<Entry>) + Send)) -> Result<(), Error>;
}

/// Something in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The last segment of its place. Where the name is not UTF-8 ([`EntryKind::NotUtf8`]), what can be shown of it.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What something in a directory is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File {
        /// Bytes.
        length: u64,
        /// When it was last written, by the clock of the store.
        modified_at: Option<DateTime<Utc>>,
    },
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

/// A part of a file, and what the store says of the file by the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRange {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Bytes of the whole file.
    pub file_length: u64,
    /// When the file was last written, by the clock of the store.
    pub modified_at: Option<DateTime<Utc>>,
}

/// The store that a place is in.
pub fn open(place: &StorageUri) -> Result<Arc<dyn Storage>, Error> {
    if place.is_local() && place.authority().is_none() {
        return Ok(Arc::new(LocalStorage));
    }
    Err(Error::new("open", place, ErrorKind::NotSupported))
}
