//! Whether the metadata of a snapshot is there again.

use std::io::{self, Write};

use serde_json::json;

use super::GcRestoredSection;
use super::outcome::without;
use crate::render::TableStyle;
use crate::render::csv;
use crate::render::findings::{self, Evidence};
use crate::render::jsonl::{record, records};
use crate::render::labels::Labels;
use crate::render::text::{escaped, heading};
use crate::report::GcRestoredReport;

pub(super) fn table(report: &GcRestoredReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let is_there = if report.restored { "its metadata is there again" } else { "nothing was written" };
    for (name, value) in [("Location", report.location.as_str()), ("Outcome", is_there)] {
        writeln!(out, "{:<15}{}", format!("{name}:"), escaped(value))?;
    }
    for (name, paths) in [("Missing", &report.missing), ("Of another length", &report.size_mismatch)] {
        writeln!(out)?;
        heading(name, paths.len(), out)?;
        for path in paths {
            writeln!(out, "{}", escaped(path))?;
        }
    }
    writeln!(out)?;
    findings::write(&report.findings, &Labels::default(), Evidence::Shown, style, out)
}

/// The snapshot comes last: who waits for it learns whether the lines are whole.
pub(super) fn jsonl(report: &GcRestoredReport, out: &mut dyn Write) -> io::Result<()> {
    record("report", &json!({"schema": report.schema, "tool_version": report.tool_version}), out)?;
    for (kind, paths) in [("missing", &report.missing), ("size_mismatch", &report.size_mismatch)] {
        for path in paths {
            record(kind, &json!({"path": path}), out)?;
        }
    }
    records("finding", &report.findings, out)?;
    let written_otherwise = ["schema", "tool_version", "missing", "size_mismatch", "findings"];
    record("snapshot", &without(&written_otherwise, report)?, out)
}

pub(super) fn csv(report: &GcRestoredReport, section: GcRestoredSection, out: &mut dyn Write) -> io::Result<()> {
    match section {
        GcRestoredSection::Snapshot => csv::rows([report], out),
        GcRestoredSection::Findings => csv::rows(&report.findings, out),
    }
}
