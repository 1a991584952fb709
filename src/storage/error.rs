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
    hint: Option<String>,
}

/// Why a request failed, as far as it matters to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is nothing of this name.
    NotFound,
    /// There is not even the store: no such bucket, container or name service.
    NoSuchStore,
    /// It is a directory, and a file was wanted.
    IsDirectory,
    /// The name leads through a file as if it were a directory.
    NotADirectory,
    /// Something of this name is there already.
    AlreadyExists,
    /// The directory is not empty.
    NotEmpty,
    /// The store knows who asks and refuses.
    PermissionDenied,
    /// The store does not accept who asks: no credentials, wrong or expired ones, a wrong clock.
    Unauthenticated,
    /// This build has no client for the store.
    NotSupported,
    /// The store has no such thing, for instance versions.
    NoSuchFacility(&'static str),
    /// The settings lead to the wrong place: region, endpoint, a stand-by name node, a name service without configuration.
    Misconfigured,
    /// Nobody answers at the endpoint.
    Unreachable,
    /// The store did not answer in time.
    TimedOut,
    /// The store asks for fewer requests, and went on asking.
    Throttled,
    /// A listing contradicts itself: it can't be trusted to be complete.
    InconsistentListing,
    /// Directories are nested deeper than is followed.
    TooDeep,
    /// The file is larger than what is read.
    TooLarge {
        /// Bytes of the file.
        length: u64,
        /// Bytes that are read at the most.
        limit: u64,
    },
    /// The file was replaced while it was read, or is another one than was to be deleted.
    Changed,
    /// The store holds the file back from deletion: a lock, a retention period, a legal hold.
    Held,
    /// Anything else; the source says what.
    Other,
}

impl Error {
    /// An error without a source.
    #[must_use]
    pub fn new(operation: &'static str, place: &StorageUri, kind: ErrorKind) -> Self {
        Self { operation, place: Box::new(place.clone()), kind, source: None, hint: None }
    }

    /// An error of the operating system.
    #[must_use]
    pub fn from_io(operation: &'static str, place: &StorageUri, error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => ErrorKind::NotFound,
            io::ErrorKind::IsADirectory => ErrorKind::IsDirectory,
            io::ErrorKind::NotADirectory => ErrorKind::NotADirectory,
            io::ErrorKind::AlreadyExists => ErrorKind::AlreadyExists,
            io::ErrorKind::DirectoryNotEmpty => ErrorKind::NotEmpty,
            io::ErrorKind::PermissionDenied => ErrorKind::PermissionDenied,
            _ => ErrorKind::Other,
        };
        let new = Self::new(operation, place, kind);
        // For the kinds that have words of their own, the operating system's would only say it again.
        if kind == ErrorKind::Other { new.because(error) } else { new }
    }

    /// Adds what the client or the server says of it. No secret may be in it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same for another place, which shares the fate of the first.
    #[must_use]
    pub fn repeated_for(&self, place: &StorageUri) -> Self {
        let again = Self { hint: self.hint.clone(), ..Self::new(self.operation, place, self.kind) };
        match &self.source {
            Some(source) => again.because(source.to_string()),
            None => again,
        }
    }

    /// Says what to do about it, where that is more than the kind tells.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
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
        let mut reason = self.words();
        let mut source = StdError::source(self);
        while let Some(cause) = source {
            reason = format!("{reason}: {cause}");
            source = cause.source();
        }
        reason
    }

    fn words(&self) -> String {
        match self.kind {
            ErrorKind::NotFound => "not found".to_owned(),
            ErrorKind::NoSuchStore => {
                format!("there is no bucket or container {:?}", self.place.authority().unwrap_or_default())
            }
            ErrorKind::IsDirectory => "is a directory".to_owned(),
            ErrorKind::NotADirectory => "leads through a file that is no directory".to_owned(),
            ErrorKind::AlreadyExists => "is there already".to_owned(),
            ErrorKind::NotEmpty => "is not empty".to_owned(),
            ErrorKind::PermissionDenied => format!("no permission to {} it", self.operation),
            ErrorKind::Unauthenticated => "the store does not accept the credentials".to_owned(),
            ErrorKind::NotSupported => format!("no client for {}", self.place.scheme()),
            ErrorKind::NoSuchFacility(what) => format!("the store has no {what}"),
            ErrorKind::Misconfigured => format!("the settings for {} lead nowhere", self.place.scheme()),
            ErrorKind::Unreachable => "nobody answers".to_owned(),
            ErrorKind::TimedOut => format!("no answer in time to {} it", self.operation),
            ErrorKind::Throttled => "the store asks for fewer requests".to_owned(),
            ErrorKind::InconsistentListing => "the listing contradicts itself".to_owned(),
            ErrorKind::TooDeep => "lies deeper than directories are followed".to_owned(),
            ErrorKind::TooLarge { length, limit } => {
                format!("has {length} bytes, more than the {limit} that are read of a file")
            }
            ErrorKind::Changed if self.operation == "delete" => "was replaced".to_owned(),
            ErrorKind::Changed => "was replaced while it was read".to_owned(),
            ErrorKind::Held => "the store holds it back from deletion".to_owned(),
            ErrorKind::Other => format!("cannot {} it", self.operation),
        }
    }

    /// What a user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        if self.hint.is_some() {
            return self.hint.clone();
        }
        let doctor = || Some(format!("`keepoint doctor {}` shows what is in use and tries it", self.place));
        match self.kind {
            ErrorKind::NotFound => Some("check the path; it may have been deleted meanwhile".to_owned()),
            ErrorKind::PermissionDenied => Some(format!("run as a user who may {} it", self.operation)),
            ErrorKind::NotSupported => Some(
                "the schemes are file, s3, s3a, cos, cosn, oss, hdfs, viewfs, gs, abfs and their variants".to_owned(),
            ),
            ErrorKind::TooLarge { .. } => Some("check whether this is metadata of Flink at all".to_owned()),
            ErrorKind::Changed | ErrorKind::InconsistentListing => Some("try again".to_owned()),
            ErrorKind::TimedOut => Some("try again, or wait longer with `--timeout`".to_owned()),
            ErrorKind::Throttled => Some("try again with a lower `--concurrency`".to_owned()),
            ErrorKind::NoSuchStore | ErrorKind::Unauthenticated | ErrorKind::Misconfigured | ErrorKind::Unreachable => {
                doctor()
            }
            ErrorKind::IsDirectory
            | ErrorKind::NotADirectory
            | ErrorKind::AlreadyExists
            | ErrorKind::NotEmpty
            | ErrorKind::NoSuchFacility(_)
            | ErrorKind::TooDeep
            | ErrorKind::Held
            | ErrorKind::Other => None,
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
        self.source.as_deref().map(|source| source as _)
    }
}
