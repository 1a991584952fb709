//! Files by their physical place, whatever they are called in the metadata.

use std::collections::BTreeMap;

use crate::report::{DiffChange, DiffReport, File, FileCount, FileDiff, InspectReport};
use crate::uri::StorageUri;

/// A place: names of one store that are aliases are one; what is no URI stands for itself.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place<'r> {
    Uri(StorageUri),
    Text(&'r str),
}

/// Puts what became of files into the report.
pub(super) fn compare(before: &InspectReport, after: &InspectReport, report: &mut DiffReport) {
    let mut files: BTreeMap<Place<'_>, (Option<&File>, Option<&File>)> = BTreeMap::new();
    for file in &before.files {
        files.entry(place(file)).or_default().0 = Some(file);
    }
    for file in &after.files {
        files.entry(place(file)).or_default().1 = Some(file);
    }
    let mut counts = [FileCount::default(), FileCount::default(), FileCount::default()];
    let [new, gone, kept] = &mut counts;
    for pair in files.into_values() {
        match pair {
            (Some(file), None) => {
                add(gone, file);
                report.files.push(row(file, DiffChange::Removed, file.bytes, None));
            }
            (None, Some(file)) => {
                add(new, file);
                report.files.push(row(file, DiffChange::Added, None, file.bytes));
            }
            (Some(one), Some(file)) => {
                add(kept, file);
                // A length that is not recorded contradicts none.
                if one.bytes.zip(file.bytes).is_some_and(|(one, other)| one != other) {
                    report.files.push(row(file, DiffChange::Changed, one.bytes, file.bytes));
                }
            }
            (None, None) => {}
        }
    }
    [report.new_files, report.gone_files, report.kept_files] = counts.map(Some);
}

fn place(file: &File) -> Place<'_> {
    StorageUri::parse(&file.path).map_or(Place::Text(&file.path), Place::Uri)
}

fn add(count: &mut FileCount, file: &File) {
    count.files += 1;
    match file.bytes {
        Some(bytes) => count.bytes = count.bytes.saturating_add(bytes),
        None => count.without_length += 1,
    }
}

fn row(file: &File, change: DiffChange, bytes_before: Option<u64>, bytes_after: Option<u64>) -> FileDiff {
    FileDiff {
        path: file.path.clone(),
        change: change.into(),
        bytes_before,
        bytes_after,
        role: file.role,
        operator_ids: file.operator_ids.clone(),
    }
}
