//! # Statements of SQL on a vendor's engine
//!
//! **What it finds.** Nothing of its own: beside a changed row or key of SQL it says what Alibaba publishes for its engine.
//!
//! **Why.** That engine (Realtime Compute for Apache Flink, vvr-4.0.11-flink-1.13 and later) migrates some states of SQL that Flink does not. It
//! is the vendor's word from its published compatibility reference, and nobody has tried it here.
//!
//! **What Flink does.** It refuses every changed row, whatever the vendor says: the verdict is that of Flink.
//!
//! **Example.** `SUM(v)` is deleted from a statement that keeps a `COUNT(*)`: incompatible in Flink, compatible by the vendor's reference.
//!
//! **Fix.** On that engine, look up the change in its reference, and change one thing at a time: several at once are unknown there, and so are
//! another release of Flink, and changed functions and connectors of one's own.

use std::collections::BTreeSet;

use super::{Code, Context, Details, Outcome, Rule};

const VENDOR: Code = Code::info("SQL_VENDOR_VERDICT");

pub(in crate::compat) const RULE: Rule = Rule { name: "sql_vendor", codes: &[VENDOR], check };

/// Parts of a statement by their transformations, and what the reference says of changing them.
const WORDS: &[(&[&str], &str)] = &[
    (
        &[
            "group-aggregate",
            "global-group-aggregate",
            "incremental-group-aggregate",
            "group-window-aggregate",
            "window-aggregate",
            "global-window-aggregate",
        ],
        "deleting or reordering aggregates without DISTINCT is compatible; adding or modifying one is partially compatible, it counts from 0; \
         other keys, any change of a DISTINCT aggregate, and another window are incompatible",
    ),
    (
        &["over-aggregate"],
        "deleting or reordering aggregates is compatible; adding or modifying one is partially compatible; another input, partition or order is \
         incompatible",
    ),
    (
        &["deduplicate"],
        "reordering keys is compatible; other keys or another order are incompatible; so are other columns, but with the first row by processing time",
    ),
    (
        &["rank"],
        "reordering keys, and the rank as a column or not, are compatible; other keys, order, N or fields are incompatible",
    ),
    (
        &["join", "interval-join", "temporal-join"],
        "another type, condition, interval or input of the join is incompatible",
    ),
    (&["match"], "another pattern, measures, skip strategy, partition or order is incompatible"),
];

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    let is_changed = |code: &str| code == super::sql::ROWTYPE.name || code == "KEY_SERIALIZER_CHANGED";
    let mut changed = BTreeSet::new();
    for finding in outcome.findings.iter().filter(|finding| is_changed(&finding.code)) {
        changed.extend(finding.operator_id.clone());
    }
    for (operator, _, continued) in context.pairs() {
        if !changed.contains(&operator.facts.operator_id) {
            continue;
        }
        let uid = operator.facts.uid.as_deref().or(continued.uid.as_deref());
        let transformation = uid.filter(|uid| crate::identify::sql_node_of(uid).is_some());
        let transformation = transformation.and_then(|uid| uid.rsplit('_').next());
        let words = WORDS.iter().find(|(names, _)| transformation.is_some_and(|name| names.contains(&name)));
        if let Some((_, words)) = words {
            let message =
                "a vendor's engine may restore what Flink refuses; this is the vendor's word, and not Flink's";
            let finding = VENDOR.found(message).of(operator);
            outcome
                .found(finding.evidence(format!("Alibaba's reference for vvr-4.0.11-flink-1.13 and later: {words}")));
        }
    }
}
