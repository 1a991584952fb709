//! # Key groups
//!
//! **What it finds.** A number of key groups (max parallelism) that differs from that of the snapshot.
//!
//! **Why.** Keys belong to key groups, and their number cannot be changed by a restore. A task has one number, that of its first operator.
//!
//! **What Flink does.** Where nothing sets it, the job takes the number of the snapshot. Where it is set, with `setMaxParallelism` or
//! `pipeline.max-parallelism`, and differs, the job manager refuses ("Max parallelism mismatch"), for operators without state, too, and
//! whether allowNonRestoredState is set or not.
//!
//! **Example.** The snapshot has 128 key groups, the job says `setMaxParallelism(256)`.
//!
//! **Fix.** Set the number of the snapshot. Another number needs the state to be written anew (State Processor API).

use super::{Code, Context, Coverage, Details, FlinkReaction, Outcome, Rule};
use crate::compat::target::{MaxParallelism, OperatorPlace};

const MISMATCH: Code = Code::error("MAXPAR_EXPLICIT_MISMATCH", FlinkReaction::Refused);
const ADOPTED: Code = Code::info("MAXPAR_ADOPTED");
const UNKNOWN: Code = Code::unknown("MAXPAR_EXPLICITNESS_UNKNOWN");

pub(in crate::compat) const RULE: Rule = Rule { name: "max_parallelism", codes: &[MISMATCH, ADOPTED, UNKNOWN], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    if context.target.is_unchanged {
        return;
    }
    for (operator, place, _) in context.pairs() {
        let Some(vertex) = context.target.vertices.get(place.vertex) else { continue };
        let entry = operator.max_parallelism;
        match vertex.max_parallelism {
            Some(MaxParallelism::Explicit(set)) if i64::from(set) != i64::from(entry) => {
                let message = format!("the snapshot has {entry} key groups, and the job sets {set}");
                let action = format!("set the max parallelism to {entry}, or do not set it");
                outcome.found(MISMATCH.found(message).of(operator).action(action));
            }
            Some(MaxParallelism::Derived) => adopted(context, place, entry, operator, outcome),
            Some(MaxParallelism::Effective(number)) if i64::from(number) != i64::from(entry) => {
                let message = format!(
                    "the snapshot has {entry} key groups, the job {number}, and whether it sets them is not known"
                );
                let action = "say it in a manifest: maxParallelism with explicit true or false";
                outcome.found(UNKNOWN.found(message).of(operator).action(action));
            }
            Some(MaxParallelism::Explicit(_) | MaxParallelism::Effective(_)) => {}
            None => {
                let needs = "whether the job sets the max parallelism of each operator, and to what";
                outcome.not_checked("the number of key groups", needs, Coverage::Types);
            }
        }
    }
}

/// What is derived from another parallelism would be another number.
fn adopted(
    context: &Context<'_>,
    place: OperatorPlace,
    entry: i32,
    operator: &crate::compat::source::SourceOperator,
    outcome: &mut Outcome,
) {
    if entry < 0 {
        let message = "the snapshot records no number of key groups, and nothing can be rescaled to that";
        outcome.found(MISMATCH.found(message).of(operator));
        return;
    }
    let parallelism = context.target.vertices.get(place.vertex).and_then(|vertex| vertex.parallelism);
    let derived = parallelism.map(crate::compat::target::derived_max_parallelism);
    if derived.is_some_and(|derived| i64::from(derived) != i64::from(entry)) {
        let message = format!("the job takes the {entry} key groups of the snapshot, and cannot have more subtasks");
        outcome.found(ADOPTED.found(message).of(operator).action(format!("set the max parallelism to {entry}")));
    }
}
