//! # Generated ids
//!
//! **What it finds.** Operators with state and without a uid. Those that SQL made are found by the rule `sql_ids`.
//!
//! **Why.** Their ids follow from the topology (`StreamGraphHasherV2`): an operator that is added before or chained to one gives it another
//! id, and its state loses its owner.
//!
//! **What Flink does.** Nothing, until an id has changed.
//!
//! **Example.** A sink is chained directly to a map without uid: the map has another id.
//!
//! **Fix.** `uid("…")` together with `setUidHash` of the id that the finding shows; after the next snapshot, without `setUidHash`.

use super::sql::has_rows;
use super::{Code, Context, Details, Outcome, Rule};

const GENERATED: Code = Code::warning("OP_ID_AUTO_GENERATED");

pub(in crate::compat) const RULE: Rule = Rule { name: "generated_ids", codes: &[GENERATED], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    for operator in &context.source.operators {
        if operator.facts.auto_generated == Some(true) && operator.has_own_state && !has_rows(operator) {
            let id = &operator.facts.operator_id;
            let action = format!("give it a uid, and .setUidHash(\"{id}\") until the next snapshot");
            outcome.found(GENERATED.found("its id follows from the topology").of(operator).action(action));
        }
    }
}
