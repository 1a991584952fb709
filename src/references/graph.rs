//! What many snapshots refer to, each file once.
//!
//! Checkpoints of a job share most of their files, so a reference is a number of four bytes, and a file costs about 40 bytes besides its
//! name, however many snapshots name it.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use super::{Length, Names, Need, Needs, Role};
use crate::uri::StorageUri;

/// A file among those of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileNumber(pub u32);

/// A snapshot among those of a [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotNumber(pub u32);

/// What one or more snapshots say of a file: its role and how long it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimNumber(pub u32);

/// No claim.
const NONE: u32 = u32::MAX;

/// Files and the snapshots that name them.
#[derive(Debug, Default)]
pub struct Graph {
    directories: Vec<StorageUri>,
    directory_numbers: HashMap<StorageUri, u32>,
    names: Names,
    files: Vec<File>,
    /// Files by directory and name.
    index: HashTable<u32>,
    hasher: RandomState,
    claims: Vec<Claim>,
    snapshots: Vec<Vec<ClaimNumber>>,
    /// Directories of which everything belongs to snapshots.
    marked: HashMap<StorageUri, Vec<(Role, SnapshotNumber)>>,
}

#[derive(Debug, Clone, Copy)]
struct File {
    directory: u32,
    /// The first of its claims; the others hang on it.
    claim: u32,
}

#[derive(Debug, Clone, Copy)]
struct Claim {
    length: Length,
    file: FileNumber,
    /// The next claim on the same file. There are few.
    next: u32,
    role: Role,
}

impl Graph {
    /// Adds a snapshot with what it needs.
    pub fn add(&mut self, needs: &Needs<'_>) -> SnapshotNumber {
        let snapshot = SnapshotNumber(number(self.snapshots.len()));
        let directories: Vec<u32> = needs.directories.iter().map(|directory| self.directory(directory)).collect();
        let files = needs.files.iter().filter_map(|need| Some((need, directories.get(need.place.directory as usize)?)));
        let mut claims: Vec<ClaimNumber> = files.map(|(need, directory)| self.claim(*directory, need)).collect();
        claims.sort_unstable();
        self.snapshots.push(claims);
        for (directory, role) in &needs.kept {
            self.marked.entry(directory.clone()).or_default().push((*role, snapshot));
        }
        snapshot
    }

    /// The files.
    pub fn files(&self) -> impl Iterator<Item = FileNumber> + use<> {
        (0..number(self.files.len())).map(FileNumber)
    }

    /// Number of files.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    /// The directories that files are in, and for each file the position of its directory among them.
    #[must_use]
    pub fn directories(&self) -> &[StorageUri] {
        &self.directories
    }

    /// The position of a file's directory among all of them.
    #[must_use]
    pub fn directory_of(&self, file: FileNumber) -> usize {
        self.files.get(file.0 as usize).map_or(usize::MAX, |file| file.directory as usize)
    }

    /// The position of a directory that files are in.
    #[must_use]
    pub fn directory_number(&self, directory: &StorageUri) -> Option<usize> {
        self.directory_numbers.get(directory).map(|number| *number as usize)
    }

    /// The name of a file in its directory.
    #[must_use]
    pub fn name(&self, file: FileNumber) -> &str {
        self.names.get(file.0 as usize)
    }

    /// Where a file is.
    #[must_use]
    pub fn place(&self, file: FileNumber) -> Option<StorageUri> {
        let directory = self.directories.get(self.directory_of(file))?;
        Some(directory.child(self.name(file)))
    }

    /// The file of a name in a directory.
    #[must_use]
    pub fn find(&self, directory: usize, name: &str) -> Option<FileNumber> {
        let directory = u32::try_from(directory).ok()?;
        let found = self.index.find(self.hash(directory, name), |file| self.is(*file, directory, name));
        found.map(|file| FileNumber(*file))
    }

    /// The file at a place.
    #[must_use]
    pub fn find_place(&self, place: &StorageUri) -> Option<FileNumber> {
        self.find(self.directory_number(&place.parent()?)?, place.file_name()?)
    }

