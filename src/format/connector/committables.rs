//! What a committer keeps (`CommittableCollectorSerializer`).
//!
//! ```text
//! B9 1F 25 2C, then a list of one version          "list" is i32 version, i32 n, n × (i32 n, n bytes)
//!   version 1: committables                                        1.13 and 1.14
//!   version 2: checkpoints                                         since 1.15
//!
//! checkpoint 0   i64 id, list of subtasks
//! checkpoint 1   i64 id, i32 number of subtasks, list of subtasks  since 1.20
//! subtask 0      list of requests, i32 expected, i32 drained, i32 failed
//! subtask 1      i32 subtask, list of requests, i32 expected, i32 drained, i32 failed       since 1.20
//! subtask 2      i32 subtask, list of requests, i32 expected, i32 failed                    since 2.0
//! request 0      i32 version, i32 n, n bytes of the committable, i32 retries, i32 state
//! ```

use super::frame::{Versioned, end, magic, refused, versioned, versioned_list};
use crate::codec::DataInput;
use crate::format::Error;
use crate::format::Step;
use crate::format::error::Within;
use crate::model::{Committable, CommittableState};

/// `CommittableCollectorSerializer.MAGIC_NUMBER`.
const COLLECTOR: u32 = 0xB91F_252C;

/// Where the versions of a checkpoint or a subtask differ.
struct Layout {
    /// A number of subtasks, or of the subtask, stands in front.
    subtask: bool,
    /// How many have been handed on stands behind.
    drained: bool,
}

/// Decodes the committables of one element of a committer's state.
pub fn decode_committables(state: Versioned<'_>) -> Result<Vec<Committable<'_>>, Error> {
    let mut input = DataInput::new(state.bytes);
    magic(&mut input, COLLECTOR, "bytes that are no state of a committer")?;
    let list = versioned_list(&mut input)?;
    end(&input)?;
    let mut committables = Vec::new();
    match state.version {
        1 => committables.extend(list.into_iter().map(|Versioned { version, bytes }| Committable {
            checkpoint_id: None,
            subtask: None,
            state: None,
            version,
            bytes,
        })),
        2 => {
            for (index, framed) in list.into_iter().enumerate() {
                checkpoint(framed, &mut committables).within(|| Step::Element("checkpoint", index))?;
            }
        }
        other => return Err(refused(0, "version of a committer's state", other)),
    }
    Ok(committables)
}

fn checkpoint<'a>(framed: Versioned<'a>, into: &mut Vec<Committable<'a>>) -> Result<(), Error> {
    let layout = match framed.version {
        0 => Layout { subtask: false, drained: false },
        1 => Layout { subtask: true, drained: false },
        other => return Err(refused(0, "version of a committer's checkpoint", other)),
    };
    let mut input = DataInput::new(framed.bytes);
    let checkpoint_id = input.i64()?;
    if layout.subtask {
        input.i32()?;
    }
    let subtasks = versioned_list(&mut input)?;
    end(&input)?;
    for (index, framed) in subtasks.into_iter().enumerate() {
        subtask(framed, checkpoint_id, into).within(|| Step::Element("subtask", index))?;
    }
    Ok(())
}

fn subtask<'a>(framed: Versioned<'a>, checkpoint_id: i64, into: &mut Vec<Committable<'a>>) -> Result<(), Error> {
    let layout = match framed.version {
        0 => Layout { subtask: false, drained: true },
        1 => Layout { subtask: true, drained: true },
        2 => Layout { subtask: true, drained: false },
        other => return Err(refused(0, "version of a committer's subtask", other)),
    };
    let mut input = DataInput::new(framed.bytes);
    let subtask = if layout.subtask { Some(input.i32()?) } else { None };
    let requests = versioned_list(&mut input)?;
    let (_expected, _failed) = (input.i32()?, input.i32()?);
    if layout.drained {
        input.i32()?;
    }
    end(&input)?;
    for (index, framed) in requests.into_iter().enumerate() {
        into.push(request(framed, checkpoint_id, subtask).within(|| Step::Element("request", index))?);
    }
    Ok(())
}

fn request(framed: Versioned<'_>, checkpoint_id: i64, subtask: Option<i32>) -> Result<Committable<'_>, Error> {
    match framed.version {
        0 => {}
        other => return Err(refused(0, "version of a committer's request", other)),
    }
    let mut input = DataInput::new(framed.bytes);
    let Versioned { version, bytes } = versioned(&mut input)?;
    let _retries = input.i32()?;
    let start = input.position();
    let state = match input.i32()? {
        0 => CommittableState::Received,
        1 => CommittableState::Retry,
        2 => CommittableState::Failed,
        3 => CommittableState::Committed,
        other => return Err(refused(start, "state of a committer's request", other)),
    };
    end(&input)?;
    Ok(Committable { checkpoint_id: Some(checkpoint_id), subtask, state: Some(state), version, bytes })
}
