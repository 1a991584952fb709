//! A decoded file told in the terms of `expected.json`, which Flink's loader wrote (see `fixtures/generate`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use keepoint::codec::{JavaStr, LongArray};
use keepoint::model::state_handle::{
    ByteStreamStateHandle, ChannelKind, ChannelStateHandle, CheckpointedStateScope, HandleAndLocalPath, KeyGroupsForm,
    KeyedStateHandle, OperatorStateHandle, StreamStateHandle,
};
use keepoint::model::{
    CheckpointMetadata, CheckpointProperties, KeyGroupRange, OperatorState, OperatorSubtaskState, SnapshotType,
    SubtaskEntry, SubtaskState, Subtasks,
};
use keepoint::references::{Relocations, resolve, visit_streams};
use keepoint::uri::StorageUri;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::flinks_sizes::FlinksSizes;

/// The whole file. `local` finds what stands for a URI now.
pub(crate) fn view(
    metadata: &CheckpointMetadata<'_>,
    bytes: &[u8],
    pointer: &str,
    local: &dyn Fn(&str) -> Option<PathBuf>,
) -> Value {
    let directory = StorageUri::parse(pointer).expect("a pointer is a URI");
    let view = View { directory };
    json!({
        "pointer": pointer,
        "metadata_version": metadata.version.number(),
        "metadata_bytes": bytes.len(),
        "metadata_sha256": sha256(bytes),
        "checkpoint_id": metadata.checkpoint_id,
        "properties": metadata.properties.as_ref().map(properties),
        "master_states": metadata.master_states.iter().map(|state| json!({
            "name": state.name.to_str(), "version": state.version, "bytes": hex(state.bytes),
        })).collect::<Vec<_>>(),
        "operators": metadata.operator_states.iter().map(|state| view.operator(state)).collect::<Vec<_>>(),
        "files": view.files(metadata, local),
        "directories": directories(metadata),
    })
}

struct View {
    directory: StorageUri,
}

impl View {
    fn operator(&self, state: &OperatorState<'_>) -> Value {
        let mut subtasks: Vec<_> = state.entries().iter().collect();
        subtasks.sort_by_key(|entry| entry.index);
        json!({
            "operator_id": state.operator_id.to_string(),
            "name": state.name.map(text),
            "uid": state.uid.map(text),
            "parallelism": state.parallelism,
            "max_parallelism": state.max_parallelism,
            "fully_finished": state.subtasks == Subtasks::FullyFinished,
            "state_size": state.flinks_state_size(),
            "checkpointed_size": state.flinks_checkpointed_size(),
            "coordinator_state": state.coordinator_state.as_ref().map(byte_stream),
            "subtasks": subtasks.into_iter().map(|entry| self.subtask(entry)).collect::<Vec<_>>(),
        })
    }

    fn subtask(&self, entry: &SubtaskEntry<'_>) -> Value {
        let none = OperatorSubtaskState::default();
        let (finished, state) = match &entry.state {
            SubtaskState::Finished => (true, &none),
            SubtaskState::Running(state) => (false, &**state),
        };
        let channels = |kind, handles: &[ChannelStateHandle<'_>]| {
            handles.iter().map(|handle| self.channel(kind, handle)).collect::<Vec<_>>()
        };
        json!({
            "index": entry.index,
            "finished": finished,
            "reference_checkpoint_id": state.reference_checkpoint_id,
            "state_size": state.flinks_state_size(),
            "checkpointed_size": state.flinks_checkpointed_size(),
            "managed_operator_state": state.managed_operator_state.as_ref().map(|handle| self.operator_handle(handle)),
            "raw_operator_state": state.raw_operator_state.as_ref().map(|handle| self.operator_handle(handle)),
            "managed_keyed_state": state.managed_keyed_state.as_ref().map(|handle| self.keyed(handle)),
            "raw_keyed_state": state.raw_keyed_state.as_ref().map(|handle| self.keyed(handle)),
            "input_channel_state": channels(ChannelKind::Input, &state.input_channel_state),
            "result_subpartition_state": channels(ChannelKind::Output, &state.result_subpartition_state),
        })
    }

    fn stream(&self, handle: &StreamStateHandle<'_>) -> Value {
        match handle {
            StreamStateHandle::ByteStream(handle) => byte_stream(handle),
            StreamStateHandle::File(file) => {
                json!({"type": "FileStateHandle", "path": text(file.path), "size": file.size})
            }
            StreamStateHandle::Relative(file) => json!({
                "type": "RelativeFileStateHandle",
                "path": resolve(handle, &self.directory, &Relocations::default()).expect("a path").expect("a file").to_string(),
                "relative_path": text(file.path),
                "size": file.size,
            }),
            StreamStateHandle::Segment(segment) => json!({
                "type": "SegmentFileStateHandle",
                "path": text(segment.path),
                "start": segment.start,
                "size": segment.size,
                "scope": match segment.scope {
                    CheckpointedStateScope::Exclusive => "EXCLUSIVE",
                    CheckpointedStateScope::Shared => "SHARED",
                },
                "logical_file_id": text(segment.logical_file_id),
            }),
            StreamStateHandle::EmptySegment => json!({"type": "EmptySegmentFileStateHandle"}),
            StreamStateHandle::KeyGroups(handle) => json!({
                "type": "KeyGroupsStateHandle",
                "key_groups": key_groups(handle.key_groups),
                "offsets": longs(handle.offsets),
                "size": handle.delegate.flinks_state_size(),
                "checkpointed_size": handle.delegate.flinks_state_size(),
                "state_handle_id": null,
                "delegate": self.stream(&handle.delegate),
            }),
        }
    }

