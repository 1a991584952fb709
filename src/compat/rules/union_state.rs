//! # Union state
//!
//! **What it finds.** Much union list state that goes to more subtasks than before.
//!
//! **Why.** Each subtask is handed all of it, so that what is read and held grows with the parallelism.
//!
//! **What Flink does.** It restores, and hands each subtask all of it (`RoundRobinOperatorStateRepartitioner`). What that costs in time and
//! memory was not measured.
//!
//! **Example.** 200 MB of union state and 400 subtasks instead of 100: 80 GB are read.
//!
//! **Fix.** Keep the parallelism of this operator, or move the state to a split list or to keys.

use super::{Code, Context, Details, Outcome, Rule};
use crate::report::StateKind;

const COST: Code = Code::warning("UNION_STATE_RESCALE_COST");

pub(in crate::compat) const RULE: Rule = Rule { name: "union_state", codes: &[COST], check };

/// From so many bytes on, read by all subtasks together, a start is slower for it.
const MUCH: u64 = 1 << 30;

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    for (operator, place, _) in context.pairs() {
        let after = context.target.vertices.get(place.vertex).and_then(|vertex| vertex.parallelism);
        let (Some(before), Some(after)) = (operator.facts.parallelism, after) else { continue };
        let union = operator.facts.states.iter().find(|state| state.kind() == StateKind::UnionList);
        let Some(union) = union.filter(|_| after > before) else { continue };
        // Sizes are those of all operator state of the operator together.
        let bytes = operator.facts.managed_operator_bytes;
        let read = bytes.saturating_mul(u64::from(after));
        if read >= MUCH {
            let message = format!(
                "each of {after} subtasks is handed all union state, up to {} MiB each and {} MiB in all",
                bytes >> 20,
                read >> 20
            );
            let action = "keep the parallelism of this operator, or give its tasks the memory and the time";
            outcome.found(COST.found(message).of(operator).of_state(&union.name).action(action));
        }
    }
}
