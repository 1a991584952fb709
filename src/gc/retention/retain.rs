//! The policy at work on everything that was found.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::competitors::Competitors;
use super::damaged::{self, Fate, Surroundings};
use super::expire::Expired;
use super::group::{GroupBy, Key};
use super::judged::Judged;
use super::rule::duration_text;
use super::{KindSelector, Member, Policy, PolicyError, PolicyParts, Verdict};
use crate::report::SnapshotKind;

/// Says of each member which rules keep it. The verdicts come in the order of the members, and depend on that order in nothing else.
///
/// `now` is the clock of the stores. An error means that the policy would keep nothing of some group; then nothing is retired at all.
pub fn retain(policy: &Policy, members: &[Member], now: DateTime<Utc>) -> Result<Vec<Verdict>, PolicyError> {
    let parts = policy.parts();
    let expired = Expired::among(parts, members, now);
    let judged = members.iter().map(|member| Judged::new(member, parts, expired.includes(member), now));
    let mut judged: Vec<_> = judged.collect();

    let mut groups = Competitors::of(&judged, &parts.group_by, parts);
    for group in groups.values_mut() {
        group.apply(parts, &mut judged);
    }
    // However the policy groups: lineage and kind, and with savepoints what takes the place of the lineage.
    let finest = GroupBy::default();
    let units = Competitors::of(&judged, &finest, parts);
    for unit in units.values() {
        keep_one_while_the_job_may_run(unit, &mut judged);
    }
    for one in &mut judged {
        let member = one.member;
        if one.keeps.is_empty() && one.counts.is_none() {
            judge_uncounted(one, parts, groups.get(&parts.group_by.key(member)), units.get(&finest.key(member)));
        } else if one.keeps.is_empty() && one.expires {
            one.retired = Some(expiry(parts));
        }
    }
    refuse_to_empty_a_group(parts, &groups, &judged)?;
    Ok(judged.into_iter().map(Judged::into_verdict).collect())
}

/// a lineage that has not ended keeps one of each kind, whatever the policy; it is the newest, so that what else is found never
/// decides. S-35 adds to that elsewhere.
fn keep_one_while_the_job_may_run(unit: &Competitors<'_, '_>, judged: &mut [Judged<'_>]) {
    let newest = unit.counted.first().filter(|_| unit.may_run).and_then(|newest| judged.get_mut(newest.index));
    if let Some(newest) = newest.filter(|newest| newest.keeps.is_empty()) {
        let which = if unit.restorable() == 1 { "only" } else { "newest" };
        newest.keeps.push(format!("R-03: the {which} restorable one of a lineage that has not ended"));
    }
}

fn judge_uncounted(
    one: &mut Judged<'_>,
    parts: &PolicyParts,
    group: Option<&Competitors<'_, '_>>,
    unit: Option<&Competitors<'_, '_>>,
) {
    let (Some(group), Some(unit), Some(time)) = (group, unit, one.member.completed_at) else {
        one.keeps.push("it could not be judged".to_owned());
        return;
    };
    match damaged::judge(one.member, time, &Surroundings { parts, group, unit, expires: one.expires }) {
        Fate::Stays(why) => one.keeps.push(why),
        Fate::Goes(why) => one.retired = Some(why),
    }
}

/// where something could be restored, something restorable stays, unless all of it was selected to go.
fn refuse_to_empty_a_group(
    parts: &PolicyParts,
    groups: &BTreeMap<Key<'_>, Competitors<'_, '_>>,
    judged: &[Judged<'_>],
) -> Result<(), PolicyError> {
    let goes = |index: usize| judged.get(index).is_some_and(|one| one.keeps.is_empty());
    let mut emptied = groups.iter().filter(|(_, group)| {
        let may_be_empty = parts.allow_empty_group && !group.is_protected;
        let is_empty = group.uncounted == 0 && group.counted.iter().all(|counted| goes(counted.index));
        group.restorable() > 0 && is_empty && !may_be_empty
    });
    let Some((key, group)) = emptied.next() else { return Ok(()) };
    let of_savepoints = group.counted.first().is_some_and(|counted| counted.member.kind == SnapshotKind::Savepoint);
    Err(PolicyError::KeepsNothing {
        group: key.to_string(),
        restorable: group.restorable(),
        of: of_savepoints.then_some(KindSelector::Savepoint),
        others: emptied.count(),
    })
}

fn expiry(parts: &PolicyParts) -> String {
    let after = parts.expire_ended_after.unwrap_or_default();
    format!("expire-ended-after {}: its lineage has ended, and all of it is older", duration_text(after))
}
