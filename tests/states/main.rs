//! `keepoint inspect --states` and `--schema` over real snapshots, and over copies of them that somebody has been at.

#[path = "../support/fixtures.rs"]
mod fixtures;
#[path = "../support/golden.rs"]
mod golden;

mod against_flink;
mod damaged;
mod equal_headers;
mod kryo;
mod outputs;
mod schema;
mod sizes;
mod timers;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Runs `keepoint inspect` without anything from the environment.
pub(crate) fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepoint"));
    command.arg("inspect").args(arguments).env_clear();
    command.output().expect("the binary runs")
}

/// The exit code and the report.
pub(crate) fn inspect(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = run(&[arguments, &["--output", "json"]].concat());
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

/// The elements of an array of a report.
pub(crate) fn all<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// The findings with a code.
pub(crate) fn findings<'v>(report: &'v Value, code: &str) -> Vec<&'v Value> {
    all(report, "findings").iter().filter(|finding| finding["code"] == code).collect()
}

/// The states of all operators.
pub(crate) fn states(report: &Value) -> Vec<&Value> {
    all(report, "operators").iter().flat_map(|operator| all(operator, "states")).collect()
}

/// A state of a report by its name.
pub(crate) fn state<'v>(report: &'v Value, name: &str) -> &'v Value {
    let found = states(report).into_iter().find(|state| state["name"] == name);
    found.unwrap_or_else(|| panic!("there is no state {name}"))
}

/// A copy of one snapshot of a scenario with everything around it.
pub(crate) struct Copy {
    directory: TempDir,
    relocation: String,
    snapshot: PathBuf,
}

impl Copy {
    /// The first snapshot with a part of a name, such as `2.3.0/types/checkpoints`.
    pub(crate) fn of(name: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let snapshots = fixtures::snapshots();
        let snapshot = snapshots.iter().find(|snapshot| snapshot.name.contains(name));
        let snapshot = snapshot.unwrap_or_else(|| panic!("there is no {name}"));
        fixtures::copy(snapshot.storage(), directory.path());
        let (_, path) = snapshot.scenario_and_path();
        Self { relocation: snapshot.relocation_to(directory.path()), snapshot: directory.path().join(path), directory }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Inspects the snapshot.
    pub(crate) fn inspect(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        inspect(&[&[self.snapshot(), "--relocate", &self.relocation], arguments].concat())
    }

    pub(crate) fn snapshot(&self) -> &str {
        self.snapshot.to_str().expect("UTF-8")
    }

    pub(crate) fn relocation(&self) -> &str {
        &self.relocation
    }

    /// The files that the snapshot needs, as the report names them.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let (_, report) = self.inspect(&[]);
        let paths = all(&report, "files").iter().filter_map(|file| file["path"].as_str());
        paths.map(|path| PathBuf::from(path.trim_start_matches("file:"))).collect()
    }

    /// Those of them that begin with these bytes.
    pub(crate) fn files_with(&self, start: &[u8]) -> Vec<PathBuf> {
        let mut files = self.files();
        files.retain(|file| std::fs::read(file).is_ok_and(|bytes| bytes.starts_with(start)));
        files
    }
}

/// How headers of Flink since 1.7 begin.
pub(crate) const VERSION_6: [u8; 4] = [0, 0, 0, 6];
