//! # Records on their way
//!
//! **What it finds.** An unaligned checkpoint whose records cannot be handed to the tasks of the job.
//!
//! **Why.** An unaligned checkpoint holds the records that waited between tasks. They belong to the first operator of a task, or to the
//! last one, and to an edge with its partitioner.
//!
//! **What Flink does.** The job manager refuses where tasks that had such records between them are one task now, and where an edge with
//! such records is rescaled that has become forward, rescale or broadcast. Other changes are not looked at: an edge that has become hash
//! fails at the first record of a key group that is elsewhere, and records of another type fail or come out wrong.
//!
//! **Example.** `rebalance()` between two maps was removed, so that they are chained.
//!
//! **Fix.** Take a savepoint, or an aligned checkpoint, and start from that.

use super::{Code, Context, Coverage, Details, FlinkReaction, Outcome, Rule};
use crate::compat::source::SourceOperator;
use crate::compat::target::{OperatorPlace, Partitioner, Vertex};

const CHAINED: Code = Code::error("INFLIGHT_NOW_CHAINED", FlinkReaction::Refused);
const PARTITIONER: Code = Code::error("INFLIGHT_PARTITIONER_UNSUPPORTED", FlinkReaction::Refused);
const DROPPED: Code = Code::loss("INFLIGHT_DROPPED", FlinkReaction::Silent);
const EDGES: Code = Code::unknown("INFLIGHT_EDGES_UNKNOWN");

pub(in crate::compat) const RULE: Rule =
    Rule { name: "in_flight", codes: &[CHAINED, PARTITIONER, DROPPED, EDGES], check };

const SAVEPOINT: &str = "start from a savepoint or an aligned checkpoint";

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    if !context.source.has_in_flight_data() {
        return;
    }
    if context.target.restore.drop_in_flight == Some(true) {
        let mut finding = DROPPED.found("records on their way are left behind");
        finding.accepted_by = Some("without-channel-state".to_owned());
        outcome.found(finding);
        return;
    }
    if context.target.is_unchanged || context.target.vertices.is_empty() {
        return;
    }
    if !context.target.chains_known {
        let message = "the snapshot has records on their way, and how the job's operators are chained is not known";
        outcome.found(EDGES.found(message).action("describe the job by its graph or by a manifest"));
        return;
    }
    for (operator, place, _) in context.pairs() {
        let Some(vertex) = context.target.vertices.get(place.vertex) else { continue };
        let is_tail = place.operator + 1 == vertex.operators.len();
        let inside = (operator.has_input_channel_state && place.operator > 0)
            || (operator.has_result_subpartition_state && !is_tail);
        if inside {
            let message = "records waited at it, and it is now in the middle of a task";
            outcome.found(CHAINED.found(message).of(operator).action(SAVEPOINT));
        }
        if operator.has_input_channel_state && place.operator == 0 {
            inputs(context, operator, vertex, outcome);
        }
    }
}

fn inputs(context: &Context<'_>, operator: &SourceOperator, vertex: &Vertex, outcome: &mut Outcome) {
    let Some(inputs) = &vertex.inputs else {
        let message = "records waited in front of it, and its edges in the job are not known";
        outcome.found(EDGES.found(message).of(operator).action("describe the job by its graph or by a manifest"));
        return;
    };
    for input in inputs {
        let upstream = tail_of(context, input.from);
        let changes = |before: Option<&SourceOperator>, vertex: Option<&Vertex>| {
            let (before, after) = (before?.facts.parallelism?, vertex?.parallelism?);
            Some(before != after)
        };
        let own = changes(Some(operator), Some(vertex));
        let others = changes(upstream, context.target.vertices.get(input.from));
        let is_rescaled = own == Some(true) || others == Some(true);
        match input.partitioner {
            Some(Partitioner::Forward | Partitioner::Rescale | Partitioner::Broadcast) if is_rescaled => {
                let name = input.partitioner.map_or("", Partitioner::name);
                let message = format!("records waited in front of it, and an edge that is {name} cannot be rescaled");
                outcome.found(PARTITIONER.found(message).of(operator).action(SAVEPOINT));
            }
            // Records are only kept on edges of other kinds, so this one was changed.
            Some(Partitioner::Forward | Partitioner::Rescale | Partitioner::Broadcast) => {
                let message = "records waited in front of it on an edge that was another one";
                outcome.found(EDGES.found(message).of(operator).action(SAVEPOINT));
            }
            // To these the records can be handed as they are, whatever the edge was (seen from hash and from rebalance).
            Some(Partitioner::Rebalance | Partitioner::Shuffle | Partitioner::Global) => {}
            Some(Partitioner::Hash | Partitioner::Custom) | None => {
                let needs = "the partitioners of the job that took the snapshot, which it does not record";
                outcome.not_checked("whether edges with records on their way were changed", needs, Coverage::Mapping);
            }
        }
    }
}

/// The operator of the snapshot at the end of a task.
fn tail_of<'c>(context: &Context<'c>, vertex: usize) -> Option<&'c SourceOperator> {
    let operator = context.target.vertices.get(vertex)?.operators.len().checked_sub(1)?;
    context.source.operators.get(context.mapping.source_of(OperatorPlace { vertex, operator })?)
}
