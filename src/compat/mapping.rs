//! Which operator of the job continues which operator of the snapshot.
//!
//! As Flink does it (`Checkpoints.loadAndValidateCheckpoint`, `StateAssignmentOperation`): by the hash that the user gave, if the snapshot has
//! it, else by the id that follows from uid or topology. Where both are in the snapshot, the state under the second one is lost without a
//! word.

use std::collections::{BTreeMap, BTreeSet};

use super::source::RestoreSource;
use super::target::{OperatorPlace, Target};
use crate::model::OperatorId;
use crate::report::OperatorMapping;

/// The mapping.
#[derive(Debug, Clone, Default)]
pub(super) struct Mapping {
    /// For each operator of the snapshot.
    fates: Vec<Fate>,
    /// Operators that only the job has.
    pub(super) new: Vec<OperatorPlace>,
    /// Operators of the job whose ids nobody can compute from what is known.
    pub(super) without_id: Vec<OperatorPlace>,
}

/// What becomes of an operator of the snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// This operator continues it.
    Matched(OperatorPlace),
    /// This one does, by the hash that it was given.
    MatchedByUidHash(OperatorPlace),
    /// This one has its id, and takes other state: that of its hash.
    Shadowed(OperatorPlace),
    /// Nothing in the job has its id.
    Unmatched,
    /// Nothing that is known of the job has its id, and not all of it is known.
    Uncertain,
}

impl Mapping {
    pub(super) fn of(source: &RestoreSource<'_>, target: &Target) -> Self {
        let in_snapshot: BTreeSet<OperatorId> = source.operators.iter().map(|operator| operator.id).collect();
        let mut by_id: BTreeMap<OperatorId, Fate> = BTreeMap::new();
        let mut mapping = Self::default();
        for (place, operator) in target.operators() {
            let generated = operator.id.filter(|id| in_snapshot.contains(id));
            let given = operator.uid_hash.filter(|id| in_snapshot.contains(id) && operator.id != Some(*id));
            match (given, generated) {
                (Some(given), Some(generated)) => {
                    by_id.insert(given, Fate::MatchedByUidHash(place));
                    by_id.entry(generated).or_insert(Fate::Shadowed(place));
                }
                (Some(given), None) => {
                    by_id.insert(given, Fate::MatchedByUidHash(place));
                }
                (None, Some(generated)) => {
                    by_id.insert(generated, Fate::Matched(place));
                }
                (None, None) if operator.id.is_none() => mapping.without_id.push(place),
                (None, None) => mapping.new.push(place),
            }
        }
        let is_certain = target.is_complete && mapping.without_id.is_empty();
        let unmatched = if is_certain { Fate::Unmatched } else { Fate::Uncertain };
        let fates = source.operators.iter().map(|operator| by_id.get(&operator.id).copied().unwrap_or(unmatched));
        mapping.fates = fates.collect();
        mapping
    }

    /// What becomes of the operator of the snapshot at a position.
    pub(super) fn fate(&self, source: usize) -> Fate {
        self.fates.get(source).copied().unwrap_or(Fate::Uncertain)
    }

    /// Each operator of the snapshot, by position, that an operator of the job continues.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, OperatorPlace)> + '_ {
        self.fates.iter().enumerate().filter_map(|(source, fate)| Some((source, fate.continued_by()?)))
    }

    /// The operator of the snapshot that one of the job continues, by position.
    pub(super) fn source_of(&self, place: OperatorPlace) -> Option<usize> {
        self.pairs().find(|(_, target)| *target == place).map(|(source, _)| source)
    }
}

impl Fate {
    /// The operator that continues it.
    pub(super) fn continued_by(self) -> Option<OperatorPlace> {
        match self {
            Self::Matched(place) | Self::MatchedByUidHash(place) => Some(place),
            Self::Shadowed(_) | Self::Unmatched | Self::Uncertain => None,
        }
    }

    /// As reports name it.
    pub(super) fn reported(self) -> OperatorMapping {
        match self {
            Self::Matched(_) => OperatorMapping::Matched,
            Self::MatchedByUidHash(_) => OperatorMapping::MatchedByUidHash,
            Self::Shadowed(_) | Self::Unmatched => OperatorMapping::Unmatched,
            Self::Uncertain => OperatorMapping::Uncertain,
        }
    }
}
