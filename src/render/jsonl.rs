//! `jsonl`: one JSON object per line, named after its kind, so that a report of any size can be read line by line.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use crate::report::{DiffReport, DoctorReport, InspectReport, ListReport, UidReport, VerifyReport};

pub(super) fn inspect(report: &InspectReport, out: &mut dyn Write) -> io::Result<()> {
    let stamp = json!({"schema": report.schema, "tool_version": report.tool_version});
    record("report", &stamp, out)?;
    records("snapshot", &report.snapshot, out)?;
    records("operator", &report.operators, out)?;
    records("file", &report.files, out)?;
    records("finding", &report.findings, out)?;
    records("state_headers", &report.state_headers, out)?;
    records("sizes", &report.sizes, out)?;
    records("connector", &report.connectors, out)
}

/// What is equal comes last, as numbers.
pub(super) fn diff(report: &DiffReport, out: &mut dyn Write) -> io::Result<()> {
    let mut stamp = json!({
        "schema": report.schema,
        "tool_version": report.tool_version,
        "not_compared": report.not_compared,
    });
    if let Some(differs) = report.differs {
        stamp["differs"] = json!(differs);
    }
    record("report", &stamp, out)?;
    records("before", &report.before, out)?;
    records("after", &report.after, out)?;
    records("operator", &report.operators, out)?;
    records("state", &report.states, out)?;
    records("size", &report.sizes, out)?;
    records("offset", &report.offsets, out)?;
    records("file", &report.files, out)?;
    records("finding", &report.findings, out)?;
    records("operator_counts", &report.operator_counts, out)?;
    records("state_counts", &report.state_counts, out)?;
    records("offset_counts", &report.offset_counts, out)?;
    records("new_files", &report.new_files, out)?;
    records("gone_files", &report.gone_files, out)?;
    records("kept_files", &report.kept_files, out)
}

/// What opens a report about places.
#[derive(Serialize)]
pub(super) struct RootsStamp<'a> {
    pub(super) schema: &'a str,
    pub(super) tool_version: &'a str,
    pub(super) roots: &'a [String],
}

/// The totals come last: who waits for the end of the list learns whether it is whole.
pub(super) fn list(report: &ListReport, out: &mut dyn Write) -> io::Result<()> {
    let stamp = RootsStamp { schema: &report.schema, tool_version: &report.tool_version, roots: &report.roots };
    record("report", &stamp, out)?;
    records("job", &report.jobs, out)?;
    records("snapshot", &report.snapshots, out)?;
    records("finding", &report.findings, out)?;
    records("totals", &report.totals, out)
}

pub(super) fn uid(report: &UidReport, out: &mut dyn Write) -> io::Result<()> {
    let stamp = json!({"schema": report.schema, "tool_version": report.tool_version});
    record("report", &stamp, out)?;
    records("answer", &report.answers, out)?;
    records("finding", &report.findings, out)
}

pub(super) fn doctor(report: &DoctorReport, out: &mut dyn Write) -> io::Result<()> {
    let stamp = json!({"schema": report.schema, "tool_version": report.tool_version, "location": report.location});
    record("report", &stamp, out)?;
    records("setting", &report.settings, out)?;
    records("check", &report.checks, out)
}

/// The totals come last here, too.
pub(super) fn verify(report: &VerifyReport, out: &mut dyn Write) -> io::Result<()> {
    let stamp = RootsStamp { schema: &report.schema, tool_version: &report.tool_version, roots: &report.roots };
    record("report", &stamp, out)?;
    records("snapshot", &report.snapshots, out)?;
    records("problem", &report.problems, out)?;
    records("finding", &report.findings, out)?;
    records("totals", &report.totals, out)
}

pub(super) fn records<'a, R: Serialize + 'a>(
    kind: &str,
    records: impl IntoIterator<Item = &'a R>,
    out: &mut dyn Write,
) -> io::Result<()> {
    records.into_iter().try_for_each(|each| record(kind, each, out))
}

pub(super) fn record(kind: &str, record: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\"{kind}\":")?;
    serde_json::to_writer(&mut *out, record)?;
    writeln!(out, "}}")
}
