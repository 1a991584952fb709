//! The `_metadata` file of a checkpoint or savepoint.
//!
//! ```text
//! i32 magic, i32 version
//! i64 checkpoint id
//! i32 n, n × master state
//! i32 n, n × operator
//! Java object: checkpoint properties            from version 4 on
//! ```
//!
//! There is one decoder. What differs between versions is named in `layout::Layout`; a new version is a row there, a variant of
//! [`MetadataVersion`](crate::model::MetadataVersion) and one `if` in one place. Each structure is one file with its bytes
//! drawn on top, a `decode` that reads in their order and an `encode` twin.
//!
//! Source: `org.apache.flink.runtime.checkpoint.Checkpoints` and the serializers in `…checkpoint.metadata`.

mod checkpoint_properties;
mod header;
mod layout;
mod master_state;
mod operator_state;
mod operator_subtask_state;
mod state_handle;

use super::error::Within;
use super::{Error, ErrorKind, Step};
use crate::codec::{DataInput, DataOutput, TooLong};
use crate::model::CheckpointMetadata;
use layout::Layout;

/// A decoded file.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded<'a> {
    /// What it holds.
    pub metadata: CheckpointMetadata<'a>,
    /// Why the properties could not be read. Everything else was, yet Flink would refuse the file.
    pub unreadable_properties: Option<Error>,
    /// Bytes behind the end, which Flink does not look at.
    pub trailing_bytes: usize,
}

/// Decodes a whole `_metadata` file.
///
/// Accepts what `Checkpoints.loadCheckpointMetadata` accepts, with one difference: where Flink takes a negative count for an
/// empty list or an unchecked number for granted, this is an error.
pub fn decode(bytes: &[u8]) -> Result<Decoded<'_>, Error> {
    let mut input = DataInput::new(bytes);
    let version = header::decode(&mut input)?;
    body(&mut input, version.layout(), bytes).map_err(|error| error.in_version(version.number()))
}

/// Whether these first bytes are those of Flink's metadata in a version that can be read.
#[must_use]
pub fn has_header(bytes: &[u8]) -> bool {
    header::decode(&mut DataInput::new(bytes)).is_ok()
}

fn body<'a>(input: &mut DataInput<'a>, layout: Layout, bytes: &'a [u8]) -> Result<Decoded<'a>, Error> {
    let version = layout.version;
    let start = input.position();
    let checkpoint_id = input.i64().within(|| Step::Field("checkpoint id"))?;
    if checkpoint_id < 0 {
        return Err(Error::new(start, ErrorKind::InvalidValue { what: "checkpoint id", value: checkpoint_id }));
    }

    let count = input.count(master_state::SMALLEST).within(|| Step::Field("number of master states"))?;
    let mut master_states = input.vec_for(count);
    for index in 0..count {
        master_states.push(master_state::decode(input).within(|| Step::Element("master state", index))?);
    }

    let count = input.count(operator_state::SMALLEST).within(|| Step::Field("number of operators"))?;
    let mut operator_states = input.vec_for(count);
    for index in 0..count {
        operator_states.push(operator_state::decode(input, layout).within(|| Step::Element("operator", index))?);
    }

    let mut metadata = CheckpointMetadata { version, checkpoint_id, master_states, operator_states, properties: None };
    let mut unreadable_properties = None;
    let mut end = input.position();
    if layout.checkpoint_properties {
        match checkpoint_properties::decode(input).within(|| Step::Field("checkpoint properties")) {
            Ok(properties) => {
                metadata.properties = Some(properties);
                end = input.position();
            }
            Err(error) => {
                unreadable_properties = Some(error.in_version(version.number()));
                end = bytes.len();
            }
        }
    }
    let trailing_bytes = bytes.len().saturating_sub(end);
    Ok(Decoded { metadata, unreadable_properties, trailing_bytes })
}

/// Encodes a snapshot in the version it names; what [`decode`] made of a file that Flink wrote becomes that file again.
pub fn encode(metadata: &CheckpointMetadata<'_>) -> Result<Vec<u8>, TooLong> {
    let layout = metadata.version.layout();
    let mut output = DataOutput::default();
    header::encode(metadata.version, &mut output);
    output.i64(metadata.checkpoint_id);
    output.count(metadata.master_states.len())?;
    for state in &metadata.master_states {
        master_state::encode(state, &mut output)?;
    }
    output.count(metadata.operator_states.len())?;
    for state in &metadata.operator_states {
        operator_state::encode(state, layout, &mut output)?;
    }
    if let Some(properties) = &metadata.properties {
        checkpoint_properties::encode(properties, &mut output);
    }
    Ok(output.into_bytes())
}
