//! Laws of decoder and encoder over snapshots of every shape, also those that no release writes.

use std::sync::OnceLock;

use keepoint::codec::{JavaStr, LongArray};
use keepoint::format::metadata::{decode, encode};
use keepoint::model::state_handle::{
    ByteStreamStateHandle, ChangelogStateBackendHandle, ChangelogStateHandleStreamImpl, ChannelOffsets,
    ChannelStateHandle, CheckpointedStateScope, FileMergingDirectories, FileStateHandle, HandleAndLocalPath,
    InMemoryChangelogStateHandle, IncrementalRemoteKeyedStateHandle, IncrementalV2, KeyGroupsForm,
    KeyGroupsStateHandle, KeyGroupsStreamStateHandle, KeyedStateHandle, MergedChannelStateHandle, OperatorStateHandle,
    OperatorStateMode, RelativeFileStateHandle, SegmentFileStateHandle, SingleChannelStateHandle, StateChange,
    StateMetaInfo, StreamAndOffset, StreamStateHandle,
};
use keepoint::model::{
    CheckpointMetadata, CheckpointProperties, KeyGroupRange, MasterState, MetadataVersion, OperatorId, OperatorState,
    OperatorSubtaskState, SubtaskEntry, SubtaskState, Subtasks,
};
use proptest::prelude::*;

use crate::fixtures::snapshots;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_snapshot_of_any_shape_encoded_and_decoded_is_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..3_000)) {
        for version in MetadataVersion::ALL {
            let metadata = Choices { bytes: &bytes, position: 0 }.metadata(version);
            let encoded = encode(&metadata).expect("nothing here is too long");
            let decoded = decode(&encoded).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(decoded.trailing_bytes, 0);
            prop_assert_eq!(decoded.unreadable_properties, None);
            prop_assert_eq!(decoded.metadata, metadata);
        }
    }

    #[test]
    fn bytes_behind_the_end_are_counted_and_change_nothing(
        bytes in proptest::collection::vec(any::<u8>(), 0..500),
        trailing in proptest::collection::vec(any::<u8>(), 0..50),
    ) {
        let metadata = Choices { bytes: &bytes, position: 0 }.metadata(MetadataVersion::V6);
        let mut encoded = encode(&metadata).expect("nothing here is too long");
        encoded.extend(&trailing);
        let decoded = decode(&encoded).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(decoded.trailing_bytes, trailing.len());
        prop_assert_eq!(decoded.metadata, metadata);
    }
}

/// Properties that a real Flink wrote; what varies between snapshots is around them.
fn properties() -> &'static CheckpointProperties<'static> {
    static PROPERTIES: OnceLock<CheckpointProperties<'static>> = OnceLock::new();
    PROPERTIES.get_or_init(|| {
        let bytes = snapshots().into_iter().map(|snapshot| std::fs::read(snapshot.metadata).expect("readable"));
        let newest = bytes.max_by_key(|bytes| bytes.get(7).copied()).expect("there are fixtures");
        decode(newest.leak()).expect("a good fixture").metadata.properties.expect("new enough to have properties")
    })
}

