//! # Namespaces
//!
//! **What it finds.** Windows of another type.
//!
//! **Why.** The namespace is a part of the key of windowed state, and is not migrated either.
//!
//! **What Flink does.** The task fails when the window operator registers its state. Windows that merge (sessions) and windows that do not have
//! the same type, and the contents of the one are silently not found by the other.
//!
//! **Example.** Tumbling windows became global windows.
//!
//! **Fix.** Give the new windows another uid: their state starts empty.

use super::{Code, Context, Details, FlinkReaction, Outcome, Rule};
use crate::compat::rules::value::{reasons, unknown};
use crate::report::SchemaCompatibility;

/// State of windows that merge, such as sessions (`WindowOperator`).
const MERGING: &str = "merging-window-set";

const MERGE: Code = Code::loss("WINDOW_MERGING_CHANGED", FlinkReaction::Silent);
const CHANGED: Code = Code::error("NAMESPACE_CHANGED", FlinkReaction::TaskFails);

pub(in crate::compat) const RULE: Rule = Rule { name: "namespace", codes: &[CHANGED, MERGE], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    for pair in context.states.iter().filter(|pair| pair.name == MERGING && !pair.is_in_both()) {
        if let Some(operator) = context.source.operators.get(pair.source) {
            let message = "its windows merge in one of the two jobs only, and what was in them is left behind";
            outcome.found(MERGE.found(message).of(operator).action("give the operator another uid"));
        }
    }
    for pair in &context.states {
        let (Some(namespace), Some(operator)) = (&pair.namespace, context.source.operators.get(pair.source)) else {
            continue;
        };
        match namespace.outcome {
            SchemaCompatibility::AfterMigration | SchemaCompatibility::Incompatible => {
                let finding = CHANGED.found("its windows have another type").of(operator).of_state(pair.name);
                outcome.found(finding.evidence(reasons(namespace)).action("give the operator another uid"));
            }
            SchemaCompatibility::Unknown => unknown(namespace, operator, Some(pair.name), outcome),
            _ => {}
        }
    }
}
