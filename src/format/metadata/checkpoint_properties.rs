//! The checkpoint properties: a Java object stream with an instance of
//! `org.apache.flink.runtime.checkpoint.CheckpointProperties`.
//!
//! Java orders fields by itself, so they are found by name.

use crate::codec::{DataInput, DataOutput, JavaObjectStream, JavaStr, JavaValue, ObjectData};
use crate::format::{Error, ErrorKind};
use crate::model::{
    CheckpointProperties, PostCheckpointAction, SavepointFormatType, SharingFilesStrategy, SnapshotType,
};

const PROPERTIES: &str = "org.apache.flink.runtime.checkpoint.CheckpointProperties";
const CHECKPOINT_TYPE: &str = "org.apache.flink.runtime.checkpoint.CheckpointType";
const SAVEPOINT_TYPE: &str = "org.apache.flink.runtime.checkpoint.SavepointType";

/// Bytes that are read of the stream. Flink writes 604 to 756; more would be something else, and costs memory for nothing.
const LONGEST: usize = 1 << 20;

pub(super) fn decode<'a>(input: &mut DataInput<'a>) -> Result<CheckpointProperties<'a>, Error> {
    let start = input.position();
    let stream = JavaObjectStream::read(input, LONGEST)?;
    interpret(&stream, input.since(start)).map_err(|what| Error::new(start, ErrorKind::Contradiction(what)))
}

fn interpret<'a>(stream: &JavaObjectStream<'a>, bytes: &'a [u8]) -> Result<CheckpointProperties<'a>, &'static str> {
    let object = stream.object(stream.root).ok_or("the checkpoint properties are not an object")?;
    if class_name(stream, object) != Some(PROPERTIES) {
        return Err("the checkpoint properties are of another class");
    }
    let flag = |name| match stream.field(object, name) {
        Some(JavaValue::Boolean(value)) => Ok(value),
        _ => Err("a flag of the checkpoint properties is missing"),
    };
    Ok(CheckpointProperties {
        snapshot_type: snapshot_type(stream, object)?,
        forced: flag("forced")?,
        discard_subsumed: flag("discardSubsumed")?,
        discard_finished: flag("discardFinished")?,
        discard_cancelled: flag("discardCancelled")?,
        discard_failed: flag("discardFailed")?,
        discard_suspended: flag("discardSuspended")?,
        unclaimed: flag("unclaimed")?,
        stream: bytes,
    })
}

fn snapshot_type<'a>(
    stream: &JavaObjectStream<'a>,
    properties: &ObjectData<'a>,
) -> Result<SnapshotType<'a>, &'static str> {
    const MISSING: &str = "the checkpoint properties do not say which type of snapshot this is";
    let object = stream.field(properties, "checkpointType").and_then(|value| stream.object(value)).ok_or(MISSING)?;
    let name = stream.field(object, "name").and_then(|value| stream.string(value)).ok_or(MISSING)?;
    let constant = |field| stream.field(object, field).and_then(|value| stream.enum_constant(value));
    match class_name(stream, object) {
        Some(CHECKPOINT_TYPE) => Ok(SnapshotType::Checkpoint {
            name,
            sharing_files_strategy: constant("sharingFilesStrategy")
                .and_then(|constant| SharingFilesStrategy::from_constant(&constant.to_str()))
                .ok_or("an unknown sharing files strategy")?,
        }),
        Some(SAVEPOINT_TYPE) => Ok(SnapshotType::Savepoint {
            name,
            post_checkpoint_action: constant("postCheckpointAction")
                .and_then(|constant| PostCheckpointAction::from_constant(&constant.to_str()))
                .ok_or("an unknown post checkpoint action")?,
            format_type: constant("formatType")
                .and_then(|constant| SavepointFormatType::from_constant(&constant.to_str()))
                .ok_or("an unknown savepoint format")?,
        }),
        _ => Err("an unknown type of snapshot"),
    }
}

/// The class name when it is plain ASCII, as all of Flink's are.
fn class_name<'a>(stream: &JavaObjectStream<'a>, object: &ObjectData<'a>) -> Option<&'a str> {
    let name: JavaStr<'a> = stream.class(object)?.name;
    std::str::from_utf8(name.as_modified_utf8()).ok()
}

pub(super) fn encode(properties: &CheckpointProperties<'_>, output: &mut DataOutput) {
    output.bytes(properties.stream);
}
