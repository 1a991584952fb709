//! The files that a snapshot needs, each once, with everything that names it.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use crate::discovery::layout;
use crate::model::state_handle::{KeyedStateHandle, StreamStateHandle};
use crate::model::{CheckpointMetadata, OperatorId};
use crate::references::{
    FilePlace, Length, Need, Needs, Places, Relocations, Role, StreamReference, stored_path, visit_directories,
    visit_streams,
};
use crate::report::{self, FileRole, FileScope};
use crate::uri::StorageUri;

/// The files of a snapshot.
pub(super) struct Files<'a> {
    all: Vec<File<'a>>,
    /// The directories that they are in.
    directories: Vec<StorageUri>,
    inline_bytes: u64,
    /// Paths in handles that name no place, as they are written.
    unresolvable: BTreeSet<String>,
    /// Directories of which everything in them belongs to the snapshot.
    kept: BTreeSet<(StorageUri, Role)>,
}

struct File<'a> {
    place: FilePlace<'a>,
    written_path: Cow<'a, str>,
    role: Role,
    foreign: bool,
    operators: Few<OperatorId>,
    /// Classes of the streams that lead to it, and of the handles around these.
    classes: [Few<&'static str>; 2],
    references: u32,
    /// Start and size of each part that is named; a whole file is one part that starts at 0.
    parts: Few<(i64, i64)>,
    /// The handles name parts of the file and not all of it.
    segmented: bool,
    /// The handles' size need not be the file's: changelog files grow after they were first named.
    at_least: bool,
}

/// A set of mostly one, which then takes no memory of its own: a snapshot may have a million files.
struct Few<T> {
    first: Option<T>,
    others: BTreeSet<T>,
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self { first: None, others: BTreeSet::new() }
    }
}

impl<T: Copy + Ord> Few<T> {
    fn insert(&mut self, element: T) {
        match self.first {
            None => self.first = Some(element),
            Some(first) if first == element => {}
            Some(_) => {
                self.others.insert(element);
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = T> {
        self.first.into_iter().chain(self.others.iter().copied())
    }

    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.others.len()
    }
}

/// Bytes by role; a part that is named more than once counts once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) exclusive: u64,
    pub(super) shared: u64,
    pub(super) task_owned: u64,
    pub(super) inline: u64,
}

impl<'a> Files<'a> {
    pub(super) fn of(metadata: &CheckpointMetadata<'a>, directory: &StorageUri, relocations: &Relocations) -> Self {
        let mut collector = Collector::new(directory, relocations);
        visit_streams(metadata, |reference| collector.add(reference));
        visit_directories(metadata, |path, role| collector.add_directory(&path, role));
        for operator in &metadata.operator_states {
            collector.add_inline(operator.coordinator_size());
            for handle in operator.running().filter_map(|state| state.managed_keyed_state.as_ref()) {
                collector.add_inline(in_memory_changes(handle));
            }
        }
        let Collector { files, places, inline_bytes, unresolvable, kept, .. } = collector;
        Self { all: files, directories: places.into_directories(), inline_bytes, unresolvable, kept }
    }

    pub(super) fn sizes(&self) -> Sizes {
        let mut sizes = Sizes { inline: self.inline_bytes, ..Sizes::default() };
        for file in &self.all {
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
        let foreign = self.all.iter().filter(|file| file.foreign);
        foreign.fold((0, 0), |(count, bytes), file| (count + 1, bytes.saturating_add(file.named_bytes())))
    }

    /// Directories named like this snapshot's and not it, with exclusive files of the snapshot.
    pub(super) fn outlying_directories(&self, own: &StorageUri) -> Vec<StorageUri> {
        let exclusive = self.all.iter().filter(|file| file.role == Role::Exclusive);
        let numbers: BTreeSet<u32> = exclusive.map(|file| file.place.directory).collect();
        let directories = numbers.into_iter().filter_map(|number| self.directories.get(number as usize));
        let outlying = directories.filter(|directory| *directory != own && layout::is_snapshot_name(directory));
        outlying.cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }

    pub(super) fn unresolvable(&self) -> &BTreeSet<String> {
        &self.unresolvable
    }

    /// What the snapshot needs of the store.
    pub(super) fn into_needs(self) -> Needs<'a> {
        let files = self.all.into_iter();
        let files = files.map(|file| Need {
            length: file.length(),
            role: file.role,
            merged: file.segmented,
            place: file.place,
        });
        Needs {
            files: files.collect(),
            directories: self.directories,
            kept: self.kept.into_iter().collect(),
            unresolvable: self.unresolvable.into_iter().collect(),
        }
    }

    /// The files by path.
    pub(super) fn into_report(self) -> Vec<report::File> {
        let Self { all: mut files, directories, .. } = self;
        files.sort_by(|one, other| by_path(&one.place, &other.place, &directories));
        files.into_iter().filter_map(|file| file.into_report(&directories)).collect()
    }
}

/// Only where one directory lies in the other does the order of their files not follow from theirs.
fn by_path(one: &FilePlace<'_>, other: &FilePlace<'_>, directories: &[StorageUri]) -> Ordering {
    if one.directory == other.directory {
        return one.name.cmp(&other.name);
    }
    let directory = |place: &FilePlace<'_>| directories.get(place.directory as usize);
    let (Some(first), Some(second)) = (directory(one), directory(other)) else {
        return one.directory.cmp(&other.directory);
    };
    if first.path().starts_with(second.path()) || second.path().starts_with(first.path()) {
        first.child(&one.name).cmp(&second.child(&other.name))
    } else {
        first.cmp(second)
    }
}

impl File<'_> {
    fn named_bytes(&self) -> u64 {
        let sizes = self.parts.iter().filter_map(|(_, size)| u64::try_from(size).ok());
        sizes.fold(0, u64::saturating_add)
    }

