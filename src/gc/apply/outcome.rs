//! What came of a run, as it goes.

use std::collections::BTreeMap;

use super::accept::Sum;
use crate::report::{Finding, GcFailedDeletion, GcNotTaken, Severity};

/// Failures that are named one by one; the audit log has all.
const NAMED_FAILURES: usize = 1000;

/// Files that are looked for at the end, to see that they are gone.
const SAMPLE: usize = 64;

/// What came of a run so far.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) snapshots_deleted: Vec<String>,
    /// Those that were gone already among them.
    pub(super) gone: Sum,
    pub(super) absent: u64,
    pub(super) directories: u64,
    /// By cause and lineage.
    skipped: BTreeMap<(String, Option<String>), Sum>,
    pub(super) failed: Vec<GcFailedDeletion>,
    pub(super) failures: u64,
    pub(super) findings: Vec<Finding>,
    /// Some of what this run deleted, spread over all of it.
    pub(super) sample: Vec<String>,
    deleted: u64,
    /// What the run was to do and left for a later one.
    pub(super) is_in_part: bool,
}

impl Outcome {
    /// Something is gone that was there.
    pub(super) fn deleted(&mut self, path: &str, bytes: u64) {
        self.gone.add(bytes);
        // Every one until the sample is full, and from then on ever fewer take the place of another.
        let number = usize::try_from(self.deleted).unwrap_or(usize::MAX);
        if self.sample.len() < SAMPLE {
            self.sample.push(path.to_owned());
        } else if number.is_power_of_two() || number.is_multiple_of(1009) {
            let slot = number % SAMPLE;
            if let Some(slot) = self.sample.get_mut(slot) {
                path.clone_into(slot);
            }
        }
        self.deleted += 1;
    }

    /// Something was gone already.
    pub(super) fn was_absent(&mut self, bytes: u64) {
        self.gone.add(bytes);
        self.absent += 1;
    }

    /// Something of the plan stays.
    pub(super) fn skipped(&mut self, reason: &str, lineage: &str, sum: Sum) {
        let lineage = (!lineage.is_empty()).then(|| lineage.to_owned());
        let total = self.skipped.entry((reason.to_owned(), lineage)).or_default();
        total.files += sum.files;
        total.bytes = total.bytes.saturating_add(sum.bytes);
    }

    /// Something could not be deleted.
    pub(super) fn failed(&mut self, path: &str, reason: String) {
        self.failures += 1;
        self.is_in_part = true;
        if self.failed.len() < NAMED_FAILURES {
            self.failed.push(GcFailedDeletion { path: path.to_owned(), reason });
        }
    }

    /// Something to know.
    pub(super) fn warn(&mut self, code: &str, severity: Severity, location: &str, message: String) {
        self.findings.push(Finding {
            code: code.to_owned(),
            severity: severity.into(),
            location: location.to_owned(),
            message,
            ..Finding::default()
        });
    }

    pub(super) fn not_taken(&self) -> Vec<GcNotTaken> {
        let all = self.skipped.iter().map(|((reason, lineage), sum)| GcNotTaken {
            reason: reason.clone(),
            files: sum.files,
            bytes: sum.bytes,
            lineage: lineage.clone(),
        });
        all.collect()
    }

    /// Whether this run has deleted anything.
    pub(super) fn has_deleted(&self) -> bool {
        self.deleted > 0
    }
}
