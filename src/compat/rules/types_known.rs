//! # What is known of types
//!
//! **What it finds.** Nothing: it says of which operators and states the types could not be compared.
//!
//! **Why.** A check that had nothing to compare has not passed.
//!
//! **What Flink does.** It compares types in the tasks: keys as they start, states when the program first uses them.
//!
//! **Example.** A plan of REST names operators and no states.
//!
//! **Fix.** A snapshot of the new version, for instance from staging, carries every type; a manifest may name them.

use super::{Context, Coverage, Outcome, Rule};

pub(in crate::compat) const RULE: Rule = Rule { name: "types_known", codes: &[], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    let stateful = || {
        let has_types = |operator: &&crate::compat::source::SourceOperator| {
            operator.facts.managed_keyed_bytes > 0 || operator.facts.managed_operator_bytes > 0
        };
        context.pairs().filter(move |(operator, _, _)| has_types(operator))
    };
    if !context.source.states_read {
        if stateful().next().is_some() {
            outcome.not_checked(
                "types of states",
                "the headers of the state files, which were not read",
                Coverage::Mapping,
            );
        }
        return;
    }
    let untold = stateful().filter(|(_, _, target)| target.states.is_none()).count();
    if untold > 0 {
        let what = format!("types of the states of {untold} {}", if untold == 1 { "operator" } else { "operators" });
        let needs = "the states of the job: a snapshot of the new version, or a manifest with states";
        outcome.not_checked(what, needs, Coverage::Mapping);
    }
    let unread = stateful().filter(|(operator, _, _)| operator.facts.states_complete == Some(false)).count();
    if unread > 0 {
        let what = format!(
            "states of {unread} {} that could not be read or decoded",
            if unread == 1 { "operator" } else { "operators" }
        );
        outcome.not_checked(what, "headers of state files that keepoint understands to the end", Coverage::Mapping);
    }
    let without_type =
        context.states.iter().filter(|pair| pair.is_in_both() && !pair.is_timers() && pair.value.is_none());
    let names: Vec<_> = without_type.map(|pair| pair.name).collect();
    if !names.is_empty() {
        let what = format!("types of {}", names.join(", "));
        outcome.not_checked(what, "their types in the job, and in the snapshot", Coverage::Mapping);
    }
}
