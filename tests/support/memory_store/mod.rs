//! A store in memory, with a clock that stands still until it is told to go on and with everything that can go wrong.
//!
//! Each actor has a handle of its own ([`MemoryStorage`]). Before anything happens, each call of it waits at its [`Gate`], where a test
//! decides who goes on and what goes wrong; a listing does so before each page, a batch of deletions before each file. What was changed
//! is logged with the actor who did it.
#![allow(dead_code, reason = "each test binary uses its own part")]

mod clock;
mod deleting;
mod gate;
mod objects;
mod reading;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use keepoint::uri::StorageUri;

pub(crate) use clock::Clock;
pub(crate) use gate::{Call, Fault, Gate, Lie, Open, Operation};
pub(crate) use objects::{Object, Objects, directory_key, key, prefix};

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Actor {
    /// Flink, or anybody else who is no collector.
    Flink,
    /// A collector, by number.
    Collector(u8),
}

/// Which kind of store it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// Keys and no directories, times in whole seconds, as S3 has it.
    Keys,
    /// A tree of directories, as HDFS and disks have it.
    Directories,
}

/// Something that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// Who did it.
    pub(crate) actor: Actor,
    /// Of what; see [`key`].
    pub(crate) key: String,
    /// What became of it.
    pub(crate) what: Changed,
    /// What was there before.
    pub(crate) before: Option<Object>,
}

/// What became of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changed {
    /// It was written.
    Written,
    /// It was deleted.
    Deleted,
    /// The directory was removed.
    DirectoryRemoved,
}

/// The store itself, past all gates: what Flink sees, and whoever judges.
pub(crate) struct MemoryStore {
    flavour: Flavour,
    /// Entries of a page of a listing.
    page: usize,
    clock: Clock,
    inner: Mutex<Inner>,
}

struct Inner {
    objects: Objects,
    log: Vec<Change>,
    /// What it was like before the last changes, the oldest first; empty unless it is asked for.
    earlier: VecDeque<Objects>,
    keeps_earlier: usize,
}

impl MemoryStore {
    /// An empty store with so many entries on each page of a listing.
    pub(crate) fn new(flavour: Flavour, page: usize, clock: Clock) -> Arc<Self> {
        let inner = Inner { objects: Objects::default(), log: Vec::new(), earlier: VecDeque::new(), keeps_earlier: 0 };
        Arc::new(Self { flavour, page, clock, inner: Mutex::new(inner) })
    }

    /// Remembers what it was like before so many changes, for listings that are behind.
    pub(crate) fn remember(&self, changes: usize) {
        self.lock().keeps_earlier = changes;
    }

