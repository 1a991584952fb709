//! The facts about a snapshot as a whole.

use super::features::Features;
use super::files::Files;
use crate::discovery::LoadedMetadata;
use crate::discovery::layout::{self, DirectoryName};
use crate::format::metadata::Decoded;
use crate::model::{CheckpointProperties, MasterState, PostCheckpointAction, SavepointFormatType, SnapshotType};
use crate::report::{
    self, Snapshot, SnapshotFormat, SnapshotKind, SnapshotOrigin, SnapshotStatus, timestamp_from_millis,
};

/// What the place and the file system tell, before anything is decoded.
pub(super) fn facts_of_place(loaded: &LoadedMetadata) -> Snapshot {
    let is_usual_name = loaded.file.file_name() == Some(layout::METADATA_FILE_NAME);
    let location = if is_usual_name { &loaded.directory } else { &loaded.file };
    let completed_at = loaded.modified_at.map(|time| timestamp_from_millis(time.timestamp_millis()));
    Snapshot {
        location: location.to_string(),
        job_id: layout::job_id(&loaded.directory),
        kind: kind_by_name(loaded).map(Into::into),
        status: SnapshotStatus::Unspecified.into(),
        origin: SnapshotOrigin::Unknown.into(),
        times_estimated: completed_at.is_some().then_some(true),
        completed_at,
        metadata_bytes: Some(loaded.file_length),
        ..Snapshot::default()
    }
}

fn kind_by_name(loaded: &LoadedMetadata) -> Option<SnapshotKind> {
    match layout::directory_name(&loaded.directory) {
        DirectoryName::Checkpoint(_) => Some(SnapshotKind::Checkpoint),
        DirectoryName::Savepoint => Some(SnapshotKind::Savepoint),
        DirectoryName::Other => None,
    }
}

/// What the metadata tells, over what the place did.
pub(super) fn of_decoded(place: Snapshot, decoded: &Decoded<'_>, files: &Files<'_>) -> Snapshot {
    let metadata = &decoded.metadata;
    let features = Features::of(metadata);
    let properties = metadata.properties.as_ref();
    let kind = kind(properties, features, &place);
    let status = match decoded.unreadable_properties {
        None => SnapshotStatus::Completed,
        Some(_) => SnapshotStatus::Unreadable,
    };
    let sizes = files.sizes();
    Snapshot {
        checkpoint_id: u64::try_from(metadata.checkpoint_id).ok(),
        kind: kind.map(Into::into),
        format: format(properties, features, kind).map(Into::into),
        status: status.into(),
        origin: origin(properties, kind).into(),
        metadata_version: Some(metadata.version.number()),
        incremental: Some(incremental(features, kind)),
        // Flink 1.10 and older, which wrote version 2, had no unaligned checkpoints and no changelog.
        unaligned: Some(features.in_flight_data),
        changelog: Some(features.changelog),
        operator_count: u32::try_from(metadata.operator_states.len()).ok(),
        state_bytes: bytes(metadata.state_size()),
        exclusive_bytes: Some(sizes.exclusive),
        shared_bytes: Some(sizes.shared),
        task_owned_bytes: Some(sizes.task_owned),
        inline_bytes: Some(sizes.inline),
        checkpointed_bytes: bytes(metadata.checkpointed_size()),
        file_merging: Some(features.file_merging),
        unclaimed: properties.map(|properties| properties.unclaimed),
        checkpoint_type: properties.map(|properties| properties.snapshot_type.name().to_str().into_owned()),
        master_states: metadata.master_states.iter().map(master_state).collect(),
        written_by: metadata.version.written_by().map(ToOwned::to_owned),
        trailing_bytes: (decoded.trailing_bytes > 0).then_some(decoded.trailing_bytes as u64),
        ..place
    }
}

fn bytes(size: i64) -> Option<u64> {
    u64::try_from(size).ok()
}

/// The properties say it; before version 4 only savepoints have [`Features::savepoint_key_groups`], and else the name of the
/// directory is all there is.
fn kind(properties: Option<&CheckpointProperties<'_>>, features: Features, place: &Snapshot) -> Option<SnapshotKind> {
    match properties.map(|properties| &properties.snapshot_type) {
        Some(SnapshotType::Checkpoint { .. }) => Some(SnapshotKind::Checkpoint),
        Some(SnapshotType::Savepoint { .. }) => Some(SnapshotKind::Savepoint),
        None if features.savepoint_key_groups => Some(SnapshotKind::Savepoint),
        None => place.kind.and_then(|kind| SnapshotKind::try_from(kind).ok()),
    }
}

/// The properties say it. In version 3, which ends with Flink 1.15, the handles do; savepoints from before 1.13 had one
/// format and no name for it.
fn format(
    properties: Option<&CheckpointProperties<'_>>,
    features: Features,
    kind: Option<SnapshotKind>,
) -> Option<SnapshotFormat> {
    match properties.map(|properties| &properties.snapshot_type) {
        Some(SnapshotType::Savepoint { format_type, .. }) => Some(match format_type {
            SavepointFormatType::Canonical => SnapshotFormat::Canonical,
            SavepointFormatType::Native => SnapshotFormat::Native,
        }),
        None if kind == Some(SnapshotKind::Savepoint) && features.savepoint_key_groups => {
            Some(SnapshotFormat::Canonical)
        }
        None if kind == Some(SnapshotKind::Savepoint)
            && (features.incremental_handle || features.native_key_groups) =>
        {
            Some(SnapshotFormat::Native)
        }
        _ => None,
    }
}

/// A checkpoint that names files which other checkpoints may name too. RocksDB's full checkpoints (Flink 1.20, 2.x) and native
/// savepoints have handles of the same class, with files that lie beside their metadata.
fn incremental(features: Features, kind: Option<SnapshotKind>) -> bool {
    features.shared_file && kind != Some(SnapshotKind::Savepoint)
}

/// Only what the snapshot itself tells: whether a savepoint was wanted by a person or a scheduler is not in it.
fn origin(properties: Option<&CheckpointProperties<'_>>, kind: Option<SnapshotKind>) -> SnapshotOrigin {
    match properties.map(|properties| &properties.snapshot_type) {
        Some(SnapshotType::Savepoint {
            post_checkpoint_action: PostCheckpointAction::Suspend | PostCheckpointAction::Terminate,
            ..
        }) => SnapshotOrigin::Suspend,
        _ if kind == Some(SnapshotKind::Checkpoint) => SnapshotOrigin::Checkpoint,
        _ => SnapshotOrigin::Unknown,
    }
}

fn master_state(state: &MasterState<'_>) -> report::MasterState {
    report::MasterState {
        name: Some(state.name.to_str().into_owned()),
        version: Some(state.version),
        bytes: state.bytes.len() as u64,
    }
}
