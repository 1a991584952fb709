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

use std::collections::BTreeSet;

use super::{Context, Coverage, Outcome, Rule};
use crate::compat::comparison::StatePair;
use crate::report::{State, StateKind, StateScope, Type};

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
    let untold =
        stateful().filter(|(_, _, target)| target.states.as_ref().is_some_and(|states| !states.is_complete)).count();
    if untold > 0 {
        let what =
            format!("other states of {untold} {} of the job", if untold == 1 { "operator" } else { "operators" });
        outcome.not_checked(what, "all states of the job", Coverage::Mapping);
    }
    for (what, is_untold) in UNTOLD {
        let names: BTreeSet<_> = context.states.iter().filter(|pair| is_untold(pair)).map(|pair| pair.name).collect();
        if !names.is_empty() {
            let names: Vec<_> = names.into_iter().collect();
            let what = format!("{what} of {}", names.join(", "));
            outcome.not_checked(what, "the same in the job, and in the snapshot", Coverage::Mapping);
        }
    }
}

/// Whether a part of a state is not told by both sides.
type IsUntold = fn(&StatePair<'_>) -> bool;

/// Parts of a state that only one side may tell, and when that is so.
const UNTOLD: [(&str, IsUntold); 4] = [
    ("types", |pair| is_declared(pair) && pair.value.is_none()),
    ("types of keys", |pair| {
        let has_keys = pair.scope == StateScope::Keyed || pair.kind_before() == Some(StateKind::Broadcast);
        is_declared(pair) && has_keys && pair.key.is_none()
    }),
    // Nobody declares that plain state has no namespace.
    ("windows", |pair| {
        let is_window =
            pair.before.and_then(|state| state.namespace.as_ref()).is_some_and(|namespace| !is_void(namespace));
        is_declared(pair) && is_window && pair.namespace.is_none()
    }),
    ("times of expiry", |pair| {
        let told = |state: Option<&State>| state.is_some_and(|state| state.ttl.is_some());
        is_declared(pair) && pair.scope == StateScope::Keyed && told(pair.before) != told(pair.after)
    }),
];

/// In both, and something that programs declare.
fn is_declared(pair: &StatePair<'_>) -> bool {
    pair.is_in_both() && !pair.is_timers()
}

fn is_void(namespace: &Type) -> bool {
    namespace.serializer_snapshot.ends_with("VoidNamespaceSerializerSnapshot")
}
