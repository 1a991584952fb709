//! Files as rows of 24 bytes, and a name where no snapshot has it already.

use std::collections::HashMap;
use std::mem;

use chrono::{DateTime, Utc};

use crate::references::{FileNumber, Graph, Names};
use crate::uri::StorageUri;

/// Stands for a time that the store does not tell.
const NO_TIME: i64 = i64::MIN;

/// A file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    name: RowName,
    pub(super) bytes: u64,
    modified: i64,
}

/// Where the name of a file is written.
#[derive(Debug, Clone, Copy)]
enum RowName {
    /// In the graph, because snapshots refer to it.
    Referenced(FileNumber),
    /// Among the names that nobody refers to.
    Own(u32),
}

impl Row {
    pub(super) fn modified_at(self) -> Option<DateTime<Utc>> {
        (self.modified != NO_TIME).then(|| DateTime::from_timestamp_millis(self.modified)).flatten()
    }
}

/// A directory and the files in it.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) place: StorageUri,
    pub(super) rows: Vec<Row>,
    /// Its position among the directories that snapshots name.
    in_graph: Option<usize>,
}

/// All files, by directory.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) directories: Vec<Directory>,
    numbers: HashMap<StorageUri, usize>,
    names: Names,
    /// The directory that was asked for last, by root and path: a listing shows many files of one directory in a row.
    last: Option<(StorageUri, String, usize)>,
}

impl Rows {
    /// The number of a directory below a root, by its path from there; empty for the root itself.
    pub(super) fn directory_below(&mut self, root: &StorageUri, path: &str, graph: &Graph) -> usize {
        if let Some((last_root, last_path, number)) = &self.last
            && last_path == path
            && last_root == root
        {
            return *number;
        }
        let place = if path.is_empty() { root.clone() } else { root.child(path) };
        let number = self.directory(&place, graph);
        self.last = Some((root.clone(), path.to_owned(), number));
        number
    }

    /// The number of a directory.
    pub(super) fn directory(&mut self, place: &StorageUri, graph: &Graph) -> usize {
        if let Some(number) = self.numbers.get(place) {
            return *number;
        }
        let number = self.directories.len();
        let in_graph = graph.directory_number(place);
        self.directories.push(Directory { place: place.clone(), rows: Vec::new(), in_graph });
        self.numbers.insert(place.clone(), number);
        number
    }

    pub(super) fn place(&self, directory: usize) -> Option<&StorageUri> {
        self.directories.get(directory).map(|directory| &directory.place)
    }

    pub(super) fn push(
        &mut self,
        directory: usize,
        name: &str,
        bytes: u64,
        modified_at: Option<DateTime<Utc>>,
        graph: &Graph,
    ) {
        let Some(directory) = self.directories.get_mut(directory) else { return };
        let referenced = directory.in_graph.and_then(|number| graph.find(number, name));
        let name = match referenced {
            Some(file) => RowName::Referenced(file),
            None => RowName::Own(u32::try_from(self.names.push(name)).unwrap_or(u32::MAX)),
        };
        let modified = modified_at.map_or(NO_TIME, |time| time.timestamp_millis());
        directory.rows.push(Row { name, bytes, modified });
    }

    pub(super) fn name<'a>(&'a self, row: Row, graph: &'a Graph) -> &'a str {
        match row.name {
            RowName::Referenced(file) => graph.name(file),
            RowName::Own(number) => self.names.get(number as usize),
        }
    }

    /// The file that snapshots refer to; also one that was not known as such when it was listed.
    pub(super) fn referenced(&self, directory: &Directory, row: Row, graph: &Graph) -> Option<FileNumber> {
        match row.name {
            RowName::Referenced(file) => Some(file),
            RowName::Own(number) => graph.find(directory.in_graph?, self.names.get(number as usize)),
        }
    }

    /// By directory and then by name, and each file once: the order in which stores list is their own affair.
    pub(super) fn sort(&mut self, graph: &Graph) {
        let mut directories = mem::take(&mut self.directories);
        self.numbers = HashMap::new();
        self.last = None;
        for directory in &mut directories {
            directory.in_graph = graph.directory_number(&directory.place);
            directory.rows.sort_unstable_by(|one, other| self.name(*one, graph).cmp(self.name(*other, graph)));
            directory.rows.dedup_by(|one, other| self.name(*one, graph) == self.name(*other, graph));
        }
        directories.sort_by(|one, other| one.place.cmp(&other.place));
        self.directories = directories;
    }
}
