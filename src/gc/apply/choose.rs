//! Which snapshots of a plan this run takes: whole ones, oldest first, as many as one run may (S-26), and none that is needed now (S-21).

use std::collections::BTreeSet;

use super::accept::{Retired, Sum};
use super::run::Run;
use crate::gc::rules::Rule;
use crate::report::Severity;
use crate::uri::StorageUri;

impl<'a> Run<'a> {
    /// The snapshots up to the cap; those that an earlier run has begun with count for nothing, or it would never get further.
    pub(super) fn up_to_the_cap(&mut self) -> Vec<&'a Retired> {
        let most = if self.holds(Rule::S26) { self.options.max_objects } else { u64::MAX };
        let (mut taken, mut chosen) = (0_u64, Vec::new());
        let (mut waits, mut waiting) = (Sum::default(), 0_u64);
        for retired in &self.plan.retired {
            let is_begun = self.deleted.contains(&retired.metadata);
            let files = if is_begun { 0 } else { retired.files };
            // One that does not fit makes the younger ones wait, too.
            if !is_begun && (waiting > 0 || taken.saturating_add(files) > most) {
                waiting += 1;
                waits.files += retired.files;
                waits.bytes = waits.bytes.saturating_add(retired.bytes);
                self.keep_snapshot(retired, WAITS);
                continue;
            }
            taken += files;
            chosen.push(retired);
        }
        self.residue_left = most.saturating_sub(taken);
        if waiting > 0 {
            let message = format!(
                "{waiting} snapshots with {} objects wait for the next run: one deletes {most} objects at the most",
                waits.files
            );
            self.outcome.is_in_part = true;
            self.outcome.warn("GC_RUN_FULL", Severity::Info, "", message);
        }
        chosen
    }

    /// Drops what is needed after all.
    pub(super) fn still_unneeded(&mut self, chosen: Vec<&'a Retired>) -> Vec<&'a Retired> {
        let mut left = Vec::with_capacity(chosen.len());
        for retired in chosen {
            let needed = self.mark.as_ref().and_then(|mark| mark.why_needed(&retired.location));
            match needed {
                Some(why) => self.keep_snapshot(retired, &format!("is needed now: {why}")),
                None => left.push(retired),
            }
        }
        left
    }
}

/// Why something stays that a later run will take.
pub(super) const WAITS: &str = "waits for the next run (S-26)";

/// The metadata of snapshots.
pub(super) fn metadata_of(retired: &[&Retired]) -> BTreeSet<StorageUri> {
    retired.iter().map(|retired| retired.metadata.clone()).collect()
}
