//! `keepoint gc`, `dispose` and `restore-metadata`: what would go, what went, what is there again.
//!
//! A plan is a document too: it is handed to those who decide, as Markdown or as a page of its own.

mod facts;
mod html;
mod markdown;
mod outcome;
mod records;
mod restored;
mod table;
mod view;

use std::io::{self, Write};

use super::{OutputFormat, json, protobuf};
use crate::report::{GcItem, GcOutcomeReport, GcPlanReport, GcRestoredReport};

/// Shows each object that goes to what it is given, in order of the paths.
pub type EachItem<'a> = &'a dyn Fn(&mut dyn FnMut(&GcItem) -> io::Result<()>) -> io::Result<()>;

/// An output of a report that is handed on as a document, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentFormat<S> {
    /// Those that every report has.
    Output(OutputFormat<S>),
    /// For a review, a ticket or a mail.
    Markdown,
    /// One page that needs nothing else.
    Html,
}

/// A part of the report of `keepoint gc plan` and `keepoint gc show` that makes a table of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GcPlanSection {
    /// One row per snapshot.
    #[default]
    Snapshots,
    /// One row per object that goes.
    Items,
    /// One row per lineage and class of what goes.
    Shares,
    /// One row per cause for which something stays although nobody may need it.
    NotTaken,
    /// One row per root.
    Roots,
    /// One row per source that was asked for snapshots that are needed.
    Protections,
    /// One row per thing that forbids deletion.
    Blockers,
    /// One row per finding.
    Findings,
}

/// A part of the report of `keepoint gc apply`, `gc run` and `dispose` that makes a table of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GcOutcomeSection {
    /// The run as a whole: one row.
    #[default]
    Run,
    /// One row per cause for which something of the plan was not deleted.
    Skipped,
    /// One row per object that could not be deleted.
    Failed,
    /// One row per thing that forbade deletion.
    Blockers,
    /// One row per finding.
    Findings,
}

/// A part of the report of `keepoint restore-metadata` that makes a table of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GcRestoredSection {
    /// The snapshot: one row.
    #[default]
    Snapshot,
    /// One row per finding.
    Findings,
}

/// Writes the report of `keepoint gc plan` and `keepoint gc show`. The objects that go come one by one; `None` leaves them out, and
/// those in the report itself are not looked at.
pub fn plan(
    report: &GcPlanReport,
    each: Option<EachItem<'_>>,
    format: DocumentFormat<GcPlanSection>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        DocumentFormat::Output(OutputFormat::Table(style)) => table::table(report, style, out),
        DocumentFormat::Output(OutputFormat::Wide(style)) => table::wide(report, style, out),
        DocumentFormat::Output(OutputFormat::Json) => records::json(report, each, out),
        DocumentFormat::Output(OutputFormat::Jsonl) => records::jsonl(report, each, out),
        DocumentFormat::Output(OutputFormat::Csv(section)) => records::csv(report, each, section, out),
        DocumentFormat::Output(OutputFormat::Protobuf) => records::protobuf(report, each, out),
        DocumentFormat::Markdown => markdown::plan(report, out),
        DocumentFormat::Html => html::plan(report, out),
    }
}

/// Writes the report of `keepoint gc apply`, `gc run` and `dispose`.
pub fn outcome(
    report: &GcOutcomeReport,
    format: OutputFormat<GcOutcomeSection>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        OutputFormat::Table(style) => outcome::table(report, style, out),
        OutputFormat::Wide(style) => outcome::wide(report, style, out),
        OutputFormat::Json => json::report(report, out),
        OutputFormat::Jsonl => outcome::jsonl(report, out),
        OutputFormat::Csv(section) => outcome::csv(report, section, out),
        OutputFormat::Protobuf => protobuf::report(report, out),
    }
}

/// Writes the report of `keepoint restore-metadata`.
pub fn restored(
    report: &GcRestoredReport,
    format: OutputFormat<GcRestoredSection>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        OutputFormat::Table(style) | OutputFormat::Wide(style) => restored::table(report, style, out),
        OutputFormat::Json => json::report(report, out),
        OutputFormat::Jsonl => restored::jsonl(report, out),
        OutputFormat::Csv(section) => restored::csv(report, section, out),
        OutputFormat::Protobuf => protobuf::report(report, out),
    }
}

/// A plan in one line: "2 of 7 snapshots go, 5 stay; 12 files, 1.2 GiB freed below s3://bucket/flink".
#[must_use]
pub fn headline(plan: &GcPlanReport) -> String {
    let totals = plan.totals.clone().unwrap_or_default();
    let roots = plan.plan.as_ref().map_or(&[][..], |header| &header.roots);
    let roots: Vec<&str> = roots.iter().map(|root| root.location.as_str()).collect();
    format!("{} below {}", view::headline(&totals), roots.join(", "))
}
