//! Which operator of the job continues which operator of the snapshot.
//!
//! As Flink does it (`Checkpoints.loadAndValidateCheckpoint`, `StateAssignmentOperation`): by the hash that the user gave, if the snapshot has
//! it, else by the id that follows from uid or topology. Where both are in the snapshot, the state under the second one is lost without a
//! word.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{RestoreSource, SourceOperator};
use super::target::{OperatorPlace, Target, is_of_a_statement};
use crate::identify::{operator_id_of, sql_node_of};
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
                // What may not be there starts nothing.
                (None, None) if operator.may_be_absent && operator.id.is_some() => {}
                (None, None) if operator.id.is_none() => mapping.without_id.push(place),
                (None, None) => mapping.new.push(place),
            }
        }
        let is_certain = target.is_complete && mapping.without_id.is_empty();
        let unmatched = |operator: &SourceOperator| {
            let is_certain = is_certain || mapping.without_id.is_empty() && is_of_a_closed_node(operator, target);
            if is_certain && !may_have_another_format(operator, target) { Fate::Unmatched } else { Fate::Uncertain }
        };
        let fates = source
            .operators
            .iter()
            .map(|operator| by_id.get(&operator.id).copied().unwrap_or_else(|| unmatched(operator)));
        let fates = fates.collect();
        mapping.fates = fates;
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

/// Whether its uid says that SQL made it of a node which the plan does not have, or has as one of a type that becomes other operators and
/// no more. A connector would have to ask for the uid of somebody else's node.
fn is_of_a_closed_node(operator: &SourceOperator, target: &Target) -> bool {
    let node = operator.facts.uid.as_deref().and_then(sql_node_of);
    let Some((plan, node)) = target.sql.as_ref().zip(node) else { return false };
    let Some(node) = plan.nodes.get(&node) else { return true };
    // No connector asks for the name of an aggregate, and both may have one number in two plans.
    let of_a_statement =
        || operator.facts.uid.as_deref().and_then(|uid| uid.rsplit('_').next()).is_some_and(is_of_a_statement);
    !node.is_open || node.has_connector() && of_a_statement()
}

/// Whether it may be an operator of a node of the plan under a format of uids that the configuration of the job sets and the plan does not
/// tell.
fn may_have_another_format(operator: &SourceOperator, target: &Target) -> bool {
    let Some(plan) = &target.sql else { return false };
    plan.nodes.iter().filter(|(_, node)| !node.tells_format).any(|(number, node)| {
        let has_its_number =
            |uid: &str| uid.split(|part: char| !part.is_ascii_digit()).any(|part| part == number.to_string());
        let is_written_otherwise = |uid: &str| {
            has_its_number(uid) && node.transformations.iter().any(|transformation| uid.contains(transformation))
        };
        operator.facts.uid.as_deref().is_some_and(is_written_otherwise)
            || node.under_the_other_format.iter().any(|uid| operator_id_of(uid) == operator.id)
    })
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
