//! Where many files are: a directory is read once, however many files are in it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{Relocations, resolve, stored_path};
use crate::model::state_handle::StreamStateHandle;
use crate::uri::{NotAUri, StorageUri};

/// Resolves the paths of one snapshot. A large one names a million files in a few directories.
#[derive(Debug)]
pub struct Places<'a, 'r> {
    metadata_directory: StorageUri,
    relocations: &'r Relocations,
    directories: Vec<StorageUri>,
    numbers: HashMap<StorageUri, u32>,
    /// Directories as they are written in front of names; `None` where they are nothing by themselves.
    written: HashMap<Cow<'a, str>, Option<u32>>,
}

/// A file, by the number of its directory and its name in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePlace<'a> {
    /// The position of the directory among all of them.
    pub directory: u32,
    /// The name.
    pub name: Cow<'a, str>,
}

impl<'a, 'r> Places<'a, 'r> {
    /// Relative paths start at the directory of the metadata.
    #[must_use]
    pub fn new(metadata_directory: &StorageUri, relocations: &'r Relocations) -> Self {
        Self {
            metadata_directory: metadata_directory.clone(),
            relocations,
            directories: Vec::new(),
            numbers: HashMap::new(),
            written: HashMap::new(),
        }
    }

    /// The file that a stream is in, as [`resolve`] has it.
    pub fn resolve(&mut self, stream: &StreamStateHandle<'a>) -> Result<Option<FilePlace<'a>>, NotAUri> {
        let stream = match stream {
            StreamStateHandle::KeyGroups(handle) => return self.resolve(&handle.delegate),
            other => other,
        };
        let Some(path) = stored_path(stream) else { return Ok(None) };
        if let Some((directory, name)) = split(path)
            && let Some(directory) = self.written_directory(stream, directory)
        {
            return Ok(Some(FilePlace { directory, name }));
        }
        let Some(place) = resolve(stream, &self.metadata_directory, self.relocations)? else {
            return Ok(None);
        };
        let name = Cow::Owned(place.file_name().unwrap_or("").to_owned());
        let directory = place.parent().unwrap_or(place);
        Ok(Some(FilePlace { directory: self.number(directory), name }))
    }

    /// The directories, in the order of their numbers.
    #[must_use]
    pub fn into_directories(self) -> Vec<StorageUri> {
        self.directories
    }

    /// The directory of a number.
    #[must_use]
    pub fn directory(&self, number: u32) -> Option<&StorageUri> {
        self.directories.get(number as usize)
    }

    fn written_directory(&mut self, stream: &StreamStateHandle<'_>, written: Cow<'a, str>) -> Option<u32> {
        if let StreamStateHandle::Relative(_) = stream {
            return written.is_empty().then(|| self.number(self.metadata_directory.clone()));
        }
        if let Some(known) = self.written.get(&written) {
            return *known;
        }
        let directory = StorageUri::parse(&written).ok();
        let number = directory.map(|directory| self.number(self.relocations.apply(directory)));
        self.written.insert(written, number);
        number
    }

    fn number(&mut self, directory: StorageUri) -> u32 {
        let new = u32::try_from(self.directories.len()).unwrap_or(u32::MAX);
        match self.numbers.entry(directory) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(entry) => {
                self.directories.push(entry.key().clone());
                *entry.insert(new)
            }
        }
    }
}

/// What stands in front of the last slash and behind it; `None` for a name that is more than a name.
fn split(path: Cow<'_, str>) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let is_plain = |name: &str| !matches!(name, "" | "." | "..");
    match path {
        Cow::Borrowed(path) => {
            let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
            is_plain(name).then_some((Cow::Borrowed(directory), Cow::Borrowed(name)))
        }
        Cow::Owned(path) => {
            let (directory, name) = path.rsplit_once('/').unwrap_or(("", &path));
            is_plain(name).then(|| (Cow::Owned(directory.to_owned()), Cow::Owned(name.to_owned())))
        }
    }
}
