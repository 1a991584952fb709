//! Deleting and creating.

use async_trait::async_trait;
use keepoint::storage::{DeletingStorage, DirectoryStorage, Doomed, Error, ErrorKind};
use keepoint::uri::StorageUri;

use super::objects::{directory_key, prefix};
use super::{Flavour, Lie, MemoryStorage, Operation, key};

/// Files that one request deletes in a store with keys.
const BATCH: usize = 1000;

#[async_trait]
impl DeletingStorage for MemoryStorage {
    async fn delete(&self, files: &[Doomed]) -> Vec<Result<(), Error>> {
        let mut answers = Vec::with_capacity(files.len());
        for file in files {
            answers.push(self.delete_one(file).await);
        }
        answers
    }

    async fn remove_empty_directory(&self, directory: &StorageUri) -> Result<(), Error> {
        let lie = self.pass("remove", Operation::RemoveDirectory, directory).await?;
        let answer = |kind| Err(Error::new("remove", directory, kind));
        let (is_there, is_full) = self.store.look(|objects| {
            let prefix = prefix(directory);
            let mut below = objects.files_from(&prefix);
            match self.store.flavour {
                Flavour::Keys => {
                    let first = below.next().map(|(key, _)| key.to_owned());
                    let is_full = below.next().is_some() || first.as_ref().is_some_and(|first| *first != prefix);
                    (first.is_some(), is_full)
                }
                Flavour::Directories => {
                    (objects.directory(&directory_key(directory)).is_some(), objects.has_below(&prefix))
                }
            }
        });
        if is_full {
            return answer(ErrorKind::NotEmpty);
        }
        if !is_there {
            let is_file = self.store.has_key(&key(directory));
            return answer(if is_file { ErrorKind::NotADirectory } else { ErrorKind::NotFound });
        }
        if lie != Some(Lie::NotDone) {
            match self.store.flavour {
                Flavour::Keys => self.store.remove_as(self.actor, &key(&directory.child(""))),
                Flavour::Directories => self.store.remove_directory_as(self.actor, &directory_key(directory)),
            };
        }
        if lie == Some(Lie::DoneButFailed) { answer(ErrorKind::TimedOut) } else { Ok(()) }
    }

    async fn create(&self, file: &StorageUri, bytes: Vec<u8>) -> Result<(), Error> {
        let lie = self.pass("create", Operation::Create, file).await?;
        let answer = |kind| Err(Error::new("create", file, kind));
        if self.store.has_key(&key(file)) {
            return answer(ErrorKind::AlreadyExists);
        }
        let has_parent = |parent: StorageUri| {
            parent.key().is_empty() || self.store.look(|objects| objects.directory(&directory_key(&parent)).is_some())
        };
        if self.store.flavour == Flavour::Directories && !file.parent().is_none_or(has_parent) {
            return answer(ErrorKind::NotFound);
        }
        if lie != Some(Lie::NotDone) {
            self.store.put_as(self.actor, &key(file), bytes.into());
        }
        if lie == Some(Lie::DoneButFailed) { answer(ErrorKind::TimedOut) } else { Ok(()) }
    }

    fn deletes_at_a_time(&self) -> usize {
        match self.store.flavour {
            Flavour::Keys => BATCH,
            Flavour::Directories => 1,
        }
    }

    fn directories(&self) -> Option<&dyn DirectoryStorage> {
        (self.store.flavour == Flavour::Directories).then_some(self as _)
    }
}

#[async_trait]
impl DirectoryStorage for MemoryStorage {
    async fn make_directories(&self, directory: &StorageUri) -> Result<(), Error> {
        self.pass("make", Operation::MakeDirectories, directory).await?;
        self.store.make_directory(&directory_key(directory));
        Ok(())
    }

    async fn rename(&self, from: &StorageUri, to: &StorageUri) -> Result<(), Error> {
        let lie = self.pass("move", Operation::Rename, from).await?;
        let Some(object) = self.store.object(from) else {
            return Err(Error::new("move", from, ErrorKind::NotFound));
        };
        if self.store.has_key(&key(to)) {
            return Err(Error::new("move", to, ErrorKind::AlreadyExists));
        }
        if lie != Some(Lie::NotDone) {
            self.store.put_as(self.actor, &key(to), object.bytes);
            self.store.remove_as(self.actor, &key(from));
        }
        if lie == Some(Lie::DoneButFailed) { Err(Error::new("move", from, ErrorKind::TimedOut)) } else { Ok(()) }
    }

    fn appends(&self) -> bool {
        true
    }

    async fn append(&self, file: &StorageUri, bytes: Vec<u8>) -> Result<(), Error> {
        let lie = self.pass("append to", Operation::Append, file).await?;
        if lie != Some(Lie::NotDone) {
            let before = self.store.object(file).map_or_else(Vec::new, |object| object.bytes.to_vec());
            self.store.put_as(self.actor, &key(file), [before, bytes].concat().into());
        }
        if lie == Some(Lie::DoneButFailed) { Err(Error::new("append to", file, ErrorKind::TimedOut)) } else { Ok(()) }
    }
}

impl MemoryStorage {
    async fn delete_one(&self, file: &Doomed) -> Result<(), Error> {
        let place = &file.place;
        let lie = self.pass("delete", Operation::Delete, place).await?;
        if file.version_id.is_some() {
            return Err(Error::new("delete", place, ErrorKind::NoSuchFacility("versions")));
        }
        let is_directory = self.store.look(|objects| objects.directory(&directory_key(place)).is_some());
        if is_directory {
            return Err(Error::new("delete", place, ErrorKind::IsDirectory));
        }
        // What a condition of the request says, where a store takes one.
        let other = |tag: &String| self.store.object(place).is_some_and(|object| object.generation.to_string() != *tag);
        if self.store.flavour == Flavour::Keys && file.tag.as_ref().is_some_and(other) {
            return Err(Error::new("delete", place, ErrorKind::Changed));
        }
        if lie != Some(Lie::NotDone) {
            self.store.remove_as(self.actor, &key(place));
        }
        if lie == Some(Lie::DoneButFailed) {
            return Err(Error::new("delete", place, ErrorKind::TimedOut));
        }
        Ok(())
    }
}
