//! A `_metadata` file as a large job with incremental RocksDB checkpoints writes it: a million files in 200 MB.
//!
//! Ten operators run with parallelism 100. Each of the 1,000 subtasks has one incremental handle that names 1,000 files: one of
//! metadata, 995 shared and 4 private ones. Everything is counted out, so every run makes the same bytes.

use keepoint::codec::JavaStr;
use keepoint::format::metadata::encode;
use keepoint::model::state_handle::{
    FileStateHandle, HandleAndLocalPath, IncrementalRemoteKeyedStateHandle, IncrementalV2, KeyedStateHandle,
    StreamStateHandle,
};
use keepoint::model::{
    CheckpointMetadata, CheckpointProperties, KeyGroupRange, MetadataVersion, OperatorId, OperatorState,
    OperatorSubtaskState, SubtaskEntry, SubtaskState, Subtasks,
};

/// Operators of the job.
const OPERATORS: usize = 10;
/// Subtasks of each operator.
const PARALLELISM: usize = 100;
/// Shared files of each subtask.
const SHARED: usize = 995;
/// Private files of each subtask.
const PRIVATE: usize = 4;
/// Files of the whole job, with one of metadata in each subtask.
pub(crate) const FILES: usize = OPERATORS * PARALLELISM * (1 + SHARED + PRIVATE);

const MAX_PARALLELISM: usize = 256;
const CHECKPOINT_ID: i64 = 4711;
const CHECKPOINTS: &str = "s3://streaming-state-production-eu-central-1/flink/applications/order-events-enrichment/\
                           checkpoints/5b1f0c7d9e3a4286b0d47a61c8e2f953";

/// The whole file.
pub(crate) fn file(properties: &CheckpointProperties<'_>) -> Vec<u8> {
    let mut numbers = Numbers(1);
    let operators: Vec<OperatorTexts> =
        (0..OPERATORS).map(|operator| OperatorTexts::new(operator, &mut numbers)).collect();
    let metadata = CheckpointMetadata {
        version: MetadataVersion::V6,
        checkpoint_id: CHECKPOINT_ID,
        master_states: Vec::new(),
        operator_states: operators.iter().map(operator_state).collect(),
        properties: Some(properties.clone()),
    };
    encode(&metadata).expect("everything fits the format")
}

/// The texts of an operator; the model only borrows them.
struct OperatorTexts {
    name: String,
    uid: String,
    id: u128,
    subtasks: Vec<SubtaskTexts>,
}

impl OperatorTexts {
    fn new(operator: usize, numbers: &mut Numbers) -> Self {
        let name = format!("Enrichment stage {operator}");
        let uid = format!("enrichment-stage-{operator}");
        let id = numbers.next_u128();
        let subtasks = (0..PARALLELISM).map(|_| SubtaskTexts::new(numbers)).collect();
        Self { name, uid, id, subtasks }
    }
}

struct SubtaskTexts {
    backend_id: String,
    state_handle_id: String,
    meta_path: String,
    shared: Vec<FileTexts>,
    private: Vec<FileTexts>,
}

impl SubtaskTexts {
    fn new(numbers: &mut Numbers) -> Self {
        let backend_id = numbers.uuid();
        let state_handle_id = numbers.uuid();
        let meta_path = format!("{CHECKPOINTS}/chk-{CHECKPOINT_ID}/{}", numbers.uuid());
        let mut files = |names: Vec<String>| -> Vec<FileTexts> {
            let with_path = |local| FileTexts { local, path: format!("{CHECKPOINTS}/shared/{}", numbers.uuid()) };
            names.into_iter().map(with_path).collect()
        };
        let shared = files((0..SHARED).map(|number| format!("{:06}.sst", 7 * number + 15)).collect());
        let next = 7 * SHARED + 15;
        let private = files(vec![
            format!("MANIFEST-{next:06}"),
            format!("OPTIONS-{:06}", next + 2),
            "CURRENT".to_owned(),
            format!("{:06}.log", next + 3),
        ]);
        assert_eq!(private.len(), PRIVATE);
        Self { backend_id, state_handle_id, meta_path, shared, private }
    }
}

struct FileTexts {
    local: String,
    path: String,
}

fn operator_state(texts: &OperatorTexts) -> OperatorState<'_> {
    let entry = |(index, texts)| SubtaskEntry {
        index: int(index),
        state: SubtaskState::Running(Box::new(OperatorSubtaskState {
            managed_keyed_state: Some(KeyedStateHandle::Incremental(Box::new(handle(index, texts)))),
            ..OperatorSubtaskState::default()
        })),
    };
    OperatorState {
        name: Some(text(&texts.name)),
        uid: Some(text(&texts.uid)),
        operator_id: OperatorId(texts.id.to_be_bytes()),
        parallelism: int(PARALLELISM),
        max_parallelism: int(MAX_PARALLELISM),
        chain_length: None,
        coordinator_state: None,
        subtasks: Subtasks::Entries(texts.subtasks.iter().enumerate().map(entry).collect()),
    }
}

fn handle(subtask: usize, texts: &SubtaskTexts) -> IncrementalRemoteKeyedStateHandle<'_> {
    let first_key_group = |subtask: usize| (subtask * MAX_PARALLELISM).div_ceil(PARALLELISM);
    let start = first_key_group(subtask);
    IncrementalRemoteKeyedStateHandle {
        checkpoint_id: CHECKPOINT_ID,
        backend_id: text(&texts.backend_id),
        key_groups: KeyGroupRange { start: int(start), count: int(first_key_group(subtask + 1) - start) },
        v2: Some(IncrementalV2 { checkpointed_size: 64 << 20, state_handle_id: text(&texts.state_handle_id) }),
        meta: Some(stream(&texts.meta_path, 2345)),
        shared: texts.shared.iter().zip(16 << 20..).map(database_file).collect(),
        private: texts.private.iter().zip(100..).map(database_file).collect(),
    }
}

fn database_file((texts, size): (&FileTexts, i64)) -> HandleAndLocalPath<'_> {
    HandleAndLocalPath { local_path: text(&texts.local), handle: stream(&texts.path, size) }
}

fn stream(path: &str, size: i64) -> StreamStateHandle<'_> {
    StreamStateHandle::File(FileStateHandle { size, path: text(path) })
}

fn text(text: &str) -> JavaStr<'_> {
    JavaStr::from_modified_utf8(text.as_bytes()).expect("ASCII")
}

fn int(number: usize) -> i32 {
    i32::try_from(number).expect("a small number")
}

/// Numbers without a pattern that are the same each time (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn next_u128(&mut self) -> u128 {
        u128::from(self.next_u64()) << 64 | u128::from(self.next_u64())
    }

    /// A UUID of version 4.
    fn uuid(&mut self) -> String {
        let number = self.next_u128() & !(0xF << 76 | 0xC << 60) | 0x4 << 76 | 0x8 << 60;
        let hex = format!("{number:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}
