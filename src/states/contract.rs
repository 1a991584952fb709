//! `keepoint inspect --schema`: the states of a snapshot as a contract.

use crate::report::{InspectReport, OperatorSchema, StateSchema};

/// The schema of all state in a report that states were added to.
///
/// Sorted, and without anything that changes while the program does not: places, sizes, times, subtasks. So the contracts of two
/// snapshots can be compared as texts.
#[must_use]
pub fn schema_of(report: &InspectReport) -> StateSchema {
    let with_state = report.operators.iter().filter(|operator| {
        let managed = operator.managed_keyed_bytes > 0 || operator.managed_operator_bytes > 0;
        managed || !operator.states.is_empty()
    });
    let operators = with_state.map(|operator| OperatorSchema {
        operator_id: operator.operator_id.clone(),
        uid: operator.uid.clone(),
        max_parallelism: operator.max_parallelism,
        complete: operator.states_complete == Some(true),
        states: operator.states.clone(),
    });
    let mut operators: Vec<_> = operators.collect();
    operators.sort_by(|one, other| one.operator_id.cmp(&other.operator_id));
    StateSchema { schema: report.schema.clone(), tool_version: report.tool_version.clone(), operators }
}
