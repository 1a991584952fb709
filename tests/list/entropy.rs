//! Entropy injection: the state files of a checkpoint lie away from its metadata, in a directory of the same name.

use std::fs;

use keepoint::codec::JavaStr;
use keepoint::format::metadata::encode;
use keepoint::model::state_handle::{FileStateHandle, OperatorStateHandle, StreamStateHandle};
use keepoint::model::{
    CheckpointMetadata, MetadataVersion, OperatorId, OperatorState, OperatorSubtaskState, SubtaskEntry, SubtaskState,
    Subtasks,
};

use crate::{list, snapshots_of};

const JOB: &str = "0123456789abcdef0123456789abcdef";

/// Metadata of one operator with one file.
fn metadata(file: &str) -> Vec<u8> {
    let path = JavaStr::from_modified_utf8(file.as_bytes()).expect("ASCII");
    let handle = OperatorStateHandle {
        states: Vec::new(),
        file_merging: None,
        delegate: StreamStateHandle::File(FileStateHandle { size: 7, path }),
    };
    let state = OperatorSubtaskState { managed_operator_state: Some(handle), ..OperatorSubtaskState::default() };
    let operator = OperatorState {
        name: None,
        uid: None,
        operator_id: OperatorId([7; 16]),
        parallelism: 1,
        max_parallelism: 8,
        chain_length: None,
        coordinator_state: None,
        subtasks: Subtasks::Entries(vec![SubtaskEntry { index: 0, state: SubtaskState::Running(Box::new(state)) }]),
    };
    let metadata = CheckpointMetadata {
        version: MetadataVersion::V3,
        checkpoint_id: 5,
        master_states: Vec::new(),
        operator_states: vec![operator],
        properties: None,
    };
    encode(&metadata).expect("it is short")
}

#[test]
fn files_that_a_snapshot_names_in_a_directory_like_its_own_are_no_residue_and_others_are() {
    let root = tempfile::tempdir().expect("a directory");
    let home = root.path().join(JOB).join("chk-5");
    let scattered = root.path().join("Xy3a").join(JOB).join("chk-5");
    let abandoned = root.path().join("Zz9b").join(JOB).join("chk-6");
    for directory in [&home, &scattered, &abandoned] {
        fs::create_dir_all(directory).expect("a directory");
    }
    let file = scattered.join("state");
    fs::write(&file, [0; 7]).expect("a file");
    fs::write(abandoned.join("state"), [0; 7]).expect("a file");
    fs::write(home.join("_metadata"), metadata(&format!("file:{}", file.display()))).expect("a file");
    let (_, report, stderr) = list(&["--sort", "id"], &[root.path()]);
    let found: Vec<_> = snapshots_of(&report)
        .iter()
        .map(|snapshot| (snapshot["checkpoint_id"].as_u64(), snapshot["status"].as_str()))
        .collect();
    assert_eq!(found, [(Some(6), Some("in_progress")), (Some(5), Some("completed"))], "{stderr}");
    let codes = crate::codes(&report);
    assert!(codes.is_empty(), "the file is the job's own: {codes:?}");
}