    /// What a snapshot claims, in an order that says nothing.
    #[must_use]
    pub fn claims(&self, snapshot: SnapshotNumber) -> &[ClaimNumber] {
        self.snapshots.get(snapshot.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// What is claimed of a file, whoever does.
    pub fn claims_on(&self, file: FileNumber) -> impl Iterator<Item = ClaimNumber> {
        let first = self.files.get(file.0 as usize).map(|file| file.claim);
        std::iter::successors(first, |claim| self.claims.get(*claim as usize).map(|claim| claim.next))
            .take_while(|claim| *claim != NONE)
            .map(ClaimNumber)
    }

    /// The file, the role and the length of a claim.
    #[must_use]
    pub fn claimed(&self, claim: ClaimNumber) -> Option<(FileNumber, Role, Length)> {
        self.claims.get(claim.0 as usize).map(|claim| (claim.file, claim.role, claim.length))
    }

    /// For each file the snapshots that name it, in their order.
    #[must_use]
    pub fn users(&self) -> Users {
        let mut starts = vec![0_u64; self.files.len() + 1];
        for (_, file) in self.uses() {
            if let Some(start) = starts.get_mut(file.0 as usize + 1) {
                *start += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut snapshots = vec![SnapshotNumber(NONE); usize::try_from(total).unwrap_or(0)];
        let mut next = starts.clone();
        for (snapshot, file) in self.uses() {
            if let Some(position) = next.get_mut(file.0 as usize) {
                if let Some(place) = usize::try_from(*position).ok().and_then(|position| snapshots.get_mut(position)) {
                    *place = snapshot;
                }
                *position += 1;
            }
        }
        Users { starts, snapshots }
    }

    /// The snapshots of which everything in a directory or above it is a part, and the longest-lived of the roles in which it is.
    #[must_use]
    pub fn marking(&self, directory: &StorageUri) -> Option<(Role, Vec<SnapshotNumber>)> {
        if self.marked.is_empty() {
            return None;
        }
        let upwards = std::iter::successors(Some(directory.clone()), StorageUri::parent);
        let marking = upwards.filter_map(|directory| self.marked.get(&directory)).flatten();
        let (roles, mut snapshots): (Vec<Role>, Vec<_>) = marking.copied().unzip();
        snapshots.sort_unstable();
        snapshots.dedup();
        roles.into_iter().max().map(|role| (role, snapshots))
    }

    fn uses(&self) -> impl Iterator<Item = (SnapshotNumber, FileNumber)> {
        self.snapshots.iter().zip(0..).flat_map(|(claims, snapshot)| {
            let files = claims.iter().filter_map(|claim| self.claims.get(claim.0 as usize));
            files.map(move |claim| (SnapshotNumber(snapshot), claim.file))
        })
    }

    fn claim(&mut self, directory: u32, need: &Need<'_>) -> ClaimNumber {
        let file = self.file(directory, &need.place.name);
        let same = |claim: &ClaimNumber| {
            self.claims
                .get(claim.0 as usize)
                .is_some_and(|claim| claim.role == need.role && claim.length == need.length)
        };
        if let Some(known) = self.claims_on(file).find(same) {
            return known;
        }
        let claim = number(self.claims.len());
        let first = self.files.get_mut(file.0 as usize).map(|file| std::mem::replace(&mut file.claim, claim));
        let next = first.unwrap_or(NONE);
        self.claims.push(Claim { length: need.length, file, next, role: need.role });
        ClaimNumber(claim)
    }

    fn directory(&mut self, directory: &StorageUri) -> u32 {
        if let Some(known) = self.directory_numbers.get(directory) {
            return *known;
        }
        let new = number(self.directories.len());
        self.directories.push(directory.clone());
        self.directory_numbers.insert(directory.clone(), new);
        new
    }

    fn file(&mut self, directory: u32, name: &str) -> FileNumber {
        let hash = self.hash(directory, name);
        if let Some(known) = self.index.find(hash, |file| self.is(*file, directory, name)) {
            return FileNumber(*known);
        }
        let file = number(self.files.len());
        self.names.push(name);
        self.files.push(File { directory, claim: NONE });
        let (files, names, hasher) = (&self.files, &self.names, &self.hasher);
        self.index.insert_unique(hash, file, |file| {
            let directory = files.get(*file as usize).map_or(NONE, |file| file.directory);
            hasher.hash_one((directory, names.get(*file as usize)))
        });
        FileNumber(file)
    }

    fn hash(&self, directory: u32, name: &str) -> u64 {
        self.hasher.hash_one((directory, name))
    }

    fn is(&self, file: u32, directory: u32, name: &str) -> bool {
        self.files.get(file as usize).is_some_and(|file| file.directory == directory)
            && self.names.get(file as usize) == name
    }
}

/// The snapshots that name each file.
#[derive(Debug, Default)]
pub struct Users {
    starts: Vec<u64>,
    snapshots: Vec<SnapshotNumber>,
}

impl Users {
    /// Those of one file.
    #[must_use]
    pub fn of(&self, file: FileNumber) -> &[SnapshotNumber] {
        let start = |number: usize| self.starts.get(number).and_then(|start| usize::try_from(*start).ok());
        let bounds = start(file.0 as usize).zip(start(file.0 as usize + 1));
        bounds.and_then(|(start, end)| self.snapshots.get(start..end)).unwrap_or(&[])
    }
}

/// Four billion files take more memory for their names than any machine has.
fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use super::super::FilePlace;
    use super::*;

    fn uri(text: &str) -> StorageUri {
        StorageUri::parse(text).expect("it names a place")
    }

    fn needs(files: &[(&str, Role, Length)]) -> Needs<'static> {
        let mut needs = Needs::default();
        for ((place, role, length), directory) in files.iter().zip(0..) {
            let place = uri(place);
            needs.directories.push(place.parent().expect("a directory"));
            let name = place.file_name().expect("a name").to_owned().into();
            needs.files.push(Need {
                place: FilePlace { directory, name },
                role: *role,
                length: *length,
                merged: false,
            });
        }
        needs
    }

    #[test]
    fn a_file_that_two_snapshots_name_is_there_once_with_both() {
        let mut graph = Graph::default();
        let shared = ("/j/shared/a", Role::Shared, Length::Exactly(7));
        let one = graph.add(&needs(&[shared, ("/j/chk-1/x", Role::Exclusive, Length::Unknown)]));
        let two = graph.add(&needs(&[("file:///j/shared/a", shared.1, shared.2)]));
        assert_eq!(graph.file_count(), 2);
        let file = graph.find_place(&uri("/j/shared/a")).expect("it is named");
        assert_eq!(graph.users().of(file), [one, two]);
        assert_eq!(graph.claims(one).len(), 2);
        assert_eq!(graph.claims_on(file).count(), 1, "both claim the same");
        assert_eq!(graph.place(file), Some(uri("/j/shared/a")));
        assert_eq!(graph.find_place(&uri("/j/shared/b")), None);
        assert_eq!(graph.find_place(&uri("/j/elsewhere/a")), None);
    }

    #[test]
    fn snapshots_that_claim_different_lengths_are_kept_apart() {
        let mut graph = Graph::default();
        let lengths = [Length::AtLeast(5), Length::AtLeast(9), Length::AtLeast(5)];
        let numbers = lengths.map(|length| graph.add(&needs(&[("/j/dstl/a", Role::TaskOwned, length)])));
        let claimed = numbers.map(|snapshot| graph.claimed(graph.claims(snapshot)[0]).expect("a claim").2);
        assert_eq!(claimed, lengths);
        assert_eq!(graph.claims_on(FileNumber(0)).count(), 2);
    }

    #[test]
    fn what_lies_below_a_marked_directory_is_of_those_that_mark_it() {
        let mut graph = Graph::default();
        let kept = vec![(uri("/j/taskowned/tm"), Role::TaskOwned)];
        let one = graph.add(&Needs { kept, ..Needs::default() });
        assert_eq!(graph.marking(&uri("/j/taskowned/tm")), Some((Role::TaskOwned, vec![one])));
        assert_eq!(graph.marking(&uri("/j/taskowned/tm/deeper")), Some((Role::TaskOwned, vec![one])));
        assert_eq!(graph.marking(&uri("/j/taskowned/tm2")), None);
    }
}
