//! # Keys
//!
//! **What it finds.** Keys of another type.
//!
//! **Why.** Which key group a key belongs to follows from the key, so keys cannot be migrated.
//!
//! **What Flink does.** The task fails as it starts (`StateMigrationException`), also where the same change of a value would be migrated.
//!
//! **Example.** `keyBy` by a Long instead of an Integer, or by a POJO that got a field.
//!
//! **Fix.** Keep the key; else the state has to be written anew (State Processor API).

use super::{Code, Context, Details, FlinkReaction, Outcome, Rule};
use crate::compat::rules::value::{reasons, unknown};
use crate::report::{SchemaCompatibility, StateScope};

const CHANGED: Code = Code::error("KEY_SERIALIZER_CHANGED", FlinkReaction::TaskFails);

pub(in crate::compat) const RULE: Rule = Rule { name: "key", codes: &[CHANGED], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    let mut last = None;
    for pair in context.states.iter().filter(|pair| pair.scope == StateScope::Keyed) {
        let (Some(key), Some(operator)) = (&pair.key, context.source.operators.get(pair.source)) else { continue };
        // All states of an operator have the same keys.
        if last == Some(pair.source) {
            continue;
        }
        last = Some(pair.source);
        match key.outcome {
            SchemaCompatibility::AfterMigration | SchemaCompatibility::Incompatible => {
                let finding = CHANGED.found("its keys have another type").of(operator).evidence(reasons(key));
                outcome.found(finding.action("keep the type of the keys, or write the state anew"));
            }
            SchemaCompatibility::Unknown => unknown(key, operator, None, outcome),
            _ => {}
        }
    }
}
