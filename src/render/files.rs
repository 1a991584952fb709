//! `keepoint files`: every output, with the files coming one by one, so that a million of them need no memory here.

use std::cell::RefCell;
use std::io::{self, Write};

use prost::Message;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::csv::{self, Table};
use super::findings::{self, Evidence};
use super::grid::{Column, Grid};
use super::jsonl::{RootsStamp, record, records};
use super::labels::Labels;
use super::text::{UNKNOWN, counted, escaped, heading, human_size, size_or, time, time_to_the_second, words};
use super::{FilesSection, TableStyle};
use crate::report::{
    FileClass, FileClassTotal, FileOperator, FileRole, FileUse, FilesReport, FilesTotals, PhysicalFile,
};

/// Shows each file to what it is given, in order.
pub type EachFile<'a> = &'a dyn Fn(&mut dyn FnMut(&PhysicalFile) -> io::Result<()>) -> io::Result<()>;

pub(super) fn table(
    report: &FilesReport,
    each: EachFile<'_>,
    style: TableStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    // The path comes last, so that no column depends on all rows.
    writeln!(out, "{:<10}  {:>10}  {:<20}  {:>5}  PATH", "CLASS", "SIZE", "MODIFIED", "USERS")?;
    each(&mut |file| line(file, &file.path, out))?;
    rest(report, Evidence::Left, style, out)
}

pub(super) fn wide(report: &FilesReport, each: EachFile<'_>, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{:<10}  {:>10}  {:<20}  {:>5}  PATH  REFERENCED BY", "CLASS", "SIZE", "MODIFIED", "USERS")?;
    each(&mut |file| {
        let users = if file.referenced_by.is_empty() { "-".to_owned() } else { file.referenced_by.join(", ") };
        line(file, &format!("{}  {users}", file.path), out)
    })?;
    rest(report, Evidence::Shown, style, out)
}

fn line(file: &PhysicalFile, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{:<10}  {:>10}  {:<20}  {:>5}  {}",
        words::<FileClass>(Some(file.class)),
        size_or(file.bytes, UNKNOWN),
        time_to_the_second(file.modified_at.as_ref()),
        file.referenced_by.len(),
        escaped(text),
    )
}

fn rest(report: &FilesReport, evidence: Evidence, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    let totals = report.totals.unwrap_or_default();
    classes(&report.classes, &totals, style, out)?;
    if totals.version_bytes.is_some() {
        writeln!(out)?;
        versions(report, style, out)?;
    }
    if totals.upload_bytes.is_some() {
        writeln!(out)?;
        uploads(report, style, out)?;
    }
    writeln!(out)?;
    facts(report, &totals, out)?;
    writeln!(out)?;
    findings::write(&report.findings, &Labels::default(), evidence, style, out)
}

fn classes(classes: &[FileClassTotal], totals: &FilesTotals, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let mut grid = Grid::new(vec![Column::Id("CLASS"), Column::Number("FILES"), Column::Number("SIZE")]);
    for class in classes {
        let name = words::<FileClass>(Some(class.class));
        grid.row(vec![name, class.files.to_string(), human_size(class.bytes)]);
    }
    grid.row(vec!["all".to_owned(), totals.files.to_string(), human_size(totals.bytes)]);
    grid.write(style, out)
}

fn versions(report: &FilesReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    heading("Versions that are not the current ones", report.versions.len(), out)?;
    if report.versions.is_empty() {
        return Ok(());
    }
    let columns = ["SIZE", "WRITTEN", "VERSION", "PATH"];
    let mut grid = Grid::new(columns.iter().map(|name| Column::Id(name)).collect());
    for version in &report.versions {
        let size = match (version.delete_marker, version.is_latest) {
            (true, true) => "deleted".to_owned(),
            (true, false) => "deletion".to_owned(),
            (false, _) => size_or(version.bytes, UNKNOWN),
        };
        let written = time_to_the_second(version.modified_at.as_ref());
        grid.row(vec![size, written, version.version_id.clone(), version.path.clone()]);
    }
    grid.write(style, out)
}

fn uploads(report: &FilesReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    heading("Unfinished uploads", report.uploads.len(), out)?;
    if report.uploads.is_empty() {
        return Ok(());
    }
    let columns = ["SIZE", "BEGUN", "UPLOAD", "PATH"];
    let mut grid = Grid::new(columns.iter().map(|name| Column::Id(name)).collect());
    for upload in &report.uploads {
        let begun = time_to_the_second(upload.started_at.as_ref());
        grid.row(vec![size_or(upload.bytes, UNKNOWN), begun, upload.upload_id.clone(), upload.path.clone()]);
    }
    grid.write(style, out)
}

fn facts(report: &FilesReport, totals: &FilesTotals, out: &mut dyn Write) -> io::Result<()> {
    let mut facts = Vec::new();
    if totals.listed < totals.files {
        let mut text = format!("{} of {}, {}", totals.listed, totals.files, human_size(totals.listed_bytes));
        if totals.undecided > 0 {
            text = format!("{text}; {} have no time to judge them by", totals.undecided);
        }
        facts.push(("Shown", text));
    }
    if let Some(bytes) = totals.version_bytes {
        facts.push(("Versions", human_size(bytes)));
    }
    if let Some(bytes) = totals.upload_bytes {
        facts.push(("Uploads", human_size(bytes)));
    }
    facts.push(("Snapshots", totals.snapshots.to_string()));
    let mut searched = report.roots.join(", ");
    if totals.directories_unread > 0 {
        let unread = counted(totals.directories_unread, "place", "places");
        searched = format!("{searched}; {unread} could not be read");
    }
    facts.push(("Searched", searched));
    facts.push(("As of", time(totals.as_of.as_ref())));
    for (name, value) in facts {
        writeln!(out, "{:<15}{}", format!("{name}:"), escaped(&value))?;
    }
    Ok(())
}

