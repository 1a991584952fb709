//! What differs between two snapshots, for people.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::TableStyle;
use super::facts::kind;
use super::findings::{self, Evidence};
use super::grid::{Column, Grid};
use super::labels::Labels;
use super::text::{
    UNKNOWN, counted, escaped, heading, human_size, size_or, text_or, time_to_the_second, words, yes_no,
};
use crate::report::{
    DiffChange, DiffCounts, DiffReport, FileCount, FileRole, OperatorDiff, SizePart, Snapshot, SplitDiff, StateScope,
};

/// Characters of a text in a cell; a schema of Avro is longer than any line.
const LONGEST_CELL: usize = 120;

pub(super) fn table(report: &DiffReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    summary(report, out)?;
    operators(report, style, out)?;
    states(report, style, out)?;
    offsets(report, style, out)?;
    findings::write(&report.findings, &Labels::default(), Evidence::Left, style, out)
}

pub(super) fn wide(report: &DiffReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    summary(report, out)?;
    operators(report, style, out)?;
    states(report, style, out)?;
    offsets(report, style, out)?;
    sizes(report, style, out)?;
    files(report, style, out)?;
    findings::write(&report.findings, &Labels::default(), Evidence::Shown, style, out)
}

fn summary(report: &DiffReport, out: &mut dyn Write) -> io::Result<()> {
    let mut facts = vec![
        ("Before", snapshot(report.before.as_ref())),
        ("After", snapshot(report.after.as_ref())),
        ("Differs", yes_no(report.differs, "not known")),
    ];
    if !report.not_compared.is_empty() {
        facts.push(("Not compared", report.not_compared.join(", ")));
    }
    let counted =
        [("Operators", &report.operator_counts), ("States", &report.state_counts), ("Offsets", &report.offset_counts)];
    facts.extend(counted.iter().filter_map(|(name, numbers)| Some((*name, counts((*numbers).as_ref()?)))));
    let of_snapshots = report.sizes.iter().filter(|size| size.operator_id.is_none());
    let sizes = of_snapshots.map(|size| {
        let name = match size.part() {
            SizePart::State => "State size",
            SizePart::Checkpointed => "Newly written",
            SizePart::Exclusive => "  exclusive",
            SizePart::Shared => "  shared",
            SizePart::TaskOwned => "  task owned",
            SizePart::Inline => "  inline",
            _ => "  other",
        };
        (name, grown(size.before, size.after, size.growth))
    });
    facts.extend(sizes);
    if let (Some(new), Some(gone), Some(kept)) = (&report.new_files, &report.gone_files, &report.kept_files) {
        facts.push(("Files", format!("new {}; gone {}; kept {}", count(new), count(gone), count(kept))));
    }
    for (name, value) in facts {
        writeln!(out, "{:<15}{}", format!("{name}:"), escaped(&value))?;
    }
    writeln!(out)
}

/// "file:/chk-4 (checkpoint, id 4, 2026-11-26T10:04:53Z)".
fn snapshot(snapshot: Option<&Snapshot>) -> String {
    let Some(snapshot) = snapshot else { return UNKNOWN.to_owned() };
    let id = snapshot.checkpoint_id.map_or_else(String::new, |id| format!(", id {id}"));
    let estimated = if snapshot.times_estimated == Some(true) { "~" } else { "" };
    let completed = time_to_the_second(snapshot.completed_at.as_ref());
    format!("{} ({}{id}, {estimated}{completed})", snapshot.location, kind(snapshot))
}

/// "1 added, 4 unchanged".
fn counts(counts: &DiffCounts) -> String {
    let numbers = [
        (counts.added, "added"),
        (counts.removed, "removed"),
        (counts.renamed, "probably renamed"),
        (counts.changed, "changed"),
        (counts.unknown, "not known"),
        (counts.unchanged, "unchanged"),
    ];
    let parts = numbers.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}"));
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

fn count(count: &FileCount) -> String {
    let unknown = match count.without_length {
        0 => String::new(),
        files => format!(" and {} of unknown length", counted(files, "file", "files")),
    };
    format!("{}, {}{unknown}", count.files, human_size(count.bytes))
}

