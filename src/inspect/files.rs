//! The files that a snapshot needs, each once, with everything that names it.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use crate::discovery::layout;
use crate::model::state_handle::{KeyedStateHandle, StreamStateHandle};
use crate::model::{CheckpointMetadata, OperatorId};
use crate::references::{Role, StreamReference, resolve, stored_path, visit_streams};
use crate::report::{self, FileRole, FileScope};
use crate::uri::StorageUri;

/// The files of a snapshot.
pub(super) struct Files<'m> {
    /// By place.
    sorted: Vec<File<'m>>,
    inline_bytes: u64,
    /// Paths in handles that name no place, as they are written.
    unresolvable: BTreeSet<String>,
}

struct File<'m> {
    place: String,
    written_path: Cow<'m, str>,
    role: Role,
    foreign: bool,
    operators: BTreeSet<OperatorId>,
    classes: BTreeSet<&'static str>,
    references: u32,
    /// Start and size of each part that is named; a whole file is one part that starts at 0.
    parts: BTreeSet<(i64, i64)>,
    /// The handles name parts of the file and not all of it.
    segmented: bool,
    /// The handles' size need not be the file's: changelog files grow after they were first named.
    at_least: bool,
}

/// Bytes by role; a part that is named more than once counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) exclusive: u64,
    pub(super) shared: u64,
    pub(super) task_owned: u64,
    pub(super) inline: u64,
}

impl<'m> Files<'m> {
    pub(super) fn of<'a: 'm>(metadata: &'m CheckpointMetadata<'a>, directory: &StorageUri) -> Self {
        let mut collector = Collector::new(directory);
        visit_streams(metadata, |reference| collector.add(reference));
        for operator in &metadata.operator_states {
            collector.add_inline(operator.coordinator_size());
            for handle in operator.running().filter_map(|state| state.managed_keyed_state.as_ref()) {
                collector.add_inline(in_memory_changes(handle));
            }
        }
        let Collector { files: mut sorted, inline_bytes, unresolvable, .. } = collector;
        sorted.sort_by(|a, b| a.place.cmp(&b.place));
        Self { sorted, inline_bytes, unresolvable }
    }

    pub(super) fn sizes(&self) -> Sizes {
        let mut sizes = Sizes { inline: self.inline_bytes, ..Sizes::default() };
        for file in &self.sorted {
            let total = match file.role {
                Role::Exclusive => &mut sizes.exclusive,
                Role::Shared => &mut sizes.shared,
                Role::TaskOwned => &mut sizes.task_owned,
            };
            *total = total.saturating_add(file.named_bytes());
        }
        sizes
    }

    /// Files outside the directories of the snapshot and its job: how many, and their bytes.
    pub(super) fn foreign(&self) -> (usize, u64) {
        let foreign = self.sorted.iter().filter(|file| file.foreign);
        foreign.fold((0, 0), |(count, bytes), file| (count + 1, bytes.saturating_add(file.named_bytes())))
    }

    /// Directories named like this snapshot's and not it, with exclusive files of the snapshot.
    pub(super) fn outlying_directories(&self, own: &StorageUri) -> Vec<StorageUri> {
        let exclusive = self.sorted.iter().filter(|file| file.role == Role::Exclusive);
        let places = exclusive.filter_map(|file| StorageUri::parse(&file.place).ok()?.parent());
        let outlying = places.filter(|directory| directory != own && layout::is_snapshot_name(directory));
        outlying.collect::<BTreeSet<_>>().into_iter().collect()
    }

    pub(super) fn unresolvable(&self) -> &BTreeSet<String> {
        &self.unresolvable
    }

    pub(super) fn into_report(self) -> Vec<report::File> {
        self.sorted.into_iter().map(File::into_report).collect()
    }
}

impl File<'_> {
    fn named_bytes(&self) -> u64 {
        let sizes = self.parts.iter().filter_map(|(_, size)| u64::try_from(*size).ok());
        sizes.fold(0, u64::saturating_add)
    }

    /// Where the last part ends; `None` when a size is not known.
    fn end(&self) -> Option<u64> {
        let ends = self.parts.iter().map(|(start, size)| {
            let size = u64::try_from(*size).ok()?;
            u64::try_from(*start).ok()?.checked_add(size)
        });
        ends.reduce(|a, b| Some(a?.max(b?))).flatten()
    }

    fn into_report(self) -> report::File {
        let role = match self.role {
            Role::Exclusive => (FileRole::Exclusive, FileScope::Exclusive),
            Role::Shared => (FileRole::Shared, FileScope::Shared),
            Role::TaskOwned => (FileRole::TaskOwned, FileScope::TaskOwned),
        };
        let scope = if self.foreign { FileScope::Foreign } else { role.1 };
        let whole = !self.segmented && !self.at_least;
        let differs = self.written_path != self.place;
        report::File {
            bytes: if whole { self.end() } else { None },
            min_length: if whole { None } else { self.end() },
            segments: self.segmented.then(|| u32::try_from(self.parts.len()).unwrap_or(u32::MAX)),
            path: self.place,
            written_path: differs.then(|| self.written_path.into_owned()),
            scope: scope.into(),
            role: role.0.into(),
            operator_ids: self.operators.iter().map(ToString::to_string).collect(),
            handle_kinds: self.classes.iter().map(ToString::to_string).collect(),
            references: self.references,
        }
    }
}

