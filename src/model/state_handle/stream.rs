//! Handles that name bytes: in a file, in part of a file, or in the metadata itself.

use super::super::KeyGroupRange;
use crate::codec::{JavaStr, LongArray};

/// Something that can be read as a stream of bytes (`org.apache.flink.runtime.state.StreamStateHandle`).
#[derive(Debug, Clone, PartialEq)]
pub enum StreamStateHandle<'a> {
    /// The bytes are in the metadata.
    ByteStream(ByteStreamStateHandle<'a>),
    /// A file with its own path.
    File(FileStateHandle<'a>),
    /// A file beside the metadata.
    Relative(RelativeFileStateHandle<'a>),
    /// A part of a file that others use too; boxed, being larger than the rest.
    Segment(Box<SegmentFileStateHandle<'a>>),
    /// A part without bytes (`EmptySegmentFileStateHandle`).
    EmptySegment,
    /// Another handle with key-group offsets. Flink reads it here and has not been seen to write it.
    KeyGroups(Box<KeyGroupsStreamStateHandle<'a>>),
}

impl StreamStateHandle<'_> {
    /// Bytes it names, as recorded. A size that Flink recorded as unknown (-1) counts as 0.
    #[must_use]
    pub fn state_size(&self) -> i64 {
        match self {
            Self::ByteStream(handle) => handle.state_size(),
            Self::File(handle) => handle.size.max(0),
            Self::Relative(handle) => handle.size.max(0),
            Self::Segment(handle) => handle.size.max(0),
            Self::EmptySegment => 0,
            Self::KeyGroups(handle) => handle.delegate.state_size(),
        }
    }
}

/// Bytes inside the metadata (`ByteStreamStateHandle`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteStreamStateHandle<'a> {
    /// A path that was never written to, or a random id. It names no file.
    pub name: JavaStr<'a>,
    /// The state.
    pub data: &'a [u8],
}

impl ByteStreamStateHandle<'_> {
    /// Bytes of state.
    #[must_use]
    pub fn state_size(&self) -> i64 {
        i64::try_from(self.data.len()).unwrap_or(i64::MAX)
    }
}

/// A whole file (`FileStateHandle`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStateHandle<'a> {
    /// Bytes; -1 when they were not known on closing the file.
    pub size: i64,
    /// A full URI or an absolute path.
    pub path: JavaStr<'a>,
}

/// A whole file in the directory of the metadata (`RelativeFileStateHandle`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelativeFileStateHandle<'a> {
    /// From the directory of the metadata; a bare name in every file seen.
    pub path: JavaStr<'a>,
    /// Bytes; -1 when they were not known on closing the file.
    pub size: i64,
}

/// A part of a file that file merging filled for several states (`SegmentFileStateHandle`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentFileStateHandle<'a> {
    /// First byte within the file.
    pub start: i64,
    /// Bytes of this part.
    pub size: i64,
    /// Who uses the part; the file lives as long as any of its parts.
    pub scope: CheckpointedStateScope,
    /// The file.
    pub path: JavaStr<'a>,
    /// The id of the part.
    pub logical_file_id: JavaStr<'a>,
}

/// Who uses a piece of state (`org.apache.flink.runtime.state.CheckpointedStateScope`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointedStateScope {
    /// One checkpoint.
    Exclusive,
    /// Several checkpoints.
    Shared,
}

impl CheckpointedStateScope {
    /// The constant's position, which is what a file holds.
    #[must_use]
    pub fn ordinal(self) -> i32 {
        match self {
            Self::Exclusive => 0,
            Self::Shared => 1,
        }
    }

    /// The constant at this position.
    #[must_use]
    pub fn from_ordinal(ordinal: i32) -> Option<Self> {
        [Self::Exclusive, Self::Shared].into_iter().find(|scope| scope.ordinal() == ordinal)
    }
}

/// A stream with key-group offsets in a place where streams stand.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyGroupsStreamStateHandle<'a> {
    /// The key groups.
    pub key_groups: KeyGroupRange,
    /// Where each key group starts.
    pub offsets: LongArray<'a>,
    /// The bytes.
    pub delegate: StreamStateHandle<'a>,
}
