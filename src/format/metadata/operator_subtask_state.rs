//! A subtask that was running.
//!
//! ```text
//! i64 duration, i32 legacy states = 0           version 2 only
//! i32 0 or 1, operator handle when 1            managed operator state
//! i32 0 or 1, operator handle when 1            raw operator state
//! keyed handle                                  managed keyed state
//! keyed handle                                  raw keyed state
//! i32 n, n × channel handle                     from version 3 on: input channels
//! i32 n, n × channel handle                     from version 3 on: result subpartitions
//! u8 1 and i64, or u8 0                         from version 7 on: reference checkpoint id
//! ```

use super::layout::{ChannelStateEncoding, Layout};
use super::state_handle::{channel, keyed, operator};
use crate::codec::{DataInput, DataOutput, TooLong};
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::OperatorSubtaskState;
use crate::model::state_handle::{ChannelKind, ChannelStateHandle, OperatorStateHandle};

const HAS_REFERENCE: u8 = 1;
const NO_REFERENCE: u8 = 0;

pub(super) fn decode<'a>(input: &mut DataInput<'a>, layout: Layout) -> Result<OperatorSubtaskState<'a>, Error> {
    let mut duration = None;
    if layout.fillers {
        duration = Some(input.i64().within(|| Step::Field("duration"))?);
        let start = input.position();
        let legacy = input.i32().within(|| Step::Field("number of legacy states"))?;
        if legacy != 0 {
            let kind = ErrorKind::InvalidValue { what: "number of legacy states", value: i64::from(legacy) };
            return Err(Error::new(start, kind));
        }
    }
    let managed_operator_state = optional_operator(input).within(|| Step::Field("managed operator state"))?;
    let raw_operator_state = optional_operator(input).within(|| Step::Field("raw operator state"))?;
    let managed_keyed_state = keyed::decode(input, 0).within(|| Step::Field("managed keyed state"))?;
    let raw_keyed_state = keyed::decode(input, 0).within(|| Step::Field("raw keyed state"))?;
    let input_channel_state =
        channels(input, layout.channel_state, ChannelKind::Input).within(|| Step::Field("input channel state"))?;
    let result_subpartition_state = channels(input, layout.channel_state, ChannelKind::Output)
        .within(|| Step::Field("result subpartition state"))?;
    let mut reference_checkpoint_id = None;
    if layout.reference_checkpoint_id {
        reference_checkpoint_id = decode_reference(input).within(|| Step::Field("reference checkpoint id"))?;
    }
    Ok(OperatorSubtaskState {
        duration,
        managed_operator_state,
        raw_operator_state,
        managed_keyed_state,
        raw_keyed_state,
        input_channel_state,
        result_subpartition_state,
        reference_checkpoint_id,
    })
}

fn optional_operator<'a>(input: &mut DataInput<'a>) -> Result<Option<OperatorStateHandle<'a>>, Error> {
    if input.i32()? == 0 { Ok(None) } else { operator::decode(input).map(Some) }
}

fn channels<'a>(
    input: &mut DataInput<'a>,
    encoding: ChannelStateEncoding,
    kind: ChannelKind,
) -> Result<Vec<ChannelStateHandle<'a>>, Error> {
    if encoding == ChannelStateEncoding::Absent {
        return Ok(Vec::new());
    }
    let count = input.count(channel::SMALLEST)?;
    let mut handles = input.vec_for(count);
    for index in 0..count {
        handles.push(channel::decode(input, encoding, kind).within(|| Step::Element("handle", index))?);
    }
    Ok(handles)
}

/// Flink takes any marker but 1 for "none". A marker that it never writes is refused here: what follows it would be guessed.
fn decode_reference(input: &mut DataInput<'_>) -> Result<Option<i64>, Error> {
    let start = input.position();
    match input.u8()? {
        NO_REFERENCE => Ok(None),
        HAS_REFERENCE => Ok(Some(input.i64()?)),
        tag => Err(Error::new(start, ErrorKind::UnknownTag { what: "reference checkpoint id", tag })),
    }
}

pub(super) fn encode(state: &OperatorSubtaskState<'_>, layout: Layout, output: &mut DataOutput) -> Result<(), TooLong> {
    if layout.fillers {
        output.i64(state.duration.unwrap_or(-1));
        output.i32(0);
    }
    for handle in [&state.managed_operator_state, &state.raw_operator_state] {
        output.i32(i32::from(handle.is_some()));
        if let Some(handle) = handle {
            operator::encode(handle, output)?;
        }
    }
    keyed::encode(state.managed_keyed_state.as_ref(), output)?;
    keyed::encode(state.raw_keyed_state.as_ref(), output)?;
    if layout.channel_state != ChannelStateEncoding::Absent {
        let lists =
            [(&state.input_channel_state, ChannelKind::Input), (&state.result_subpartition_state, ChannelKind::Output)];
        for (handles, kind) in lists {
            output.count(handles.len())?;
            for handle in handles {
                channel::encode(handle, layout.channel_state, kind, output)?;
            }
        }
    }
    if layout.reference_checkpoint_id {
        match state.reference_checkpoint_id {
            None => output.u8(NO_REFERENCE),
            Some(id) => {
                output.u8(HAS_REFERENCE);
                output.i64(id);
            }
        }
    }
    Ok(())
}
