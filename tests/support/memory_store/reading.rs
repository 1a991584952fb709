//! Reading, as every store does it.

use std::ops::Range;

use async_trait::async_trait;
use chrono::TimeDelta;
use keepoint::storage::{Description, Entry, EntryKind, Error, ErrorKind, FileFacts, ReadRange, Show, Storage};
use keepoint::uri::StorageUri;

use super::objects::{directory_key, prefix};
use super::{Call, Fault, Flavour, Lie, MemoryStorage, Objects, Operation, key};

#[async_trait]
impl Storage for MemoryStorage {
    async fn read_range(&self, file: &StorageUri, range: Range<u64>) -> Result<ReadRange, Error> {
        let lie = self.pass("read", Operation::Read, file).await?;
        let object = self.look(lie, |objects| objects.get(&key(file)).cloned());
        let Some(object) = object else {
            let is_directory = match self.store.flavour {
                Flavour::Keys => file.key().is_empty(),
                Flavour::Directories => self.look(lie, |objects| is_directory(objects, file)),
            };
            return Err(Error::new(
                "read",
                file,
                if is_directory { ErrorKind::IsDirectory } else { ErrorKind::NotFound },
            ));
        };
        let mut bytes: &[u8] = &object.bytes;
        if lie == Some(Lie::HalfOfIt) {
            bytes = &bytes[..bytes.len() / 2];
        }
        let within = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        let part = &bytes[within(range.start)..within(range.end.max(range.start))];
        let facts = shifted(object.facts(), lie);
        let tag = (self.store.flavour == Flavour::Keys).then(|| object.generation.to_string());
        Ok(ReadRange { bytes: part.to_vec(), file_length: bytes.len() as u64, modified_at: facts.modified_at, tag })
    }

    async fn list(&self, directory: &StorageUri, show: Show<'_, Entry>) -> Result<(), Error> {
        let is_there = self.pages("list", directory, show, true).await?;
        if is_there { Ok(()) } else { Err(self.no_directory("list", directory)) }
    }

    async fn list_below(&self, directory: &StorageUri, show: Show<'_, Entry>) -> Vec<Error> {
        if self.store.flavour == Flavour::Directories {
            return self.walk(directory, show).await;
        }
        match self.pages("list", directory, show, false).await {
            Ok(true) => Vec::new(),
            Ok(false) => vec![self.no_directory("list", directory)],
            Err(error) => vec![error],
        }
    }

    async fn stat(&self, file: &StorageUri) -> Result<FileFacts, Error> {
        let lie = self.pass("look at", Operation::Stat, file).await?;
        if let Some(facts) = self.look(lie, |objects| objects.get(&key(file)).map(super::Object::facts)) {
            return Ok(shifted(facts, lie));
        }
        let is_directory = file.key().is_empty() || self.look(lie, |objects| is_directory(objects, file));
        Err(Error::new("look at", file, if is_directory { ErrorKind::IsDirectory } else { ErrorKind::NotFound }))
    }

    fn has_directories(&self) -> bool {
        self.store.flavour == Flavour::Directories
    }

    /// One, so that the order of calls does not depend on anything but the choices of a test.
    fn requests_at_a_time(&self) -> usize {
        1
    }

    async fn describe(&self) -> Description {
        Description::default().with_default("store", "memory")
    }
}

impl MemoryStorage {
    /// Waits for its turn. What of the faults is an error has happened then.
    pub(super) async fn pass(
        &self,
        operation: &'static str,
        kind: Operation,
        place: &StorageUri,
    ) -> Result<Option<Lie>, Error> {
        match self.gate.pass(Call { actor: self.actor, operation: kind, key: key(place) }).await {
            Fault::None => Ok(None),
            Fault::Lie(lie) => Ok(Some(lie)),
            Fault::Fail(kind) => Err(Error::new(operation, place, kind)),
            Fault::Hang(millis) => {
                self.store.clock.advance(TimeDelta::milliseconds(millis));
                Err(Error::new(operation, place, ErrorKind::TimedOut))
            }
        }
    }

    /// What is there, or what it was like before.
    fn look<T>(&self, lie: Option<Lie>, look: impl FnOnce(&Objects) -> T) -> T {
        let inner = self.store.lock();
        let behind = inner.earlier.front().filter(|_| lie == Some(Lie::Behind));
        look(behind.unwrap_or(&inner.objects))
    }

    /// Shows pages, each as it is when it is asked for, beginning behind the one before; whether there is such a directory.
    async fn pages(
        &self,
        operation: &'static str,
        directory: &StorageUri,
        show: Show<'_, Entry>,
        by_directory: bool,
    ) -> Result<bool, Error> {
        let mut after: Option<String> = None;
        loop {
            let lie = self.pass(operation, Operation::Page, directory).await?;
            let page = self.look(lie, |objects| self.page(objects, directory, by_directory, after.as_deref()));
            let Some((entries, is_last)) = page else { return Ok(after.is_some()) };
            after = entries.last().map(|(name, _)| name.clone()).or(after);
            let mut page = Vec::with_capacity(entries.len());
            for (mut name, kind) in entries {
                let kind = match kind {
                    EntryKind::File(facts) => EntryKind::File(shifted(facts, lie)),
                    other => {
                        name.truncate(name.trim_end_matches('/').len());
                        other
                    }
                };
                page.push(Entry { name, kind });
            }
            match lie {
                Some(Lie::PageLeftOut) => {}
                Some(Lie::PageTwice) => {
                    show(page.clone());
                    show(page);
                }
                Some(Lie::PageTurned) => show(page.into_iter().rev().collect()),
                _ => show(page),
            }
            if is_last || lie == Some(Lie::EndsHere) {
                return Ok(true);
            }
        }
    }