/// "65.3 KiB → 70.6 KiB (+5.3 KiB)".
fn grown(before: Option<u64>, after: Option<u64>, growth: Option<i64>) -> String {
    let growth = growth.map_or_else(|| UNKNOWN.to_owned(), signed_size);
    format!("{} → {} ({growth})", size_or(before, UNKNOWN), size_or(after, UNKNOWN))
}

fn signed_size(bytes: i64) -> String {
    let sign = match bytes {
        0 => "",
        1.. => "+",
        _ => "-",
    };
    format!("{sign}{}", human_size(bytes.unsigned_abs()))
}

fn signed(number: i64) -> String {
    if number > 0 { format!("+{number}") } else { number.to_string() }
}

/// "2", or "2 → 4".
fn turned(before: Option<impl ToString>, after: Option<impl ToString>) -> String {
    let (before, after) = (text_or(before, "-"), text_or(after, "-"));
    if before == after { after } else { format!("{before} → {after}") }
}

fn name<'r>(uid: Option<&'r String>, name: Option<&'r String>, id: &'r str) -> &'r str {
    uid.or(name).map(String::as_str).filter(|label| !label.is_empty()).unwrap_or(id)
}

fn change(change: i32) -> String {
    match DiffChange::try_from(change) {
        // Every place that shows the word has to say that it is a guess.
        Ok(DiffChange::Renamed) => "renamed?".to_owned(),
        _ => words::<DiffChange>(Some(change)),
    }
}

/// New and gone ones first, then those that grew or shrank most.
fn operators(report: &DiffReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    if report.operator_counts.is_none() {
        return Ok(());
    }
    heading("Operators", report.operators.len(), out)?;
    if report.operators.is_empty() {
        return writeln!(out);
    }
    let mut grid = Grid::new(vec![
        Column::Text("OPERATOR"),
        Column::Id("ID"),
        Column::Id("CHANGE"),
        Column::Number("PARALLELISM"),
        Column::Number("MAX"),
        Column::Number("STATE SIZE"),
        Column::Number("GROWTH"),
        Column::Text("NOTE"),
    ]);
    let mut rows: Vec<&OperatorDiff> = report.operators.iter().collect();
    rows.sort_by_key(|row| (row.change, Reverse(row.growth.unsigned_abs())));
    for row in rows {
        grid.row(vec![
            name(row.uid.as_ref(), row.name.as_ref(), "-").to_owned(),
            row.operator_id.clone(),
            change(row.change),
            turned(row.parallelism_before, row.parallelism_after),
            turned(row.max_parallelism_before, row.max_parallelism_after),
            size_or(row.state_bytes_after.or(row.state_bytes_before), UNKNOWN),
            signed_size(row.growth),
            operator_note(row),
        ]);
    }
    grid.write(style, out)?;
    writeln!(out)
}

fn operator_note(row: &OperatorDiff) -> String {
    let mut notes = Vec::new();
    if let Some(id) = &row.previous_operator_id {
        let label = name(row.previous_uid.as_ref(), row.previous_name.as_ref(), "");
        let label = if label.is_empty() { String::new() } else { format!("{label} ") };
        notes.push(format!("a guess: was {label}{id}"));
        notes.extend(row.evidence.clone());
    }
    if !row.what.is_empty() {
        notes.push(row.what.join(", ").replace('_', " "));
    }
    notes.join("; ")
}

