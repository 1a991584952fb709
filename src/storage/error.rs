//! What a store can answer instead of data.

use std::error::Error as StdError;
use std::{fmt, io};

use crate::uri::StorageUri;

/// A request that failed: which, of what, why.
#[derive(Debug)]
pub struct Error {
    operation: &'static str,
    place: Box<StorageUri>,
    kind: ErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Why a request failed, as far as it matters to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is nothing of this name.
    NotFound,
    /// It is a directory, and a file was wanted.
    IsDirectory,
    /// The name leads through a file as if it were a directory.
    NotADirectory,
    /// The store refuses to show it.
    PermissionDenied,
    /// This build has no client for the store.
    NotSupported,
    /// The file is larger than what is read.
    TooLarge {
        /// Bytes of the file.
        length: u64,
        /// Bytes that are read at the most.
        limit: u64,
    },
    /// The file was replaced while it was read.
    Changed,
    /// Anything else; the source says what.
    Other,
}

impl Error {
    /// An error without a source.
    #[must_use]
    pub fn new(operation: &'static str, place: &StorageUri, kind: ErrorKind) -> Self {
        Self { operation, place: Box::new(place.clone()), kind, source: None }
    }

    /// An error of the operating system.
    #[must_use]
    pub fn from_io(operation: &'static str, place: &StorageUri, error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => ErrorKind::NotFound,
            io::ErrorKind::IsADirectory => ErrorKind::IsDirectory,
            io::ErrorKind::NotADirectory => ErrorKind::NotADirectory,
            io::ErrorKind::PermissionDenied => ErrorKind::PermissionDenied,
            _ => ErrorKind::Other,
        };
        Self { source: Some(Box::new(error)), ..Self::new(operation, place, kind) }
    }

    /// Why it failed.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What was asked for.
    #[must_use]
    pub fn place(&self) -> &StorageUri {
        &self.place
    }

    /// Why it failed, without the place.
    #[must_use]
    pub fn reason(&self) -> String {
        match StdError::source(self) {
            Some(source) => format!("{}: {source}", self.words()),
            None => self.words(),
        }
    }

    fn words(&self) -> String {
        match self.kind {
            ErrorKind::NotFound => "not found".to_owned(),
            ErrorKind::IsDirectory => "is a directory".to_owned(),
            ErrorKind::NotADirectory => "leads through a file that is no directory".to_owned(),
            ErrorKind::PermissionDenied => format!("no permission to {} it", self.operation),
            ErrorKind::NotSupported => format!("no client for {}", self.place.scheme()),
            ErrorKind::TooLarge { length, limit } => {
                format!("has {length} bytes, more than the {limit} that are read of a file")
            }
            ErrorKind::Changed => "was replaced while it was read".to_owned(),
            ErrorKind::Other => format!("cannot {} it", self.operation),
        }
    }

    /// What a user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let scheme = self.place.scheme();
        match self.kind {
            ErrorKind::NotFound => Some("check the path; it may have been deleted meanwhile".to_owned()),
            ErrorKind::PermissionDenied => Some(format!("run as a user who may {} it", self.operation)),
            ErrorKind::NotSupported => {
                Some(format!("this version reads the local file system only, not {scheme}; copy the snapshot there"))
            }
            ErrorKind::TooLarge { .. } => Some("check whether this is metadata of Flink at all".to_owned()),
            ErrorKind::Changed => Some("try again".to_owned()),
            ErrorKind::IsDirectory | ErrorKind::NotADirectory | ErrorKind::Other => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.words())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // For the kinds that have words of their own, the operating system's would only say it again.
        match self.kind {
            ErrorKind::Other => self.source.as_deref().map(|source| source as _),
            _ => None,
        }
    }
}