    /// Where the last part ends; `None` when a size is not known.
    fn end(&self) -> Option<u64> {
        let ends = self.parts.iter().map(|(start, size)| {
            let size = u64::try_from(size).ok()?;
            u64::try_from(start).ok()?.checked_add(size)
        });
        ends.reduce(|a, b| Some(a?.max(b?))).flatten()
    }

    /// A handle without a size asks for nothing, and those beside it still do.
    fn length(&self) -> Length {
        let known = self.parts.iter().filter_map(|(start, size)| {
            let size = u64::try_from(size).ok()?;
            u64::try_from(start).ok()?.checked_add(size)
        });
        match known.max() {
            None => Length::Unknown,
            Some(end) if self.segmented || self.at_least => Length::AtLeast(end),
            Some(end) => Length::Exactly(end),
        }
    }

    fn into_report(self, directories: &[StorageUri]) -> Option<report::File> {
        let place = directories.get(self.place.directory as usize)?.child(&self.place.name).to_string();
        let role = match self.role {
            Role::Exclusive => (FileRole::Exclusive, FileScope::Exclusive),
            Role::Shared => (FileRole::Shared, FileScope::Shared),
            Role::TaskOwned => (FileRole::TaskOwned, FileScope::TaskOwned),
        };
        let scope = if self.foreign { FileScope::Foreign } else { role.1 };
        let whole = !self.segmented && !self.at_least;
        let differs = self.written_path != place;
        let operators: BTreeSet<OperatorId> = self.operators.iter().collect();
        let classes: BTreeSet<&str> = self.classes.iter().flat_map(Few::iter).collect();
        Some(report::File {
            bytes: if whole { self.end() } else { None },
            min_length: if whole { None } else { self.end() },
            segments: self.segmented.then(|| u32::try_from(self.parts.len()).unwrap_or(u32::MAX)),
            path: place,
            written_path: differs.then(|| self.written_path.into_owned()),
            scope: scope.into(),
            role: role.0.into(),
            operator_ids: operators.iter().map(ToString::to_string).collect(),
            handle_kinds: classes.into_iter().map(ToOwned::to_owned).collect(),
            references: self.references,
        })
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

struct Collector<'a, 'r> {
    places: Places<'a, 'r>,
    relocations: &'r Relocations,
    home: Home,
    /// Of each directory, whether it is foreign.
    foreign: Vec<bool>,
    files: Vec<File<'a>>,
    /// Files by their places.
    index: HashTable<usize>,
    hasher: RandomState,
    inline_bytes: u64,
    unresolvable: BTreeSet<String>,
    kept: BTreeSet<(StorageUri, Role)>,
}

impl<'a, 'r> Collector<'a, 'r> {
    fn new(directory: &StorageUri, relocations: &'r Relocations) -> Self {
        Self {
            places: Places::new(directory, relocations),
            relocations,
            home: Home::of(directory),
            foreign: Vec::new(),
            files: Vec::new(),
            index: HashTable::new(),
            hasher: RandomState::new(),
            inline_bytes: 0,
            unresolvable: BTreeSet::new(),
            kept: BTreeSet::new(),
        }
    }

    fn add_inline(&mut self, size: i64) {
        self.inline_bytes = self.inline_bytes.saturating_add(u64::try_from(size).unwrap_or(0));
    }

    fn add_directory(&mut self, path: &str, role: Role) {
        match StorageUri::parse(path) {
            Ok(directory) => {
                self.kept.insert((self.relocations.apply(directory), role));
            }
            Err(_) => {
                self.unresolvable.insert(path.to_owned());
            }
        }
    }

    fn add(&mut self, reference: StreamReference<'_, 'a>) {
        let Some(written_path) = stored_path(reference.stream) else {
            self.add_inline(reference.stream.state_size());
            return;
        };
        let place = match self.places.resolve(reference.stream) {
            Ok(Some(place)) => place,
            Ok(None) => return,
            Err(_) => {
                self.unresolvable.insert(written_path.into_owned());
                return;
            }
        };
        let (files, hasher) = (&self.files, &self.hasher);
        let hash = |place: &FilePlace<'_>| hasher.hash_one((place.directory, &place.name));
        let known =
            self.index.find(hash(&place), |position| files.get(*position).is_some_and(|file| file.place == place));
        let position = if let Some(known) = known {
            *known
        } else {
            let position = files.len();
            let rehash = |position: &usize| files.get(*position).map_or(0, |file| hash(&file.place));
            self.index.insert_unique(hash(&place), position, rehash);
            let foreign = self.is_foreign(place.directory);
            self.files.push(File::new(place, written_path, foreign));
            position
        };
        if let Some(file) = self.files.get_mut(position) {
            file.name(reference);
        }
    }

    fn is_foreign(&mut self, directory: u32) -> bool {
        while self.foreign.len() <= directory as usize {
            let number = u32::try_from(self.foreign.len()).unwrap_or(u32::MAX);
            let is_foreign = self.places.directory(number).is_some_and(|directory| !self.home.holds(directory));
            self.foreign.push(is_foreign);
        }
        self.foreign.get(directory as usize).copied().unwrap_or(false)
    }
}

impl<'a> File<'a> {
    fn new(place: FilePlace<'a>, written_path: Cow<'a, str>, foreign: bool) -> Self {
        Self {
            place,
            written_path,
            role: Role::Exclusive,
            foreign,
            operators: Few::default(),
            classes: [Few::default(), Few::default()],
            references: 0,
            parts: Few::default(),
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
        for (known, class) in self.classes.iter_mut().zip([class, reference.handle_class]) {
            known.insert(class);
        }
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
