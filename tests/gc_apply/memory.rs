//! A store in memory that can be told to fail or to stop answering at any call.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use keepoint::storage::{
    DeletingStorage, Description, Doomed, Entry, EntryKind, Error, ErrorKind, FileFacts, ReadRange, Show, Storage,
};
use keepoint::uri::StorageUri;
use tokio::sync::Notify;

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is refused.
    Fails(ErrorKind),
    /// It is done, and the answer says that it was not.
    DoneButFails(ErrorKind),
    /// The process ends before it.
    CrashBefore,
    /// The process ends after it.
    CrashAfter,
}

#[derive(Debug, Clone)]
struct Object {
    bytes: Vec<u8>,
    modified_at: DateTime<Utc>,
    tag: String,
}

#[derive(Default)]
struct Inside {
    objects: BTreeMap<String, Object>,
    calls: usize,
    /// By the number of the call, the first being 0.
    fault: Option<(usize, Fault)>,
    /// Keys that cannot be deleted, and why.
    undeletable: BTreeMap<String, ErrorKind>,
    /// Keys that are said to be deleted, and stay.
    immortal: BTreeSet<String>,
    read_only_from: Option<usize>,
    deletions: Vec<String>,
    written: u64,
}

type Hook = Box<dyn Fn(&str) + Send + Sync>;

/// The store; clones are the same.
#[derive(Clone, Default)]
pub(crate) struct MemoryStore {
    inside: Arc<Mutex<Inside>>,
    pub(crate) crashed: Arc<Notify>,
    before_delete: Arc<Mutex<Option<Hook>>>,
    now: Arc<Mutex<DateTime<Utc>>>,
}

fn key(place: &StorageUri) -> String {
    format!("{}/{}", place.authority().unwrap_or_default(), place.key())
}

impl MemoryStore {
    pub(crate) fn at(now: DateTime<Utc>) -> Self {
        let store = Self::default();
        store.set_time(now);
        store
    }

    pub(crate) fn set_time(&self, now: DateTime<Utc>) {
        *self.now.lock().expect("nobody panicked") = now;
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().expect("nobody panicked")
    }

    pub(crate) fn put(&self, uri: &str, bytes: &[u8], modified_at: DateTime<Utc>) {
        let mut inside = self.lock();
        inside.written += 1;
        let tag = format!("\"{}\"", inside.written);
        inside
            .objects
            .insert(key(&StorageUri::parse(uri).expect("a URI")), Object { bytes: bytes.to_vec(), modified_at, tag });
    }

    pub(crate) fn remove(&self, uri: &str) {
        self.lock().objects.remove(&key(&StorageUri::parse(uri).expect("a URI")));
    }

    /// The keys below a prefix, the bucket in front.
    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        self.lock().objects.keys().filter(|key| key.starts_with(prefix)).cloned().collect()
    }

    pub(crate) fn bytes(&self, key: &str) -> Option<Vec<u8>> {
        self.lock().objects.get(key).map(|object| object.bytes.clone())
    }

    pub(crate) fn facts(&self, key: &str) -> Option<FileFacts> {
        let inside = self.lock();
        let object = inside.objects.get(key)?;
        Some(FileFacts { length: object.bytes.len() as u64, modified_at: Some(object.modified_at) })
    }

    pub(crate) fn calls(&self) -> usize {
        self.lock().calls
    }

    pub(crate) fn fault(&self, call: usize, fault: Fault) {
        self.lock().fault = Some((call, fault));
    }

    pub(crate) fn mend(&self) {
        let mut inside = self.lock();
        inside.fault = None;
        inside.undeletable.clear();
        inside.read_only_from = None;
    }

    pub(crate) fn undeletable(&self, key: &str, kind: ErrorKind) {
        self.lock().undeletable.insert(key.to_owned(), kind);
    }

    pub(crate) fn immortal(&self, key: &str) {
        self.lock().immortal.insert(key.to_owned());
    }

    /// From so many deletions on, none is allowed.
    pub(crate) fn read_only_from(&self, deletions: usize) {
        self.lock().read_only_from = Some(deletions);
    }

    pub(crate) fn deletions(&self) -> Vec<String> {
        self.lock().deletions.clone()
    }

    /// Is called with each key that is about to be deleted.
    pub(crate) fn before_delete(&self, hook: impl Fn(&str) + Send + Sync + 'static) {
        *self.before_delete.lock().expect("nobody panicked") = Some(Box::new(hook));
    }

    /// One call: it is counted, and what is to happen to it happens.
    async fn call<T>(
        &self,
        operation: &'static str,
        place: &StorageUri,
        work: impl FnOnce(&mut Inside) -> T,
    ) -> Result<T, Error> {
        let (fault, done) = {
            let mut inside = self.lock();
            let number = inside.calls;
            inside.calls += 1;
            let fault = inside.fault.filter(|(at, _)| *at == number).map(|(_, fault)| fault);
            let happens = !matches!(fault, Some(Fault::Fails(_) | Fault::CrashBefore));
            (fault, happens.then(|| work(&mut inside)))
        };
        match (fault, done) {
            (None, Some(done)) => Ok(done),
            (Some(Fault::Fails(kind) | Fault::DoneButFails(kind)), _) => {
                Err(Error::new(operation, place, kind).because("a fault of the test"))
            }
            _ => {
                self.crashed.notify_one();
                std::future::pending().await
            }
        }
    }
}

