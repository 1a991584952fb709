//! An operator.
//!
//! ```text
//! utf name, utf uid                   from version 5 on; empty means none
//! 16 bytes operator id
//! i32 parallelism, i32 max parallelism
//! i32 chain length                    version 2 only
//! stream handle                       from version 3 on: coordinator state, null or inline
//! i32 n                               from version 3 on: negative means fully finished, and nothing follows
//! n × subtask: i32 index, subtask body
//!                                     from version 3 on: a negative index -i-1 is subtask i, finished, without a body
//! ```

use super::layout::Layout;
use super::operator_subtask_state;
use super::state_handle::stream;
use crate::codec::{DataInput, DataOutput, JavaStr, TooLong};
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::state_handle::{ByteStreamStateHandle, StreamStateHandle};
use crate::model::{OperatorId, OperatorState, SubtaskEntry, SubtaskState, Subtasks};

/// Bytes of the shortest one, which is one of version 3.
pub(super) const SMALLEST: usize = 16 + 4 + 4 + 1 + 4;

/// Bytes of the shortest subtask, which is a finished one.
const SMALLEST_SUBTASK: usize = 4;

const FULLY_FINISHED: i32 = -1;

pub(super) fn decode<'a>(input: &mut DataInput<'a>, layout: Layout) -> Result<OperatorState<'a>, Error> {
    let (mut name, mut uid) = (None, None);
    if layout.operator_name_and_uid {
        name = optional_text(input).within(|| Step::Field("name"))?;
        uid = optional_text(input).within(|| Step::Field("uid"))?;
    }
    let operator_id = OperatorId(input.bytes16().within(|| Step::Field("operator id"))?);
    rest(input, layout, name, uid, operator_id).within(|| Step::Operator(operator_id))
}

fn rest<'a>(
    input: &mut DataInput<'a>,
    layout: Layout,
    name: Option<JavaStr<'a>>,
    uid: Option<JavaStr<'a>>,
    operator_id: OperatorId,
) -> Result<OperatorState<'a>, Error> {
    let (parallelism, max_parallelism) = decode_parallelism(input)?;
    let mut chain_length = None;
    if layout.fillers {
        chain_length = Some(input.i32().within(|| Step::Field("chain length"))?);
    }
    let mut coordinator_state = None;
    if layout.coordinator_state_and_finished_marks {
        coordinator_state = decode_coordinator_state(input).within(|| Step::Field("coordinator state"))?;
    }
    let subtasks = decode_subtasks(input, layout, parallelism, coordinator_state.is_some())?;
    Ok(OperatorState {
        name,
        uid,
        operator_id,
        parallelism,
        max_parallelism,
        chain_length,
        coordinator_state,
        subtasks,
    })
}

fn optional_text<'a>(input: &mut DataInput<'a>) -> Result<Option<JavaStr<'a>>, Error> {
    let text = input.utf()?;
    Ok((!text.is_empty()).then_some(text))
}

/// Refuses what the constructor of Flink's `OperatorState` refuses.
fn decode_parallelism(input: &mut DataInput<'_>) -> Result<(i32, i32), Error> {
    let start = input.position();
    let parallelism = input.i32().within(|| Step::Field("parallelism"))?;
    let max_parallelism = input.i32().within(|| Step::Field("max parallelism"))?;
    if parallelism < 0 {
        let kind = ErrorKind::InvalidValue { what: "parallelism", value: i64::from(parallelism) };
        return Err(Error::new(start, kind));
    }
    if parallelism > max_parallelism {
        return Err(Error::new(start, ErrorKind::ParallelismAboveMax { parallelism, max_parallelism }));
    }
    Ok((parallelism, max_parallelism))
}

fn decode_coordinator_state<'a>(input: &mut DataInput<'a>) -> Result<Option<ByteStreamStateHandle<'a>>, Error> {
    let start = input.position();
    match stream::decode(input, 0)? {
        None => Ok(None),
        Some(StreamStateHandle::ByteStream(handle)) => Ok(Some(handle)),
        Some(_) => {
            let kind = ErrorKind::Contradiction("coordinator state is not inside the metadata");
            Err(Error::new(start, kind))
        }
    }
}

fn decode_subtasks<'a>(
    input: &mut DataInput<'a>,
    layout: Layout,
    parallelism: i32,
    has_coordinator_state: bool,
) -> Result<Subtasks<'a>, Error> {
    let start = input.position();
    let written = input.i32().within(|| Step::Field("number of subtasks"))?;
    if layout.coordinator_state_and_finished_marks && written < 0 {
        if has_coordinator_state {
            let kind = ErrorKind::Contradiction("a fully finished operator has coordinator state");
            return Err(Error::new(start, kind));
        }
        return Ok(Subtasks::FullyFinished);
    }
    let count =
        input.check_count(start, i64::from(written), SMALLEST_SUBTASK).within(|| Step::Field("number of subtasks"))?;
    let mut entries = input.vec_for(count);
    for position in 0..count {
        entries.push(decode_subtask(input, layout, parallelism, position)?);
    }
    Ok(Subtasks::Entries(entries))
}

fn decode_subtask<'a>(
    input: &mut DataInput<'a>,
    layout: Layout,
    parallelism: i32,
    position: usize,
) -> Result<SubtaskEntry<'a>, Error> {
    let start = input.position();
    let written = input.i32().within(|| Step::Element("subtask entry", position))?;
    let finished = layout.coordinator_state_and_finished_marks && written < 0;
    let index = if finished { !written } else { written };
    if index < 0 || index >= parallelism {
        let kind = ErrorKind::NoSuchSubtask { index, parallelism };
        return Err(Error::new(start, kind)).within(|| Step::Element("subtask entry", position));
    }
    let state = if finished {
        SubtaskState::Finished
    } else {
        let state = operator_subtask_state::decode(input, layout).within(|| Step::Subtask(index))?;
        SubtaskState::Running(Box::new(state))
    };
    Ok(SubtaskEntry { index, state })
}

pub(super) fn encode(state: &OperatorState<'_>, layout: Layout, output: &mut DataOutput) -> Result<(), TooLong> {
    if layout.operator_name_and_uid {
        output.utf(state.name.unwrap_or_default())?;
        output.utf(state.uid.unwrap_or_default())?;
    }
    output.bytes(&state.operator_id.0);
    output.i32(state.parallelism);
    output.i32(state.max_parallelism);
    if layout.fillers {
        output.i32(state.chain_length.unwrap_or(1));
    }
    if layout.coordinator_state_and_finished_marks {
        let coordinator_state = state.coordinator_state.map(StreamStateHandle::ByteStream);
        stream::encode(coordinator_state.as_ref(), output)?;
    }
    match &state.subtasks {
        Subtasks::FullyFinished => output.i32(FULLY_FINISHED),
        Subtasks::Entries(entries) => {
            output.count(entries.len())?;
            for entry in entries {
                match &entry.state {
                    SubtaskState::Finished => output.i32(!entry.index),
                    SubtaskState::Running(state) => {
                        output.i32(entry.index);
                        operator_subtask_state::encode(state, layout, output)?;
                    }
                }
            }
        }
    }
    Ok(())
}