    /// The entries behind a name, by name, and whether there are no more; `None` if there is no such directory. Directories have the
    /// slash that keys have there, whose order it decides.
    fn page(
        &self,
        objects: &Objects,
        directory: &StorageUri,
        by_directory: bool,
        after: Option<&str>,
    ) -> Option<(Vec<(String, EntryKind)>, bool)> {
        let prefix = prefix(directory);
        let is_there = match self.store.flavour {
            Flavour::Keys => objects.has_below(&prefix),
            Flavour::Directories => objects.directory(&directory_key(directory)).is_some(),
        };
        if !is_there && !directory.key().is_empty() {
            return None;
        }
        let most = self.store.page;
        let mut entries: Vec<(String, EntryKind)> = Vec::new();
        let start = format!("{prefix}{}", after.unwrap_or(""));
        for (key, object) in objects.files_between(&start, &prefix) {
            let name = &key[prefix.len()..];
            let (name, kind) = match name.split_once('/') {
                Some((name, _)) if by_directory => (format!("{name}/"), EntryKind::Directory { modified_at: None }),
                _ => (name.to_owned(), EntryKind::File(object.facts())),
            };
            let is_new = entries.last().is_none_or(|(last, _)| *last != name);
            if name.is_empty() || after.is_some_and(|after| name.as_str() <= after) || !is_new {
                continue;
            }
            entries.push((name, kind));
            // One more tells that there are more.
            if entries.len() > most && self.store.flavour == Flavour::Keys {
                break;
            }
        }
        if self.store.flavour == Flavour::Directories {
            for (key, millis) in objects.directories_from(&prefix) {
                let name = &key[prefix.len()..];
                if !name.is_empty()
                    && !name.contains('/')
                    && after.is_none_or(|after| format!("{name}/").as_str() > after)
                {
                    let modified_at = chrono::DateTime::from_timestamp_millis(millis);
                    entries.push((format!("{name}/"), EntryKind::Directory { modified_at }));
                }
            }
            for name in objects.links_in(&prefix).filter(|name| after.is_none_or(|after| *name > after)) {
                entries.push((name.to_owned(), EntryKind::Link));
            }
            // The sort is stable: of a directory and the beginning of what is in it the directory, which has a time, comes last.
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            entries.reverse();
            entries.dedup_by(|(one, _), (other, _)| one == other);
            entries.reverse();
        }
        let is_last = entries.len() <= most;
        entries.truncate(most);
        Some((entries, is_last))
    }

    /// Directory by directory, as the interface does where stores list so.
    async fn walk(&self, top: &StorageUri, show: Show<'_, Entry>) -> Vec<Error> {
        let (mut waiting, mut failed) = (vec![String::new()], Vec::new());
        while let Some(path) = waiting.pop() {
            let directory = if path.is_empty() { top.clone() } else { top.child(&path) };
            let mut entries = Vec::new();
            let listed = self.list(&directory, &mut |page| entries.extend(page)).await;
            let is_empty = entries.is_empty();
            let mut page = Vec::new();
            for Entry { name, kind } in entries {
                let name = if path.is_empty() { name } else { format!("{path}/{name}") };
                match kind {
                    EntryKind::Directory { .. } => waiting.push(name),
                    kind => page.push(Entry { name, kind }),
                }
            }
            match listed {
                Ok(()) if is_empty && !path.is_empty() => {
                    page.push(Entry { name: path, kind: EntryKind::Directory { modified_at: None } });
                }
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound && !path.is_empty() => {}
                Err(error) => failed.push(error),
            }
            if !page.is_empty() {
                show(page);
            }
        }
        failed
    }

    fn no_directory(&self, operation: &'static str, place: &StorageUri) -> Error {
        let is_file = self.store.has_key(&key(place));
        Error::new(operation, place, if is_file { ErrorKind::NotADirectory } else { ErrorKind::NotFound })
    }
}

/// Whether something lies below, or there is an empty directory.
fn is_directory(objects: &Objects, place: &StorageUri) -> bool {
    place.key().is_empty() || objects.directory(&directory_key(place)).is_some() || objects.has_below(&prefix(place))
}

fn shifted(facts: FileFacts, lie: Option<Lie>) -> FileFacts {
    let Some(Lie::Times(millis)) = lie else { return facts };
    FileFacts { modified_at: facts.modified_at.map(|time| time + TimeDelta::milliseconds(millis)), ..facts }
}
