//! Another snapshot as a target: one that the new version of the job has taken, for instance in staging. It names every operator and every
//! type, and not how operators are chained or whether a number of key groups was set.

use super::{MaxParallelism, Target, TargetOperator, TargetStates, Vertex};
use crate::compat::FlinkVersion;
use crate::model::MetadataVersion;
use crate::report::{InspectReport, StateScope, TargetCompleteness, TargetSource};

/// The job that took a snapshot, from the report about it.
#[must_use]
pub fn of_snapshot(report: &InspectReport, place: &str) -> Target {
    let states_read = report.state_headers.is_some();
    let vertices = report.operators.iter().map(|operator| Vertex {
        name: operator.name.clone(),
        parallelism: operator.parallelism,
        max_parallelism: operator.max_parallelism.map(MaxParallelism::Effective),
        operators: vec![TargetOperator {
            id: crate::identify::parse_operator_id(&operator.operator_id),
            uid_hash: None,
            uid: operator.uid.clone(),
            name: operator.name.clone(),
            has_state: Some(operator.subtasks_with_state > 0 || operator.coordinator_bytes.unwrap_or(0) > 0),
            states: states_read.then(|| TargetStates {
                key: operator
                    .states
                    .iter()
                    .filter(|state| state.scope() == StateScope::Keyed)
                    .find_map(|state| state.key.clone()),
                entries: operator.states.clone(),
                is_complete: operator.states_complete == Some(true),
                tells_timers: true,
            }),
            ..TargetOperator::default()
        }],
        inputs: None,
    });
    let version = report.snapshot.as_ref().and_then(|snapshot| snapshot.metadata_version);
    Target {
        sources: vec![TargetSource {
            place: place.to_owned(),
            kind: "snapshot".to_owned(),
            completeness: TargetCompleteness::Full.into(),
        }],
        flink_version: version.and_then(MetadataVersion::from_number).and_then(only_writer),
        vertices: vertices.collect(),
        is_complete: true,
        master_hooks: report
            .snapshot
            .as_ref()
            .map(|snapshot| snapshot.master_states.iter().filter_map(|state| state.name.clone()).collect()),
        ..Target::default()
    }
}

/// The release that wrote it, where only one can have.
fn only_writer(version: MetadataVersion) -> Option<FlinkVersion> {
    let (first, last) = FlinkVersion::writers_of(version);
    (last == Some(first)).then_some(first)
}