    fn keyed(&self, handle: &KeyedStateHandle<'_>) -> Value {
        let size = handle.flinks_state_size();
        let checkpointed_size = handle.flinks_checkpointed_size();
        let key_groups = key_groups(handle.key_groups());
        match handle {
            KeyedStateHandle::KeyGroups(handle) => json!({
                "type": match handle.form {
                    KeyGroupsForm::Savepoint => "KeyGroupsSavepointStateHandle",
                    _ => "KeyGroupsStateHandle",
                },
                "key_groups": key_groups,
                "offsets": longs(handle.offsets),
                "size": size,
                "checkpointed_size": checkpointed_size,
                "state_handle_id": match handle.form {
                    KeyGroupsForm::V2 { state_handle_id } => Some(text(state_handle_id)),
                    _ => None,
                },
                "delegate": self.stream(&handle.delegate),
            }),
            KeyedStateHandle::Incremental(handle) => json!({
                "type": "IncrementalRemoteKeyedStateHandle",
                "checkpoint_id": handle.checkpoint_id,
                "backend_id": text(handle.backend_id),
                "key_groups": key_groups,
                "size": size,
                "checkpointed_size": checkpointed_size,
                "state_handle_id": handle.v2.map(|v2| text(v2.state_handle_id)),
                "meta": handle.meta.as_ref().map(|meta| self.stream(meta)),
                "shared": self.database_files(&handle.shared),
                "private": self.database_files(&handle.private),
            }),
            KeyedStateHandle::Changelog(handle) => json!({
                "type": "ChangelogStateBackendHandle",
                "key_groups": key_groups,
                "size": size,
                "checkpointed_size": checkpointed_size,
                "materialization_id": handle.materialization_id,
                // Flink's reader fills in what tag 8 does not hold.
                "checkpoint_id": handle.checkpoint_id.unwrap_or(handle.materialization_id),
                "state_handle_id": text(handle.state_handle_id),
                "materialized": handle.materialized.iter().flatten().map(|handle| self.keyed(handle)).collect::<Vec<_>>(),
                "non_materialized":
                    handle.non_materialized.iter().flatten().map(|handle| self.keyed(handle)).collect::<Vec<_>>(),
            }),
            KeyedStateHandle::InMemoryChangelog(handle) => json!({
                "type": "InMemoryChangelogStateHandle",
                "key_groups": key_groups,
                "size": size,
                "from": handle.from,
                "to": handle.to,
                "state_handle_id": text(handle.state_handle_id),
                "changes": handle.changes.iter().map(|change| json!({
                    "key_group": change.key_group, "size": change.change.len(), "sha256": sha256(change.change),
                })).collect::<Vec<_>>(),
            }),
            KeyedStateHandle::ChangelogStream(handle) => json!({
                "type": "ChangelogStateHandleStreamImpl",
                "key_groups": key_groups,
                "size": size,
                "checkpointed_size": checkpointed_size,
                "storage_identifier": handle.storage_identifier.map_or_else(|| "filesystem".to_owned(), text),
                "state_handle_id": text(handle.state_handle_id),
                "streams": handle.streams.iter().map(|stream| json!({
                    "offset": stream.offset, "handle": self.stream(&stream.handle),
                })).collect::<Vec<_>>(),
            }),
        }
    }

