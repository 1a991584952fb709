//! `jsonl`: one JSON object per line, named after its kind, so that a report of any size can be read line by line.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use crate::report::{InspectReport, ListReport};

pub(super) fn inspect(report: &InspectReport, out: &mut dyn Write) -> io::Result<()> {
    let stamp = json!({"schema": report.schema, "tool_version": report.tool_version});
    record("report", &stamp, out)?;
    records("snapshot", &report.snapshot, out)?;
    records("operator", &report.operators, out)?;
    records("file", &report.files, out)?;
    records("finding", &report.findings, out)
}

/// What opens a list.
#[derive(Serialize)]
struct ListStamp<'a> {
    schema: &'a str,
    tool_version: &'a str,
    roots: &'a [String],
}

/// The totals come last: who waits for the end of the list learns whether it is whole.
pub(super) fn list(report: &ListReport, out: &mut dyn Write) -> io::Result<()> {
    let stamp = ListStamp { schema: &report.schema, tool_version: &report.tool_version, roots: &report.roots };
    record("report", &stamp, out)?;
    records("job", &report.jobs, out)?;
    records("snapshot", &report.snapshots, out)?;
    records("finding", &report.findings, out)?;
    records("totals", &report.totals, out)
}

fn records<'a, R: Serialize + 'a>(
    kind: &str,
    records: impl IntoIterator<Item = &'a R>,
    out: &mut dyn Write,
) -> io::Result<()> {
    records.into_iter().try_for_each(|each| record(kind, each, out))
}

fn record(kind: &str, record: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\"{kind}\":")?;
    serde_json::to_writer(&mut *out, record)?;
    writeln!(out, "}}")
}
