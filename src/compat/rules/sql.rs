//! # Statements of SQL
//!
//! **What it finds.** State of operators that SQL made, rows of it with other columns, and several operators that changed at once.
//!
//! **Why.** What a column of such state means follows from the statement, and a snapshot records only its type. Two statements may have equal
//! types and different meanings. Where the types differ the rows cannot be read: they are never migrated.
//!
//! **What Flink does.** It restores where ids and types are equal. A `COUNT` that became a `MAX` over a `BIGINT` was seen to go on with the
//! numbers of the count. Rows with other columns, or with one that can be null and could not before, are incompatible
//! (`RowDataSerializerSnapshot`): the task fails at the first use of the state. Several changes at once are judged one by one.
//!
//! **Example.** `SELECT k, COUNT(*)` became `SELECT k, MAX(v)`; or `SELECT k, COUNT(*), SUM(v)`, which keeps another row for each key.
//!
//! **Fix.** Start a changed statement without the state of the old one, or make sure that it means the same. Change one thing at a time.

use std::collections::BTreeSet;

use super::{Code, Context, Coverage, Details, FlinkReaction, Outcome, Rule, Severity, Verdict};
use crate::compat::source::SourceOperator;
use crate::identify::sql_node_of;
use crate::report::{SchemaCompatibility, State};

const STATEMENT: Code = Code::unknown("SQL_STATEMENT_UNVERIFIABLE");
pub(super) const ROWTYPE: Code = Code::error("SQL_ROWTYPE_CHANGED", FlinkReaction::TaskFails);
const MULTIPLE: Code = Code { verdict: Verdict::Compatible, ..Code::unknown("SQL_MULTIPLE_CHANGES") };

pub(in crate::compat) const RULE: Rule = Rule { name: "sql", codes: &[STATEMENT, ROWTYPE, MULTIPLE], check };

/// Findings that say that an operator is another one than it was.
const CHANGES: [&str; 5] =
    ["SQL_ROWTYPE_CHANGED", "KEY_SERIALIZER_CHANGED", "OP_STATE_UNMATCHED", "TTL_SWITCHED", "NAMESPACE_CHANGED"];

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
    row_types(context, outcome);
    several_changes(context, outcome);
}

fn row_types(context: &Context<'_>, outcome: &mut Outcome) {
    for pair in context.states.iter().filter(|pair| pair.before.is_some_and(is_row)) {
        let Some(operator) = context.source.operators.get(pair.source) else { continue };
        let Some(value) = pair.value.as_ref().filter(|value| value.outcome == SchemaCompatibility::Incompatible) else {
            continue;
        };
        for reason in value.reasons.iter().filter(|reason| reason.outcome == SchemaCompatibility::Incompatible) {
            let mut finding = ROWTYPE.found(reason.why.clone()).of(operator).of_state(pair.name);
            finding.path = Some(reason.path.clone());
            outcome.found(finding.action("keep the columns of the statement, or start it without this state"));
        }
    }
}

/// Each change is judged by itself; what they mean together nobody has looked at.
fn several_changes(context: &Context<'_>, outcome: &mut Outcome) {
    let of_sql: BTreeSet<&str> = context
        .source
        .operators
        .iter()
        .filter(|operator| has_rows(operator) || operator.facts.uid.as_deref().and_then(sql_node_of).is_some())
        .map(|operator| operator.facts.operator_id.as_str())
        .collect();
    let changed: BTreeSet<&str> = outcome
        .findings
        .iter()
        .filter(|finding| CHANGES.contains(&finding.code.as_str()))
        .filter_map(|finding| finding.operator_id.as_deref().filter(|id| of_sql.contains(id)))
        .collect();
    if changed.len() > 1 {
        let message = format!("{} operators of SQL changed at once, and each was judged by itself", changed.len());
        let evidence = changed.into_iter().collect::<Vec<_>>().join(", ");
        outcome.found(MULTIPLE.found(message).evidence(evidence).action("change one thing at a time"));
    }
}

/// Whether SQL most probably made an operator: it keeps rows of the Table API.
pub(super) fn has_rows(operator: &SourceOperator) -> bool {
    operator.facts.states.iter().any(is_row)
}

/// Rows of the Table API (`RowDataSerializer`), at the top or inside of a list or map.
pub(super) fn is_row(state: &State) -> bool {
    let value = state.value.as_ref();
    let inside = value.into_iter().flat_map(|value| &value.parameters);
    value.into_iter().chain(inside).any(|part| part.serializer_snapshot.ends_with("RowDataSerializerSnapshot"))
}
