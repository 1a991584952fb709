//! Renderers: a report in, bytes out.
//!
//! One file per output. A renderer owns wording, units and, for tables, the order of rows; the machine-readable outputs
//! keep the order of the report. Renderers know nothing about storage, settings or terminals: what they need to know of
//! a terminal comes with the format, and they write to what they are given.

mod csv;
mod facts;
mod grid;
mod json;
mod jsonl;
mod labels;
mod protobuf;
mod table;
mod text;
mod wide;

use std::io::{self, Write};

use crate::report::InspectReport;

pub use text::{escaped, human_size};

/// An output, with all that it needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat {
    /// Facts, operators and findings for people.
    Table(TableStyle),
    /// As the table, with more columns, the states and the files.
    Wide(TableStyle),
    /// One JSON object.
    Json,
    /// One JSON object per record and line.
    Jsonl,
    /// One section as comma-separated values with a header row.
    Csv(Section),
    /// The message of the schema as it is.
    Protobuf,
}

/// What a table has to know about the place where it will be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableStyle {
    /// Columns of the terminal. `None` when there is no terminal: rows are then never wrapped.
    pub width: Option<u16>,
    /// Emphasise severities. The words say the same without it.
    pub colour: bool,
}

/// A part of a report that makes a table of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// The snapshot as a whole: one row.
    Snapshot,
    /// One row per operator.
    Operators,
    /// One row per file.
    Files,
    /// One row per finding.
    Findings,
}

/// Writes the report of `keepoint inspect`.
pub fn inspect(report: &InspectReport, format: OutputFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        OutputFormat::Table(style) => table::inspect(report, style, out),
        OutputFormat::Wide(style) => wide::inspect(report, style, out),
        OutputFormat::Json => json::report(report, out),
        OutputFormat::Jsonl => jsonl::inspect(report, out),
        OutputFormat::Csv(section) => csv::inspect(report, section, out),
        OutputFormat::Protobuf => protobuf::report(report, out),
    }
}
