//! `keepoint verify` over real snapshots, and over copies of them that somebody has been at.

#[path = "../support/fixtures.rs"]
mod fixtures;

mod contents;
mod damage;
mod every_fixture;
mod places;
mod races;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Runs the command with JSON output; the exit code and the report.
pub(crate) fn verify(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = run(arguments);
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepoint"));
    command.arg("verify").args(["--output", "json"]).args(arguments).env_clear();
    command.output().expect("the binary runs")
}

/// The elements of an array of a report.
pub(crate) fn all<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// The codes of the findings of a report that are no mere warnings.
pub(crate) fn codes(report: &Value) -> Vec<&str> {
    let serious = all(report, "findings").iter().filter(|finding| finding["severity"] != "warning");
    serious.filter_map(|finding| finding["code"].as_str()).collect()
}

/// A copy of the storage of a scenario.
pub(crate) struct Copy {
    directory: TempDir,
    relocation: String,
}

impl Copy {
    pub(crate) fn of(scenario: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let snapshots = fixtures::snapshots();
        let snapshot = snapshots.iter().find(|snapshot| snapshot.name.starts_with(&format!("flink/{scenario}/")));
        let snapshot = snapshot.unwrap_or_else(|| panic!("there is no {scenario}"));
        fixtures::copy(snapshot.storage(), directory.path());
        Self { relocation: snapshot.relocation_to(directory.path()), directory }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Verifies everything in it.
    pub(crate) fn verify(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let root = self.path().to_str().expect("UTF-8");
        verify(&[&[root, "--relocate", &self.relocation], arguments].concat())
    }

    pub(crate) fn relocation(&self) -> &str {
        &self.relocation
    }

    /// The state files, without metadata.
    pub(crate) fn state_files(&self) -> Vec<PathBuf> {
        let files = fixtures::files(self.path()).into_iter();
        files.filter(|file| !file.ends_with("_metadata")).collect()
    }
}
