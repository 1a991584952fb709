//! Bytes of the streams that state handles name: in the metadata, in a file, in a part of one.

use std::borrow::Cow;
use std::ops::Range;

use crate::model::state_handle::StreamStateHandle;
use crate::references::Relocations;
use crate::states::StreamPlace;
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
    /// The stream is shorter than the handle says.
    #[error("{place}: {length} bytes where the snapshot needs {needed}")]
    TooShort {
        /// The file.
        place: String,
        /// Bytes of the stream.
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
        let place = StreamPlace::of(stream, self.metadata_directory, self.relocations)?;
        if is_empty_segment(stream) {
            return Ok(Cow::Borrowed(&[]));
        }
        let mut bytes = place.read(range.clone(), self.stores).await?;
        loop {
            let behind = range.start.saturating_add(bytes.len() as u64);
            if behind >= range.end {
                return Ok(bytes);
            }
            let more = place.read(behind..range.end, self.stores).await?;
            if more.is_empty() {
                let place = place.file().map_or_else(|| "inline state".to_owned(), ToString::to_string);
                return Err(ReadError::TooShort { place, length: behind, needed: range.end });
            }
            bytes.to_mut().extend_from_slice(&more);
        }
    }
}

/// Flink's handle for no file at all, of which nothing is missing (`EmptySegmentFileStateHandle`).
fn is_empty_segment(stream: &StreamStateHandle<'_>) -> bool {
    match stream {
        StreamStateHandle::KeyGroups(handle) => is_empty_segment(&handle.delegate),
        other => matches!(other, StreamStateHandle::EmptySegment),
    }
}
