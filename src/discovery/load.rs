//! Fetching the metadata that a pointer means.

use std::fmt;

use chrono::{DateTime, Utc};

use super::layout::METADATA_FILE_NAME;
use crate::format::metadata;
use crate::storage::{self, ErrorKind, Storage};
use crate::uri::StorageUri;

/// Bytes that are asked for at once; every ordinary metadata file comes whole with the first request.
const REQUEST: u64 = 16 << 20;

/// A metadata file above this is not read. A snapshot with five million files has about 1 GiB of metadata.
const LARGEST: u64 = 4 << 30;

/// A metadata file and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedMetadata {
    /// The directory of the snapshot, from which relative handles start.
    pub directory: StorageUri,
    /// The file.
    pub file: StorageUri,
    /// Its bytes; only the first ones where these showed that this is no metadata.
    pub bytes: Vec<u8>,
    /// Bytes of the whole file.
    pub file_length: u64,
    /// When it was written, which is when the snapshot was completed.
    pub modified_at: Option<DateTime<Utc>>,
    /// The store's tag of it, where it has one.
    pub tag: Option<String>,
}

/// Why there is no metadata to look at.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The store could not answer.
    Storage(storage::Error),
    /// The directory is there and holds no metadata file.
    NoMetadata {
        /// The directory.
        directory: StorageUri,
    },
}

impl Error {
    /// What a user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Storage(error) => error.hint(),
            Self::NoMetadata { .. } => Some(
                "a snapshot is a directory with a _metadata file, such as chk-42 or savepoint-…; without one it is unfinished or was not one"
                    .to_owned(),
            ),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage(error) => error.fmt(f),
            Self::NoMetadata { directory } => write!(f, "{directory}: no {METADATA_FILE_NAME} in this directory"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Storage(error) => std::error::Error::source(error),
            Self::NoMetadata { .. } => None,
        }
    }
}

/// Fetches the metadata that a pointer means: the `_metadata` in a directory, or a metadata file of any name, as
/// `AbstractFsCheckpointStorageAccess.resolveCheckpointPointer` does.
pub async fn load(storage: &dyn Storage, pointer: &StorageUri) -> Result<LoadedMetadata, Error> {
    if pointer.file_name() == Some(METADATA_FILE_NAME) {
        match as_file(storage, pointer).await {
            Err(Error::NoMetadata { .. }) => return as_directory(storage, pointer).await,
            answer => return answer,
        }
    }
    match as_directory(storage, pointer).await {
        Err(Error::Storage(error)) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            as_file(storage, pointer).await
        }
        answer => answer,
    }
}

async fn as_directory(storage: &dyn Storage, directory: &StorageUri) -> Result<LoadedMetadata, Error> {
    load_directory(storage, directory).await.map_err(Error::Storage)
}

async fn as_file(storage: &dyn Storage, file: &StorageUri) -> Result<LoadedMetadata, Error> {
    let no_metadata = || Error::NoMetadata { directory: file.clone() };
    match load_file(storage, file).await {
        Ok(loaded) => Ok(loaded),
        Err(error) if error.kind() == ErrorKind::IsDirectory => Err(no_metadata()),
        // Stores that have keys and no directories cannot tell at once whether there is something below a name.
        Err(error) if error.kind() == ErrorKind::NotFound => match storage.stat(file).await {
            Err(found) if found.kind() == ErrorKind::IsDirectory => Err(no_metadata()),
            _ => Err(Error::Storage(error)),
        },
        Err(error) => Err(Error::Storage(error)),
    }
}

/// Fetches the `_metadata` in a directory.
pub(super) async fn load_directory(
    storage: &dyn Storage,
    directory: &StorageUri,
) -> Result<LoadedMetadata, storage::Error> {
    fetch(storage, directory.clone(), directory.join(METADATA_FILE_NAME)).await
}

/// Fetches a file as metadata, whatever its name.
pub(super) async fn load_file(storage: &dyn Storage, file: &StorageUri) -> Result<LoadedMetadata, storage::Error> {
    fetch(storage, file.parent().unwrap_or_else(|| file.clone()), file.clone()).await
}

async fn fetch(
    storage: &dyn Storage,
    directory: StorageUri,
    file: StorageUri,
) -> Result<LoadedMetadata, storage::Error> {
    let first = storage.read_range(&file, 0..REQUEST).await?;
    let (mut bytes, file_length, modified_at, tag) = (first.bytes, first.file_length, first.modified_at, first.tag);
    // Nobody needs gigabytes of something else to be told that it is something else.
    if file_length > REQUEST && metadata::has_header(&bytes) {
        let failed = |kind| storage::Error::new("read", &file, kind);
        let missing = usize::try_from(file_length - REQUEST);
        if file_length > LARGEST || missing.is_err() || bytes.try_reserve_exact(missing.unwrap_or(0)).is_err() {
            return Err(failed(ErrorKind::TooLarge { length: file_length, limit: LARGEST }));
        }
        while (bytes.len() as u64) < file_length {
            let start = bytes.len() as u64;
            let next = storage.read_range(&file, start..start + REQUEST).await?;
            let is_another = next.file_length != file_length || next.modified_at != modified_at || next.tag != tag;
            if next.bytes.is_empty() || is_another {
                return Err(failed(ErrorKind::Changed));
            }
            bytes.extend(next.bytes);
        }
    }
    Ok(LoadedMetadata { directory, file, bytes, file_length, modified_at, tag })
}
