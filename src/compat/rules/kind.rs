//! # Kinds of states
//!
//! **What it finds.** A state of the same name that is of another kind.
//!
//! **Why.** A value, a list and a map are laid out differently; so are the modes of operator state.
//!
//! **What Flink does.** Another kind of keyed state fails at its first use. A list of operator state that became a union, or the other way
//! round, fails ("Incompatible state assignment modes"). A list that became broadcast state, or the other way round, restores, and what was
//! in it is silently gone.
//!
//! **Example.** `getListState("rules")` became `getBroadcastState("rules")`.
//!
//! **Fix.** Give the new state another name.

use super::{Code, Context, Details, FlinkReaction, Outcome, Rule};
use crate::report::{StateKind, StateScope};

const KIND: Code = Code::error("STATE_KIND_CHANGED", FlinkReaction::TaskFails);
const MODE: Code = Code::error("STATE_MODE_CHANGED", FlinkReaction::TaskFails);
const BROADCAST: Code = Code::loss("STATE_LOST_TO_BROADCAST", FlinkReaction::Silent);

pub(in crate::compat) const RULE: Rule = Rule { name: "kind", codes: &[KIND, MODE, BROADCAST], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    for pair in &context.states {
        let Some(operator) = context.source.operators.get(pair.source) else { continue };
        if let (Some(before), Some(after)) = (pair.kind_before(), pair.kind_after())
            && before != after
        {
            let code = if pair.scope == StateScope::Keyed { KIND } else { MODE };
            let message = format!("was a {}, is a {}", name(before), name(after));
            let finding = code.found(message).of(operator).of_state(pair.name);
            outcome.found(finding.action("give the new state another name"));
        }
        let turned = pair.after.is_none()
            && context.states.iter().any(|other| {
                let same = other.source == pair.source && other.name == pair.name && other.scope == pair.scope;
                same && other.before.is_none() && other.after.is_some()
            });
        if turned && pair.scope == StateScope::Operator {
            let message = "a list and a broadcast state of one name are two states: what was in it is left behind";
            let finding = BROADCAST.found(message).of(operator).of_state(pair.name);
            outcome.found(finding.action("give the new state another name, and move what was in the old one"));
        }
    }
}

fn name(kind: StateKind) -> String {
    use crate::report::ValueName as _;
    kind.value_name().replace('_', " ")
}
