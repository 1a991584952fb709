//! Where headers are: the places that `--deep` reads, by the handles that name them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::headers::{HeaderFault, HeaderKind, header_is_readable};
use crate::codec::JavaStr;
use crate::model::state_handle::{
    ChangelogStateHandleStreamImpl, IncrementalRemoteKeyedStateHandle, KeyGroupsStateHandle, KeyedStateHandle,
    OperatorStateHandle, StreamStateHandle,
};
use crate::model::{CheckpointMetadata, OperatorState, OperatorSubtaskState};
use crate::references::{FileNumber, Graph, Relocations, SnapshotNumber, resolve};
use crate::uri::StorageUri;

/// How RocksDB and ForSt name their tables.
const TABLE_SUFFIX: &str = ".sst";

/// The changelog storage that comes with Flink (`FsStateChangelogStorageFactory.IDENTIFIER`), the only one there was before a handle
/// named it.
const FILESYSTEM_CHANGELOG: &str = "filesystem";

/// What a snapshot has to look at.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// In files.
    places: Vec<(StorageUri, Part)>,
    /// What is wrong with bytes that are in the metadata itself, and with offsets.
    faults: Vec<HeaderFault>,
}

/// A part of a file that begins or ends with a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Part {
    kind: HeaderKind,
    start: u64,
    /// Its bytes; `None` where the handle does not tell, and it is the rest of the file.
    size: Option<u64>,
}

/// A header in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Probe {
    pub(super) file: FileNumber,
    part: Part,
}

impl Probe {
    pub(super) fn kind(self) -> HeaderKind {
        self.part.kind
    }

    /// The bytes to read of a file with this length.
    pub(super) fn range(self, file_length: u64) -> std::ops::Range<u64> {
        let Part { kind, start, size } = self.part;
        let end = size.map_or(file_length, |size| start.saturating_add(size).min(file_length));
        if kind.is_at_the_end() {
            end.saturating_sub(kind.length()).max(start)..end
        } else {
            start..start.saturating_add(kind.length()).min(end)
        }
    }
}

/// The headers of all snapshots, each once.
#[derive(Debug, Default)]
pub(super) struct Probes {
    all: Vec<Probe>,
    numbers: HashMap<Probe, u32>,
    of_snapshots: HashMap<SnapshotNumber, Vec<u32>>,
    faults: HashMap<SnapshotNumber, Vec<HeaderFault>>,
}

impl Probes {
    pub(super) fn add(&mut self, snapshot: SnapshotNumber, seen: Seen, graph: &Graph) {
        let mut numbers = Vec::with_capacity(seen.places.len());
        for (place, part) in seen.places {
            let Some(file) = graph.find_place(&place) else { continue };
            let probe = Probe { file, part };
            numbers.push(match self.numbers.entry(probe) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => {
                    self.all.push(probe);
                    *new.insert(u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX))
                }
            });
        }
        self.of_snapshots.insert(snapshot, numbers);
        if !seen.faults.is_empty() {
            self.faults.insert(snapshot, seen.faults);
        }
    }

    pub(super) fn all(&self) -> &[Probe] {
        &self.all
    }

    pub(super) fn of(&self, snapshot: SnapshotNumber) -> impl Iterator<Item = (u32, Probe)> {
        let numbers = self.of_snapshots.get(&snapshot).map_or(&[][..], Vec::as_slice);
        numbers.iter().filter_map(|number| Some((*number, *self.all.get(*number as usize)?)))
    }

    /// What is wrong with what is in the metadata itself.
    pub(super) fn faults(&self, snapshot: SnapshotNumber) -> &[HeaderFault] {
        self.faults.get(&snapshot).map_or(&[], Vec::as_slice)
    }
}

/// Every header that a snapshot names.
///
/// Raw state and in-flight data have none: their bytes are the operator's own.
pub(super) fn of(metadata: &CheckpointMetadata<'_>, directory: &StorageUri, relocations: &Relocations) -> Seen {
    let mut visitor = Visitor { directory, relocations, seen: Seen::default() };
    for subtask in metadata.operator_states.iter().flat_map(OperatorState::running) {
        visitor.subtask(subtask);
    }
    visitor.seen
}

