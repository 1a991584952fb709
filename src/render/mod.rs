//! Renderers: a report in, bytes out.
//!
//! One file per output. A renderer owns wording, units and, for tables, the order of rows; the machine-readable outputs
//! keep the order of the report. Renderers know nothing about storage, settings or terminals: what they need to know of
//! a terminal comes with the format, and they write to what they are given. The pages of `templates/` belong to them.

mod check;
mod csv;
mod diff;
mod doctor;
mod facts;
mod files;
mod findings;
mod gc;
mod grid;
mod json;
mod jsonl;
mod labels;
mod list;
mod markup;
mod metrics;
mod offsets;
mod protobuf;
mod sizes;
mod states;
mod table;
mod text;
mod uid;
mod verify;
mod wide;

use std::io::{self, Write};

use crate::report::{
    DiffReport, DoctorReport, FilesReport, InspectReport, ListReport, StateSchema, UidReport, VerifyReport,
};

pub use check::{CheckFormat, CheckSection, check};
pub use files::EachFile;
pub use gc::{
    DocumentFormat, EachItem, GcOutcomeSection, GcPlanSection, GcRestoredSection, headline as gc_headline,
    outcome as gc_outcome, plan as gc_plan, restored as gc_restored,
};
pub use metrics::{Run, gc_metrics};
pub use text::{escaped, human_size};

/// An output, with all that it needs to know; `S` are the sections of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputFormat<S> {
    /// For people.
    Table(TableStyle),
    /// For people, with all there is.
    Wide(TableStyle),
    /// One JSON object.
    Json,
    /// One JSON object per record and line.
    Jsonl,
    /// One section as comma-separated values with a header row.
    Csv(S),
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

/// A part of the report of `keepoint inspect` that makes a table of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InspectSection {
    /// The snapshot as a whole: one row.
    Snapshot,
    /// One row per operator.
    #[default]
    Operators,
    /// One row per state.
    States,
    /// One row per file.
    Files,
    /// One row per split of a source, with `--offsets`.
    Offsets,
    /// One row per state, subtask and key group, with `--sizes`.
    Sizes,
    /// One row per finding.
    Findings,
}

/// A part of the report of `keepoint list` that makes a table of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ListSection {
    /// One row per snapshot.
    #[default]
    Snapshots,
    /// One row per job.
    Jobs,
    /// One row per finding.
    Findings,
}

/// A part of the report of `keepoint doctor` that makes a table of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DoctorSection {
    /// One row per setting that is in use.
    Settings,
    /// One row per thing that was tried.
    #[default]
    Checks,
}

/// A part of the report of `keepoint verify` that makes a table of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum VerifySection {
    /// One row per snapshot.
    #[default]
    Snapshots,
    /// One row per file that something is wrong with.
    Problems,
    /// One row per finding.
    Findings,
}

/// A part of the report of `keepoint files` that makes a table of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FilesSection {
    /// One row per file.
    #[default]
    Files,
    /// One row per snapshot that refers to a file.
    Uses,
    /// One row per version that is not the current one.
    Versions,
    /// One row per unfinished upload.
    Uploads,
    /// One row per class.
    Classes,
    /// One row per finding.
    Findings,
}

/// A part of the report of `keepoint uid` that makes a table of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UidSection {
    /// One row per uid or operator id that was asked for.
    #[default]
    Answers,
    /// One row per finding.
    Findings,
}

/// A part of the report of `keepoint diff` that makes a table of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DiffSection {
    /// The snapshots as a whole: the first one, then the second one.
    Snapshots,
    /// One row per operator that differs.
    #[default]
    Operators,
    /// One row per part of a state that differs.
    States,
    /// One row per number of bytes.
    Sizes,
    /// One row per split that stands elsewhere.
    Offsets,
    /// One row per file that only one of the snapshots needs.
    Files,
    /// One row per finding.
    Findings,
}

/// How the tables of `keepoint list` are divided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GroupBy {
    /// A table for each job, below a line that sums it up.
    #[default]
    Job,
    /// One table.
    None,
}

