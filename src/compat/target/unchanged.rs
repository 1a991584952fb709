//! `--flink-version` alone: the job that took the snapshot, on another release.

use super::{Target, TargetOperator, TargetStates, Vertex};
use crate::compat::RestoreSource;
use crate::report::{TargetCompleteness, TargetSource};

/// The job that took the snapshot.
#[must_use]
pub fn unchanged(source: &RestoreSource<'_>) -> Target {
    let vertices = source.operators.iter().map(|operator| Vertex {
        name: operator.facts.name.clone(),
        parallelism: operator.facts.parallelism,
        // What it was set or derived to is what it will be.
        max_parallelism: None,
        operators: vec![TargetOperator {
            id: Some(operator.id),
            uid: operator.facts.uid.clone(),
            name: operator.facts.name.clone(),
            has_state: Some(operator.has_own_state || operator.has_coordinator_state),
            uid_hash: None,
            states: source.states_read.then(|| TargetStates {
                key: operator.facts.states.iter().find_map(keyed_key),
                entries: operator.facts.states.clone(),
                is_complete: operator.facts.states_complete == Some(true),
                tells_timers: true,
            }),
            ..TargetOperator::default()
        }],
        inputs: None,
    });
    Target {
        sources: vec![TargetSource {
            place: source.location().to_owned(),
            kind: "unchanged".to_owned(),
            completeness: TargetCompleteness::Full.into(),
        }],
        vertices: vertices.collect(),
        is_complete: true,
        uid_hashes_known: true,
        is_unchanged: true,
        ..Target::default()
    }
}

fn keyed_key(state: &crate::report::State) -> Option<crate::report::Type> {
    (state.scope() == crate::report::StateScope::Keyed).then(|| state.key.clone()).flatten()
}
