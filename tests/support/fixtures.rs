//! What several test binaries need: the fixtures on disk.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::fs;
use std::path::{Path, PathBuf};

/// A snapshot that a real Flink wrote, with what Flink's own loader said of it.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    /// `<release>/<scenario>/<snapshot>`.
    pub(crate) name: String,
    /// The `_metadata` file.
    pub(crate) metadata: PathBuf,
    /// Flink's view of it.
    pub(crate) expected: PathBuf,
    /// The directory that stands for `root` now.
    storage: PathBuf,
    /// The URI of the directory that Flink wrote to.
    root: String,
    /// The directory of its scenario.
    scenario: PathBuf,
}

impl Snapshot {
    /// The file that stands for a URI that Flink knew it by; `None` for one outside the directory that Flink wrote to.
    pub(crate) fn local(&self, uri: &str) -> Option<PathBuf> {
        Some(self.storage.join(uri.strip_prefix(&self.root)?.trim_start_matches('/')))
    }

    /// The argument that says where the directory is now that Flink wrote to.
    pub(crate) fn relocation(&self) -> String {
        self.relocation_to(&self.storage)
    }

    /// The same for a copy.
    pub(crate) fn relocation_to(&self, storage: &Path) -> String {
        format!("{}={}", self.root, storage.display())
    }

    /// The directory that stands for the one that Flink wrote to.
    pub(crate) fn storage(&self) -> &Path {
        &self.storage
    }

    /// How the scenario was run.
    pub(crate) fn provenance(&self) -> serde_json::Value {
        json(&self.scenario.join("provenance.json"))
    }

    /// The directory of its scenario, and its own path below the scenario's storage.
    pub(crate) fn scenario_and_path(&self) -> (&Path, String) {
        let directory = self.metadata.parent().expect("a file has a directory");
        let path = directory.strip_prefix(&self.storage).expect("it is below").to_str().expect("text");
        (&self.scenario, path.to_owned())
    }

    /// As what the generator took it, such as `canonical savepoint`.
    pub(crate) fn kind(&self) -> Option<String> {
        let directory = self.metadata.parent()?.strip_prefix(&self.storage).ok()?.to_str()?.to_owned();
        let provenance = self.provenance();
        let snapshots = provenance["snapshots"].as_array()?;
        let snapshot = snapshots.iter().find(|snapshot| snapshot["path"] == directory.as_str())?;
        snapshot["kind"].as_str().map(ToOwned::to_owned)
    }
}

/// The directory of all fixtures; another one when `KEEPOINT_FIXTURES` names it, such as one that Flink has just written.
pub(crate) fn fixtures() -> PathBuf {
    std::env::var_os("KEEPOINT_FIXTURES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), PathBuf::from)
}

/// Every fixture of every release, by name.
pub(crate) fn snapshots() -> Vec<Snapshot> {
    let mut snapshots = Vec::new();
    for family in ["flink", "handmade"] {
        for release in directories(&fixtures().join(family)) {
            for scenario in directories(&release) {
                collect(&scenario, &mut snapshots);
            }
        }
    }
    assert!(!snapshots.is_empty(), "no fixtures below {}", fixtures().display());
    snapshots
}

fn collect(scenario: &Path, snapshots: &mut Vec<Snapshot>) {
    let provenance: serde_json::Value = json(&scenario.join("provenance.json"));
    let root = provenance["root"].as_str().expect("provenance has a root").to_owned();
    let storage = scenario.join("storage");
    for metadata in files(&storage).into_iter().filter(|file| file.ends_with("_metadata")) {
        let snapshot = metadata.parent().expect("a file has a directory").strip_prefix(&storage).expect("it is below");
        let name = scenario.strip_prefix(fixtures()).expect("it is below").join(snapshot);
        let expected = scenario.join("expected").join(snapshot).with_extension("json");
        assert!(expected.is_file(), "{} has no expectation", metadata.display());
        snapshots.push(Snapshot {
            name: name.to_string_lossy().into_owned(),
            metadata,
            expected,
            storage: storage.clone(),
            root: root.clone(),
            scenario: scenario.to_owned(),
        });
    }
}

/// Reads a JSON file.
pub(crate) fn json(file: &Path) -> serde_json::Value {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The directories in a directory, by name; none when it does not exist.
pub(crate) fn directories(directory: &Path) -> Vec<PathBuf> {
    entries(directory).into_iter().filter(|path| path.is_dir()).collect()
}

/// The files below a directory, by name.
pub(crate) fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in entries(directory) {
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = match fs::read_dir(directory) {
        Ok(entries) => entries.map(|entry| entry.expect("a readable directory").path()).collect(),
        Err(_) => Vec::new(),
    };
    paths.sort();
    paths
}

/// Copies everything below a directory.
pub(crate) fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).expect("it is below"));
        fs::create_dir_all(target.parent().expect("a file has a directory")).expect("a directory");
        fs::copy(&file, target).expect("a copy");
    }
}

/// The metadata of a real snapshot that needs no other file, so that it can be copied anywhere.
pub(crate) fn self_contained() -> PathBuf {
    let without_files = |snapshot: &Snapshot| json(&snapshot.expected)["files"].as_array().is_some_and(Vec::is_empty);
    snapshots().into_iter().find(without_files).expect("there is one").metadata
}
