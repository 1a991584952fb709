//! Which bytes are read so that every state is known, and which are not read because they say the same.
//!
//! Nothing in metadata proves that two headers are equal. What it tells is how long each one is, to the byte, and of operator state the
//! names and modes of its states. Subtasks of an operator run the same program, and register the same states with the same serializers in the
//! same order; so headers of one operator that are just as long, with the same names where those are told, are one group, of which one is
//! read. A header that is longer or shorter, because a subtask has registered another state or met another subclass, is in another group
//! and read, too. What escapes is a difference that changes no length: therefore what was not read is counted and said, and
//! `every_header` reads it.
//!
//! Headers in the metadata itself cost no request: all of them are looked at, and equal bytes are decoded once.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::streams::StreamPlace;
use crate::codec::JavaStr;
use crate::format::state_meta::changelog::META_KEY_GROUP;
use crate::model::state_handle::{
    ChangelogStateHandleStreamImpl, KeyGroupsStateHandle, KeyedStateHandle, OperatorStateMode, StreamStateHandle,
};
use crate::model::{CheckpointMetadata, OperatorId, StateBackendScope, SubtaskEntry, SubtaskState};
use crate::references::{Relocations, StateHeaderPlace, stored_path, visit_state_headers};
use crate::uri::StorageUri;

/// The changelog storage that comes with Flink (`FsStateChangelogStorageFactory.IDENTIFIER`), the only one there was before a handle
/// named it.
const FILESYSTEM_CHANGELOG: &str = "filesystem";

/// What there is to read.
#[derive(Debug, Default)]
pub(super) struct Plan<'a> {
    /// Headers that are taken to be equal, in the order of the metadata.
    pub(super) groups: Vec<Group<'a>>,
    /// What changelogs may announce of states, each part once.
    pub(super) changes: Vec<Changes<'a>>,
    /// Of each operator with raw keyed state a key group of it, which may begin with timers.
    pub(super) timers: Vec<Timers<'a>>,
}

/// A key group of raw keyed state: RocksDB and ForSt keep timers there that live on the heap. All of them begin with the same services, and
/// behind timers of unknown length nothing can be reached; so the one with the fewest bytes tells most for least.
#[derive(Debug)]
pub(super) struct Timers<'a> {
    pub(super) operator: OperatorId,
    pub(super) subtask: i32,
    /// The error is a path that names no place.
    pub(super) stream: Result<StreamPlace<'a>, String>,
    pub(super) range: Range<u64>,
}

/// Headers of which one is read.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) operator: OperatorId,
    pub(super) backend: StateBackendScope,
    /// Bytes of each header; `None` when only the file knows.
    pub(super) length: Option<u64>,
    pub(super) members: Vec<Member<'a>>,
}

/// Headers of a group that are tried before it is given up: of a thousand files that are gone, three tell as much.
const TRIES: usize = 3;

impl Group<'_> {
    /// Headers that are tried at the most until one is understood.
    pub(super) fn tries(&self) -> usize {
        // Those in the metadata have equal bytes.
        if self.is_inline() { 1 } else { self.members.len().min(TRIES) }
    }

    /// Whether they are in the metadata.
    pub(super) fn is_inline(&self) -> bool {
        self.members.first().is_some_and(|member| matches!(member.stream, Ok(StreamPlace::Inline(_))))
    }
}

/// A header.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) subtask: i32,
    /// The error is a path that names no place.
    pub(super) stream: Result<StreamPlace<'a>, String>,
}

/// A part of a changelog.
#[derive(Debug)]
pub(super) struct Changes<'a> {
    pub(super) operator: OperatorId,
    pub(super) subtask: i32,
    pub(super) source: ChangesSource<'a>,
}