fn states(report: &DiffReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    if report.state_counts.is_none() {
        return Ok(());
    }
    heading("States", report.states.len(), out)?;
    if report.states.is_empty() {
        return writeln!(out);
    }
    let mut grid = Grid::new(vec![
        Column::Text("OPERATOR"),
        Column::Text("STATE"),
        Column::Id("SCOPE"),
        Column::Id("CHANGE"),
        Column::Text("WHERE"),
        Column::Text("BEFORE"),
        Column::Text("AFTER"),
        Column::Text("NOTE"),
    ]);
    for row in &report.states {
        let cell = |text: Option<&String>| text.map_or_else(|| "-".to_owned(), |text| shortened(text));
        grid.row(vec![
            name(row.uid.as_ref(), row.operator_name.as_ref(), &row.operator_id).to_owned(),
            cell(row.state.as_ref()),
            row.scope.map_or_else(|| "-".to_owned(), |scope| words::<StateScope>(Some(scope))),
            change(row.change),
            cell(row.path.as_ref()),
            cell(row.before.as_ref()),
            cell(row.after.as_ref()),
            row.reason.clone().unwrap_or_default(),
        ]);
    }
    grid.write(style, out)?;
    writeln!(out)
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_CELL) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn offsets(report: &DiffReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    if report.offset_counts.is_none() {
        return Ok(());
    }
    heading("Offsets", report.offsets.len(), out)?;
    if report.offsets.is_empty() {
        return writeln!(out);
    }
    let mut grid = Grid::new(vec![
        Column::Text("OPERATOR"),
        Column::Text("SPLIT"),
        Column::Id("CHANGE"),
        Column::Number("BEFORE"),
        Column::Number("AFTER"),
        Column::Number("ADVANCED"),
        Column::Text("NOTE"),
    ]);
    for row in &report.offsets {
        let at = |offset: Option<i64>, word: Option<&String>| {
            offset.map(|offset| offset.to_string()).or_else(|| word.cloned()).unwrap_or_else(|| "-".to_owned())
        };
        let mut notes = Vec::new();
        if row.records_before.is_some() || row.records_after.is_some() {
            notes.push(format!("records behind that: {}", turned(row.records_before, row.records_after)));
        }
        let both = row.change() == DiffChange::Changed;
        if both && row.stop_before != row.stop_after {
            notes.push(format!("end: {}", turned(row.stop_before.as_ref(), row.stop_after.as_ref())));
        }
        notes.extend(row.reason.clone());
        grid.row(vec![
            name(row.uid.as_ref(), row.operator_name.as_ref(), &row.operator_id).to_owned(),
            split(row),
            change(row.change),
            at(row.offset_before, row.position_before.as_ref()),
            at(row.offset_after, row.position_after.as_ref()),
            row.advanced.map_or_else(|| "-".to_owned(), signed),
            notes.join("; "),
        ]);
    }
    grid.write(style, out)?;
    writeln!(out)
}

/// "orders/3", a path, or an id.
fn split(row: &SplitDiff) -> String {
    match (&row.topic, &row.path, &row.split_id) {
        (Some(topic), ..) => {
            let cluster = row.cluster.as_ref().map_or_else(String::new, |cluster| format!("{cluster}: "));
            let partition = row.partition.map_or_else(String::new, |partition| format!("/{partition}"));
            format!("{cluster}{topic}{partition}")
        }
        (None, Some(path), _) => path.clone(),
        (None, None, Some(id)) => format!("split {id}"),
        (None, None, None) => "-".to_owned(),
    }
}

fn sizes(report: &DiffReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    let of_operators: Vec<_> = report.sizes.iter().filter(|size| size.operator_id.is_some()).collect();
    heading("Sizes of operators", of_operators.len(), out)?;
    if of_operators.is_empty() {
        return writeln!(out);
    }
    let mut grid = Grid::new(vec![
        Column::Text("OPERATOR"),
        Column::Id("PART"),
        Column::Number("BEFORE"),
        Column::Number("AFTER"),
        Column::Number("GROWTH"),
    ]);
    for size in of_operators {
        let id = size.operator_id.as_deref().unwrap_or_default();
        grid.row(vec![
            name(size.uid.as_ref(), size.operator_name.as_ref(), id).to_owned(),
            words::<SizePart>(Some(size.part)),
            size_or(size.before, "-"),
            size_or(size.after, "-"),
            size.growth.map_or_else(|| UNKNOWN.to_owned(), signed_size),
        ]);
    }
    grid.write(style, out)?;
    writeln!(out)
}

fn files(report: &DiffReport, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
    heading("Files", report.files.len(), out)?;
    if report.files.is_empty() {
        return writeln!(out);
    }
    let mut grid =
        Grid::new(vec![Column::Id("CHANGE"), Column::Id("ROLE"), Column::Number("SIZE"), Column::Text("PATH")]);
    for file in &report.files {
        grid.row(vec![
            change(file.change),
            words::<FileRole>(Some(file.role)),
            turned_size(file.bytes_before, file.bytes_after),
            file.path.clone(),
        ]);
    }
    grid.write(style, out)?;
    writeln!(out)
}

fn turned_size(before: Option<u64>, after: Option<u64>) -> String {
    match (before, after) {
        (Some(before), Some(after)) => format!("{} → {}", human_size(before), human_size(after)),
        (before, after) => size_or(before.or(after), UNKNOWN),
    }
}
