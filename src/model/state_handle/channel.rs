//! In-flight data of unaligned checkpoints.

use super::StreamStateHandle;
use crate::codec::LongArray;

/// On which side of a subtask the records waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    /// In front of it: `InputStateHandle`, channels are (gate, channel).
    Input,
    /// Behind it: `OutputStateHandle`, channels are (partition, subpartition).
    Output,
}

/// Records of one or several channels of a subtask.
#[derive(Debug, Clone, PartialEq)]
pub enum ChannelStateHandle<'a> {
    /// One channel (`InputChannelStateHandle`, `ResultSubpartitionStateHandle`).
    Single(Box<SingleChannelStateHandle<'a>>),
    /// Several channels (`MergedInputChannelStateHandle`, `MergedResultSubpartitionStateHandle`); from version 6 on.
    Merged(Box<MergedChannelStateHandle<'a>>),
}

impl<'a> ChannelStateHandle<'a> {
    /// Bytes of these channels, a part of the stream.
    #[must_use]
    pub fn state_size(&self) -> i64 {
        match self {
            Self::Single(handle) => handle.channel.size,
            Self::Merged(handle) => handle.size,
        }
    }

    /// The stream, which other channels of the subtask share.
    #[must_use]
    pub fn delegate(&self) -> &StreamStateHandle<'a> {
        match self {
            Self::Single(handle) => &handle.delegate,
            Self::Merged(handle) => &handle.delegate,
        }
    }
}

/// Records of one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct SingleChannelStateHandle<'a> {
    /// The subtask that wrote them.
    pub subtask_index: i32,
    /// The channel.
    pub channel: ChannelOffsets<'a>,
    /// The stream.
    pub delegate: StreamStateHandle<'a>,
}

/// Records of several channels.
#[derive(Debug, Clone, PartialEq)]
pub struct MergedChannelStateHandle<'a> {
    /// The subtask that wrote them.
    pub subtask_index: i32,
    /// Bytes over all channels.
    pub size: i64,
    /// The stream.
    pub delegate: StreamStateHandle<'a>,
    /// The channels.
    pub channels: Vec<ChannelOffsets<'a>>,
}

/// A channel and where its records are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelOffsets<'a> {
    /// Gate of an input channel, partition of an output one.
    pub outer: i32,
    /// Channel within the gate, subpartition within the partition.
    pub inner: i32,
    /// Bytes of this channel's records.
    pub size: i64,
    /// Where they are in the stream.
    pub offsets: LongArray<'a>,
}
