//! `keepoint diff`: what differs between two snapshots. Pure: two reports in, one out.
//!
//! Operators are matched by id (`operators.rs`, which also guesses renames); what matched is compared part by part: states and their types
//! (`states.rs`, `types.rs`), bytes (`sizes.rs`), splits of sources (`splits.rs`), and, for the snapshots as a whole, files (`files.rs`).
//! Whatever was not read or not understood is unknown and never equal.

mod files;
mod operators;
mod sizes;
mod splits;
mod states;
mod types;

use std::collections::BTreeSet;

use prost::Message as _;

use crate::report::{
    DiffChange, DiffCounts, DiffReport, Finding, InspectReport, OperatorDiff, Snapshot, SnapshotStatus,
};

use operators::{Matched, Pair};

/// How deep the reports go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Nothing but metadata was read.
    Metadata,
    /// Headers of states and what connectors keep were read, too.
    States,
}

/// Compares two snapshots.
#[must_use]
pub fn diff(before: &InspectReport, after: &InspectReport, depth: Depth) -> DiffReport {
    let mut report = DiffReport {
        before: before.snapshot.clone(),
        after: after.snapshot.clone(),
        findings: findings(before, after),
        ..DiffReport::stamped()
    };
    // An unreadable side has no operators in its report, and that is not the same as having none.
    if ![before, after].into_iter().all(is_readable) {
        report.not_compared = ["operators", "sizes", "files", "states", "offsets"].map(ToOwned::to_owned).to_vec();
        return report;
    }
    if depth == Depth::Metadata {
        report.not_compared = ["states", "offsets"].map(ToOwned::to_owned).to_vec();
    }
    let matched = Matched::of(before, after, depth);
    report.findings.extend(matched.ambiguous(after));
    let splits = splits::Sources::of(before, after);
    let mut operator_counts = DiffCounts::default();
    let mut state_counts = DiffCounts::default();
    let mut offset_counts = DiffCounts::default();
    report.sizes = sizes::of_snapshots(before.snapshot.as_ref(), after.snapshot.as_ref());
    for pair in &matched.pairs {
        let mut parts = operators::Parts::default();
        if let (Some(one), Some(other)) = (pair.before, pair.after) {
            let states = states::compare(pair, one, other, depth, &mut state_counts);
            parts.states = worst(states.iter().map(|row| row.change));
            report.states.extend(states);
            if depth == Depth::States {
                let offsets = splits.compare(pair, one, other, &mut offset_counts);
                parts.offsets = worst(offsets.iter().map(|row| row.change));
                report.offsets.extend(offsets);
            }
        }
        let sizes = sizes::of_operators(pair);
        parts.sizes = !sizes.is_empty();
        report.sizes.extend(sizes);
        let row = operators::compare(pair, parts);
        count(&mut operator_counts, row.as_ref().map(OperatorDiff::change));
        report.operators.extend(row);
    }
    files::compare(before, after, &mut report);
    report.operator_counts = Some(operator_counts);
    report.state_counts = Some(state_counts);
    report.offset_counts = (depth == Depth::States).then_some(offset_counts);
    report.differs = differs(&report);
    report
}

fn is_readable(report: &InspectReport) -> bool {
    report.snapshot.as_ref().is_some_and(|snapshot| snapshot.status() != SnapshotStatus::Unreadable)
}

/// Those of both, each once: snapshots share files.
fn findings(before: &InspectReport, after: &InspectReport) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let all = before.findings.iter().chain(&after.findings);
    all.filter(|finding| seen.insert(finding.encode_to_vec())).cloned().collect()
}

/// Whether something differs, as far as that is known.
fn differs(report: &DiffReport) -> Option<bool> {
    let changes = report.operators.iter().map(|row| row.change);
    let changes = changes.chain(report.states.iter().map(|row| row.change));
    let changes = changes.chain(report.offsets.iter().map(|row| row.change));
    let worst = worst(changes.chain(report.files.iter().map(|row| row.change)));
    if report.sizes.iter().any(|row| row.growth.is_some_and(|growth| growth != 0)) {
        return Some(true);
    }
    match worst {
        None => Some(false),
        Some(DiffChange::Unknown | DiffChange::Unspecified) => None,
        Some(_) => Some(true),
    }
}

/// Changed if anything is not just unknown; `None` where there is nothing.
fn worst(changes: impl Iterator<Item = i32>) -> Option<DiffChange> {
    let mut worst = None;
    for change in changes {
        if change != i32::from(DiffChange::Unknown) {
            return Some(DiffChange::Changed);
        }
        worst = Some(DiffChange::Unknown);
    }
    worst
}

/// Counts one thing; `None` is an equal one.
fn count(counts: &mut DiffCounts, change: Option<DiffChange>) {
    let number = match change {
        None => &mut counts.unchanged,
        Some(DiffChange::Added) => &mut counts.added,
        Some(DiffChange::Removed) => &mut counts.removed,
        Some(DiffChange::Renamed) => &mut counts.renamed,
        Some(DiffChange::Changed) => &mut counts.changed,
        Some(DiffChange::Unknown | DiffChange::Unspecified) => &mut counts.unknown,
    };
    *number = number.saturating_add(1);
}

/// By how much a number grew; `None` beyond what the schema can say.
fn growth(before: u64, after: u64) -> Option<i64> {
    i64::try_from(i128::from(after) - i128::from(before)).ok()
}

/// The place of a snapshot, for findings.
fn location(snapshot: Option<&Snapshot>) -> String {
    snapshot.map(|snapshot| snapshot.location.clone()).unwrap_or_default()
}
