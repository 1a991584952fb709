//! A member and what was found about it so far.

use chrono::{DateTime, Utc};

use super::{Keep, Member, PolicyParts, Rule, Verdict};
use crate::gc::lineage::Condition;
use crate::report::SnapshotKind;

pub(super) struct Judged<'m> {
    pub(super) member: &'m Member,
    /// When it was completed, if it counts toward quotas.
    pub(super) counts: Option<DateTime<Utc>>,
    /// Whether it goes with its lineage (`expire-ended-after`).
    pub(super) expires: bool,
    /// What keeps it.
    pub(super) keeps: Vec<String>,
    /// Why it goes if nothing keeps it, where there is more to say than that.
    pub(super) retired: Option<String>,
}

impl<'m> Judged<'m> {
    /// With what keeps the member whatever the others are.
    pub(super) fn new(member: &'m Member, parts: &PolicyParts, expires: bool, now: DateTime<Utc>) -> Self {
        let mut keeps = unknowns(member, now);
        let restorable = member.condition == Condition::Restorable;
        // only what could be restored counts, so that no damaged one pushes a good one out.
        let counts = member.completed_at.filter(|_| restorable && keeps.is_empty());
        // what no rule names is kept, and no rule names savepoints without saying so.
        let is_exposed = || parts.rules.iter().filter_map(Rule::exposes).any(|kind| kind.covers(member));
        let is_kept_by_kind =
            || parts.rules.iter().any(|rule| matches!(rule.keep, Keep::Kind(kind) if kind.covers(member)));
        if counts.is_some() && !expires && !is_exposed() && !is_kept_by_kind() {
            keeps.push(unnamed(member).to_owned());
        }
        Self { member, counts, expires, keeps, retired: None }
    }

    pub(super) fn into_verdict(self) -> Verdict {
        let why = || self.retired.unwrap_or_else(|| "no rule keeps it".to_owned());
        let retired = if self.keeps.is_empty() { Some(why()) } else { None };
        Verdict { number: self.member.number, keeps: self.keeps, retired }
    }
}

/// What is not known about a member, so that it can be judged by nothing else.
fn unknowns(member: &Member, now: DateTime<Utc>) -> Vec<String> {
    let future = member.completed_at.is_some_and(|time| time > now);
    let reasons = [
        (member.kind == SnapshotKind::Unspecified, "nothing tells whether it is a checkpoint or a savepoint"),
        (member.completed_at.is_none(), "nothing tells when it was completed"),
        // a time in the future says nothing about age. What has one stays, and pushes nothing out.
        (future, "R-06: its time lies in the future"),
        (member.checkpoint_id.is_none(), "its checkpoint id is not known"),
        (
            member.condition == Condition::Unreadable,
            "its metadata does not parse, so what it names is not known (S-03)",
        ),
        (member.condition == Condition::NotUnderstood, "its metadata is not understood (S-03)"),
    ];
    reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, why)| why.to_owned()).collect()
}

/// Why a member stays that no rule speaks of.
pub(super) fn unnamed(member: &Member) -> &'static str {
    if member.kind == SnapshotKind::Savepoint {
        "savepoints are kept unless a rule names them"
    } else {
        "checkpoints are kept: no rule names them"
    }
}
