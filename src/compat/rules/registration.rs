//! # States of one side
//!
//! **What it finds.** States that only the snapshot has, and states that only the job has; both together in one operator are probably a state
//! that was renamed.
//!
//! **Why.** A state is found by its name within its operator.
//!
//! **What Flink does.** Nothing in both cases: a state that nobody registers is carried along from snapshot to snapshot, and one that is not
//! in the snapshot starts empty. Two operators whose uids were swapped read the values of each other, if both have a state of one name.
//!
//! **Example.** `new ValueStateDescriptor("sum", …)` became `"total"`: the sums are carried along, and the totals start from nothing.
//!
//! **Fix.** Keep the name of the state.

use std::collections::BTreeSet;

use super::{Code, Context, Details, FlinkReaction, Outcome, Rule};
use crate::compat::comparison::is_timers;
use crate::report::State;

const EMPTY: Code = Code::loss("STATE_STARTS_EMPTY", FlinkReaction::Silent);
const SWAPPED: Code = Code::error("OP_PROBABLY_SWAPPED", FlinkReaction::WrongValues);
const UNREGISTERED: Code = Code::info("STATE_NOT_REGISTERED");

pub(in crate::compat) const RULE: Rule = Rule { name: "registration", codes: &[EMPTY, SWAPPED, UNREGISTERED], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    swapped(context, outcome);
    for (at, operator) in context.source.operators.iter().enumerate() {
        let of_it = || context.states.iter().filter(move |pair| pair.source == at && !pair.is_timers());
        let is_told = of_it().next().is_some_and(|pair| {
            let target = context.target.operator(pair.place);
            target.and_then(|target| target.states.as_ref()).is_some_and(|states| states.is_complete)
        });
        let left: Vec<_> = of_it().filter(|pair| pair.after.is_none()).collect();
        let new: Vec<_> = of_it().filter(|pair| pair.before.is_none()).collect();
        let names = left.iter().map(|pair| pair.name).collect::<Vec<_>>().join(", ");
        for pair in &new {
            // A list that became broadcast state has a finding of its own.
            if left.iter().any(|other| other.name == pair.name) {
                continue;
            }
            let finding = EMPTY.found("the snapshot does not have this state, which starts empty").of(operator);
            let finding = finding.of_state(pair.name);
            outcome.found(if left.is_empty() || !is_told {
                finding.leading_to(crate::report::Verdict::Compatible, crate::report::Severity::Info)
            } else {
                finding.evidence(format!("only in the snapshot: {names}")).action("keep the name of the state")
            });
        }
        for pair in left.iter().filter(|_| is_told) {
            let message = "the job does not register this state, which is carried along";
            outcome.found(UNREGISTERED.found(message).of(operator).of_state(pair.name));
        }
    }
}

/// Two operators of which each has in the job what the other one has in the snapshot, by their states or, where nothing is known of these,
/// by their names.
fn swapped(context: &Context<'_>, outcome: &mut Outcome) {
    let pairs: Vec<_> = context.pairs().filter(|(operator, _, _)| operator.has_own_state).collect();
    for (at, (one, _, its)) in pairs.iter().enumerate() {
        for (other, _, others) in pairs.iter().skip(at + 1) {
            let evidence = match (&its.states, &others.states) {
                (Some(its), Some(others)) if its.is_complete && others.is_complete => {
                    let before = [registered(&one.facts.states), registered(&other.facts.states)];
                    let after = [registered(&its.entries), registered(&others.entries)];
                    (before[0] != before[1] && before[0] == after[1] && before[1] == after[0])
                        .then_some("each has in the job the states that the other one has in the snapshot")
                }
                _ => {
                    let before = [&one.facts.name, &other.facts.name];
                    let after = [&its.name, &others.name];
                    (before[0].is_some() && before[0] != before[1] && before[0] == after[1] && before[1] == after[0])
                        .then_some("each is called in the job what the other one is called in the snapshot")
                }
            };
            if let Some(evidence) = evidence {
                let message = format!("its uid and that of {} are probably swapped", other.label());
                let finding = SWAPPED.found(message).of(one).evidence(evidence);
                outcome.found(finding.action("give each operator the uid that it had"));
            }
        }
    }
}

/// What an operator registers, without its timers.
fn registered(states: &[State]) -> BTreeSet<(i32, Option<i32>, &str)> {
    let own = states.iter().filter(|state| !is_timers(&state.name));
    own.map(|state| (state.scope, state.kind, state.name.as_str())).collect()
}
