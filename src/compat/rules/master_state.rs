//! # Master hooks
//!
//! **What it finds.** State of hooks of the checkpoint coordinator that the job does not have.
//!
//! **Why.** Old external sources keep state on the job manager, by the name of a hook.
//!
//! **What Flink does.** A job with hooks, but without this one, is refused unless allowNonRestoredState is set. A job without any hooks
//! drops all such state without a word.
//!
//! **Example.** The source that had the hook was replaced.
//!
//! **Fix.** Keep the source, or accept the loss.

use super::{Code, Context, Coverage, Details, FlinkReaction, Outcome, Rule, Severity, Verdict};

const UNMATCHED: Code = Code {
    name: "MASTER_STATE_UNMATCHED",
    severity: Severity::Error,
    verdict: Verdict::NeedsFlag,
    flink: FlinkReaction::Refused,
};

pub(in crate::compat) const RULE: Rule = Rule { name: "master_state", codes: &[UNMATCHED], check };

fn check(context: &Context<'_>, outcome: &mut Outcome) {
    if context.source.master_states.is_empty() || context.target.is_unchanged {
        return;
    }
    let Some(hooks) = &context.target.master_hooks else {
        let needs = "the hooks of the job's checkpoint coordinator";
        outcome.not_checked("whether the state of master hooks is restored", needs, Coverage::Types);
        return;
    };
    for name in context.source.master_states.iter().filter(|name| !hooks.contains(*name)) {
        let finding = UNMATCHED.found(format!("the job has no master hook {name:?}, whose state is lost"));
        let mut finding = finding.action("keep the source that has the hook");
        if hooks.is_empty() {
            finding = finding.leading_to(Verdict::Partial, Severity::Warning);
            finding.flink = FlinkReaction::Silent.into();
        } else if context.allows_dropping() {
            finding = finding.leading_to(Verdict::Partial, Severity::Warning);
            finding.flink = FlinkReaction::Logged.into();
            finding.accepted_by = Some("allowNonRestoredState".to_owned());
        }
        outcome.found(finding);
    }
}
