//! Trees that a real Flink wrote, at a place of their own.
//!
//! Metadata names files by absolute paths. The place has as many letters as the one that Flink wrote to, so that these can be replaced.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use keepoint::discovery;
use keepoint::inspect::inspect;
use keepoint::storage::{StorageSettings, Stores};
use keepoint::uri::StorageUri;
use tempfile::TempDir;

/// Where the generator writes.
const WRITTEN_AT: &str = "/tmp/keepoint-fixtures";

/// A copy of the storage of scenarios.
pub(crate) struct Planted {
    directory: TempDir,
}

impl Planted {
    /// Such as `2.3.0/rocksdb-incremental`.
    pub(crate) fn of(scenario: &str) -> Self {
        Self::of_all(&[scenario])
    }

    /// Several side by side.
    pub(crate) fn of_all(scenarios: &[&str]) -> Self {
        let random = WRITTEN_AT.len() - "/tmp/kp-".len();
        let directory = tempfile::Builder::new().prefix("kp-").rand_bytes(random).tempdir_in("/tmp").expect("room");
        let place = directory.path().to_str().expect("plain letters");
        assert_eq!(place.len(), WRITTEN_AT.len(), "{place}");
        for scenario in scenarios {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/flink").join(scenario).join("storage");
            copy(&from, &directory.path().join(scenario), place);
        }
        Self { directory }
    }

    /// The root of all that was planted.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Gives every file the same time, so long ago.
    pub(crate) fn age(&self, age: Duration) {
        self.touch(SystemTime::now() - age);
    }

    /// Gives every file a time.
    pub(crate) fn touch(&self, time: SystemTime) {
        for file in files_below(self.path()) {
            set_time(&file, time);
        }
    }

    /// Gives one file a time so long ago.
    pub(crate) fn age_of(&self, file: &Path, age: Duration) {
        assert!(file.starts_with(self.path()));
        set_time(file, SystemTime::now() - age);
    }

    /// The metadata file of a snapshot by its name, in a scenario.
    pub(crate) fn file_of(&self, name: &str, scenario: &str) -> PathBuf {
        let is_it = |file: &PathBuf| {
            let text = file.to_string_lossy();
            text.contains(&format!("/{scenario}/")) && text.ends_with(&format!("/{name}/_metadata"))
        };
        files_below(self.path()).into_iter().find(is_it).expect("there is one")
    }

    /// The place of a snapshot by its name.
    pub(crate) fn snapshot(&self, name: &str) -> StorageUri {
        let is_it = |file: &PathBuf| file.ends_with(format!("{name}/_metadata"));
        let file = files_below(self.path()).into_iter().find(is_it).expect("there is one");
        place_of(file.parent().expect("a directory"))
    }

    /// The names of snapshots that begin so, in order.
    pub(crate) fn names_like(&self, start: &str) -> Vec<String> {
        let metadata = files_below(self.path()).into_iter().filter(|file| file.ends_with("_metadata"));
        let names = metadata.filter_map(|file| Some(file.parent()?.file_name()?.to_str()?.to_owned()));
        let mut names: Vec<String> = names.filter(|name| name.starts_with(start)).collect();
        names.sort();
        names
    }

    /// Every file with its length and its time.
    pub(crate) fn listing(&self) -> Vec<(PathBuf, u64, SystemTime)> {
        let mut all: Vec<_> = files_below(self.path())
            .into_iter()
            .map(|file| {
                let metadata = fs::metadata(&file).expect("a file");
                (file, metadata.len(), metadata.modified().expect("a time"))
            })
            .collect();
        all.sort();
        all
    }

    /// The files that the snapshot at a location needs, metadata included.
    pub(crate) fn named_by_location(&self, location: &str) -> BTreeSet<String> {
        assert!(location.contains(&*self.path().to_string_lossy()), "{location}");
        named(&Path::new(location.trim_start_matches("file:")).join("_metadata"))
    }

    /// The files that snapshots of these names need, metadata included.
    pub(crate) fn named_by(&self, names: &[&str]) -> BTreeSet<String> {
        let metadata = files_below(self.path()).into_iter().filter(|file| file.ends_with("_metadata"));
        let wanted = metadata.filter(|file| {
            let directory = file.parent().and_then(Path::file_name).expect("a directory");
            names.iter().any(|name| directory == *name)
        });
        wanted.flat_map(|file| named(&file)).collect()
    }
}

fn place_of(path: &Path) -> StorageUri {
    StorageUri::parse(path.to_str().expect("plain letters")).expect("a path")
}

fn set_time(file: &Path, time: SystemTime) {
    File::options().write(true).open(file).and_then(|file| file.set_modified(time)).expect("a time");
}

/// The files that a metadata file names, and itself.
fn named(file: &Path) -> BTreeSet<String> {
    let place = place_of(file);
    // A thread of its own: tests wait for storage, and nobody may wait within that.
    let load = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let stores = Stores::new(StorageSettings::default()).expect("no configuration");
        let storage = stores.open(&place).expect("local");
        runtime.block_on(discovery::load(&*storage, &place)).expect("metadata")
    };
    let loaded = std::thread::scope(|scope| scope.spawn(load).join().expect("no panic"));
    let mut named: BTreeSet<String> = inspect(&loaded).files.into_iter().map(|file| file.path).collect();
    named.insert(place.to_string());
    named
}

fn copy(from: &Path, to: &Path, place: &str) {
    fs::create_dir_all(to).expect("room");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to, place);
        } else if entry.file_name() == "_metadata" {
            let bytes = fs::read(entry.path()).expect("a file");
            fs::write(&to, replaced(&bytes, WRITTEN_AT.as_bytes(), place.as_bytes())).expect("room");
        } else {
            fs::copy(entry.path(), &to).expect("room");
        }
    }
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for position in 0..bytes.len().saturating_sub(from.len()) {
        if bytes[position..].starts_with(from) {
            bytes[position..position + from.len()].copy_from_slice(to);
        }
    }
    bytes
}

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}
