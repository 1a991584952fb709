//! `keepoint files` over real snapshots, and over trees that are made here.

#[path = "../support/fixtures.rs"]
mod fixtures;

mod classes;
mod every_fixture;
mod outputs;
mod who;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Runs the command with JSON output; the exit code and the report.
pub(crate) fn files(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = run(&[arguments, &["--output", "json"]].concat());
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepoint"));
    command.arg("files").args(arguments).env_clear();
    command.output().expect("the binary runs")
}

/// The elements of an array of a report.
pub(crate) fn all<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

/// What is said of a file.
pub(crate) fn of<'v>(report: &'v Value, path: &Path) -> &'v Value {
    let path = format!("file:{}", path.display());
    let found = all(report, "files").iter().find(|file| file["path"] == path.as_str());
    found.unwrap_or_else(|| panic!("{path} is not listed"))
}
