//! What a snapshot names, and the `_metadata` that says so, written by keepoint's own encoder.

use std::sync::OnceLock;

use keepoint::codec::{JavaStr, LongArray};
use keepoint::format::metadata;
use keepoint::model::state_handle::{
    ChangelogStateBackendHandle, ChangelogStateHandleStreamImpl, CheckpointedStateScope, FileMergingDirectories,
    FileStateHandle, HandleAndLocalPath, IncrementalRemoteKeyedStateHandle, IncrementalV2, KeyGroupsForm,
    KeyGroupsStateHandle, KeyedStateHandle, OperatorStateHandle, OperatorStateMode, RelativeFileStateHandle,
    SegmentFileStateHandle, StateMetaInfo, StreamAndOffset, StreamStateHandle,
};
use keepoint::model::{
    CheckpointMetadata, CheckpointProperties, KeyGroupRange, MetadataVersion, OperatorId, OperatorState,
    OperatorSubtaskState, SubtaskEntry, SubtaskState, Subtasks,
};

use super::place::{FileRef, Place};

/// A part of a merged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) file: Place,
    pub(crate) start: usize,
    pub(crate) size: usize,
    pub(crate) shared: bool,
}

/// What a snapshot names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Handles {
    /// Files of a database that other checkpoints may name, each with its number in the database.
    pub(crate) shared: Vec<(u32, FileRef)>,
    /// Files of a database that are this checkpoint's own.
    pub(crate) private: Vec<FileRef>,
    /// Keyed state in one file.
    pub(crate) key_groups: Option<FileRef>,
    /// Operator state in one file.
    pub(crate) operator: Option<FileRef>,
    /// Changes since the materialization, which is in `shared`.
    pub(crate) changes: Vec<FileRef>,
    pub(crate) has_changelog: bool,
    /// Parts of merged files: keyed state, one handle for each.
    pub(crate) segments: Vec<Segment>,
    /// Directories that live as a unit: those of exclusive and of shared files.
    pub(crate) directories: Option<(Place, Place)>,
}

impl Handles {
    /// Whole files, each as often as it is named.
    pub(crate) fn files(&self) -> impl Iterator<Item = &FileRef> {
        let shared = self.shared.iter().map(|(_, file)| file);
        shared.chain(&self.private).chain(&self.key_groups).chain(&self.operator).chain(&self.changes)
    }

    /// Keys of everything that is named, files of directories not among them.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let segments = self.segments.iter().map(|segment| segment.file.key.as_str());
        self.files().map(|file| file.place.key.as_str()).chain(segments)
    }
}

/// How a snapshot is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    Checkpoint,
    CanonicalSavepoint,
    NativeSavepoint,
}

/// Encodes the `_metadata` of a snapshot in a directory; with `relative`, files there are named without their directory.
pub(crate) fn encode(
    version: MetadataVersion,
    checkpoint_id: u64,
    handles: &Handles,
    written: Written,
    directory: &Place,
    relative: bool,
) -> Vec<u8> {
    let texts = Texts { directory: format!("{}/", directory.text), relative };
    let id = i64::try_from(checkpoint_id).expect("small");
    let mut entries = vec![entry(0, texts.subtask(handles, id))];
    for (index, segment) in (1..).zip(&handles.segments) {
        let managed_keyed_state = Some(key_groups(segment_handle(segment)));
        entries.push(entry(index, OperatorSubtaskState { managed_keyed_state, ..filled(version) }));
    }
    for entry in &mut entries {
        if let SubtaskState::Running(state) = &mut entry.state {
            state.duration = filled(version).duration;
        }
    }
    let operator = OperatorState {
        name: None,
        uid: None,
        operator_id: OperatorId([7; 16]),
        parallelism: i32::try_from(entries.len()).expect("few"),
        max_parallelism: 128,
        chain_length: (version == MetadataVersion::V2).then_some(1),
        coordinator_state: None,
        subtasks: Subtasks::Entries(entries),
    };
    let has_properties = version >= MetadataVersion::V4;
    let properties = has_properties.then(|| properties(written).clone());
    let metadata = CheckpointMetadata {
        version,
        checkpoint_id: id,
        master_states: Vec::new(),
        operator_states: vec![operator],
        properties,
    };
    metadata::encode(&metadata).expect("nothing here is too long")
}

fn filled(version: MetadataVersion) -> OperatorSubtaskState<'static> {
    OperatorSubtaskState { duration: (version == MetadataVersion::V2).then_some(-1), ..OperatorSubtaskState::default() }
}

fn entry(index: i32, state: OperatorSubtaskState<'_>) -> SubtaskEntry<'_> {
    SubtaskEntry { index, state: SubtaskState::Running(Box::new(state)) }
}

fn text(text: &str) -> JavaStr<'_> {
    JavaStr::from_modified_utf8(text.as_bytes()).expect("ASCII")
}

fn size(length: usize) -> i64 {
    i64::try_from(length).expect("small")
}

const ALL_GROUPS: KeyGroupRange = KeyGroupRange { start: 0, count: 2 };
const OFFSETS: &[u8] = &[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2];