struct Visitor<'d> {
    directory: &'d StorageUri,
    relocations: &'d Relocations,
    seen: Seen,
}

impl Visitor<'_> {
    fn subtask(&mut self, state: &OperatorSubtaskState<'_>) {
        if let Some(handle) = &state.managed_operator_state {
            self.operator(handle);
        }
        if let Some(handle) = &state.managed_keyed_state {
            self.keyed(handle);
        }
    }

    fn operator(&mut self, handle: &OperatorStateHandle<'_>) {
        // The handle that only keeps directories alive has a stream without bytes.
        if !handle.file_merging.as_ref().is_some_and(|directories| directories.empty) {
            self.stream(HeaderKind::OperatorBackend, &handle.delegate);
        }
    }

    fn keyed(&mut self, handle: &KeyedStateHandle<'_>) {
        match handle {
            KeyedStateHandle::KeyGroups(handle) => self.key_groups(handle),
            KeyedStateHandle::Incremental(handle) => self.incremental(handle),
            KeyedStateHandle::Changelog(handle) => handle.handles().for_each(|handle| self.keyed(handle)),
            KeyedStateHandle::InMemoryChangelog(_) => {}
            KeyedStateHandle::ChangelogStream(handle) => self.changes(handle),
        }
    }

    fn key_groups(&mut self, handle: &KeyGroupsStateHandle<'_>) {
        self.stream(HeaderKind::KeyedBackend, &handle.delegate);
        let Some(size) = known_size(&handle.delegate) else { return };
        // Every key group begins with its number, so that one which starts at the end is cut off.
        if let Some(offset) =
            handle.offsets.iter().find(|offset| u64::try_from(*offset).is_ok_and(|offset| offset > 0 && offset >= size))
        {
            let message = format!("a key group starts at {offset}, and its stream has {size} bytes");
            self.seen.faults.push(HeaderFault { message, may_be_fine: false });
        }
    }

    fn incremental(&mut self, handle: &IncrementalRemoteKeyedStateHandle<'_>) {
        if let Some(meta) = &handle.meta {
            self.stream(HeaderKind::KeyedBackend, meta);
        }
        for file in handle.shared.iter().chain(&handle.private) {
            if file.local_path.to_str().ends_with(TABLE_SUFFIX) {
                self.stream(HeaderKind::SortedTable, &file.handle);
            }
        }
    }

    fn changes(&mut self, handle: &ChangelogStateHandleStreamImpl<'_>) {
        let identifier = handle.storage_identifier.as_ref().map(JavaStr::to_str);
        if identifier.is_some_and(|identifier| identifier != FILESYSTEM_CHANGELOG) {
            return;
        }
        for stream in &handle.streams {
            self.stream(HeaderKind::Changelog, &stream.handle);
        }
    }

    fn stream(&mut self, kind: HeaderKind, stream: &StreamStateHandle<'_>) {
        let (start, size) = match stream {
            StreamStateHandle::KeyGroups(handle) => return self.stream(kind, &handle.delegate),
            StreamStateHandle::EmptySegment => return,
            StreamStateHandle::ByteStream(handle) => {
                self.seen.faults.extend(header_is_readable(kind, handle.data).err());
                return;
            }
            StreamStateHandle::File(handle) => (0, handle.size),
            StreamStateHandle::Relative(handle) => (0, handle.size),
            StreamStateHandle::Segment(handle) => (handle.start, handle.size),
        };
        let Ok(start) = u64::try_from(start) else { return };
        if let Ok(Some(place)) = resolve(stream, self.directory, self.relocations) {
            self.seen.places.push((place, Part { kind, start, size: u64::try_from(size).ok() }));
        }
    }
}

fn known_size(stream: &StreamStateHandle<'_>) -> Option<u64> {
    match stream {
        StreamStateHandle::KeyGroups(handle) => known_size(&handle.delegate),
        StreamStateHandle::ByteStream(handle) => Some(handle.data.len() as u64),
        StreamStateHandle::File(handle) => u64::try_from(handle.size).ok(),
        StreamStateHandle::Relative(handle) => u64::try_from(handle.size).ok(),
        StreamStateHandle::Segment(handle) => u64::try_from(handle.size).ok(),
        StreamStateHandle::EmptySegment => None,
    }
}