/// Where changes are.
#[derive(Debug)]
pub(super) enum ChangesSource<'a> {
    /// In the metadata: those that announce states.
    Inline(Vec<&'a [u8]>),
    /// In a file, so many bytes behind its first.
    File(StreamPlace<'a>, u64),
    /// Nowhere that is known.
    Unknown(String),
}

#[derive(PartialEq, Eq, Hash)]
enum Likeness<'a> {
    /// The bytes themselves.
    Bytes(&'a [u8]),
    /// The length, whether it is in a changelog, and the names of operator states.
    Length(u64, bool, Vec<(JavaStr<'a>, u8)>),
}

impl<'a> Plan<'a> {
    pub(super) fn of(
        metadata: &CheckpointMetadata<'a>,
        directory: &StorageUri,
        relocations: &Relocations,
        every_header: bool,
    ) -> Self {
        let place = |stream: &StreamStateHandle<'a>| {
            StreamPlace::of(stream, directory, relocations)
                .map_err(|_| stored_path(stream).map(std::borrow::Cow::into_owned).unwrap_or_default())
        };
        let mut plan = Self::default();
        let mut known = HashMap::new();
        visit_state_headers(metadata, |header| {
            plan.header(&header, place(header.stream), every_header, &mut known);
        });
        let mut known = HashSet::new();
        for operator in &metadata.operator_states {
            let smallest =
                operator.entries().iter().filter_map(raw_key_group).min_by_key(|(_, _, range)| range.end - range.start);
            if let Some((subtask, handle, range)) = smallest {
                let stream = place(&handle.delegate);
                plan.timers.push(Timers { operator: operator.operator_id, subtask, stream, range });
            }
            for entry in operator.entries() {
                let SubtaskState::Running(state) = &entry.state else { continue };
                let Some(handle) = &state.managed_keyed_state else { continue };
                changes(handle, &place, &mut |source| {
                    if let ChangesSource::File(stream, offset) = &source
                        && !known.insert((operator.operator_id, stream.file().cloned(), *offset))
                    {
                        return;
                    }
                    plan.changes.push(Changes { operator: operator.operator_id, subtask: entry.index, source });
                });
            }
        }
        plan
    }

    fn header(
        &mut self,
        header: &StateHeaderPlace<'_, 'a>,
        stream: Result<StreamPlace<'a>, String>,
        every_header: bool,
        known: &mut HashMap<(OperatorId, StateBackendScope, Likeness<'a>), usize>,
    ) {
        let operator = header.operator.operator_id;
        let length = length(header, &stream);
        let likeness = match (&stream, length) {
            (Ok(StreamPlace::Inline(bytes)), _) => {
                let end = usize::try_from(length.unwrap_or(0)).unwrap_or(usize::MAX).min(bytes.len());
                Some(Likeness::Bytes(bytes.get(..end).unwrap_or(bytes)))
            }
            (_, Some(length)) if !every_header => {
                let mut names: Vec<_> = header
                    .operator_states
                    .iter()
                    .map(|state| (state.name, OperatorStateMode::ordinal(state.mode)))
                    .collect();
                names.sort_unstable();
                Some(Likeness::Length(length, header.materialized.is_some(), names))
            }
            _ => None,
        };
        let member = Member { subtask: header.subtask, stream };
        let new = self.groups.len();
        if let Some(likeness) = likeness {
            match known.entry((operator, header.backend, likeness)) {
                Entry::Occupied(group) => {
                    if let Some(group) = self.groups.get_mut(*group.get()) {
                        group.members.push(member);
                    }
                    return;
                }
                Entry::Vacant(entry) => {
                    entry.insert(new);
                }
            }
        }
        self.groups.push(Group { operator, backend: header.backend, length, members: vec![member] });
    }
}

/// Bytes of a header; `None` where neither an offset nor the size of the stream tells.
fn length(header: &StateHeaderPlace<'_, '_>, stream: &Result<StreamPlace<'_>, String>) -> Option<u64> {
    match stream.as_ref().ok().and_then(StreamPlace::size) {
        Some(size) => Some(header.first_data.map_or(size, |first| first.min(size))),
        None => header.first_data,
    }
}

fn changes<'m, 'a>(
    handle: &'m KeyedStateHandle<'a>,
    place: &dyn Fn(&StreamStateHandle<'a>) -> Result<StreamPlace<'a>, String>,
    show: &mut dyn FnMut(ChangesSource<'a>),
) {
    match handle {
        KeyedStateHandle::Changelog(handle) => {
            handle.non_materialized.iter().flatten().for_each(|handle| changes(handle, place, show));
        }
        KeyedStateHandle::InMemoryChangelog(handle) => {
            let announcing = handle.changes.iter().filter(|change| change.key_group == META_KEY_GROUP);
            show(ChangesSource::Inline(announcing.map(|change| change.change).collect()));
        }
        KeyedStateHandle::ChangelogStream(handle) => in_files(handle, place, show),
        KeyedStateHandle::KeyGroups(_) | KeyedStateHandle::Incremental(_) => {}
    }
}

fn in_files<'a>(
    handle: &ChangelogStateHandleStreamImpl<'a>,
    place: &dyn Fn(&StreamStateHandle<'a>) -> Result<StreamPlace<'a>, String>,
    show: &mut dyn FnMut(ChangesSource<'a>),
) {
    let identifier = handle.storage_identifier.map(|identifier| identifier.to_str());
    if let Some(identifier) = identifier.filter(|identifier| identifier != FILESYSTEM_CHANGELOG) {
        return show(ChangesSource::Unknown(format!("the changelog storage {identifier:?} is not known")));
    }
    for part in &handle.streams {
        show(match (place(&part.handle), u64::try_from(part.offset)) {
            // A file goes on growing after a handle was written, so its size is not that of the handle.
            (Ok(StreamPlace::File { file, start, size: _ }), Ok(offset)) => {
                ChangesSource::File(StreamPlace::File { file, start, size: None }, offset)
            }
            (Ok(stream), Ok(offset)) => ChangesSource::File(stream, offset),
            (Err(path), _) => ChangesSource::Unknown(format!("{path:?} names no place")),
            (_, Err(_)) => ChangesSource::Unknown(format!("changes begin at {}", part.offset)),
        });
    }
}

/// The key group with the fewest bytes in the raw keyed state of a subtask.
fn raw_key_group<'h, 'a>(entry: &'h SubtaskEntry<'a>) -> Option<(i32, &'h KeyGroupsStateHandle<'a>, Range<u64>)> {
    let SubtaskState::Running(state) = &entry.state else { return None };
    let Some(KeyedStateHandle::KeyGroups(handle)) = &state.raw_keyed_state else { return None };
    let mut borders: Vec<u64> = handle.offsets.iter().filter_map(|offset| u64::try_from(offset).ok()).collect();
    borders.push(u64::try_from(handle.delegate.state_size()).ok()?);
    borders.sort_unstable();
    let ranges =
        borders.windows(2).filter_map(|pair| Some(*pair.first()?..*pair.last()?)).filter(|range| !range.is_empty());
    let smallest = ranges.min_by_key(|range| range.end - range.start)?;
    Some((entry.index, handle, smallest))
}
