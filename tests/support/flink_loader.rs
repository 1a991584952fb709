//! What Flink's own loader said that the snapshots of a fixture need (`expected/` beside each): an opinion that shares no code with keepoint.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Where the generator wrote.
const WRITTEN_AT: &str = "/tmp/keepoint-fixtures";

/// What one snapshot needs besides its metadata.
#[derive(Debug, Default)]
pub(crate) struct Needed {
    /// The number that the loader read.
    pub(crate) checkpoint_id: i64,
    pub(crate) files: BTreeSet<PathBuf>,
    /// Those of them that hold pieces of several states.
    pub(crate) merged: BTreeSet<PathBuf>,
    /// Everything below them belongs to it.
    pub(crate) directories: BTreeSet<PathBuf>,
}

impl Needed {
    /// Whether it needs a file.
    pub(crate) fn covers(&self, file: &Path) -> bool {
        self.files.contains(file) || self.is_managed(file)
    }

    /// Whether a file is one of those that Flink writes on while no metadata names them.
    pub(crate) fn is_managed(&self, file: &Path) -> bool {
        self.merged.contains(file) || self.directories.iter().any(|directory| file.starts_with(directory))
    }
}

/// Every scenario of every release, such as `2.3.0/rocksdb-incremental`.
pub(crate) fn scenarios() -> Vec<String> {
    let mut scenarios = Vec::new();
    for release in names_in(&fixtures()) {
        let below = fixtures().join(&release);
        scenarios.extend(names_in(&below).into_iter().map(|scenario| format!("{release}/{scenario}")));
    }
    scenarios
}

/// What each snapshot of a scenario needs, by its metadata, when all of it lies in another directory than where Flink wrote it.
pub(crate) fn needed(scenario: &str, planted: &Path) -> BTreeMap<PathBuf, Needed> {
    let expected = fixtures().join(scenario).join("expected");
    let moved = |path: &str| {
        let path = path.strip_prefix("file:").expect("the generator writes to a disk");
        path.strip_prefix(WRITTEN_AT)
            .map_or_else(|| PathBuf::from(path), |below| planted.join(below.trim_start_matches('/')))
    };
    let mut all = BTreeMap::new();
    for file in files_below(&expected) {
        let text = fs::read_to_string(&file).expect("a readable file");
        let said: Value = serde_json::from_str(&text).expect("JSON");
        let list = |name: &str| said[name].as_array().cloned().unwrap_or_default();
        let mut needed =
            Needed { checkpoint_id: said["checkpoint_id"].as_i64().expect("a number"), ..Needed::default() };
        for named in list("files") {
            let path = moved(named["path"].as_str().expect("a path"));
            if named["segments"].is_array() {
                needed.merged.insert(path.clone());
            }
            needed.files.insert(path);
        }
        needed.directories = list("directories").iter().map(|path| moved(path.as_str().expect("a path"))).collect();
        let below = file.strip_prefix(&expected).expect("it is below").with_extension("");
        all.insert(planted.join(scenario).join(below).join("_metadata"), needed);
    }
    all
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/flink")
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry"));
    let directories = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = directories.map(|entry| entry.file_name().into_string().expect("plain")).collect();
    names.sort();
    names
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}