    pub(crate) fn flavour(&self) -> Flavour {
        self.flavour
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Writes a file, and the directories it is in. One that is there is replaced.
    pub(crate) fn put(&self, place: &StorageUri, bytes: impl Into<Arc<[u8]>>) {
        self.put_as(Actor::Flink, &key(place), bytes.into());
    }

    /// The same with a time of its own.
    pub(crate) fn put_at(&self, place: &StorageUri, bytes: impl Into<Arc<[u8]>>, millis: i64) {
        self.put(place, bytes);
        self.lock().objects.set_time(&key(place), millis);
    }

    /// A file by its key, with a time of its own.
    pub(crate) fn put_key_at(&self, key: &str, bytes: impl Into<Arc<[u8]>>, millis: i64) {
        self.put_as(Actor::Flink, key, bytes.into());
        self.lock().objects.set_time(key, millis);
    }

    /// An empty directory, or the marker of one.
    pub(crate) fn put_directory(&self, place: &StorageUri) {
        match self.flavour {
            Flavour::Keys => self.put(&place.child(""), Vec::new()),
            Flavour::Directories => {
                let now = self.clock.millis();
                self.lock().objects.make_directory(&directory_key(place), now);
            }
        }
    }

    /// A symbolic link, in a store with directories.
    pub(crate) fn put_link(&self, key: &str) {
        self.lock().objects.link(key);
    }

    /// Deletes a file; whether there was one.
    pub(crate) fn remove(&self, place: &StorageUri) -> bool {
        self.remove_as(Actor::Flink, &key(place))
    }

    /// Deletes everything below a directory, and the directory.
    pub(crate) fn remove_recursively(&self, place: &StorageUri) {
        let keys = self.lock().objects.keys_below(&prefix(place));
        for key in keys {
            self.remove_as(Actor::Flink, &key);
        }
        self.lock().objects.remove_directories(&directory_key(place));
    }

    /// Removes a directory if nothing is in it; whether it did.
    pub(crate) fn remove_if_empty(&self, place: &StorageUri) -> bool {
        self.lock().objects.remove_empty_directory(&directory_key(place), self.clock.millis())
    }

    pub(crate) fn object(&self, place: &StorageUri) -> Option<Object> {
        self.lock().objects.get(&key(place)).cloned()
    }

    /// Removes a directory if nothing is in it; the actor who did is told.
    pub(crate) fn remove_directory_as(&self, actor: Actor, key: &str) -> bool {
        let now = self.clock.millis();
        let mut inner = self.lock();
        let removed = inner.objects.remove_empty_directory(key, now);
        if removed {
            inner.log.push(Change { actor, key: key.to_owned(), what: Changed::DirectoryRemoved, before: None });
        }
        removed
    }

    /// Makes a directory, where there are such.
    pub(crate) fn make_directory(&self, key: &str) {
        let now = self.clock.millis();
        if self.flavour == Flavour::Directories {
            self.lock().objects.make_directory(key, now);
        }
    }

    /// Deletes one file below a directory, or the directories where there is none; whether there was a file.
    pub(crate) fn remove_one_below(&self, key: &str) -> bool {
        let first = self.lock().objects.first_below(&format!("{key}/"));
        if let Some(first) = first {
            return self.remove_as(Actor::Flink, &first);
        }
        self.lock().objects.remove_directories(key);
        false
    }

    pub(crate) fn has_key(&self, key: &str) -> bool {
        self.lock().objects.get(key).is_some()
    }

    /// All that is there now.
    pub(crate) fn objects(&self) -> Objects {
        self.lock().objects.clone()
    }

    /// Looks at what is there now.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Objects) -> T) -> T {
        look(&self.lock().objects)
    }

    /// What was changed since this was last asked.
    pub(crate) fn take_log(&self) -> Vec<Change> {
        std::mem::take(&mut self.lock().log)
    }

    pub(crate) fn put_as(&self, actor: Actor, key: &str, bytes: Arc<[u8]>) {
        let now = self.clock.millis();
        let mut inner = self.lock();
        inner.remember();
        let before = inner.objects.put(key, bytes, now, self.flavour);
        inner.log.push(Change { actor, key: key.to_owned(), what: Changed::Written, before });
    }

    pub(crate) fn remove_as(&self, actor: Actor, key: &str) -> bool {
        let now = self.clock.millis();
        let mut inner = self.lock();
        inner.remember();
        let Some(before) = inner.objects.remove(key, now) else { return false };
        inner.log.push(Change { actor, key: key.to_owned(), what: Changed::Deleted, before: Some(before) });
        true
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics with it")
    }
}

impl Inner {
    fn remember(&mut self) {
        if self.keeps_earlier == 0 {
            return;
        }
        if self.earlier.len() == self.keeps_earlier {
            self.earlier.pop_front();
        }
        self.earlier.push_back(self.objects.clone());
    }
}

/// The store in the hands of one actor.
pub(crate) struct MemoryStorage {
    store: Arc<MemoryStore>,
    actor: Actor,
    gate: Arc<dyn Gate>,
}

impl MemoryStorage {
    pub(crate) fn new(store: &Arc<MemoryStore>, actor: Actor, gate: Arc<dyn Gate>) -> Arc<Self> {
        Arc::new(Self { store: Arc::clone(store), actor, gate })
    }

    /// Without anything that waits or goes wrong.
    pub(crate) fn open(store: &Arc<MemoryStore>) -> Arc<Self> {
        Self::new(store, Actor::Flink, Arc::new(Open))
    }
}
