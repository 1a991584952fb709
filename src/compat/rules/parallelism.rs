//! # Parallelism
//!
//! **What it finds.** More subtasks than key groups; another parallelism than that of the snapshot; key groups that do not divide evenly.
//!
//! **Why.** A subtask has at least one key group. State is handed out anew when the parallelism differs.
//!
//! **What Flink does.** More subtasks than key groups are refused by the job manager, for each operator of which the snapshot lists
//! subtasks, with state or without. Anything else is redistributed.
//!
//! **Example.** 128 key groups and a parallelism of 200.
//!
//! **Fix.** A parallelism up to the number of key groups, best one that divides it.

use super::{Code, Context, Coverage, Details, FlinkReaction, Outcome, Rule};

const EXCEEDS: Code = Code::error("PAR_EXCEEDS_MAXPAR", FlinkReaction::Refused);
const CHANGED: Code = Code::info("PAR_CHANGED");
const SKEW: Code = Code::warning("KEYGROUP_SKEW");

pub(in crate::compat) const RULE: Rule = Rule { name: "parallelism", codes: &[EXCEEDS, CHANGED, SKEW], check };

/// With so many key groups for each subtask, one more or less is not noticed.
const EVEN_ENOUGH: u32 = 10;

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    for (operator, place, _) in context.pairs() {
        let Some(vertex) = context.target.vertices.get(place.vertex) else { continue };
        let Some(parallelism) = vertex.parallelism else {
            let needs = "the parallelism of each operator";
            outcome.not_checked("whether there are enough key groups", needs, Coverage::Types);
            continue;
        };
        let key_groups = operator.facts.max_parallelism;
        if operator.lists_subtasks && i64::from(parallelism) > i64::from(operator.max_parallelism) {
            let message = format!("{parallelism} subtasks are more than {} key groups", operator.max_parallelism);
            let action = "lower the parallelism, or write the state anew with more key groups";
            outcome.found(EXCEEDS.found(message).of(operator).action(action));
        } else if operator.facts.parallelism.is_some_and(|before| before != parallelism) && operator.has_own_state {
            let before = operator.facts.parallelism.unwrap_or_default();
            let message = format!("state of {before} subtasks is handed out to {parallelism}");
            outcome.found(CHANGED.found(message).of(operator));
            let is_keyed = operator.facts.managed_keyed_bytes > 0;
            if let Some(groups) = key_groups.filter(|groups| is_keyed && parallelism > 0 && *groups >= parallelism)
                && groups % parallelism != 0
                && groups / parallelism < EVEN_ENOUGH
            {
                let (least, most) = (groups / parallelism, groups.div_ceil(parallelism));
                let message = format!("some subtasks have {most} key groups and others {least}");
                let action = format!("choose a parallelism that divides {groups}");
                outcome.found(SKEW.found(message).of(operator).action(action));
            }
        }
    }
}
