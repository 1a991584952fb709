//! How a snapshot uses one file.

use std::collections::{BTreeMap, BTreeSet};

use crate::discovery::LoadedMetadata;
use crate::model::CheckpointMetadata;
use crate::model::state_handle::StreamStateHandle;
use crate::references::{Relocations, Role, resolve, visit_directories, visit_streams};
use crate::report::{FileOperator, FileRole, FileUse};
use crate::uri::StorageUri;

/// The use that a snapshot makes of a file; `None` if it makes none.
pub(super) fn use_of(
    file: &StorageUri,
    metadata: &CheckpointMetadata<'_>,
    loaded: &LoadedMetadata,
    relocations: &Relocations,
) -> Option<FileUse> {
    let mut found = FileUse { is_metadata: loaded.file == *file, ..FileUse::default() };
    let mut longest: Option<Role> = None;
    let mut operators = BTreeMap::new();
    let mut kinds = BTreeSet::new();
    visit_streams(metadata, |reference| {
        if !matches!(resolve(reference.stream, &loaded.directory, relocations), Ok(Some(place)) if place == *file) {
            return;
        }
        found.references = found.references.saturating_add(1);
        longest = longest.max(Some(reference.role));
        kinds.insert(reference.handle_class);
        kinds.extend(stream_class(reference.stream));
        let operator = reference.operator;
        operators.entry(operator.operator_id).or_insert_with(|| FileOperator {
            operator_id: operator.operator_id.to_string(),
            uid: operator.uid.map(|uid| uid.to_str().into_owned()),
            name: operator.name.map(|name| name.to_str().into_owned()),
        });
    });
    visit_directories(metadata, |path, role| {
        let directory = StorageUri::parse(&path).map(|directory| relocations.apply(directory));
        if directory.is_ok_and(|directory| file.is_within(&directory)) {
            found.by_directory = true;
            longest = longest.max(Some(role));
        }
    });
    let is_used = found.is_metadata || longest.is_some();
    let role = longest.map(|role| match role {
        Role::Exclusive => FileRole::Exclusive,
        Role::Shared => FileRole::Shared,
        Role::TaskOwned => FileRole::TaskOwned,
    });
    is_used.then(|| FileUse {
        role: role.map(Into::into),
        operators: operators.into_values().collect(),
        handle_kinds: kinds.into_iter().map(ToOwned::to_owned).collect(),
        ..found
    })
}

fn stream_class(stream: &StreamStateHandle<'_>) -> Option<&'static str> {
    match stream {
        StreamStateHandle::File(_) => Some("FileStateHandle"),
        StreamStateHandle::Relative(_) => Some("RelativeFileStateHandle"),
        StreamStateHandle::Segment(_) => Some("SegmentFileStateHandle"),
        StreamStateHandle::ByteStream(_) | StreamStateHandle::EmptySegment | StreamStateHandle::KeyGroups(_) => None,
    }
}