fn key_groups(delegate: StreamStateHandle<'_>) -> KeyedStateHandle<'_> {
    KeyedStateHandle::KeyGroups(Box::new(KeyGroupsStateHandle {
        form: KeyGroupsForm::V2 { state_handle_id: text("00000000-0000-4000-8000-000000000000") },
        key_groups: ALL_GROUPS,
        offsets: LongArray::from_big_endian(OFFSETS),
        delegate,
    }))
}

fn segment_handle(segment: &Segment) -> StreamStateHandle<'_> {
    let scope = if segment.shared { CheckpointedStateScope::Shared } else { CheckpointedStateScope::Exclusive };
    StreamStateHandle::Segment(Box::new(SegmentFileStateHandle {
        start: size(segment.start),
        size: size(segment.size),
        scope,
        path: text(&segment.file.text),
        logical_file_id: text("00000000-0000-4000-8000-000000000001"),
    }))
}

struct Texts {
    directory: String,
    relative: bool,
}

impl Texts {
    fn subtask<'h>(&self, handles: &'h Handles, id: i64) -> OperatorSubtaskState<'h> {
        let mut state = OperatorSubtaskState::default();
        let incremental = self.incremental(handles, id);
        state.managed_keyed_state = match &handles.key_groups {
            Some(file) => Some(key_groups(self.file(file))),
            None if handles.has_changelog => Some(self.changelog(handles, incremental, id)),
            None => incremental,
        };
        let delegate = handles.operator.as_ref().map(|file| self.file(file));
        let file_merging = handles.directories.as_ref().map(|(task_owned, shared)| {
            Box::new(FileMergingDirectories {
                task_owned: text(&task_owned.text),
                shared: text(&shared.text),
                empty: delegate.is_none(),
            })
        });
        if delegate.is_some() || file_merging.is_some() {
            let states = match delegate {
                Some(_) => vec![StateMetaInfo {
                    name: text("state"),
                    mode: OperatorStateMode::SplitDistribute,
                    offsets: LongArray::from_big_endian(OFFSETS),
                }],
                None => Vec::new(),
            };
            let delegate = delegate.unwrap_or(StreamStateHandle::EmptySegment);
            state.managed_operator_state = Some(OperatorStateHandle { states, file_merging, delegate });
        }
        state
    }

    fn incremental<'h>(&self, handles: &'h Handles, id: i64) -> Option<KeyedStateHandle<'h>> {
        let (meta, private) = handles.private.split_first()?;
        let local = |file: &'h FileRef| HandleAndLocalPath { local_path: text("000001.sst"), handle: self.file(file) };
        Some(KeyedStateHandle::Incremental(Box::new(IncrementalRemoteKeyedStateHandle {
            checkpoint_id: id,
            backend_id: text("00000000-0000-4000-8000-000000000002"),
            key_groups: ALL_GROUPS,
            v2: Some(IncrementalV2 {
                checkpointed_size: 1,
                state_handle_id: text("00000000-0000-4000-8000-000000000003"),
            }),
            meta: Some(self.file(meta)),
            shared: handles.shared.iter().map(|(_, file)| local(file)).collect(),
            private: private.iter().map(local).collect(),
        })))
    }

    fn changelog<'h>(
        &self,
        handles: &'h Handles,
        materialized: Option<KeyedStateHandle<'h>>,
        id: i64,
    ) -> KeyedStateHandle<'h> {
        let streams = handles.changes.iter().map(|file| StreamAndOffset { offset: 0, handle: self.file(file) });
        let changes = KeyedStateHandle::ChangelogStream(Box::new(ChangelogStateHandleStreamImpl {
            key_groups: ALL_GROUPS,
            streams: streams.collect(),
            size: 1,
            checkpointed_size: 1,
            state_handle_id: text("00000000-0000-4000-8000-000000000004"),
            storage_identifier: Some(text("filesystem")),
        }));
        KeyedStateHandle::Changelog(Box::new(ChangelogStateBackendHandle {
            key_groups: ALL_GROUPS,
            checkpointed_size: 1,
            materialized: materialized.into_iter().map(Some).collect(),
            non_materialized: vec![Some(changes)],
            materialization_id: 1,
            checkpoint_id: Some(id),
            state_handle_id: text("00000000-0000-4000-8000-000000000005"),
        }))
    }

    fn file<'h>(&self, file: &'h FileRef) -> StreamStateHandle<'h> {
        let size = size(file.length);
        match file.place.text.strip_prefix(&self.directory) {
            Some(name) if self.relative => {
                StreamStateHandle::Relative(RelativeFileStateHandle { path: text(name), size })
            }
            _ => StreamStateHandle::File(FileStateHandle { size, path: text(&file.place.text) }),
        }
    }
}

/// Properties as a real Flink wrote them.
fn properties(written: Written) -> &'static CheckpointProperties<'static> {
    static ALL: [OnceLock<CheckpointProperties<'static>>; 3] = [OnceLock::new(), OnceLock::new(), OnceLock::new()];
    let (slot, path) = match written {
        Written::Checkpoint => (0, "checkpoints/6113b47892a38e34ed05f3ff62ef0a12/chk-4"),
        Written::CanonicalSavepoint => (1, "savepoints/savepoint-6113b4-80b0e6dba4ea"),
        Written::NativeSavepoint => (2, "savepoints/savepoint-6113b4-f5fb3451af8a"),
    };
    ALL[slot].get_or_init(|| {
        let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/flink/2.3.0/rocksdb-incremental/storage");
        let bytes = std::fs::read(format!("{fixtures}/{path}/_metadata")).expect("a fixture");
        metadata::decode(bytes.leak()).expect("a good fixture").metadata.properties.expect("new enough")
    })
}
