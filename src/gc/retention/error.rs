//! What is wrong with a policy: one line that names the rule and says what to write instead.

use std::time::Duration;

use super::rule::duration_text;
use super::{KindSelector, Rule};

/// A policy that is refused, before anything is planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// No rule at all.
    #[error(
        "the policy is empty, and what no rule keeps would go (R-05); give a rule such as keep-last 5, or keep-kind checkpoint to keep all"
    )]
    Empty,
    /// A quota of nothing.
    #[error("{rule}: a quota of 0 keeps nothing (R-05); write 1 at least, or leave the rule out")]
    ZeroQuota {
        /// The rule.
        rule: Rule,
    },
    /// A duration of nothing, or one that a rule cannot mean.
    #[error(
        "{rule}: {} is too short to mean anything here (R-05); write {} at least, as in keep-within 7d",
        duration_text(*.duration),
        duration_text(*.least)
    )]
    ShortDuration {
        /// The rule as it was given.
        rule: String,
        /// Its duration.
        duration: Duration,
        /// The shortest that makes sense.
        least: Duration,
    },
    /// One rule, twice for the same snapshots.
    #[error("{one} and {other} are one rule given twice (R-05); leave one of them out")]
    Twice {
        /// The one.
        one: Rule,
        /// The other.
        other: Rule,
    },
    /// A rule that can do nothing beside another.
    #[error("{all} keeps every one, so {rule} can mean nothing (R-05); leave one of them out")]
    Contradiction {
        /// The rule that keeps all.
        all: Rule,
        /// The rule that says how many.
        rule: String,
    },
    /// Not a rule.
    #[error(
        "{text:?} is no rule; write one as in keep-last 5, keep-within 7d, keep-daily 7 or keep-last 3 of savepoint"
    )]
    NotARule {
        /// The text as given.
        text: String,
    },
    /// A value that the rule does not take.
    #[error("{name} {value}: {problem}")]
    Value {
        /// Name of the rule or setting.
        name: String,
        /// The value as given.
        value: String,
        /// What is wrong with it, and what to write.
        problem: String,
    },
    /// `keep-kind` with a kind beside the one that it names.
    #[error("keep-kind {kind} names its kind itself; leave out the second kind, {of}")]
    KindTwice {
        /// The kind that is kept.
        kind: KindSelector,
        /// The kind that was given with it.
        of: KindSelector,
    },
    /// Removing everything of a lineage is asked for without saying of which.
    #[error(
        "{setting} removes all of a lineage: select the lineages by job id or URI, or all of them with the word all (R-05)"
    )]
    NothingSelected {
        /// The setting that removes.
        setting: &'static str,
    },
    /// Removing everything of a lineage is asked for without allowing it.
    #[error("expire-ended-after removes all checkpoints of a lineage; that needs allow-empty-group as well (R-05)")]
    EmptyGroupNotAllowed,
    /// Lineages are selected and nothing removes them.
    #[error(
        "lineages are selected, but neither expire-ended-after nor allow-empty-group is given (R-05); add one of them, or select nothing"
    )]
    SelectedForNothing,
    /// Nothing restorable of a group would stay.
    #[error(
        "the policy keeps nothing of {group}, where {restorable} could be restored{} (R-05); add a rule that keeps some, such as keep-last 1{}, or select the lineage and give allow-empty-group",
        and_of(*.others),
        .of.map_or_else(String::new, |of| format!(" of {of}"))
    )]
    KeepsNothing {
        /// The group, in words.
        group: String,
        /// How many of it could be restored.
        restorable: usize,
        /// How many more groups would be left with nothing.
        others: usize,
        /// What kind the rule must name.
        of: Option<KindSelector>,
    },
}

fn and_of(number: usize) -> String {
    match number {
        0 => String::new(),
        1 => ", nor of 1 more group".to_owned(),
        more => format!(", nor of {more} more groups"),
    }
}
