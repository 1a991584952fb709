//! # Ids of SQL
//!
//! **What it finds.** Operators of SQL whose ids follow from the topology, and ids of the snapshot that a compiled plan has only under another
//! format of uids.
//!
//! **Why.** Flink gives uids to operators of SQL only where the job comes from a compiled plan (`table.exec.uid.generation`, PLAN_ONLY), and makes
//! them of the number of the node: `<id>_<transformation>` since 1.16, `<id>_<type>_<version>_<transformation>` in 1.15
//! (`table.exec.uid.format`).
//!
//! **What Flink does.** Nothing, until an id has changed: then the state has no owner, and the job manager refuses.
//!
//! **Example.** A plan that 1.15 compiled is started on 1.20 from the savepoint of 1.15.
//!
//! **Fix.** Compile the statement, and start its jobs from the plan; a plan maps to no state of the same statement without one. Set
//! `table.exec.uid.format` to the format of the snapshot.

use std::collections::BTreeMap;

use super::sql::has_rows;
use super::{Code, Context, Details, FlinkReaction, Outcome, Rule, Severity, Verdict};
use crate::compat::mapping::Fate;
use crate::identify::operator_id_of;
use crate::model::OperatorId;

const FORMAT: Code = Code::error("SQL_UID_FORMAT_CHANGED", FlinkReaction::Refused);
const NOT_PINNED: Code = Code::warning("SQL_IDS_NOT_PINNED");

pub(in crate::compat) const RULE: Rule = Rule { name: "sql_ids", codes: &[FORMAT, NOT_PINNED], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    for operator in &context.source.operators {
        if operator.facts.auto_generated == Some(true) && operator.has_own_state && has_rows(operator) {
            let message = "its id follows from the topology, as of all statements that are not started from a plan";
            let action = "compile the statement and start its next job without this state from the plan";
            outcome.found(NOT_PINNED.found(message).of(operator).action(action));
        }
    }
    format(context, outcome);
}

fn format(context: &Context<'_>, outcome: &mut Outcome) {
    let Some(plan) = &context.target.sql else { return };
    let others = plan.nodes.values().flat_map(|node| {
        node.under_the_other_format.iter().map(|uid| (operator_id_of(uid), (uid.as_str(), node.tells_format)))
    });
    let others: BTreeMap<OperatorId, (&str, bool)> = others.collect();
    for (position, operator) in context.source.operators.iter().enumerate() {
        let has_no_owner = matches!(context.mapping.fate(position), Fate::Unmatched | Fate::Uncertain);
        let Some((uid, is_told)) = others.get(&operator.id).filter(|_| has_no_owner && operator.has_state()) else {
            continue;
        };
        let finding = FORMAT.found("the plan has this operator only under another format of uids").of(operator);
        let finding = finding.evidence(format!("in the snapshot it is {uid}"));
        let is_long = uid.matches('_').count() > 1;
        let format = if is_long { "<id>_<type>_<version>_<transformation>" } else { "<id>_<transformation>" };
        let finding = finding.action(format!("set table.exec.uid.format to {format}"));
        // Where the node tells none, it is that of the configuration of the job. A plan of 1.15 has one format on 1.15, and another one on
        // later releases.
        let is_certain = *is_told && context.mapping.without_id.is_empty();
        outcome.found(if is_certain { finding } else { finding.leading_to(Verdict::Unknown, Severity::Unknown) });
    }
}
