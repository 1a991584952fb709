//! # Statements of SQL
//!
//! **What it finds.** State of operators that SQL made.
//!
//! **Why.** What a column of such state means follows from the statement, and a snapshot records only its type. Two statements may have equal
//! types and different meanings.
//!
//! **What Flink does.** It restores where ids and types are equal. A `COUNT` that became a `MAX` over a `BIGINT` was seen to go on with the
//! numbers of the count.
//!
//! **Example.** `SELECT k, COUNT(*)` became `SELECT k, MAX(v)`.
//!
//! **Fix.** Start a changed statement without the state of the old one, or make sure that it means the same.

use super::{Code, Context, Coverage, Details, Outcome, Rule, Severity, Verdict};
use crate::report::State;

const STATEMENT: Code = Code::unknown("SQL_STATEMENT_UNVERIFIABLE");

pub(in crate::compat) const RULE: Rule = Rule { name: "sql", codes: &[STATEMENT], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    if context.target.is_unchanged {
        return;
    }
    for (operator, _, _) in context.pairs() {
        let Some(state) = operator.facts.states.iter().find(|state| is_row(state)) else { continue };
        let message = "what the columns of its state mean follows from the statement, which no snapshot records";
        let finding = STATEMENT.found(message).of(operator).of_state(&state.name);
        let finding = finding.leading_to(Verdict::Compatible, Severity::Unknown);
        outcome.found(finding.action("make sure that the statement is what it was"));
        let needs = "the statement of the job that took the snapshot, which it does not record";
        outcome.not_checked("whether statements of SQL mean the same", needs, Coverage::Mapping);
    }
}

/// Rows of the Table API (`RowDataSerializer`), at the top or inside of a list or map.
fn is_row(state: &State) -> bool {
    let value = state.value.as_ref();
    let inside = value.into_iter().flat_map(|value| &value.parameters);
    value.into_iter().chain(inside).any(|part| part.serializer_snapshot.ends_with("RowDataSerializerSnapshot"))
}
