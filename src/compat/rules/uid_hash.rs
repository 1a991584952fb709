//! # setUidHash
//!
//! **What it finds.** A hash that hides state, and a hash that is not needed any more.
//!
//! **Why.** An operator looks for its state under the hash that it was given first, and under its own id only if the snapshot has nothing
//! under the hash. Snapshots are always written under its own id.
//!
//! **What Flink does.** Where a snapshot has both, it takes the state of the hash, and the other one is lost without a word. Where it has
//! only the own id, newer releases take that; those up to 1.13 or so took the hash alone.
//!
//! **Example.** `uid("sums")` with `setUidHash` of the old `totals`, and a snapshot in which both have state.
//!
//! **Fix.** Remove `setUidHash` after the first snapshot under the new uid.

use super::{Code, Context, Details, FlinkReaction, Outcome, Rule};
use crate::compat::mapping::Fate;

const SHADOWS: Code = Code::loss("UIDHASH_SHADOWS_STATE", FlinkReaction::Silent);
const STALE: Code = Code::info("UIDHASH_STALE");

pub(in crate::compat) const RULE: Rule = Rule { name: "uid_hash", codes: &[SHADOWS, STALE], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    for (position, operator) in context.source.operators.iter().enumerate() {
        let Fate::Shadowed(place) = context.mapping.fate(position) else { continue };
        let hash = context.target.operator(place).and_then(|operator| operator.uid_hash);
        if operator.has_state() {
            let hash = hash.map_or_else(String::new, |hash| hash.to_string());
            let message = "its state is left behind: the operator takes that of the hash that it was given";
            let finding = SHADOWS.found(message).of(operator).evidence(format!("setUidHash(\"{hash}\")"));
            outcome.found(finding.action("remove setUidHash, if the state under the uid is the newer one"));
        }
    }
    for (operator, _, target) in context.pairs() {
        if target.uid_hash.is_some_and(|hash| hash != operator.id) {
            let message = "the snapshot has nothing under the hash that was given, and the operator's own id is taken";
            outcome.found(STALE.found(message).of(operator).action("remove setUidHash"));
        }
    }
}