/// Writes the report of `keepoint inspect`.
pub fn inspect(report: &InspectReport, format: OutputFormat<InspectSection>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        OutputFormat::Table(style) => table::inspect(report, style, out),
        OutputFormat::Wide(style) => wide::inspect(report, style, out),
        OutputFormat::Json => json::report(report, out),
        OutputFormat::Jsonl => jsonl::inspect(report, out),
        OutputFormat::Csv(section) => csv::inspect(report, section, out),
        OutputFormat::Protobuf => protobuf::report(report, out),
    }
}

/// Writes the schema of all state of a snapshot (`keepoint inspect --schema`), which is always JSON.
pub fn state_schema(schema: &StateSchema, out: &mut dyn Write) -> io::Result<()> {
    json::report(schema, out)
}

/// Writes the report of `keepoint diff`.
pub fn diff(report: &DiffReport, format: OutputFormat<DiffSection>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        OutputFormat::Table(style) => diff::table(report, style, out),
        OutputFormat::Wide(style) => diff::wide(report, style, out),
        OutputFormat::Json => json::report(report, out),
        OutputFormat::Jsonl => jsonl::diff(report, out),
        OutputFormat::Csv(section) => csv::diff(report, section, out),
        OutputFormat::Protobuf => protobuf::report(report, out),
    }
}

/// Writes the report of `keepoint doctor`.
pub fn doctor(report: &DoctorReport, format: OutputFormat<DoctorSection>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        OutputFormat::Table(style) => doctor::table(report, style, out),
        OutputFormat::Wide(style) => doctor::wide(report, style, out),
        OutputFormat::Json => json::report(report, out),
        OutputFormat::Jsonl => jsonl::doctor(report, out),
        OutputFormat::Csv(section) => csv::doctor(report, section, out),
        OutputFormat::Protobuf => protobuf::report(report, out),
    }
}

/// Writes the report of `keepoint list`. Only tables are grouped.
pub fn list(
    report: &ListReport,
    group_by: GroupBy,
    format: OutputFormat<ListSection>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        OutputFormat::Table(style) => list::table(report, group_by, style, out),
        OutputFormat::Wide(style) => list::wide(report, group_by, style, out),
        OutputFormat::Json => json::report(report, out),
        OutputFormat::Jsonl => jsonl::list(report, out),
        OutputFormat::Csv(section) => csv::list(report, section, out),
        OutputFormat::Protobuf => protobuf::report(report, out),
    }
}

/// Writes the report of `keepoint uid`.
pub fn uid(report: &UidReport, format: OutputFormat<UidSection>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        OutputFormat::Table(style) | OutputFormat::Wide(style) => uid::table(report, style, out),
        OutputFormat::Json => json::report(report, out),
        OutputFormat::Jsonl => jsonl::uid(report, out),
        OutputFormat::Csv(section) => csv::uid(report, section, out),
        OutputFormat::Protobuf => protobuf::report(report, out),
    }
}

/// Writes the report of `keepoint verify`.
pub fn verify(report: &VerifyReport, format: OutputFormat<VerifySection>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        OutputFormat::Table(style) => verify::table(report, style, out),
        OutputFormat::Wide(style) => verify::wide(report, style, out),
        OutputFormat::Json => json::report(report, out),
        OutputFormat::Jsonl => jsonl::verify(report, out),
        OutputFormat::Csv(section) => csv::verify(report, section, out),
        OutputFormat::Protobuf => protobuf::report(report, out),
    }
}

/// Writes the report of `keepoint files`, of which the files come one by one; those in the report itself are not looked at.
pub fn files(
    report: &FilesReport,
    each: EachFile<'_>,
    format: OutputFormat<FilesSection>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        OutputFormat::Table(style) => files::table(report, each, style, out),
        OutputFormat::Wide(style) => files::wide(report, each, style, out),
        OutputFormat::Json => files::json(report, each, out),
        OutputFormat::Jsonl => files::jsonl(report, each, out),
        OutputFormat::Csv(section) => files::csv(report, each, section, out),
        OutputFormat::Protobuf => files::protobuf(report, each, out),
    }
}

/// Writes the report of `keepoint files --who`.
pub fn file_uses(report: &FilesReport, format: OutputFormat<FilesSection>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        OutputFormat::Table(style) | OutputFormat::Wide(style) => files::uses(report, style, out),
        other => files(report, &|show| report.files.iter().try_for_each(&mut *show), other, out),
    }
}
