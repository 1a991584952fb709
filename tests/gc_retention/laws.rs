//! What holds for every policy and every set of snapshots.

use std::collections::{BTreeMap, BTreeSet};

use keepoint::gc::lineage::{Condition, SnapshotNumber};
use keepoint::gc::retention::{Member, Policy, PolicyParts, Rule, Verdict, retain};
use proptest::prelude::*;

use crate::written;

const NOW: &str = "2026-11-26T12:00";

const RULES: [&str; 16] = [
    "keep-last 1",
    "keep-last 3",
    "keep-within 2d",
    "keep-hourly 3",
    "keep-daily 3",
    "keep-weekly 2",
    "keep-monthly 2",
    "keep-within-daily 4d",
    "keep-within-weekly 14d",
    "keep-last 2 of savepoint",
    "keep-last 1 of native",
    "keep-within 1d of native",
    "keep-daily 2 of savepoint",
    "keep-kind native",
    "keep-origin suspend",
    "keep-origin suspend of savepoint",
];

const GROUPS: [&str; 5] = ["root,lineage", "root", "lineage", "directory", "job"];

/// Times are few, so that many fall together.
fn snapshot() -> impl Strategy<Value = String> {
    let place = prop_oneof![
        4 => (0..3_u32, 0..12_u32).prop_map(|(job, number)| format!("job-{job}/chk-{number}")),
        3 => (0..2_u32, 0..12_u32).prop_map(|(job, number)| format!("s/savepoint-aaaaa{job}-{number:012}")),
    ];
    let time = prop_oneof![
        12 => (1..26_u32, 0..3_u32).prop_map(|(day, hour)| format!("2026-11-{day:02}T{:02}:00", hour * 7)),
        1 => Just("2027-01-01".to_owned()),
        1 => Just("-".to_owned()),
    ];
    let condition = prop_oneof![8 => Just(""), 2 => Just("damaged"), 1 => Just("not-checked"), 1 => Just("unreadable")];
    let origin = prop_oneof![3 => Just(""), 1 => Just("origin=suspend")];
    let native = prop_oneof![Just(""), Just("native")];
    (place, time, condition, origin, native, 1..3_u32).prop_map(
        |(place, time, condition, origin, native, operators)| {
            format!("{place} {time} {condition} {origin} {native} operators={operators}")
        },
    )
}

/// Jobs 1 and 2 have ended; the same place is there once.
fn snapshots() -> impl Strategy<Value = Vec<Member>> {
    proptest::collection::vec(snapshot(), 1..40).prop_map(|lines| {
        let unique: BTreeMap<_, _> =
            lines.iter().map(|line| (line.split_once(' ').expect("a place").0.to_owned(), line.as_str())).collect();
        let mut members = written::members(&unique.into_values().collect::<Vec<_>>());
        for member in &mut members {
            let place = member.location.to_string();
            member.ended = ["job-1", "job-2", "aaaaa1"].iter().any(|job| place.contains(job));
        }
        members
    })
}

fn policy() -> impl Strategy<Value = PolicyParts> {
    let rules = proptest::sample::subsequence(&RULES[..], 1..5);
    (rules, proptest::sample::select(&GROUPS[..]), any::<bool>()).prop_map(|(rules, group_by, drop_damaged)| {
        PolicyParts {
            rules: rules.iter().map(|rule| rule.parse().expect("a rule")).collect(),
            group_by: group_by.parse().expect("parts"),
            drop_damaged,
            ..PolicyParts::default()
        }
    })
}

/// Verdicts, unless the policy is refused.
fn judged(parts: &PolicyParts, members: &[Member]) -> Option<BTreeMap<SnapshotNumber, Verdict>> {
    let policy = Policy::new(parts.clone()).ok()?;
    let verdicts = retain(&policy, members, written::time(NOW)).ok()?;
    assert_eq!(verdicts.len(), members.len());
    for (verdict, member) in verdicts.iter().zip(members) {
        assert_eq!(verdict.number, member.number);
        assert_eq!(verdict.keeps.is_empty(), verdict.retired.is_some());
    }
    Some(verdicts.into_iter().map(|verdict| (verdict.number, verdict)).collect())
}

fn kept(verdicts: &BTreeMap<SnapshotNumber, Verdict>) -> BTreeSet<SnapshotNumber> {
    verdicts.values().filter(|verdict| !verdict.keeps.is_empty()).map(|verdict| verdict.number).collect()
}

fn is_restorable(member: &Member) -> bool {
    member.condition == Condition::Restorable
}

fn counts(member: &Member) -> bool {
    is_restorable(member) && member.completed_at.is_some_and(|time| time <= written::time(NOW))
}