/// Random bytes as a sequence of choices; when they run out, every choice is the simplest.
struct Choices<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Choices<'a> {
    fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.position).copied().unwrap_or(0);
        self.position += 1;
        byte
    }

    fn yes(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    fn below(&mut self, limit: u8) -> u8 {
        self.byte() % limit
    }

    fn i32(&mut self) -> i32 {
        i32::from_be_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    fn i64(&mut self) -> i64 {
        i64::from(self.i32()) << 32 | i64::from(self.i32())
    }

    fn size(&mut self) -> i64 {
        self.i64().max(-1)
    }

    fn slice(&mut self, length: usize) -> &'a [u8] {
        let start = self.position.min(self.bytes.len());
        let end = (start + length).min(self.bytes.len());
        self.position = end;
        &self.bytes[start..end]
    }

    fn data(&mut self) -> &'a [u8] {
        let length = usize::from(self.below(20));
        self.slice(length)
    }

    fn text(&mut self) -> JavaStr<'a> {
        const TEXTS: [&[u8]; 6] =
            [b"", b"a", b"file:/x/y", b"000012.sst", b"\xC0\x80\xC3\xA4", b"\xED\xA0\xBD\xED\xB8\x80"];
        let chosen = TEXTS[usize::from(self.byte()) % TEXTS.len()];
        JavaStr::from_modified_utf8(chosen).expect("well formed")
    }

    fn some_text(&mut self) -> Option<JavaStr<'a>> {
        Some(self.text()).filter(|text| !text.is_empty())
    }

    fn longs(&mut self, n: usize) -> LongArray<'a> {
        let bytes = self.slice(n * LongArray::ELEMENT);
        LongArray::from_big_endian(&bytes[..bytes.len() / LongArray::ELEMENT * LongArray::ELEMENT])
    }

    fn some_longs(&mut self) -> LongArray<'a> {
        let n = usize::from(self.below(4));
        self.longs(n)
    }

    fn list<T>(&mut self, make: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.below(4)).map(|_| make(self)).collect()
    }

    fn optional<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.yes() { Some(make(self)) } else { None }
    }

    fn metadata(&mut self, version: MetadataVersion) -> CheckpointMetadata<'a> {
        CheckpointMetadata {
            version,
            checkpoint_id: self.i64() & i64::MAX,
            master_states: self.list(|choices| MasterState {
                name: choices.text(),
                version: choices.i32(),
                bytes: choices.data(),
            }),
            operator_states: self.list(|choices| choices.operator(version)),
            properties: (version >= MetadataVersion::V4).then(|| properties().clone()),
        }
    }

    fn operator(&mut self, version: MetadataVersion) -> OperatorState<'a> {
        let named = version >= MetadataVersion::V5;
        let marks = version >= MetadataVersion::V3;
        let parallelism = i32::from(self.byte());
        let subtasks = if marks && self.yes() {
            Subtasks::FullyFinished
        } else {
            let count = if parallelism == 0 { 0 } else { self.below(4) };
            Subtasks::Entries((0..count).map(|_| self.subtask(version, parallelism)).collect())
        };
        let coordinated = marks && subtasks != Subtasks::FullyFinished;
        OperatorState {
            name: self.some_text().filter(|_| named),
            uid: self.some_text().filter(|_| named),
            operator_id: OperatorId(std::array::from_fn(|_| self.byte())),
            parallelism,
            max_parallelism: parallelism + i32::from(self.byte()),
            chain_length: (version == MetadataVersion::V2).then(|| self.i32()),
            coordinator_state: self.optional(Self::byte_stream).filter(|_| coordinated),
            subtasks,
        }
    }

    fn subtask(&mut self, version: MetadataVersion, parallelism: i32) -> SubtaskEntry<'a> {
        let index = i32::from(self.byte()) % parallelism;
        let finished = version >= MetadataVersion::V3 && self.yes();
        let state =
            if finished { SubtaskState::Finished } else { SubtaskState::Running(Box::new(self.running(version))) };
        SubtaskEntry { index, state }
    }

    fn running(&mut self, version: MetadataVersion) -> OperatorSubtaskState<'a> {
        let channels = version >= MetadataVersion::V3;
        let merged = version >= MetadataVersion::V6;
        OperatorSubtaskState {
            duration: (version == MetadataVersion::V2).then(|| self.i64()),
            managed_operator_state: self.optional(Self::operator_handle),
            raw_operator_state: self.optional(Self::operator_handle),
            managed_keyed_state: self.optional(|choices| choices.keyed(0)),
            raw_keyed_state: self.optional(|choices| choices.keyed(0)),
            input_channel_state: if channels { self.list(|choices| choices.channel(merged)) } else { Vec::new() },
            result_subpartition_state: if channels { self.list(|choices| choices.channel(merged)) } else { Vec::new() },
            reference_checkpoint_id: self.optional(Self::i64).filter(|_| version >= MetadataVersion::V7),
        }
    }

    fn byte_stream(&mut self) -> ByteStreamStateHandle<'a> {
        ByteStreamStateHandle { name: self.text(), data: self.data() }
    }

    fn stream(&mut self) -> StreamStateHandle<'a> {
        match self.below(6) {
            0 => StreamStateHandle::ByteStream(self.byte_stream()),
            1 => StreamStateHandle::File(FileStateHandle { size: self.size(), path: self.text() }),
            2 => StreamStateHandle::Relative(RelativeFileStateHandle { path: self.text(), size: self.size() }),
            3 => StreamStateHandle::Segment(Box::new(self.segment())),
            4 => StreamStateHandle::EmptySegment,
            _ => {
                let (key_groups, offsets) = self.key_groups();
                let delegate = StreamStateHandle::ByteStream(self.byte_stream());
                StreamStateHandle::KeyGroups(Box::new(KeyGroupsStreamStateHandle { key_groups, offsets, delegate }))
            }
        }
    }

    fn segment(&mut self) -> SegmentFileStateHandle<'a> {
        SegmentFileStateHandle {
            start: self.i64(),
            size: self.i64(),
            scope: if self.yes() { CheckpointedStateScope::Shared } else { CheckpointedStateScope::Exclusive },
            path: self.text(),
            logical_file_id: self.text(),
        }
    }

    /// A range with as many offsets as it has key groups.
    fn key_groups(&mut self) -> (KeyGroupRange, LongArray<'a>) {
        let offsets = self.some_longs();
        let count = i32::try_from(offsets.len()).expect("a few");
        (KeyGroupRange { start: i32::from(self.byte()), count }, offsets)
    }

    fn range(&mut self) -> KeyGroupRange {
        KeyGroupRange { start: i32::from(self.byte()), count: 1 + i32::from(self.byte()) }
    }

    fn keyed(&mut self, depth: u8) -> KeyedStateHandle<'a> {
        match self.below(if depth < 3 { 5 } else { 4 }) {
            0 => {
                let (key_groups, offsets) = self.key_groups();
                let form = match self.below(3) {
                    0 => KeyGroupsForm::V1,
                    1 => KeyGroupsForm::Savepoint,
                    _ => KeyGroupsForm::V2 { state_handle_id: self.text() },
                };
                let delegate = self.stream();
                KeyedStateHandle::KeyGroups(Box::new(KeyGroupsStateHandle { form, key_groups, offsets, delegate }))
            }
            1 => KeyedStateHandle::Incremental(Box::new(IncrementalRemoteKeyedStateHandle {
                checkpoint_id: self.i64(),
                backend_id: self.text(),
                key_groups: self.range(),
                v2: self.optional(|choices| IncrementalV2 {
                    checkpointed_size: choices.i64(),
                    state_handle_id: choices.text(),
                }),
                meta: self.optional(Self::stream),
                shared: self.list(Self::database_file),
                private: self.list(Self::database_file),
            })),
            2 => KeyedStateHandle::InMemoryChangelog(Box::new(InMemoryChangelogStateHandle {
                key_groups: self.range(),
                from: self.i64(),
                to: self.i64(),
                changes: self.list(|choices| StateChange { key_group: choices.i32(), change: choices.data() }),
                state_handle_id: self.text(),
            })),
            3 => KeyedStateHandle::ChangelogStream(Box::new(ChangelogStateHandleStreamImpl {
                key_groups: self.range(),
                streams: self.list(|choices| StreamAndOffset { offset: choices.i64(), handle: choices.stream() }),
                size: self.i64(),
                checkpointed_size: self.i64(),
                state_handle_id: self.text(),
                storage_identifier: self.optional(Self::text),
            })),
            _ => KeyedStateHandle::Changelog(Box::new(ChangelogStateBackendHandle {
                key_groups: self.range(),
                checkpointed_size: self.i64(),
                materialized: self.list(|choices| choices.optional(|choices| choices.keyed(depth + 1))),
                non_materialized: self.list(|choices| choices.optional(|choices| choices.keyed(depth + 1))),
                materialization_id: self.i64(),
                checkpoint_id: self.optional(Self::i64),
                state_handle_id: self.text(),
            })),
        }
    }

    fn database_file(&mut self) -> HandleAndLocalPath<'a> {
        HandleAndLocalPath { local_path: self.text(), handle: self.stream() }
    }

    fn operator_handle(&mut self) -> OperatorStateHandle<'a> {
        let merging = self.yes();
        OperatorStateHandle {
            states: self.list(|choices| StateMetaInfo {
                name: choices.text(),
                mode: OperatorStateMode::from_ordinal(choices.below(3)).expect("there are three"),
                offsets: choices.some_longs(),
            }),
            file_merging: merging.then(|| {
                Box::new(FileMergingDirectories { task_owned: self.text(), shared: self.text(), empty: self.yes() })
            }),
            delegate: if merging { StreamStateHandle::Segment(Box::new(self.segment())) } else { self.stream() },
        }
    }

    fn channel_offsets(&mut self) -> ChannelOffsets<'a> {
        ChannelOffsets { outer: self.i32(), inner: self.i32(), size: self.i64(), offsets: self.some_longs() }
    }

    fn channel(&mut self, may_be_merged: bool) -> ChannelStateHandle<'a> {
        if may_be_merged && self.yes() {
            ChannelStateHandle::Merged(Box::new(MergedChannelStateHandle {
                subtask_index: self.i32(),
                size: self.i64(),
                delegate: self.stream(),
                channels: self.list(Self::channel_offsets),
            }))
        } else {
            ChannelStateHandle::Single(Box::new(SingleChannelStateHandle {
                subtask_index: self.i32(),
                channel: self.channel_offsets(),
                delegate: self.stream(),
            }))
        }
    }
}
