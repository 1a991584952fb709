//! `_metadata` of checkpoints whose files are all shared ones of RocksDB.

use keepoint::codec::JavaStr;
use keepoint::format::metadata::encode;
use keepoint::model::state_handle::{
    FileStateHandle, HandleAndLocalPath, IncrementalRemoteKeyedStateHandle, IncrementalV2, KeyedStateHandle,
    StreamStateHandle,
};
use keepoint::model::{
    CheckpointMetadata, KeyGroupRange, MetadataVersion, OperatorId, OperatorState, OperatorSubtaskState, SubtaskEntry,
    SubtaskState, Subtasks,
};

/// The checkpoint with this id, which names these files, each by its local name and its path, and each of so many bytes.
pub(crate) fn bytes(checkpoint: u64, files: &[(String, String)], bytes: u64) -> Vec<u8> {
    encode(&metadata(checkpoint, files, bytes)).expect("everything fits the format")
}

/// Numbers without a pattern (SplitMix64).
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

/// The name of a file.
pub(crate) fn uuid(job: u64, number: u64) -> String {
    let (high, low) = (mixed(job << 32 | number), mixed(!(job << 32 | number)));
    let number = (u128::from(high) << 64 | u128::from(low)) & !(0xF << 76 | 0xC << 60) | 0x4 << 76 | 0x8 << 60;
    let hex = format!("{number:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn text(text: &str) -> JavaStr<'_> {
    JavaStr::from_modified_utf8(text.as_bytes()).expect("ASCII")
}

fn metadata(checkpoint: u64, files: &[(String, String)], bytes: u64) -> CheckpointMetadata<'_> {
    let checkpoint_id = i64::try_from(checkpoint).expect("a small number");
    let size = i64::try_from(bytes).expect("a small number");
    let shared = files.iter().map(|(local, path)| HandleAndLocalPath {
        local_path: text(local),
        handle: StreamStateHandle::File(FileStateHandle { size, path: text(path) }),
    });
    let handle = IncrementalRemoteKeyedStateHandle {
        checkpoint_id,
        backend_id: text("6e1f8b0a-1b2c-4d5e-8f60-718293a4b5c6"),
        key_groups: KeyGroupRange { start: 0, count: 128 },
        v2: Some(IncrementalV2 {
            checkpointed_size: size,
            state_handle_id: text("0a1b2c3d-4e5f-4607-8918-2a3b4c5d6e7f"),
        }),
        meta: None,
        shared: shared.collect(),
        private: Vec::new(),
    };
    let state = OperatorSubtaskState {
        managed_keyed_state: Some(KeyedStateHandle::Incremental(Box::new(handle))),
        ..OperatorSubtaskState::default()
    };
    CheckpointMetadata {
        version: MetadataVersion::V3,
        checkpoint_id,
        master_states: Vec::new(),
        operator_states: vec![OperatorState {
            name: None,
            uid: None,
            operator_id: OperatorId([7; 16]),
            parallelism: 1,
            max_parallelism: 128,
            chain_length: None,
            coordinator_state: None,
            subtasks: Subtasks::Entries(vec![SubtaskEntry { index: 0, state: SubtaskState::Running(Box::new(state)) }]),
        }],
        properties: None,
    }
}
