//! Whether anything that somebody needs was deleted: looked at after every single change.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use keepoint::report::GcClass;

use crate::flink::Flink;
use crate::gc_oracle::{self, Named};
use crate::memory_store::{Actor, Change, Changed, MemoryStore};

/// Something that must never happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The invariant, such as `I1`.
    pub(crate) invariant: &'static str,
    pub(crate) what: String,
}

/// Watches the store.
pub(crate) struct Judge {
    store: Arc<MemoryStore>,
    /// Metadata that is there, what it names, and when the job that wrote it began anew.
    metadata: HashMap<String, (Named, Option<i64>)>,
    /// What collectors have deleted and nobody has written since.
    deleted: HashSet<String>,
    /// Keys below which collectors may change something.
    pub(crate) roots: Vec<String>,
    /// Where collectors keep what outlasts them.
    pub(crate) ledger: String,
    /// What the plans so far may delete.
    pub(crate) planned: HashMap<String, GcClass>,
    /// What was deleted by the class that its plan gave it.
    pub(crate) classes: Vec<GcClass>,
    /// Metadata and its time that were deleted by collectors.
    pub(crate) retired: Vec<String>,
    pub(crate) violations: Vec<Violation>,
    pub(crate) deletions: usize,
}

impl Judge {
    pub(crate) fn new(store: &Arc<MemoryStore>) -> Self {
        Self {
            store: Arc::clone(store),
            metadata: HashMap::new(),
            deleted: HashSet::new(),
            roots: Vec::new(),
            ledger: String::new(),
            planned: HashMap::new(),
            classes: Vec::new(),
            retired: Vec::new(),
            violations: Vec::new(),
            deletions: 0,
        }
    }

    /// Looks at what was changed since it last looked.
    pub(crate) fn look(&mut self, flink: &Flink) {
        for change in self.store.take_log() {
            match (change.actor, change.what) {
                (Actor::Flink, Changed::Written) => self.written(&change, flink),
                (Actor::Flink, Changed::Deleted) => {
                    self.metadata.remove(&change.key);
                }
                (Actor::Flink, Changed::DirectoryRemoved) => {}
                (Actor::Collector(_), _) if is_within(&change.key, &self.ledger) => {}
                // What is given back is what was there before.
                (Actor::Collector(_), Changed::Written) => self.outside(&change),
                (Actor::Collector(_), Changed::DirectoryRemoved) => self.confined(&change),
                (Actor::Collector(_), Changed::Deleted) => self.deleted(&change, flink),
            }
        }
    }

    fn written(&mut self, change: &Change, flink: &Flink) {
        self.deleted.remove(&change.key);
        let Some(directory) = change.key.strip_suffix("/_metadata") else { return };
        let bytes = self.store.look(|objects| objects.get(&change.key).map(|object| Arc::clone(&object.bytes)));
        let Some(bytes) = bytes else { return };
        let named = gc_oracle::named(&bytes, directory).expect("the model writes what can be read");
        let lost: Vec<&String> = named.files.iter().filter(|file| self.deleted.contains(*file)).collect();
        if let Some(file) = lost.first() {
            let what = format!("{} was completed and names {file}, which a collector has deleted", change.key);
            self.violations.push(Violation { invariant: "I3", what });
        }
        let writer = flink.jobs.iter().find(|job| is_within(&change.key, &job.directory.key));
        self.metadata.insert(change.key.clone(), (named, writer.and_then(|job| job.anew)));
    }

    fn deleted(&mut self, change: &Change, flink: &Flink) {
        self.deletions += 1;
        self.confined(change);
        self.bound(change);
        let key = &change.key;
        if self.metadata.remove(key).is_some() {
            self.retired.push(key.clone());
        }
        // First the metadata, then what it names: whatever is addressable is whole (I5).
        let written_at = change.before.as_ref().map(|object| object.millis);
        for (metadata, (named, anew)) in &self.metadata {
            // Below a directory of merged files may vanish what no metadata reaches, and what an ended job of the same id left there: a
            // new one has the directory and none of its files, but those that it names.
            let is_left = written_at.zip(*anew).is_some_and(|(written_at, anew)| written_at < anew);
            let needs = if is_left { named.files.contains(key) } else { named.covers(key) };
            if needs && self.store.has_key(metadata) {
                let what = format!("{key} was deleted while {metadata} names it");
                self.violations.push(Violation { invariant: "I5", what });
            }
        }
        for (needed, why) in flink.needs() {
            if needed == key {
                self.violations.push(Violation { invariant: "I1", what: format!("{key} was deleted: {why}") });
            }
        }
        self.deleted.insert(key.clone());
    }

    fn confined(&mut self, change: &Change) {
        if !self.roots.iter().any(|root| is_within(&change.key, root)) {
            self.outside(change);
        }
    }

    fn outside(&mut self, change: &Change) {
        let what = format!("{:?} {}, which is no collector's business", change.what, change.key);
        self.violations.push(Violation { invariant: "I6", what });
    }

    fn bound(&mut self, change: &Change) {
        match self.planned.get(&change.key) {
            Some(class) => self.classes.push(*class),
            None => {
                let what = format!("{:?} {}, which no plan has", change.what, change.key);
                self.violations.push(Violation { invariant: "I4", what });
            }
        }
    }
}

fn is_within(key: &str, directory: &str) -> bool {
    key.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}
