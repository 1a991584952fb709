//! What is in a store.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use chrono::DateTime;
use keepoint::storage::FileFacts;
use keepoint::uri::StorageUri;

use super::Flavour;

/// What a place is called inside of a store: the bucket or name service, a slash, and the path without its first slash.
pub(crate) fn key(place: &StorageUri) -> String {
    format!("{}/{}", place.authority().unwrap_or(""), place.key())
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) bytes: Arc<[u8]>,
    /// When it was last written.
    pub(crate) millis: i64,
    /// Another one with each writing.
    pub(crate) generation: u64,
}

impl Object {
    pub(crate) fn facts(&self) -> FileFacts {
        FileFacts { length: self.bytes.len() as u64, modified_at: DateTime::from_timestamp_millis(self.millis) }
    }
}

/// Files, and directories where there are such. Keys are those of [`key`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Objects {
    files: BTreeMap<String, Object>,
    /// With the time when something was last added or removed.
    directories: BTreeMap<String, i64>,
    /// Links, wherever they lead.
    links: BTreeSet<String>,
    generations: u64,
}

impl Objects {
    pub(crate) fn get(&self, key: &str) -> Option<&Object> {
        self.files.get(key)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Object)> {
        self.files.iter().map(|(key, object)| (key.as_str(), object))
    }

    pub(crate) fn put(&mut self, key: &str, bytes: Arc<[u8]>, now: i64, flavour: Flavour) -> Option<Object> {
        self.generations += 1;
        let millis = match flavour {
            Flavour::Keys => now - now.rem_euclid(1000),
            Flavour::Directories => now,
        };
        if flavour == Flavour::Directories
            && let Some(parent) = parent(key)
        {
            let is_new = !self.files.contains_key(key);
            self.make_directory(parent, now);
            if is_new {
                self.directories.insert(parent.to_owned(), now);
            }
        }
        self.files.insert(key.to_owned(), Object { bytes, millis, generation: self.generations })
    }

    pub(crate) fn link(&mut self, key: &str) {
        self.links.insert(key.to_owned());
    }

    /// The names of links directly below.
    pub(crate) fn links_in<'o>(&'o self, prefix: &'o str) -> impl Iterator<Item = &'o str> {
        let names = self.links.iter().filter_map(move |key| key.strip_prefix(prefix));
        names.filter(|name| !name.contains('/'))
    }

    pub(crate) fn set_time(&mut self, key: &str, millis: i64) {
        if let Some(object) = self.files.get_mut(key) {
            object.millis = millis;
        }
    }

    pub(crate) fn remove(&mut self, key: &str, now: i64) -> Option<Object> {
        let removed = self.files.remove(key)?;
        self.touch_parent(key, now);
        Some(removed)
    }

    /// The directory and those it is in.
    pub(crate) fn make_directory(&mut self, key: &str, now: i64) {
        let mut missing = Some(key);
        while let Some(directory) = missing.filter(|directory| !self.directories.contains_key(*directory)) {
            self.directories.insert(directory.to_owned(), now);
            self.touch_parent(directory, now);
            missing = parent(directory);
        }
    }

    /// Whether it was there and empty.
    pub(crate) fn remove_empty_directory(&mut self, key: &str, now: i64) -> bool {
        let is_empty = !self.has_below(&format!("{key}/"));
        if is_empty && self.directories.remove(key).is_some() {
            self.touch_parent(key, now);
            return true;
        }
        false
    }

    /// The directory and those in it, whatever is there.
    pub(crate) fn remove_directories(&mut self, key: &str) {
        let prefix = format!("{key}/");
        self.directories.retain(|directory, _| directory != key && !directory.starts_with(&prefix));
    }

    pub(crate) fn directory(&self, key: &str) -> Option<i64> {
        self.directories.get(key).copied()
    }

    /// Whether a file or directory lies below.
    pub(crate) fn has_below(&self, prefix: &str) -> bool {
        self.files_from(prefix).next().is_some() || self.directories_from(prefix).next().is_some()
    }

    /// Files whose keys begin so.
    pub(crate) fn files_from<'o>(&'o self, prefix: &'o str) -> impl Iterator<Item = (&'o str, &'o Object)> {
        let range = self.files.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        range.take_while(move |(key, _)| key.starts_with(prefix)).map(|(key, object)| (key.as_str(), object))
    }

    /// Those of them that do not come before another key.
    pub(crate) fn files_between<'o>(
        &'o self,
        start: &'o str,
        prefix: &'o str,
    ) -> impl Iterator<Item = (&'o str, &'o Object)> {
        let range = self.files.range::<str, _>((Bound::Included(start), Bound::Unbounded));
        range.take_while(move |(key, _)| key.starts_with(prefix)).map(|(key, object)| (key.as_str(), object))
    }

    /// Directories whose keys begin so.
    pub(crate) fn directories_from<'o>(&'o self, prefix: &'o str) -> impl Iterator<Item = (&'o str, i64)> {
        let range = self.directories.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        range.take_while(move |(key, _)| key.starts_with(prefix)).map(|(key, time)| (key.as_str(), *time))
    }

    pub(crate) fn first_below(&self, prefix: &str) -> Option<String> {
        self.files_from(prefix).next().map(|(key, _)| key.to_owned())
    }

    pub(crate) fn keys_below(&self, prefix: &str) -> Vec<String> {
        self.files_from(prefix).map(|(key, _)| key.to_owned()).collect()
    }

    fn touch_parent(&mut self, key: &str, now: i64) {
        if let Some(time) = parent(key).and_then(|parent| self.directories.get_mut(parent)) {
            *time = now;
        }
    }
}

/// What the keys of everything below a place begin with.
pub(crate) fn prefix(place: &StorageUri) -> String {
    format!("{}/{}", place.authority().unwrap_or(""), place.key_prefix())
}

/// What a directory is called; that of the whole store is the authority alone.
pub(crate) fn directory_key(place: &StorageUri) -> String {
    let mut key = key(place);
    key.truncate(key.trim_end_matches('/').len());
    key
}

/// The directory something is in; that of the store is its authority.
fn parent(key: &str) -> Option<&str> {
    key.rsplit_once('/').map(|(parent, _)| parent)
}