#[async_trait]
impl Storage for MemoryStore {
    async fn read_range(&self, file: &StorageUri, range: Range<u64>) -> Result<ReadRange, Error> {
        let found = self.call("read", file, |inside| inside.objects.get(&key(file)).cloned()).await?;
        let object = found.ok_or_else(|| Error::new("read", file, ErrorKind::NotFound))?;
        let length = object.bytes.len();
        let start = usize::try_from(range.start).expect("small").min(length);
        let end = usize::try_from(range.end).unwrap_or(usize::MAX).min(length);
        Ok(ReadRange {
            bytes: object.bytes[start..end].to_vec(),
            file_length: length as u64,
            modified_at: Some(object.modified_at),
            tag: Some(object.tag),
        })
    }

    async fn list(&self, directory: &StorageUri, show: Show<'_, Entry>) -> Result<(), Error> {
        let prefix = format!("{}/", key(directory));
        let entries = self
            .call("list", directory, |inside| {
                let mut entries: BTreeMap<String, EntryKind> = BTreeMap::new();
                for (key, object) in &inside.objects {
                    let Some(rest) = key.strip_prefix(&prefix) else { continue };
                    match rest.split_once('/') {
                        Some((directory, _)) => {
                            entries.insert(directory.to_owned(), EntryKind::Directory { modified_at: None });
                        }
                        None => {
                            let facts =
                                FileFacts { length: object.bytes.len() as u64, modified_at: Some(object.modified_at) };
                            entries.insert(rest.to_owned(), EntryKind::File(facts));
                        }
                    }
                }
                entries
            })
            .await?;
        if entries.is_empty() {
            return Err(Error::new("list", directory, ErrorKind::NotFound));
        }
        show(entries.into_iter().map(|(name, kind)| Entry { name, kind }).collect());
        Ok(())
    }

    async fn stat(&self, file: &StorageUri) -> Result<FileFacts, Error> {
        let found = self.call("look at", file, |inside| inside.objects.get(&key(file)).cloned()).await?;
        let object = found.ok_or_else(|| Error::new("look at", file, ErrorKind::NotFound))?;
        Ok(FileFacts { length: object.bytes.len() as u64, modified_at: Some(object.modified_at) })
    }

    fn requests_at_a_time(&self) -> usize {
        // One after the other, so that the number of a call means the same each time.
        1
    }

    async fn describe(&self) -> Description {
        Description::default()
    }
}

#[async_trait]
impl DeletingStorage for MemoryStore {
    async fn delete(&self, files: &[Doomed]) -> Vec<Result<(), Error>> {
        let Some(first) = files.first() else { return Vec::new() };
        for file in files {
            if let Some(hook) = &*self.before_delete.lock().expect("nobody panicked") {
                hook(&key(&file.place));
            }
        }
        let answers = self
            .call("delete", &first.place, |inside| {
                let mut answers = Vec::new();
                for file in files {
                    let name = key(&file.place);
                    let refused = inside.undeletable.get(&name).copied();
                    let is_read_only = inside.read_only_from.is_some_and(|from| inside.deletions.len() >= from);
                    let refused = refused.or(is_read_only.then_some(ErrorKind::PermissionDenied));
                    let is_another = inside
                        .objects
                        .get(&name)
                        .is_some_and(|object| file.tag.as_ref().is_some_and(|tag| *tag != object.tag));
                    answers.push(match refused {
                        Some(kind) => Err(kind),
                        None if is_another => Err(ErrorKind::Changed),
                        None if inside.immortal.contains(&name) => Ok(()),
                        None => {
                            inside.objects.remove(&name);
                            inside.deletions.push(name);
                            Ok(())
                        }
                    });
                }
                answers
            })
            .await;
        match answers {
            Ok(answers) => answers
                .into_iter()
                .zip(files)
                .map(|(answer, file)| answer.map_err(|kind| Error::new("delete", &file.place, kind)))
                .collect(),
            Err(error) => files.iter().map(|file| Err(error.repeated_for(&file.place))).collect(),
        }
    }

    async fn remove_empty_directory(&self, directory: &StorageUri) -> Result<(), Error> {
        self.call("remove", directory, |_| ()).await?;
        Err(Error::new("remove", directory, ErrorKind::NotFound))
    }

    async fn create(&self, file: &StorageUri, bytes: Vec<u8>) -> Result<(), Error> {
        let now = *self.now.lock().expect("nobody panicked");
        let created = self
            .call("create", file, |inside| {
                if inside.objects.contains_key(&key(file)) {
                    return false;
                }
                inside.written += 1;
                let tag = format!("\"{}\"", inside.written);
                inside.objects.insert(key(file), Object { bytes, modified_at: now, tag });
                true
            })
            .await?;
        if created { Ok(()) } else { Err(Error::new("create", file, ErrorKind::AlreadyExists)) }
    }

    fn deletes_at_a_time(&self) -> usize {
        2
    }
}
