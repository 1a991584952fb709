//! Reading parts of what state handles name, wherever it is: in a file, in a part of one, or in the metadata itself.

use std::borrow::Cow;
use std::ops::Range;

use crate::model::state_handle::StreamStateHandle;
use crate::references::{Relocations, resolve};
use crate::storage::{Error, Stores};
use crate::uri::{NotAUri, StorageUri};

/// Where the bytes of a stream are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamPlace<'a> {
    /// In the metadata.
    Inline(&'a [u8]),
    /// In a file.
    File {
        /// The file.
        file: StorageUri,
        /// Where the stream begins in it.
        start: u64,
        /// Its bytes; `None` where the handle does not tell, and it goes on to the end of the file.
        size: Option<u64>,
    },
}

impl<'a> StreamPlace<'a> {
    /// Where a stream is; relative paths start at the directory of the metadata. The error is a path that names no place.
    pub fn of(
        stream: &StreamStateHandle<'a>,
        metadata_directory: &StorageUri,
        relocations: &Relocations,
    ) -> Result<Self, NotAUri> {
        let (start, size) = match stream {
            StreamStateHandle::KeyGroups(handle) => {
                return Self::of(&handle.delegate, metadata_directory, relocations);
            }
            StreamStateHandle::ByteStream(handle) => return Ok(Self::Inline(handle.data)),
            StreamStateHandle::EmptySegment => return Ok(Self::Inline(&[])),
            StreamStateHandle::File(handle) => (0, handle.size),
            StreamStateHandle::Relative(handle) => (0, handle.size),
            StreamStateHandle::Segment(handle) => (handle.start, handle.size),
        };
        let Some(file) = resolve(stream, metadata_directory, relocations)? else { return Ok(Self::Inline(&[])) };
        Ok(Self::File { file, start: u64::try_from(start).unwrap_or(0), size: u64::try_from(size).ok() })
    }

    /// The file; `None` when the bytes are in the metadata.
    #[must_use]
    pub fn file(&self) -> Option<&StorageUri> {
        match self {
            Self::Inline(_) => None,
            Self::File { file, .. } => Some(file),
        }
    }

    /// Bytes of the stream; `None` where only the store knows.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::Inline(bytes) => Some(bytes.len() as u64),
            Self::File { size, .. } => *size,
        }
    }

    /// The part of the stream that lies within a range, which may reach behind its end: one request, or none for what is in the metadata.
    ///
    /// Fewer bytes come where the stream ends, and where the file is shorter than the handle says.
    pub async fn read(&self, range: Range<u64>, stores: &Stores) -> Result<Cow<'a, [u8]>, Error> {
        match self {
            Self::Inline(bytes) => {
                let position = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
                Ok(Cow::Borrowed(bytes.get(position(range.start)..position(range.end)).unwrap_or(&[])))
            }
            Self::File { file, start, size } => {
                let end = size.map_or(range.end, |size| range.end.min(size));
                let range = start.saturating_add(range.start)..start.saturating_add(end);
                // Some stores refuse to read nothing.
                if range.is_empty() {
                    return Ok(Cow::Borrowed(&[]));
                }
                let read = stores.open(file)?.read_range(file, range).await?;
                Ok(Cow::Owned(read.bytes))
            }
        }
    }
}
