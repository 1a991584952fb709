//! # Finished operators
//!
//! **What it finds.** Tasks in which operators that had finished and others would be together, and tasks that had finished behind tasks that
//! had not.
//!
//! **Why.** A task runs or has finished as a whole.
//!
//! **What Flink does.** The job manager refuses (`VertexFinishedStateChecker`). A task that had finished is started as finished: a source in
//! it gives nothing again, even if it was changed.
//!
//! **Example.** A map is added between a bounded source that had finished and what was chained to it.
//!
//! **Fix.** Keep the chain as it was, or start without this snapshot.

use super::{Code, Context, Coverage, Details, FlinkReaction, Outcome, Rule};
use crate::compat::source::SourceOperator;
use crate::compat::target::{OperatorPlace, Partitioner};
use crate::report::OperatorFinished;

const MIXED: Code = Code::error("FINISHED_MIXED_CHAIN", FlinkReaction::Refused);
const PREDECESSOR: Code = Code::error("FINISHED_BAD_PREDECESSOR", FlinkReaction::Refused);
const UNKNOWN: Code = Code::unknown("FINISHED_CHAINS_UNKNOWN");
const STAYS: Code = Code::warning("FINISHED_SOURCE_RESTORED");

pub(in crate::compat) const RULE: Rule = Rule { name: "finished", codes: &[MIXED, PREDECESSOR, UNKNOWN, STAYS], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    let any_finished = context.source.operators.iter().any(|operator| finished(operator) != OperatorFinished::None);
    if !any_finished || context.target.vertices.is_empty() {
        return;
    }
    for (operator, _, _) in context.pairs().filter(|(operator, _, _)| operator.is_fully_finished()) {
        let message = "it had finished, and stays so: it gives nothing again";
        outcome.found(STAYS.found(message).of(operator).action("give it another uid to have it run again"));
    }
    if context.target.is_unchanged {
        return;
    }
    if !context.target.chains_known {
        let message = "operators had finished, and how the job's operators are chained is not known";
        outcome.found(UNKNOWN.found(message).action("describe the job by its graph or by a manifest"));
        return;
    }
    let states: Vec<OperatorFinished> =
        (0..context.target.vertices.len()).map(|vertex| of_vertex(context, vertex, outcome)).collect();
    for (at, vertex) in context.target.vertices.iter().enumerate() {
        let state = states.get(at).copied().unwrap_or(OperatorFinished::None);
        if state == OperatorFinished::None {
            continue;
        }
        let Some(inputs) = &vertex.inputs else {
            let needs = "the edges of the job: a job graph or a manifest with inputs";
            outcome.not_checked("whether tasks that had finished are behind such", needs, Coverage::Types);
            continue;
        };
        for input in inputs {
            let before = states.get(input.from).copied().unwrap_or(OperatorFinished::None);
            if !is_allowed(state, before, input.partitioner) {
                let message = "it had finished, at least in part, and a task in front of it had not";
                let finding = match source_at(context, OperatorPlace::head(at)) {
                    Some(operator) => PREDECESSOR.found(message).of(operator),
                    None => PREDECESSOR.found(message),
                };
                outcome.found(finding.action("keep the edges of the job as they were"));
            }
        }
    }
}

/// The state of a task; operators that are not in the snapshot count as running.
fn of_vertex(context: &Context<'_>, vertex: usize, outcome: &mut Outcome) -> OperatorFinished {
    let operators = context.target.vertices.get(vertex).map_or(0, |vertex| vertex.operators.len());
    let found = (0..operators).map(|operator| source_at(context, OperatorPlace { vertex, operator }));
    let found: Vec<_> = found.collect();
    let states: Vec<_> = found.iter().map(|operator| operator.map_or(OperatorFinished::None, finished)).collect();
    let first = states.first().copied().unwrap_or(OperatorFinished::None);
    if states.iter().any(|state| *state != first) {
        let finished = found.iter().flatten().find(|operator| finished(operator) != OperatorFinished::None);
        let message = "it had finished, and is now in one task with operators that had not";
        let finding = MIXED.found(message);
        let finding = match finished {
            Some(operator) => finding.of(operator),
            None => finding,
        };
        outcome.found(finding.action("keep the operators of this task as they were"));
    }
    states.iter().copied().max_by_key(|state| *state as i32).unwrap_or(OperatorFinished::None)
}

fn source_at<'c>(context: &Context<'c>, place: OperatorPlace) -> Option<&'c SourceOperator> {
    context.source.operators.get(context.mapping.source_of(place)?)
}

/// Metadata before version 3 knows no finished operators.
fn finished(operator: &SourceOperator) -> OperatorFinished {
    match operator.facts.finished() {
        OperatorFinished::Unspecified => OperatorFinished::None,
        known => known,
    }
}

fn is_allowed(state: OperatorFinished, before: OperatorFinished, partitioner: Option<Partitioner>) -> bool {
    let pointwise = matches!(partitioner, Some(Partitioner::Forward | Partitioner::Rescale));
    match state {
        OperatorFinished::Partially if pointwise => before != OperatorFinished::None,
        OperatorFinished::Fully | OperatorFinished::Partially => before == OperatorFinished::Fully,
        OperatorFinished::None | OperatorFinished::Unspecified => true,
    }
}