/// Bytes of changes that the changelog backend keeps in the metadata.
fn in_memory_changes(handle: &KeyedStateHandle<'_>) -> i64 {
    match handle {
        KeyedStateHandle::InMemoryChangelog(handle) => handle.state_size(),
        KeyedStateHandle::Changelog(handle) => handle.handles().map(in_memory_changes).fold(0, i64::saturating_add),
        _ => 0,
    }
}

struct Collector<'m, 'd> {
    directory: &'d StorageUri,
    home: Home,
    files: Vec<File<'m>>,
    positions: HashMap<StorageUri, usize>,
    inline_bytes: u64,
    unresolvable: BTreeSet<String>,
}

impl<'m, 'd> Collector<'m, 'd> {
    fn new(directory: &'d StorageUri) -> Self {
        Self {
            directory,
            home: Home::of(directory),
            files: Vec::new(),
            positions: HashMap::new(),
            inline_bytes: 0,
            unresolvable: BTreeSet::new(),
        }
    }

    fn add_inline(&mut self, size: i64) {
        self.inline_bytes = self.inline_bytes.saturating_add(u64::try_from(size).unwrap_or(0));
    }

    fn add<'a: 'm>(&mut self, reference: StreamReference<'m, 'a>) {
        let Some(written_path) = stored_path(reference.stream) else {
            self.add_inline(reference.stream.state_size());
            return;
        };
        let place = match resolve(reference.stream, self.directory) {
            Ok(Some(place)) => place,
            Ok(None) => return,
            Err(_) => {
                self.unresolvable.insert(written_path.into_owned());
                return;
            }
        };
        let position = match self.positions.entry(place) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let foreign = !self.home.holds(new.key());
                self.files.push(File::new(new.key().to_string(), written_path, foreign));
                *new.insert(self.files.len() - 1)
            }
        };
        if let Some(file) = self.files.get_mut(position) {
            file.name(reference);
        }
    }
}

impl<'m> File<'m> {
    fn new(place: String, written_path: Cow<'m, str>, foreign: bool) -> Self {
        Self {
            place,
            written_path,
            role: Role::Exclusive,
            foreign,
            operators: BTreeSet::new(),
            classes: BTreeSet::new(),
            references: 0,
            parts: BTreeSet::new(),
            segmented: false,
            at_least: false,
        }
    }

    fn name(&mut self, reference: StreamReference<'_, '_>) {
        self.references = self.references.saturating_add(1);
        self.operators.insert(reference.operator.operator_id);
        // A file that several uses share lives as long as the longest of them.
        self.role = self.role.max(reference.role);
        let (class, part, segmented) = match reference.stream {
            StreamStateHandle::File(file) => ("FileStateHandle", (0, file.size), false),
            StreamStateHandle::Relative(file) => ("RelativeFileStateHandle", (0, file.size), false),
            StreamStateHandle::Segment(segment) => ("SegmentFileStateHandle", (segment.start, segment.size), true),
            StreamStateHandle::ByteStream(_) | StreamStateHandle::EmptySegment | StreamStateHandle::KeyGroups(_) => {
                return;
            }
        };
        self.classes.extend([class, reference.handle_class]);
        self.parts.insert(part);
        self.segmented |= segmented;
        self.at_least |= reference.role == Role::TaskOwned;
    }
}

/// The directories that are a snapshot's own or its job's.
struct Home {
    directories: Vec<StorageUri>,
    job_id: Option<String>,
}

impl Home {
    fn of(directory: &StorageUri) -> Self {
        let directories = [Some(directory.clone()), layout::job_directory(directory)];
        Self { directories: directories.into_iter().flatten().collect(), job_id: layout::job_id(directory) }
    }

    /// A job's id in the path makes it the job's place, wherever it is: the changelog has a base directory of its own, and entropy
    /// moves state files away from their metadata.
    fn holds(&self, place: &StorageUri) -> bool {
        self.directories.iter().any(|directory| place.is_within(directory))
            || self.job_id.as_deref().is_some_and(|id| place.segments().any(|segment| segment == id))
    }
}
