//! Where sources stood.

use std::collections::{BTreeMap, HashMap};

use super::{Pair, count};
use crate::report::{
    ConnectorRole, ConnectorState, DiffChange, DiffCounts, InspectReport, Operator, SourceSplit, SplitDiff,
};

/// What connectors keep in both snapshots, by operator id.
pub(super) struct Sources<'r> {
    before: HashMap<&'r str, &'r ConnectorState>,
    after: HashMap<&'r str, &'r ConnectorState>,
}

/// What makes a split the same: not how far it was read, and not by whom.
type Key<'r> = (Option<&'r str>, Option<&'r str>, Option<i32>, Option<&'r str>, Option<i64>, Option<&'r str>);

impl<'r> Sources<'r> {
    pub(super) fn of(before: &'r InspectReport, after: &'r InspectReport) -> Self {
        let by_id = |report: &'r InspectReport| {
            report.connectors.iter().map(|state| (state.operator_id.as_str(), state)).collect::<HashMap<_, _>>()
        };
        Self { before: by_id(before), after: by_id(after) }
    }

    /// The splits of an operator that do not stand where they stood.
    pub(super) fn compare(
        &self,
        pair: &Pair<'_>,
        before: &Operator,
        after: &Operator,
        counts: &mut DiffCounts,
    ) -> Vec<SplitDiff> {
        let before = self.before.get(before.operator_id.as_str()).copied().filter(|state| is_source(state));
        let after = self.after.get(after.operator_id.as_str()).copied().filter(|state| is_source(state));
        let (operator_id, uid, operator_name) = pair.labels();
        let connector = after.or(before).and_then(|state| state.connector);
        let blank = SplitDiff { operator_id, uid, operator_name, connector, ..SplitDiff::default() };
        let mut rows = Vec::new();
        let unread = [before, after].into_iter().flatten().any(|state| !state.unknown.is_empty());
        let mut splits: BTreeMap<Key<'_>, (Vec<&SourceSplit>, Vec<&SourceSplit>)> = BTreeMap::new();
        for split in before.into_iter().flat_map(held) {
            splits.entry(key(split)).or_default().0.push(split);
        }
        for split in after.into_iter().flat_map(held) {
            splits.entry(key(split)).or_default().1.push(split);
        }
        for (before, after) in splits.into_values() {
            let row = row(&blank, &before, &after, unread);
            count(counts, row.as_ref().map(SplitDiff::change));
            rows.extend(row);
        }
        if unread {
            rows.push(SplitDiff {
                change: DiffChange::Unknown.into(),
                reason: Some("not all of what the source keeps could be read or decoded".to_owned()),
                ..blank
            });
        }
        rows
    }
}

/// What only a coordinator left may be a source's, too.
fn is_source(state: &ConnectorState) -> bool {
    state.kind.is_none() || state.kind() == ConnectorRole::Source
}

/// The splits of readers, and those that the enumerator has not given to any.
fn held(state: &ConnectorState) -> impl Iterator<Item = &SourceSplit> {
    let unassigned = state.enumerator.iter().flat_map(|enumerator| &enumerator.splits);
    state.splits.iter().chain(unassigned.filter(|split| split.assigned != Some(true)))
}

fn key(split: &SourceSplit) -> Key<'_> {
    // A partition of a topic is one, whatever its split is called.
    let split_id = if split.topic.is_some() { None } else { split.split_id.as_deref() };
    let path = split.path.as_deref();
    (split.cluster.as_deref(), split.topic.as_deref(), split.partition, path, split.split_offset, split_id)
}

fn row(blank: &SplitDiff, before: &[&SourceSplit], after: &[&SourceSplit], unread: bool) -> Option<SplitDiff> {
    let named = after.first().or(before.first())?;
    let one = |splits: &[&SourceSplit]| splits.first().map(|split| Position::of(split));
    let (was, is) = (one(before), one(after));
    let mut row = SplitDiff {
        split_id: named.split_id.clone(),
        cluster: named.cluster.clone(),
        topic: named.topic.clone(),
        partition: named.partition,
        path: named.path.clone(),
        split_offset: named.split_offset,
        ..blank.clone()
    };
    if before.len() > 1 || after.len() > 1 {
        let positions = |splits: &[&SourceSplit]| {
            let mut positions: Vec<Position> = splits.iter().map(|split| Position::of(split)).collect();
            positions.sort();
            positions
        };
        if positions(before) == positions(after) {
            return None;
        }
        row.set_change(DiffChange::Unknown);
        row.reason = Some("several splits have these names".to_owned());
        return Some(row);
    }
    let change = match (&was, &is) {
        (Some(was), Some(is)) if was == is => return None,
        (Some(_), Some(_)) => DiffChange::Changed,
        _ if unread => DiffChange::Unknown,
        (Some(_), None) => DiffChange::Removed,
        (None, _) => DiffChange::Added,
    };
    row.set_change(change);
    if change == DiffChange::Unknown {
        row.reason = Some("it may be among what could not be read or decoded".to_owned());
    }
    if let Some(was) = was {
        row.offset_before = was.offset;
        row.records_before = was.records;
        row.position_before = was.word;
        row.stop_before = was.stop;
    }
    if let Some(is) = is {
        row.offset_after = is.offset;
        row.records_after = is.records;
        row.position_after = is.word;
        row.stop_after = is.stop;
    }
    row.advanced = row.offset_before.zip(row.offset_after).and_then(|(was, is)| is.checked_sub(was));
    Some(row)
}

/// How far a split was read, and how far it goes.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    offset: Option<i64>,
    records: Option<i64>,
    word: Option<String>,
    stop: Option<String>,
}

impl Position {
    fn of(split: &SourceSplit) -> Self {
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        let end = split.split_offset.zip(split.split_length).map(|(offset, length)| offset.saturating_add(length));
        Self {
            offset: split.start_offset.or(split.reader_offset),
            records: split.reader_records,
            word: split.start_position.clone(),
            stop: number(split.stop_offset).or_else(|| split.stop_position.clone()).or_else(|| number(end)),
        }
    }
}
