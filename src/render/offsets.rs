//! What connectors keep: where sources stood, and what sinks had begun.

use std::io::{self, Write};

use serde::Serialize;

use super::TableStyle;
use super::grid::{Column, Grid};
use super::text::{heading, human_size, words};
use crate::report::{
    CommitState, ConnectorName, ConnectorRole, ConnectorState, FieldNames, SinkFile, SinkFileRole, SinkTransaction,
    SourceSplit, UnknownConnectorState,
};

/// A split with whose it is: what a row of CSV holds.
#[derive(Serialize)]
pub(super) struct OffsetRow<'a> {
    operator_id: &'a str,
    uid: Option<&'a str>,
    name: Option<&'a str>,
    connector: Option<String>,
    #[serde(flatten)]
    split: &'a SourceSplit,
}

impl FieldNames for OffsetRow<'_> {
    const FIELD_NAMES: &'static [&'static str] = &[
        "operator_id",
        "uid",
        "name",
        "connector",
        "subtask",
        "assigned",
        "split_id",
        "cluster",
        "topic",
        "partition",
        "start_offset",
        "start_position",
        "stop_offset",
        "stop_position",
        "path",
        "split_offset",
        "split_length",
        "file_size",
        "reader_offset",
        "reader_records",
    ];
}

/// The splits of all readers, and those of enumerators that no reader has.
pub(super) fn rows(connectors: &[ConnectorState]) -> Vec<OffsetRow<'_>> {
    let mut rows = Vec::new();
    for state in connectors {
        let unassigned = state.enumerator.iter().flat_map(|enumerator| &enumerator.splits);
        let unassigned = unassigned.filter(|split| split.assigned == Some(false));
        rows.extend(state.splits.iter().chain(unassigned).map(|split| OffsetRow {
            operator_id: &state.operator_id,
            uid: state.uid.as_deref(),
            name: state.name.as_deref(),
            connector: state.connector.map(|connector| words::<ConnectorName>(Some(connector)).replace(' ', "_")),
            split,
        }));
    }
    rows
}

/// Writes them for people; nothing at all when there is nothing, as without `--offsets`.
pub(super) fn table(connectors: &[ConnectorState], style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    if connectors.is_empty() {
        return Ok(());
    }
    heading("Sources and sinks", connectors.len(), out)?;
    let mut grid = Grid::new(vec![
        Column::Text("OPERATOR"),
        Column::Id("KIND"),
        Column::Id("CONNECTOR"),
        Column::Text("WHAT"),
        Column::Number("AT"),
        Column::Number("END"),
        Column::Text("NOTE"),
    ]);
    for state in connectors {
        for cells in lines(state) {
            let kind = state.kind.map_or_else(|| "-".to_owned(), |kind| words::<ConnectorRole>(Some(kind)));
            let connector = words::<ConnectorName>(state.connector);
            let [what, at, end, note] = cells;
            grid.row(vec![label(state).to_owned(), kind, connector, what, at, end, note]);
        }
    }
    grid.write(style, out)?;
    writeln!(out)
}

fn label(state: &ConnectorState) -> &str {
    state.uid.as_deref().or(state.name.as_deref()).unwrap_or(&state.operator_id)
}

/// What, at, end and note.
fn lines(state: &ConnectorState) -> Vec<[String; 4]> {
    let mut lines: Vec<[String; 4]> = state.splits.iter().map(split).collect();
    if let Some(enumerator) = &state.enumerator {
        lines.extend(enumerator.splits.iter().filter(|split| split.assigned == Some(false)).map(split));
    }
    let prefix = |prefix: &String| line(format!("transactions {prefix}-…"), "");
    lines.extend(state.transactional_id_prefixes.iter().map(prefix));
    lines.extend(state.pending_transactions.iter().map(transaction));
    lines.extend(state.files.iter().map(file));
    lines.extend(state.unknown.iter().map(unknown));
    if lines.is_empty() {
        lines.push(line("nothing".to_owned(), ""));
    }
    lines
}

fn line(what: String, note: impl Into<String>) -> [String; 4] {
    [what, "-".to_owned(), "-".to_owned(), note.into()]
}

fn split(split: &SourceSplit) -> [String; 4] {
    let what = match (&split.topic, &split.path, &split.split_id) {
        (Some(topic), ..) => {
            let cluster = split.cluster.as_ref().map_or_else(String::new, |cluster| format!("{cluster}: "));
            let partition = split.partition.map_or_else(String::new, |partition| format!("/{partition}"));
            format!("{cluster}{topic}{partition}")
        }
        (None, Some(path), _) => path.clone(),
        (None, None, Some(id)) => format!("split {id}"),
        (None, None, None) => "split".to_owned(),
    };
    let number = |number: Option<i64>, word: Option<&String>| {
        number.map(|number| number.to_string()).or_else(|| word.cloned()).unwrap_or_else(|| "-".to_owned())
    };
    let mut notes = Vec::new();
    if split.assigned == Some(false) {
        notes.push("not assigned".to_owned());
    }
    if let Some(records) = split.reader_records.filter(|_| split.path.is_some()) {
        notes.push(format!("{records} records read behind that"));
    }
    let (at, end) = match (split.split_offset, split.split_length) {
        (Some(offset), Some(length)) => {
            let at = split.reader_offset.unwrap_or(offset);
            (at.to_string(), offset.saturating_add(length).to_string())
        }
        _ => (
            number(split.start_offset, split.start_position.as_ref()),
            number(split.stop_offset, split.stop_position.as_ref()),
        ),
    };
    [what, at, end, notes.join(", ")]
}

fn transaction(transaction: &SinkTransaction) -> [String; 4] {
    let mut notes = vec!["pending".to_owned()];
    if let Some(state) = transaction.state {
        notes = vec![words::<CommitState>(Some(state))];
    }
    notes.extend(transaction.checkpoint_id.map(|id| format!("checkpoint {id}")));
    notes.extend(transaction.producer_id.map(|id| format!("producer {id}")));
    notes.extend(transaction.epoch.map(|epoch| format!("epoch {epoch}")));
    line(format!("transaction {}", transaction.transactional_id), notes.join(", "))
}

fn file(file: &SinkFile) -> [String; 4] {
    let what = file.path.clone().unwrap_or_else(|| "file".to_owned());
    let mut notes = vec![words::<SinkFileRole>(Some(file.role))];
    notes.extend(file.checkpoint_id.map(|id| format!("checkpoint {id}")));
    notes.extend(file.bytes.and_then(|bytes| u64::try_from(bytes).ok()).map(human_size));
    line(what, notes.join(", "))
}

fn unknown(unknown: &UnknownConnectorState) -> [String; 4] {
    let version = unknown.version.map_or_else(String::new, |version| format!(" of version {version}"));
    let what = format!("{}: {}{version}", unknown.state, human_size(unknown.bytes));
    line(what, format!("{} not decoded: {}", unknown.elements, unknown.reason))
}
