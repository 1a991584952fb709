//! A snapshot of many operators, of which every state file begins with the header of one that a real Flink 2.3.0 wrote.

use std::error::Error;
use std::fs;

use hyper::body::Bytes;
use keepoint::codec::{JavaStr, LongArray};
use keepoint::format::metadata::{decode, encode};
use keepoint::model::state_handle::{
    FileStateHandle, KeyGroupsForm, KeyGroupsStateHandle, KeyedStateHandle, StreamStateHandle,
};
use keepoint::model::{
    CheckpointMetadata, KeyGroupRange, MetadataVersion, OperatorId, OperatorState, OperatorSubtaskState, SubtaskEntry,
    SubtaskState, Subtasks,
};
use keepoint::references::visit_state_headers;

use crate::fixtures;
use crate::s3_double::Memory;

/// Subtasks of each operator.
const PARALLELISM: usize = 20;
/// Bytes behind the header of each file.
const DATA: usize = 64 << 10;

/// The bucket: `flink/chk-1/_metadata` and the state files.
pub(crate) fn bucket(operators: usize) -> Result<Memory, Box<dyn Error>> {
    let header = header()?;
    let end = i64::try_from(header.len())?;
    let file = Bytes::from([header, vec![0x5a; DATA]].concat());
    let offset = end.to_be_bytes();
    let paths: Vec<String> =
        (0..operators * PARALLELISM).map(|index| format!("s3://bucket/flink/chk-1/{index:08x}")).collect();
    let uids: Vec<String> = (0..operators).map(|operator| format!("operator-{operator}")).collect();
    let text = |text: &'static str| JavaStr::from_modified_utf8(text.as_bytes()).ok_or("plain letters");
    let id = text("00000000-0000-0000-0000-000000000000")?;
    let mut states = Vec::new();
    for (operator, uid) in uids.iter().enumerate() {
        let mut entries = Vec::new();
        for (index, path) in paths.iter().skip(operator * PARALLELISM).take(PARALLELISM).enumerate() {
            let start = i32::try_from(index)?;
            let handle = KeyedStateHandle::KeyGroups(Box::new(KeyGroupsStateHandle {
                form: KeyGroupsForm::V2 { state_handle_id: id },
                key_groups: KeyGroupRange { start, count: 1 },
                offsets: LongArray::from_big_endian(&offset),
                delegate: StreamStateHandle::File(FileStateHandle {
                    size: i64::try_from(file.len())?,
                    path: JavaStr::from_modified_utf8(path.as_bytes()).ok_or("plain letters")?,
                }),
            }));
            let state = OperatorSubtaskState { managed_keyed_state: Some(handle), ..OperatorSubtaskState::default() };
            entries.push(SubtaskEntry { index: start, state: SubtaskState::Running(Box::new(state)) });
        }
        states.push(OperatorState {
            name: None,
            uid: JavaStr::from_modified_utf8(uid.as_bytes()),
            operator_id: OperatorId(u128::try_from(operator + 1)?.to_be_bytes()),
            parallelism: i32::try_from(PARALLELISM)?,
            max_parallelism: i32::try_from(PARALLELISM)?,
            chain_length: None,
            coordinator_state: None,
            subtasks: Subtasks::Entries(entries),
        });
    }
    let real = fs::read(real()?)?;
    let properties = decode(&real)?.metadata.properties;
    let metadata = encode(&CheckpointMetadata {
        version: MetadataVersion::V6,
        checkpoint_id: 1,
        master_states: Vec::new(),
        operator_states: states,
        properties,
    })?;
    let files = (0..operators * PARALLELISM).map(|index| (format!("flink/chk-1/{index:08x}"), file.clone()));
    Ok(files.chain([("flink/chk-1/_metadata".to_owned(), Bytes::from(metadata))]).collect())
}

fn real() -> Result<std::path::PathBuf, &'static str> {
    let of_types = |snapshot: &fixtures::Snapshot| snapshot.name.starts_with("flink/2.3.0/types/checkpoints/");
    Ok(fixtures::snapshots().into_iter().find(of_types).ok_or("a fixture is missing")?.metadata)
}

/// The longest header of keyed state of a job with every type; it is in the metadata.
fn header() -> Result<Vec<u8>, Box<dyn Error>> {
    let bytes = fs::read(real()?)?;
    let decoded = decode(&bytes)?;
    let mut longest = Vec::new();
    visit_state_headers(&decoded.metadata, |place| {
        let length = usize::try_from(place.bytes()).unwrap_or(0);
        if let StreamStateHandle::ByteStream(stream) = place.stream
            && length > longest.len()
        {
            longest = stream.data[..length].to_vec();
        }
    });
    Ok(longest)
}
