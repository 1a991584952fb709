//! What lies in a store and what snapshots need of it, as Flink's own file systems and its own loader say.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::flink::OnStore;

/// The same text for every spelling of a local place.
pub(crate) fn spelled(uri: &str) -> String {
    uri.strip_prefix("file:").map_or_else(|| uri.to_owned(), |path| format!("/{}", path.trim_start_matches('/')))
}

/// A file or a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    is_directory: bool,
    length: u64,
    modified: u64,
}

/// Everything below a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tree(BTreeMap<String, Entry>);

impl Tree {
    pub(crate) fn read(flink: &mut OnStore, directory: &str) -> Self {
        let listed = flink.json(&format!("tree {directory}"));
        let entries = listed.as_array().expect("an array").iter().map(|entry| {
            let number = |name: &str| entry[name].as_u64().expect("a number");
            let path = spelled(entry["path"].as_str().expect("a path"));
            let is_directory = entry["directory"] == true;
            // A directory of S3 is none, and was written just now whenever one looks.
            let modified = if is_directory && path.starts_with("s3:") { 0 } else { number("modified") };
            (path, Entry { is_directory, length: number("length"), modified })
        });
        Self(entries.collect())
    }

    /// The same as soon as nothing changes any more: a job that was cancelled still deletes.
    pub(crate) fn at_rest(flink: &mut OnStore, directory: &str) -> Self {
        let mut before = Self::read(flink, directory);
        loop {
            thread::sleep(Duration::from_millis(500));
            let now = Self::read(flink, directory);
            if now == before {
                return now;
            }
            before = now;
        }
    }

    /// Length of a file.
    pub(crate) fn length(&self, path: &str) -> Option<u64> {
        self.0.get(path).filter(|entry| !entry.is_directory).map(|entry| entry.length)
    }

    pub(crate) fn modified(&self, path: &str) -> Option<u64> {
        self.0.get(path).map(|entry| entry.modified)
    }

    /// Locations of what has metadata.
    pub(crate) fn snapshots(&self) -> BTreeSet<String> {
        self.0.keys().filter_map(|path| path.strip_suffix("/_metadata")).map(str::to_owned).collect()
    }

    /// Bytes of all files.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.values().filter(|entry| !entry.is_directory).map(|entry| entry.length).sum()
    }
}

/// What a snapshot needs, by Flink's own loader.
#[derive(Debug, Clone)]
pub(crate) struct Needs {
    pub(crate) files: BTreeSet<String>,
    /// Those of them that hold pieces of several states and checkpoints.
    pub(crate) merged: BTreeSet<String>,
    /// Whether all of it was there: a job that claimed a snapshot deletes what others need.
    pub(crate) whole: bool,
}

impl Needs {
    pub(crate) fn of(flink: &mut OnStore, snapshot: &str) -> Self {
        let described = flink.json(&format!("describe {snapshot}"));
        let mut needs = Self { files: BTreeSet::new(), merged: BTreeSet::new(), whole: true };
        for file in described["files"].as_array().expect("files") {
            let path = spelled(file["path"].as_str().expect("a path"));
            let end = |segment: &Value| Some(segment[0].as_u64()? + segment[1].as_u64()?);
            let segments = file["segments"].as_array().map(Vec::as_slice).unwrap_or_default();
            if !segments.is_empty() {
                needs.merged.insert(path.clone());
            }
            let needed = segments.iter().filter_map(end).max().unwrap_or_default();
            needs.whole &= file["length_on_storage"].as_u64().is_some_and(|length| length >= needed);
            needs.files.insert(path);
        }
        needs
    }
}
