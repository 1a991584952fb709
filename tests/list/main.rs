//! `keepoint list` over real snapshots, and over directories in every state that Flink and people leave them in.

#[path = "../support/fixtures.rs"]
mod fixtures;

mod command_line;
mod entropy;
mod every_fixture;
mod places;
mod statuses;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Runs the command with JSON output; the exit code, the report, and what went to standard error.
pub(crate) fn list(arguments: &[&str], roots: &[&Path]) -> (Option<i32>, Value, String) {
    let output = run(arguments, roots);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code(), report, stderr)
}

pub(crate) fn run(arguments: &[&str], roots: &[&Path]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepoint"));
    command.arg("list").args(roots).args(["--output", "json"]).args(arguments).env_clear();
    command.output().expect("the binary runs")
}

/// The snapshots of a report.
pub(crate) fn snapshots_of(report: &Value) -> &[Value] {
    report["snapshots"].as_array().map_or(&[], Vec::as_slice)
}

/// The codes of the findings of a report.
pub(crate) fn codes(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().map_or(&[][..], Vec::as_slice);
    findings.iter().filter_map(|finding| finding["code"].as_str()).collect()
}
