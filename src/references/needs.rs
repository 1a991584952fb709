//! What one snapshot needs of a store.

use super::{FilePlace, Role};
use crate::uri::StorageUri;

/// How long a file must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Length {
    /// No handle tells; Flink recorded -1.
    Unknown,
    /// So many bytes and more: the handles name parts of the file, or a file that grew after they were written.
    AtLeast(u64),
    /// So many bytes: the handles name the whole file.
    Exactly(u64),
}

impl Length {
    /// Whether a file of this length will do.
    #[must_use]
    pub fn admits(self, found: u64) -> bool {
        match self {
            Self::Unknown => true,
            Self::AtLeast(bytes) => found >= bytes,
            Self::Exactly(bytes) => found == bytes,
        }
    }
}

/// A file that a snapshot needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need<'a> {
    /// The file, by a directory of [`Needs`].
    pub place: FilePlace<'a>,
    /// What its bytes are deleted with.
    pub role: Role,
    /// How long it must be.
    pub length: Length,
    /// It is a file that several parts are merged into (`SegmentFileStateHandle`), of one or of several snapshots.
    pub merged: bool,
}

/// Everything that a snapshot needs besides its metadata, borrowed from that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs<'a> {
    /// The directories that files are in.
    pub directories: Vec<StorageUri>,
    /// The files, each once.
    pub files: Vec<Need<'a>>,
    /// Directories of which everything in them belongs to it.
    pub kept: Vec<(StorageUri, Role)>,
    /// Paths in handles that name no place, as they are written.
    pub unresolvable: Vec<String>,
}
