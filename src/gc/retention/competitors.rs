//! Members that compete for one quota, and the rules at work on them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::group::{GroupBy, Key};
use super::judged::Judged;
use super::take::Taker;
use super::{Member, PolicyParts};
use crate::gc::lineage::Condition;

/// A member that counts.
#[derive(Clone, Copy)]
pub(super) struct Counted<'m> {
    pub(super) member: &'m Member,
    pub(super) time: DateTime<Utc>,
    /// Where it is in the list of all.
    pub(super) index: usize,
    expires: bool,
}

/// A group.
#[derive(Default)]
pub(super) struct Competitors<'m, 'p> {
    /// Those that count, the newest first.
    pub(super) counted: Vec<Counted<'m>>,
    /// Those that could be restored but do not count, because something about them is not known.
    pub(super) uncounted: usize,
    /// Whether the job of one of them may still run.
    pub(super) may_run: bool,
    /// Whether one of them is of a lineage of which something has to be left.
    pub(super) is_protected: bool,
    /// The rules, when they have seen everything that counts.
    takers: Vec<Taker<'p>>,
}

impl<'m, 'p> Competitors<'m, 'p> {
    /// Puts members into their groups.
    pub(super) fn of(verdicts: &[Judged<'m>], by: &GroupBy, parts: &PolicyParts) -> BTreeMap<Key<'m>, Self> {
        let mut groups = BTreeMap::<_, Self>::new();
        for (index, judged) in verdicts.iter().enumerate() {
            let Judged { member, expires, .. } = *judged;
            let group = groups.entry(by.key(member)).or_default();
            group.may_run |= !member.ended;
            group.is_protected |= !parts.selected.iter().any(|selector| selector.selects(&member.group));
            match judged.counts {
                Some(time) => group.counted.push(Counted { member, time, index, expires }),
                None if member.condition == Condition::Restorable => group.uncounted += 1,
                None => {}
            }
        }
        for group in groups.values_mut() {
            // The place decides what nothing else does, so that the order of a listing never matters.
            group.counted.sort_by(|a, b| newness(b).cmp(&newness(a)));
        }
        groups
    }

    /// Lets each rule look at the group from the newest to the oldest: they are a union.
    pub(super) fn apply(&mut self, parts: &'p PolicyParts, verdicts: &mut [Judged<'_>]) {
        // What expires with its lineage takes no place from others.
        let newest = self.counted.iter().find(|counted| !counted.expires).or(self.counted.first());
        let Some(newest) = newest.map(|counted| counted.time) else { return };
        self.takers = parts.rules.iter().map(|rule| Taker::new(rule, parts.zone, newest)).collect();
        for counted in &self.counted {
            let Some(judged) = verdicts.get_mut(counted.index) else { continue };
            for taker in &mut self.takers {
                if taker.rule.speaks_of(counted.member) && !(counted.expires && taker.rule.is_quota()) {
                    judged.keeps.extend(taker.take(counted.time));
                }
            }
        }
    }

    /// Whether a rule would keep one more, older than all that count.
    pub(super) fn would_keep(&self, member: &Member, time: DateTime<Utc>, expires: bool) -> bool {
        self.takers.iter().any(|taker| {
            let is_asked = taker.rule.speaks_of(member) && !(expires && taker.rule.is_quota());
            is_asked && taker.clone().take(time).is_some()
        })
    }

    /// Whether every member that could be restored is known to be newer.
    pub(super) fn all_newer_than(&self, time: DateTime<Utc>) -> bool {
        self.uncounted == 0 && self.counted.last().is_some_and(|oldest| oldest.time > time)
    }

    /// Number of members that could be restored.
    pub(super) fn restorable(&self) -> usize {
        self.counted.len() + self.uncounted
    }
}

/// Newest is by completion time, then by checkpoint id.
fn newness<'m>(counted: &Counted<'m>) -> impl Ord + use<'m> {
    (counted.time, counted.member.checkpoint_id, &counted.member.location, counted.member.number)
}
