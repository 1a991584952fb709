//! `csv`: one section of a report, one record per row, with the field names of the schema as header.
//!
//! Unknown facts are empty cells. Lists are joined by `;`; a `;` or `\` inside an element gets a `\` in front. An element
//! that is itself a record is represented by its name. JSON is the output without such losses.

use std::io::{self, Write};
use std::marker::PhantomData;

use serde::Serialize;
use serde_json::Value;

use super::{DiffSection, DoctorSection, InspectSection, ListSection, UidSection, VerifySection, states};
use crate::report::{DiffReport, DoctorReport, FieldNames, InspectReport, ListReport, UidReport, VerifyReport};

pub(super) fn inspect(report: &InspectReport, section: InspectSection, out: &mut dyn Write) -> io::Result<()> {
    match section {
        InspectSection::Snapshot => rows(&report.snapshot, out),
        InspectSection::Operators => rows(&report.operators, out),
        InspectSection::States => rows(&states::rows(report), out),
        InspectSection::Files => rows(&report.files, out),
        InspectSection::Offsets => rows(&super::offsets::rows(&report.connectors), out),
        InspectSection::Sizes => rows(&super::sizes::rows(report), out),
        InspectSection::Findings => rows(&report.findings, out),
    }
}

pub(super) fn diff(report: &DiffReport, section: DiffSection, out: &mut dyn Write) -> io::Result<()> {
    match section {
        DiffSection::Snapshots => rows(report.before.iter().chain(&report.after), out),
        DiffSection::Operators => rows(&report.operators, out),
        DiffSection::States => rows(&report.states, out),
        DiffSection::Sizes => rows(&report.sizes, out),
        DiffSection::Offsets => rows(&report.offsets, out),
        DiffSection::Files => rows(&report.files, out),
        DiffSection::Findings => rows(&report.findings, out),
    }
}

pub(super) fn list(report: &ListReport, section: ListSection, out: &mut dyn Write) -> io::Result<()> {
    match section {
        ListSection::Snapshots => rows(&report.snapshots, out),
        ListSection::Jobs => rows(&report.jobs, out),
        ListSection::Findings => rows(&report.findings, out),
    }
}

pub(super) fn uid(report: &UidReport, section: UidSection, out: &mut dyn Write) -> io::Result<()> {
    match section {
        UidSection::Answers => rows(&report.answers, out),
        UidSection::Findings => rows(&report.findings, out),
    }
}

pub(super) fn doctor(report: &DoctorReport, section: DoctorSection, out: &mut dyn Write) -> io::Result<()> {
    match section {
        DoctorSection::Settings => rows(&report.settings, out),
        DoctorSection::Checks => rows(&report.checks, out),
    }
}

pub(super) fn verify(report: &VerifyReport, section: VerifySection, out: &mut dyn Write) -> io::Result<()> {
    match section {
        VerifySection::Snapshots => rows(&report.snapshots, out),
        VerifySection::Problems => rows(&report.problems, out),
        VerifySection::Findings => rows(&report.findings, out),
    }
}

pub(super) fn rows<'a, R: Serialize + FieldNames + 'a>(
    records: impl IntoIterator<Item = &'a R>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut table = Table::<R>::begin(out)?;
    records.into_iter().try_for_each(|record| table.row(record))?;
    table.end()
}

/// A table of which the rows come one by one.
pub(super) struct Table<'o, R> {
    writer: csv::Writer<&'o mut dyn Write>,
    rows: PhantomData<R>,
}

impl<'o, R: Serialize + FieldNames> Table<'o, R> {
    pub(super) fn begin(out: &'o mut dyn Write) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(R::FIELD_NAMES).map_err(io_error)?;
        Ok(Self { writer, rows: PhantomData })
    }

    pub(super) fn row(&mut self, record: &R) -> io::Result<()> {
        let record = serde_json::to_value(record)?;
        let cells = R::FIELD_NAMES.iter().map(|name| record.get(name).map_or_else(String::new, cell));
        self.writer.write_record(cells).map_err(io_error)
    }

    pub(super) fn end(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(element).collect();
            elements.join(";")
        }
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

fn element(value: &Value) -> String {
    let text = value.get("name").map_or_else(|| cell(value), cell);
    text.replace('\\', "\\\\").replace(';', "\\;")
}

/// Keeps the kind of an I/O error, which the conversion of the `csv` crate loses: a closed pipe must stay one.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
