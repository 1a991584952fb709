//! Several descriptions of one job: what an earlier one leaves open, a later one fills in.
//!
//! The operators are those of the best description: one that has all of them and tells how they are chained, else one that has all of them,
//! else the first that has more than candidates. Others add what they know of these operators.

use std::collections::BTreeMap;

use super::{MaxParallelism, Target, TargetOperator, Vertex};
use crate::model::OperatorId;

impl Target {
    /// One target from several; `None` from none.
    #[must_use]
    pub fn combined(targets: Vec<Self>) -> Option<Self> {
        let best = targets.iter().enumerate().max_by_key(|(at, target)| {
            let has_operators = !target.vertices.is_empty();
            let has_certain = has_operators && !target.only_candidates;
            (
                has_operators && target.is_complete,
                target.chains_known,
                has_certain,
                has_operators,
                std::cmp::Reverse(*at),
            )
        });
        let best = best.map(|(at, _)| at)?;
        let mut targets: Vec<Option<Self>> = targets.into_iter().map(Some).collect();
        let mut combined = targets.get_mut(best)?.take()?;
        let mut sources = Vec::new();
        for target in &mut targets {
            match target.take() {
                None => sources.append(&mut combined.sources.clone()),
                Some(other) => {
                    sources.extend(other.sources.iter().cloned());
                    combined.add(other);
                }
            }
        }
        combined.sources = sources;
        Some(combined)
    }

    /// Takes over what is not known yet.
    pub fn add(&mut self, other: Self) {
        self.flink_version = self.flink_version.or(other.flink_version);
        let (own, others) = (&mut self.restore, other.restore);
        own.allow_non_restored_state = own.allow_non_restored_state.or(others.allow_non_restored_state);
        own.claim_mode = own.claim_mode.or(others.claim_mode);
        own.path = own.path.or(others.path);
        own.start = own.start.or(others.start);
        self.is_sql = self.is_sql.or(other.is_sql);
        own.drop_in_flight = own.drop_in_flight.or(others.drop_in_flight);
        self.backend.kind = self.backend.kind.or(other.backend.kind);
        self.backend.timers = self.backend.timers.or(other.backend.timers);
        self.backend.changelog = self.backend.changelog.or(other.backend.changelog);
        self.may_drop.extend(other.may_drop);
        self.must_restore.extend(other.must_restore);
        if self.master_hooks.is_none() {
            self.master_hooks = other.master_hooks;
        }
        let mut known: BTreeMap<OperatorId, (Vertex, TargetOperator)> = BTreeMap::new();
        for vertex in other.vertices {
            for operator in &vertex.operators {
                if let Some(id) = operator.id {
                    known.insert(id, (Vertex { operators: Vec::new(), ..vertex.clone() }, operator.clone()));
                }
            }
        }
        for vertex in &mut self.vertices {
            for at in 0..vertex.operators.len() {
                let Some(operator) = vertex.operators.get_mut(at) else { continue };
                let Some((of, other)) = operator.id.and_then(|id| known.remove(&id)) else { continue };
                operator.uid = operator.uid.take().or(other.uid);
                operator.name = operator.name.take().or(other.name);
                operator.uid_hash = operator.uid_hash.or(other.uid_hash);
                operator.has_state = operator.has_state.or(other.has_state);
                operator.states = operator.states.take().or(other.states);
                operator.expires = operator.expires.or(other.expires);
                // A task has the numbers of its first operator.
                if at == 0 {
                    vertex.parallelism = vertex.parallelism.or(of.parallelism);
                    vertex.max_parallelism = better(vertex.max_parallelism, of.max_parallelism);
                }
            }
        }
    }
}

/// Whether a number is set is worth more than the number alone.
fn better(own: Option<MaxParallelism>, other: Option<MaxParallelism>) -> Option<MaxParallelism> {
    match (own, other) {
        (Some(MaxParallelism::Effective(_)) | None, Some(other)) => Some(other),
        (own, _) => own,
    }
}
