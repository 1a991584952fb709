//! `keepoint diff` over real snapshots, and over reports made for one difference each.

#[path = "../support/fixtures.rs"]
mod fixtures;
#[path = "../support/golden.rs"]
mod golden;

mod laws;
mod made;
mod outputs;
mod snapshots;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Runs `keepoint diff` without anything from the environment.
pub(crate) fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepoint"));
    command.arg("diff").args(arguments).env_clear();
    command.output().expect("the binary runs")
}

/// The exit code and the report.
pub(crate) fn diff(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = run(&[arguments, &["--output", "json"]].concat());
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

/// Compares two snapshots of the fixtures, by parts of their names.
pub(crate) fn between(before: &str, after: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let (before, after) = (snapshot(before), snapshot(after));
    compare(&before, &after, arguments)
}

pub(crate) fn compare(
    before: &fixtures::Snapshot,
    after: &fixtures::Snapshot,
    arguments: &[&str],
) -> (Option<i32>, Value) {
    let places = [before.relocation(), after.relocation()];
    let common = [text(&before.metadata), text(&after.metadata), "--relocate", &places[0], "--relocate", &places[1]];
    diff(&[&common[..], arguments].concat())
}

/// The first snapshot with a part of a name, such as `2.3.0/types/checkpoints`.
pub(crate) fn snapshot(name: &str) -> fixtures::Snapshot {
    let snapshots = fixtures::snapshots();
    let found = snapshots.into_iter().find(|snapshot| snapshot.name.contains(name));
    found.unwrap_or_else(|| panic!("there is no {name}"))
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The elements of an array of a report.
pub(crate) fn all<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}
