//! Bytes of the streams that state handles name: in the metadata, in a file, in a part of one.

use std::borrow::Cow;
use std::ops::Range;

use crate::model::state_handle::StreamStateHandle;
use crate::references::{Relocations, resolve};
use crate::storage::{self, Stores};
use crate::uri::{NotAUri, StorageUri};

/// Reads streams of one snapshot.
#[derive(Clone)]
pub struct Streams<'s> {
    stores: &'s Stores,
    metadata_directory: &'s StorageUri,
    relocations: &'s Relocations,
}

/// Why bytes of a stream could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The store did not give them.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// The path in the handle names no place.
    #[error(transparent)]
    Path(#[from] NotAUri),
    /// The file is shorter than the handle says.
    #[error("{place}: {length} bytes where the snapshot needs {needed}")]
    TooShort {
        /// The file.
        place: String,
        /// Its length.
        length: u64,
        /// Where the range ends.
        needed: u64,
    },
}

impl<'s> Streams<'s> {
    /// Streams of the snapshot whose metadata is in this directory.
    #[must_use]
    pub fn new(stores: &'s Stores, metadata_directory: &'s StorageUri, relocations: &'s Relocations) -> Self {
        Self { stores, metadata_directory, relocations }
    }

    /// Reads a range, all of it.
    pub async fn read<'a>(
        &self,
        stream: &StreamStateHandle<'a>,
        range: Range<u64>,
    ) -> Result<Cow<'a, [u8]>, ReadError> {
        let mut stream = stream;
        while let StreamStateHandle::KeyGroups(handle) = stream {
            stream = &handle.delegate;
        }
        let place = match stream {
            StreamStateHandle::ByteStream(handle) => {
                let data = usize::try_from(range.start)
                    .ok()
                    .zip(usize::try_from(range.end).ok())
                    .and_then(|(start, end)| handle.data.get(start..end));
                let length = handle.data.len() as u64;
                let too_short = || ReadError::TooShort { place: "inline state".to_owned(), length, needed: range.end };
                return data.map(Cow::Borrowed).ok_or_else(too_short);
            }
            other => resolve(other, self.metadata_directory, self.relocations)?,
        };
        let Some(place) = place else { return Ok(Cow::Borrowed(&[])) };
        let start = match stream {
            StreamStateHandle::Segment(segment) => u64::try_from(segment.start).unwrap_or(0),
            _ => 0,
        };
        self.read_file(&place, start.saturating_add(range.start)..start.saturating_add(range.end)).await.map(Cow::Owned)
    }

    async fn read_file(&self, place: &StorageUri, range: Range<u64>) -> Result<Vec<u8>, ReadError> {
        let storage = self.stores.open(place)?;
        let mut bytes = Vec::new();
        while range.start + (bytes.len() as u64) < range.end {
            let part = storage.read_range(place, range.start + bytes.len() as u64..range.end).await?;
            if part.bytes.is_empty() {
                let length = part.file_length;
                return Err(ReadError::TooShort { place: place.to_string(), length, needed: range.end });
            }
            bytes.extend(part.bytes);
        }
        Ok(bytes)
    }
}