/// Who refers to one file.
pub(super) fn uses(report: &FilesReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        for (name, value) in [
            ("File", file.path.clone()),
            ("Class", words::<FileClass>(Some(file.class))),
            ("Size", size_or(file.bytes, "it is not there")),
            ("Modified", time(file.modified_at.as_ref())),
        ] {
            writeln!(out, "{:<15}{}", format!("{name}:"), escaped(&value))?;
        }
    }
    let snapshots = report.totals.unwrap_or_default().snapshots;
    writeln!(out, "{:<15}{}", "Asked:", counted(snapshots, "snapshot", "snapshots"))?;
    writeln!(out, "{:<15}{}", "Searched:", escaped(&report.roots.join(", ")))?;
    writeln!(out)?;
    if report.uses.is_empty() {
        writeln!(out, "Referred to by: nobody of those seen")?;
    } else {
        writeln!(out, "Referred to by ({})", report.uses.len())?;
        let columns = vec![
            Column::Id("ROLE"),
            Column::Number("REFERENCES"),
            Column::Text("OPERATORS"),
            Column::Text("HANDLES"),
            Column::Id("SNAPSHOT"),
        ];
        let mut grid = Grid::new(columns);
        for found in &report.uses {
            grid.row(vec![
                role(found),
                found.references.to_string(),
                or_dash(&found.operators.iter().map(operator).collect::<Vec<_>>()),
                or_dash(&found.handle_kinds),
                found.snapshot.clone(),
            ]);
        }
        grid.write(style, out)?;
    }
    writeln!(out)?;
    findings::write(&report.findings, &Labels::default(), Evidence::Left, style, out)
}

fn role(found: &FileUse) -> String {
    match (found.is_metadata, found.by_directory) {
        (true, _) => "metadata".to_owned(),
        (false, true) if found.references == 0 => format!("{}, by directory", words::<FileRole>(found.role)),
        (false, _) => words::<FileRole>(found.role),
    }
}

/// The uid, else the name, else the id.
fn operator(operator: &FileOperator) -> String {
    operator.uid.clone().or_else(|| operator.name.clone()).unwrap_or_else(|| operator.operator_id.clone())
}

fn or_dash(names: &[String]) -> String {
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}

pub(super) fn json(report: &FilesReport, each: EachFile<'_>, out: &mut dyn Write) -> io::Result<()> {
    super::json::report(&Streamed { report, each }, out)
}

/// The report, as it would be with all files in it.
struct Streamed<'a> {
    report: &'a FilesReport,
    each: EachFile<'a>,
}

impl Serialize for Streamed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.report;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", &report.schema)?;
        map.serialize_entry("tool_version", &report.tool_version)?;
        map.serialize_entry("files", &Files(self.each))?;
        map.serialize_entry("uses", &report.uses)?;
        map.serialize_entry("versions", &report.versions)?;
        map.serialize_entry("uploads", &report.uploads)?;
        map.serialize_entry("classes", &report.classes)?;
        map.serialize_entry("findings", &report.findings)?;
        if let Some(totals) = &report.totals {
            map.serialize_entry("totals", totals)?;
        }
        map.serialize_entry("roots", &report.roots)?;
        map.end()
    }
}

struct Files<'a>(EachFile<'a>);

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        // The error is kept as it is: a pipe that was closed must not become another one.
        let failed = RefCell::new(None);
        let shown = (self.0)(&mut |file| {
            sequence.serialize_element(file).map_err(|error| {
                failed.replace(Some(error));
                io::Error::other("the output ends")
            })
        });
        match (failed.into_inner(), shown) {
            (Some(error), _) => Err(error),
            (None, Err(error)) => Err(serde::ser::Error::custom(error)),
            (None, Ok(())) => sequence.end(),
        }
    }
}

pub(super) fn jsonl(report: &FilesReport, each: EachFile<'_>, out: &mut dyn Write) -> io::Result<()> {
    let stamp = RootsStamp { schema: &report.schema, tool_version: &report.tool_version, roots: &report.roots };
    record("report", &stamp, out)?;
    each(&mut |file| record("file", file, out))?;
    records("use", &report.uses, out)?;
    records("version", &report.versions, out)?;
    records("upload", &report.uploads, out)?;
    records("class", &report.classes, out)?;
    records("finding", &report.findings, out)?;
    records("totals", &report.totals, out)
}

pub(super) fn csv(
    report: &FilesReport,
    each: EachFile<'_>,
    section: FilesSection,
    out: &mut dyn Write,
) -> io::Result<()> {
    match section {
        FilesSection::Files => {
            let mut table = Table::<PhysicalFile>::begin(out)?;
            each(&mut |file| table.row(file))?;
            table.end()
        }
        FilesSection::Uses => csv::rows(&report.uses, out),
        FilesSection::Versions => csv::rows(&report.versions, out),
        FilesSection::Uploads => csv::rows(&report.uploads, out),
        FilesSection::Classes => csv::rows(&report.classes, out),
        FilesSection::Findings => csv::rows(&report.findings, out),
    }
}

/// Messages of one type that follow each other are read as one: repeated fields are put together.
pub(super) fn protobuf(report: &FilesReport, each: EachFile<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut without_files = report.clone();
    without_files.files.clear();
    super::protobuf::report(&without_files, out)?;
    let mut buffer = Vec::new();
    let mut one = FilesReport::default();
    each(&mut |file| {
        one.files.clear();
        one.files.push(file.clone());
        buffer.clear();
        one.encode(&mut buffer).map_err(io::Error::other)?;
        out.write_all(&buffer)
    })
}
