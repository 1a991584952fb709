//! Handles of in-flight data.
//!
//! ```text
//! u8 tag                                                from version 6 on: 1 or 3 input, 2 or 4 output
//! one channel:       i32 subtask, i32 outer, i32 inner, i32 n, i64 × n, i64 size, stream handle
//! several (3, 4):    i32 subtask, i64 size, stream handle
//!                    i32 bytes that follow
//!                      i32 n, n × (i32 outer, i32 inner, i64 size, i32 m, i64 × m)
//! ```
//!
//! Flink keeps the channels of a merged handle as bytes until a job needs them; here they are read at once.

use super::{some_stream, stream, tag};
use crate::codec::{DataInput, DataOutput, TooLong};
use crate::format::error::Within;
use crate::format::metadata::layout::ChannelStateEncoding;
use crate::format::{Error, ErrorKind, Step};
use crate::model::state_handle::{
    ChannelKind, ChannelOffsets, ChannelStateHandle, MergedChannelStateHandle, SingleChannelStateHandle,
};

/// Bytes of the shortest handle, which is a merged one.
pub(in crate::format::metadata) const SMALLEST: usize = 1 + 4 + 8 + 1 + 4 + 4;

const SMALLEST_CHANNEL: usize = 4 + 4 + 8 + 4;

pub(in crate::format::metadata) fn decode<'a>(
    input: &mut DataInput<'a>,
    encoding: ChannelStateEncoding,
    kind: ChannelKind,
) -> Result<ChannelStateHandle<'a>, Error> {
    if encoding != ChannelStateEncoding::Tagged {
        return single(input);
    }
    let start = input.position();
    let tag = input.u8()?;
    if tag == single_tag(kind) {
        single(input)
    } else if tag == merged_tag(kind) {
        merged(input)
    } else {
        let what = match kind {
            ChannelKind::Input => "input channel state handle",
            ChannelKind::Output => "result subpartition state handle",
        };
        let is_known = (tag::INPUT_CHANNEL..=tag::MERGED_RESULT_SUBPARTITION).contains(&tag);
        let kind = if is_known { ErrorKind::MisplacedTag { what, tag } } else { ErrorKind::UnknownTag { what, tag } };
        Err(Error::new(start, kind))
    }
}

fn single_tag(kind: ChannelKind) -> u8 {
    match kind {
        ChannelKind::Input => tag::INPUT_CHANNEL,
        ChannelKind::Output => tag::RESULT_SUBPARTITION,
    }
}

fn merged_tag(kind: ChannelKind) -> u8 {
    match kind {
        ChannelKind::Input => tag::MERGED_INPUT_CHANNEL,
        ChannelKind::Output => tag::MERGED_RESULT_SUBPARTITION,
    }
}

fn single<'a>(input: &mut DataInput<'a>) -> Result<ChannelStateHandle<'a>, Error> {
    let subtask_index = input.i32()?;
    let outer = input.i32()?;
    let inner = input.i32()?;
    let offsets = input.length_prefixed_longs()?;
    let size = input.i64()?;
    let delegate = some_stream(input, 0).within(|| Step::Field("delegate"))?;
    let channel = ChannelOffsets { outer, inner, size, offsets };
    Ok(ChannelStateHandle::Single(Box::new(SingleChannelStateHandle { subtask_index, channel, delegate })))
}

fn merged<'a>(input: &mut DataInput<'a>) -> Result<ChannelStateHandle<'a>, Error> {
    let subtask_index = input.i32()?;
    let size = input.i64()?;
    let delegate = some_stream(input, 0).within(|| Step::Field("delegate"))?;
    let length = input.count(1).within(|| Step::Field("channels"))?;
    let end = input.position() + length;
    let count = input.count(SMALLEST_CHANNEL).within(|| Step::Field("channels"))?;
    let mut channels = input.vec_for(count);
    for index in 0..count {
        channels.push(channel(input).within(|| Step::Element("channel", index))?);
    }
    if input.position() != end {
        let kind = ErrorKind::Contradiction("merged channels are not as long as they say");
        return Err(Error::new(input.position(), kind));
    }
    Ok(ChannelStateHandle::Merged(Box::new(MergedChannelStateHandle { subtask_index, size, delegate, channels })))
}

fn channel<'a>(input: &mut DataInput<'a>) -> Result<ChannelOffsets<'a>, Error> {
    let outer = input.i32()?;
    let inner = input.i32()?;
    let size = input.i64()?;
    let offsets = input.length_prefixed_longs()?;
    Ok(ChannelOffsets { outer, inner, size, offsets })
}

pub(in crate::format::metadata) fn encode(
    handle: &ChannelStateHandle<'_>,
    encoding: ChannelStateEncoding,
    kind: ChannelKind,
    output: &mut DataOutput,
) -> Result<(), TooLong> {
    let tagged = encoding == ChannelStateEncoding::Tagged;
    match handle {
        ChannelStateHandle::Single(handle) => {
            if tagged {
                output.u8(single_tag(kind));
            }
            output.i32(handle.subtask_index);
            output.i32(handle.channel.outer);
            output.i32(handle.channel.inner);
            output.length_prefixed_longs(handle.channel.offsets)?;
            output.i64(handle.channel.size);
            stream::encode(Some(&handle.delegate), output)
        }
        ChannelStateHandle::Merged(handle) => {
            if tagged {
                output.u8(merged_tag(kind));
            }
            output.i32(handle.subtask_index);
            output.i64(handle.size);
            stream::encode(Some(&handle.delegate), output)?;
            let mut channels = DataOutput::default();
            channels.count(handle.channels.len())?;
            for channel in &handle.channels {
                channels.i32(channel.outer);
                channels.i32(channel.inner);
                channels.i64(channel.size);
                channels.length_prefixed_longs(channel.offsets)?;
            }
            output.length_prefixed(&channels.into_bytes())
        }
    }
}
