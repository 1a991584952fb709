//! # Raw state
//!
//! **What it finds.** State that an operator wrote itself, without a state backend.
//!
//! **Why.** Only the operator knows what is in it.
//!
//! **What Flink does.** It hands the bytes to the operator.
//!
//! **Example.** Timers on the heap, beside a RocksDB that keeps the rest.
//!
//! **Fix.** None is needed while the operator stays what it is.

use super::{Code, Context, Coverage, Details, Outcome, Rule, Severity, Verdict};

const OPAQUE: Code = Code::unknown("RAW_STATE_OPAQUE");

pub(in crate::compat) const RULE: Rule = Rule { name: "raw_state", codes: &[OPAQUE], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    for (operator, _, _) in context.pairs().filter(|(operator, _, _)| operator.has_raw_state) {
        let message = "it has raw state, which only it can read";
        outcome.found(OPAQUE.found(message).of(operator).leading_to(Verdict::Compatible, Severity::Unknown));
        if !context.target.is_unchanged {
            outcome.not_checked("what is in raw state", "nothing that a snapshot records", Coverage::Mapping);
        }
    }
}