    fn database_files(&self, files: &[HandleAndLocalPath<'_>]) -> Vec<Value> {
        let mut files: Vec<_> = files.iter().map(|file| (text(file.local_path), self.stream(&file.handle))).collect();
        files.sort_by(|a, b| a.0.cmp(&b.0));
        files.into_iter().map(|(local_path, handle)| json!({"local_path": local_path, "handle": handle})).collect()
    }

    fn operator_handle(&self, handle: &OperatorStateHandle<'_>) -> Value {
        let mut states: Vec<_> = handle.states.iter().collect();
        states.sort_by_key(|state| state.name.to_str().encode_utf16().collect::<Vec<_>>());
        let mut object = json!({
            "type": "OperatorStreamStateHandle",
            "size": handle.flinks_state_size(),
            "states": states.into_iter().map(|state| json!({
                "name": text(state.name), "mode": state.mode.constant(), "offsets": longs(state.offsets),
            })).collect::<Vec<_>>(),
            "delegate": self.stream(&handle.delegate),
        });
        if let Some(directories) = &handle.file_merging {
            object["type"] = if directories.empty {
                json!("EmptyFileMergingOperatorStreamStateHandle")
            } else {
                json!("FileMergingOperatorStreamStateHandle")
            };
            object["task_owned_directory"] = json!(text(directories.task_owned));
            object["shared_directory"] = json!(text(directories.shared));
        }
        object
    }

    fn channel(&self, kind: ChannelKind, handle: &ChannelStateHandle<'_>) -> Value {
        let delegate = self.stream(handle.delegate());
        match handle {
            ChannelStateHandle::Single(handle) => {
                let channel = handle.channel;
                let (class, outer, inner) = match kind {
                    ChannelKind::Input => ("InputChannelStateHandle", "gate", "channel"),
                    ChannelKind::Output => ("ResultSubpartitionStateHandle", "partition", "subpartition"),
                };
                json!({
                    "type": class, "subtask_index": handle.subtask_index, outer: channel.outer, inner: channel.inner,
                    "offsets": longs(channel.offsets), "size": channel.size, "delegate": delegate,
                })
            }
            ChannelStateHandle::Merged(handle) => json!({
                "type": match kind {
                    ChannelKind::Input => "MergedInputChannelStateHandle",
                    ChannelKind::Output => "MergedResultSubpartitionStateHandle",
                },
                "subtask_index": handle.subtask_index,
                "size": handle.size,
                "channels": handle.channels.iter().map(|channel| json!({
                    "a": channel.outer, "b": channel.inner,
                    "offsets": longs(channel.offsets), "size": channel.size,
                })).collect::<Vec<_>>(),
                "delegate": delegate,
            }),
        }
    }

    fn files(&self, metadata: &CheckpointMetadata<'_>, local: &dyn Fn(&str) -> Option<PathBuf>) -> Vec<Value> {
        let mut files: BTreeMap<String, BTreeSet<(i64, i64)>> = BTreeMap::new();
        visit_streams(metadata, |reference| {
            let Some(place) =
                resolve(reference.stream, &self.directory, &Relocations::default()).expect("Flink writes only places")
            else {
                return;
            };
            let segments = files.entry(place.to_string()).or_default();
            if let StreamStateHandle::Segment(segment) = reference.stream {
                segments.insert((segment.start, segment.size));
            }
        });
        files
            .into_iter()
            .map(|(path, segments)| {
                let length = local(&path).and_then(|file| length_of(&file));
                let mut file = json!({"path": path, "length_on_storage": length});
                if !segments.is_empty() {
                    file["segments"] = json!(segments);
                }
                file
            })
            .collect()
    }
}

fn directories(metadata: &CheckpointMetadata<'_>) -> BTreeSet<String> {
    let mut directories = BTreeSet::new();
    for operator in &metadata.operator_states {
        for state in operator.running() {
            for handle in [&state.managed_operator_state, &state.raw_operator_state].into_iter().flatten() {
                if let Some(merging) = &handle.file_merging {
                    directories.extend([text(merging.task_owned), text(merging.shared)]);
                }
            }
        }
    }
    directories
}

fn length_of(file: &Path) -> Option<u64> {
    std::fs::metadata(file).ok().map(|metadata| metadata.len())
}

fn properties(properties: &CheckpointProperties<'_>) -> Value {
    let (class, sharing, action, format) = match &properties.snapshot_type {
        SnapshotType::Checkpoint { sharing_files_strategy, .. } => {
            ("CheckpointType", sharing_files_strategy.constant(), None, None)
        }
        SnapshotType::Savepoint { post_checkpoint_action, format_type, .. } => {
            // SavepointType.getSharingFilesStrategy
            let sharing = "NO_SHARING";
            ("SavepointType", sharing, Some(post_checkpoint_action.constant()), Some(format_type.constant()))
        }
    };
    json!({
        "type": class,
        "name": text(properties.snapshot_type.name()),
        "sharing_files_strategy": sharing,
        "post_checkpoint_action": action,
        "format_type": format,
        "forced": properties.forced,
        "discard_subsumed": properties.discard_subsumed,
        "discard_finished": properties.discard_finished,
        "discard_cancelled": properties.discard_cancelled,
        "discard_failed": properties.discard_failed,
        "discard_suspended": properties.discard_suspended,
        "unclaimed": properties.unclaimed,
    })
}

fn byte_stream(handle: &ByteStreamStateHandle<'_>) -> Value {
    json!({
        "type": "ByteStreamStateHandle",
        "name": text(handle.name),
        "size": handle.data.len(),
        "sha256": sha256(handle.data),
    })
}

fn key_groups(range: KeyGroupRange) -> Vec<i32> {
    range.last().map_or_else(Vec::new, |last| vec![range.start, last])
}

fn longs(longs: LongArray<'_>) -> Vec<i64> {
    longs.iter().collect()
}

fn text(text: JavaStr<'_>) -> String {
    text.to_str().into_owned()
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}