/// Kept for no other reason than that no rule named its kind.
fn is_unnamed(verdict: &Verdict) -> bool {
    verdict.keeps.iter().any(|why| why.contains("unless a rule names them") || why.contains("no rule names them"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn one_more_rule_retires_nothing_that_a_rule_spoke_of(
        parts in policy(), members in snapshots(), rule in proptest::sample::select(&RULES[..])
    ) {
        let mut more = parts.clone();
        more.rules.push(rule.parse::<Rule>().expect("a rule"));
        if let (Some(before), Some(after)) = (judged(&parts, &members), judged(&more, &members)) {
            let kept_after = kept(&after);
            for number in kept(&before) {
                // the first rule that names savepoints is what exposes them.
                let verdict = &before[&number];
                prop_assert!(is_unnamed(verdict) || kept_after.contains(&number), "{rule} retires {number:?}: {verdict:?}");
            }
        }
    }

    #[test]
    fn the_order_of_a_listing_does_not_matter(
        parts in policy(), (members, shuffled) in snapshots().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle()))
    ) {
        prop_assert_eq!(judged(&parts, &members), judged(&parts, &shuffled));
    }

    #[test]
    fn something_restorable_stays_of_every_lineage_that_may_run_and_of_every_group(parts in policy(), members in snapshots()) {
        if let Some(verdicts) = judged(&parts, &members) {
            let kept = kept(&verdicts);
            let mut by_group: BTreeMap<String, Vec<&Member>> = BTreeMap::new();
            for member in members.iter().filter(|member| is_restorable(member)) {
                let series = member.group.savepoint.as_ref();
                let unit = series.map_or(member.group.lineage.to_string(), |series| format!("{series:?}"));
                if !member.ended && counts(member) {
                    by_group.entry(format!("{:?} {unit}", member.kind)).or_default().push(member);
                }
                // All of one kind in all roots is the widest group there is.
                by_group.entry(format!("{:?}", member.kind)).or_default().push(member);
            }
            for (group, members) in by_group {
                prop_assert!(members.iter().any(|member| kept.contains(&member.number)), "{group} is empty");
            }
        }
    }

    #[test]
    fn keep_last_alone_keeps_exactly_so_many_of_each_lineage(number in 1..6_usize, members in snapshots()) {
        let parts = PolicyParts { rules: vec![format!("keep-last {number}").parse().expect("a rule")], ..PolicyParts::default() };
        let kept = kept(&judged(&parts, &members).expect("it keeps something of everything"));
        let mut by_lineage: BTreeMap<_, (usize, usize)> = BTreeMap::new();
        for member in members.iter().filter(|member| counts(member) && member.group.savepoint.is_none()) {
            let (all, stay) = by_lineage.entry(member.group.lineage.to_string()).or_default();
            *all += 1;
            *stay += usize::from(kept.contains(&member.number));
        }
        for (lineage, (all, stay)) in by_lineage {
            prop_assert_eq!(stay, number.min(all), "{}", lineage);
        }
    }

    #[test]
    fn what_cannot_be_restored_or_lies_in_the_future_changes_nothing_for_the_others(
        parts in policy(), members in snapshots(), which in any::<proptest::sample::Index>(), future in any::<bool>()
    ) {
        let mut more = members.clone();
        let mut added = which.get(&members).clone();
        added.number = SnapshotNumber(1_000);
        added.location = added.location.join("../chk-1000");
        if future {
            added.completed_at = Some(written::time("2030-01-01"));
        } else {
            added.condition = Condition::Damaged { files: 1 };
        }
        more.push(added);
        if let (Some(before), Some(mut after)) = (judged(&parts, &members), judged(&parts, &more)) {
            let verdict = after.remove(&SnapshotNumber(1_000)).expect("a verdict for each");
            prop_assert!(!future || !verdict.keeps.is_empty());
            for member in members.iter().filter(|member| is_restorable(member)) {
                let (before, after) = (&before[&member.number], &after[&member.number]);
                prop_assert_eq!(before.keeps.is_empty(), after.keeps.is_empty(), "{:?} {:?}", before, after);
            }
            prop_assert!(kept(&before).is_subset(&kept(&after)));
        }
    }

    #[test]
    fn one_more_restorable_one_that_is_older_than_all_retires_nothing(
        parts in policy(), members in snapshots(), which in any::<proptest::sample::Index>()
    ) {
        let mut more = members.clone();
        let mut added = which.get(&members).clone();
        added.number = SnapshotNumber(1_000);
        added.condition = Condition::Restorable;
        added.completed_at = Some(written::time("2020-01-01"));
        more.push(added);
        if let (Some(before), Some(after)) = (judged(&parts, &members), judged(&parts, &more)) {
            // Where nothing could be restored before, what is damaged stayed because it was all there was.
            let stays = kept(&after);
            for number in kept(&before) {
                let verdict = &before[&number];
                let was_all = verdict.keeps.iter().any(|why| why.contains("drop-damaged leaves it"));
                prop_assert!(was_all || stays.contains(&number), "{verdict:?}");
            }
        }
    }

    #[test]
    fn what_is_not_read_not_dated_or_from_the_future_is_always_kept(parts in policy(), members in snapshots()) {
        if let Some(verdicts) = judged(&parts, &members) {
            for member in &members {
                let is_future = member.completed_at.is_none_or(|time| time > written::time(NOW));
                if is_future || member.condition == Condition::Unreadable {
                    prop_assert!(!verdicts[&member.number].keeps.is_empty(), "{member:?}");
                }
            }
        }
    }
}
