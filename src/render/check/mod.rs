//! The outputs of `keepoint check`: the verdict first, then what it rests on.

mod html;
mod junit;
mod markdown;
mod table;
mod view;

use std::io::{self, Write};

use super::{DocumentFormat, OutputFormat, csv, json, jsonl, protobuf};
use crate::report::CheckReport;

/// An output of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckFormat {
    /// One that other documents have, too.
    Document(DocumentFormat<CheckSection>),
    /// For the test report of a build: an operator is a test, and what stands against it a failure.
    Junit,
}

/// A part of the report of `keepoint check` that makes a table of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CheckSection {
    /// One row per finding.
    #[default]
    Findings,
    /// One row per operator.
    Operators,
    /// One row per thing that could not be checked.
    NotChecked,
}

/// Writes the report of `keepoint check`.
pub fn check(report: &CheckReport, format: CheckFormat, out: &mut dyn Write) -> io::Result<()> {
    let format = match format {
        CheckFormat::Document(format) => format,
        CheckFormat::Junit => return junit::report(report, out),
    };
    match format {
        DocumentFormat::Output(OutputFormat::Table(style)) => table::table(report, style, out),
        DocumentFormat::Output(OutputFormat::Wide(style)) => table::wide(report, style, out),
        DocumentFormat::Output(OutputFormat::Json) => json::report(report, out),
        DocumentFormat::Output(OutputFormat::Jsonl) => records(report, out),
        DocumentFormat::Output(OutputFormat::Csv(section)) => match section {
            CheckSection::Findings => csv::rows(&report.findings, out),
            CheckSection::Operators => csv::rows(&report.operators, out),
            CheckSection::NotChecked => csv::rows(&report.not_checked, out),
        },
        DocumentFormat::Output(OutputFormat::Protobuf) => protobuf::report(report, out),
        DocumentFormat::Markdown => markdown::report(report, out),
        DocumentFormat::Html => html::report(report, out),
    }
}

/// The verdict comes with the stamp: who reads one line knows the answer.
fn records(report: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
    let stamp = serde_json::json!({
        "schema": report.schema,
        "tool_version": report.tool_version,
        "verdict": view::name(report.verdict()),
        "coverage": view::name(report.coverage()),
        "accepted": report.accepted,
    });
    jsonl::record("report", &stamp, out)?;
    jsonl::records("snapshot", &report.snapshot, out)?;
    jsonl::records("target", &report.target, out)?;
    jsonl::records("finding", &report.findings, out)?;
    jsonl::records("not_checked", &report.not_checked, out)?;
    jsonl::records("operator", &report.operators, out)
}
