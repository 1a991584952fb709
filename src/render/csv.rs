//! `csv`: one section of a report, one record per row, with the field names of the schema as header.
//!
//! Unknown facts are empty cells. Lists are joined by `;`; a `;` or `\` inside an element gets a `\` in front. An element
//! that is itself a record is represented by its name. JSON is the output without such losses.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::{InspectSection, ListSection};
use crate::report::{FieldNames, InspectReport, ListReport};

pub(super) fn inspect(report: &InspectReport, section: InspectSection, out: &mut dyn Write) -> io::Result<()> {
    match section {
        InspectSection::Snapshot => rows(&report.snapshot, out),
        InspectSection::Operators => rows(&report.operators, out),
        InspectSection::Files => rows(&report.files, out),
        InspectSection::Findings => rows(&report.findings, out),
    }
}

pub(super) fn list(report: &ListReport, section: ListSection, out: &mut dyn Write) -> io::Result<()> {
    match section {
        ListSection::Snapshots => rows(&report.snapshots, out),
        ListSection::Jobs => rows(&report.jobs, out),
        ListSection::Findings => rows(&report.findings, out),
    }
}

fn rows<'a, R: Serialize + FieldNames + 'a>(
    records: impl IntoIterator<Item = &'a R>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(R::FIELD_NAMES).map_err(io_error)?;
    for record in records {
        let record = serde_json::to_value(record)?;
        let cells = R::FIELD_NAMES.iter().map(|name| record.get(name).map_or_else(String::new, cell));
        writer.write_record(cells).map_err(io_error)?;
    }
    writer.flush()
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
