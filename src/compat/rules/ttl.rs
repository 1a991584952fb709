//! # Time of expiry
//!
//! **What it finds.** A state that got a time of expiry, or lost it.
//!
//! **Why.** A value with a time of expiry is written together with the time of its last use. How long it lives is not part of a snapshot, and
//! may change.
//!
//! **What Flink does.** Up to 2.0 the two are incompatible. 2.1 migrates in RocksDB and not on the heap, 2.2 and later migrate in both, ForSt in
//! none. Values without a time expire only after they were used again.
//!
//! **Example.** `enableTimeToLive` was added to a state, on 1.20.
//!
//! **Fix.** Keep it as it is until the job runs on 2.2 or later; or give the new state another name.

use super::{Code, Context, Coverage, Details, FlinkReaction, Outcome, Rule, Severity, Verdict};
use crate::compat::comparison::is_timers;
use crate::compat::source::SourceOperator;
use crate::compat::target::BackendKind;
use crate::report::StateScope;

const SWITCHED: Code = Code::error("TTL_SWITCHED", FlinkReaction::TaskFails);

pub(in crate::compat) const RULE: Rule = Rule { name: "ttl", codes: &[SWITCHED], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    for pair in context.states.iter().filter(|pair| pair.scope == StateScope::Keyed) {
        let (Some(before), Some(after)) = (pair.before, pair.after) else { continue };
        let (Some(had), Some(has)) = (before.ttl, after.ttl) else { continue };
        let Some(operator) = context.source.operators.get(pair.source) else { continue };
        switched(context, operator, pair.name, (had, has), outcome);
    }
    // A compiled plan of SQL has times for all values of a node together.
    for (operator, _, continued) in context.pairs().filter(|(_, _, continued)| continued.states.is_none()) {
        let Some(has) = continued.expires else { continue };
        for state in operator.facts.states.iter().filter(|state| !is_timers(&state.name)) {
            if let Some(had) = state.ttl.filter(|_| state.scope() == StateScope::Keyed) {
                switched(context, operator, &state.name, (had, has), outcome);
            }
        }
    }
}

fn switched(
    context: &Context<'_>,
    operator: &SourceOperator,
    state: &str,
    (had, has): (bool, bool),
    outcome: &mut Outcome,
) {
    if had == has {
        return;
    }
    let message = if has { "it got a time of expiry" } else { "it has no time of expiry any more" };
    let finding = SWITCHED.found(message).of(operator).of_state(state);
    match migrates(context) {
        Some(true) => {
            let action = "plan for a slow first use; values without a time expire only after they were used again";
            let mut finding = finding.leading_to(Verdict::Compatible, Severity::Warning).action(action);
            finding.flink = FlinkReaction::Silent.into();
            outcome.found(finding);
        }
        Some(false) => outcome.found(finding.action("keep it as it is, or give the new state another name")),
        None => {
            let finding = finding.leading_to(Verdict::Unknown, Severity::Unknown);
            outcome.found(finding.action("say on which release and state backend the job runs"));
            let needs = "the release of Flink and the state backend of the job";
            outcome.not_checked(format!("whether {state} can be migrated"), needs, Coverage::Mapping);
        }
    }
}

fn migrates(context: &Context<'_>) -> Option<bool> {
    let to = context.target.flink_version?;
    if !to.is_at_least(2, 1) {
        return Some(false);
    }
    match context.target.backend.kind {
        Some(BackendKind::ForSt) => Some(false),
        Some(BackendKind::RocksDb) => Some(true),
        Some(BackendKind::HashMap) => Some(to.is_at_least(2, 2)),
        None => None,
    }
}
