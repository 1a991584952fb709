//! # New operators
//!
//! **What it finds.** Operators that only the job has, while state of the snapshot has no owner: probable renames.
//!
//! **Why.** An operator that has no entry in the snapshot starts empty. That is what a new one shall do; one that got another uid by
//! mistake does it, too.
//!
//! **What Flink does.** Nothing: it starts the operator empty and says nothing.
//!
//! **Example.** `totals` is in the snapshot only, `sums` in the job only, and both have the state `sum`.
//!
//! **Fix.** The lines that the finding shows, in the program.

use super::{Code, Context, Details, FlinkReaction, Outcome, Rule, Severity, Verdict};
use crate::compat::mapping::Fate;

const EMPTY: Code = Code::info("OP_STARTS_EMPTY");
const RENAME: Code = Code::loss("OP_PROBABLE_RENAME", FlinkReaction::Silent);

pub(in crate::compat) const RULE: Rule = Rule { name: "new_operators", codes: &[EMPTY, RENAME], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    for rename in &context.renames {
        let (Some(before), Some(after)) =
            (context.source.operators.get(rename.source), context.target.operator(rename.place))
        else {
            continue;
        };
        let line = match &before.facts.uid {
            Some(uid) => format!(".uid({uid:?})"),
            None => format!(".setUidHash(\"{}\")", before.facts.operator_id),
        };
        let message =
            format!("{} probably continues {} under another uid, and starts empty", after.label(), before.label());
        let mut finding = RENAME
            .found(message)
            .of(before)
            .evidence(rename.evidence.clone())
            .action(format!("write {line} at {}", after.label()));
        // That its state has no owner is a finding of its own, and decides what happens.
        if context.mapping.fate(rename.source) == Fate::Uncertain || !context.target.uid_hashes_known {
            finding = finding.leading_to(Verdict::Unknown, Severity::Unknown);
        }
        finding.accepted_by = context.allows_dropping().then(|| "allowNonRestoredState".to_owned());
        outcome.found(finding);
    }
    let is_unmatched = |(at, operator): (usize, &crate::compat::source::SourceOperator)| {
        matches!(context.mapping.fate(at), Fate::Unmatched | Fate::Uncertain) && operator.has_own_state
    };
    let something_has_no_owner = context.source.operators.iter().enumerate().any(is_unmatched);
    for place in &context.mapping.new {
        let Some(operator) = context.target.operator(*place) else { continue };
        let stateful = operator.has_state == Some(true)
            || operator.states.as_ref().is_some_and(|states| !states.entries.is_empty());
        let is_renamed = context.renames.iter().any(|rename| rename.place == *place);
        if stateful && !is_renamed {
            let finding = EMPTY.found("the snapshot has nothing for this operator, which starts empty");
            let mut finding = finding.of_target(operator);
            if something_has_no_owner {
                finding.severity = Severity::Warning.into();
                finding.action = Some("if it continues another operator, give it the uid of that one".to_owned());
            }
            outcome.found(finding);
        }
    }
}
