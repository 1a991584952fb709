//! Policies that are refused before anything is looked at: one line that names the rule and what to write instead.

use crate::written;

#[test]
fn a_policy_that_means_nothing_is_refused_with_one_line() {
    for (policy, message) in [
        (&[][..], "the policy is empty, and what no rule keeps would go (R-05); give a rule such as keep-last 5"),
        (&["drop-damaged"], "the policy is empty"),
        (&["keep-last 0"], "keep-last 0: a quota of 0 keeps nothing (R-05); write 1 at least, or leave the rule out"),
        (&["keep-last 5", "keep-daily 0"], "keep-daily 0: a quota of 0"),
        (&["keep-hourly 0 of savepoint"], "keep-hourly 0 of savepoint: a quota of 0"),
        (&["keep-within 0s"], "keep-within 0s: 0s is too short to mean anything here (R-05); write 1s at least"),
        (&["keep-within-daily 0d"], "keep-within-daily 0s: 0s is too short"),
        (
            &["keep-within-daily 23h"],
            "keep-within-daily 23h: 23h is too short to mean anything here (R-05); write 1d at least",
        ),
        (&["keep-within-monthly 7d"], "keep-within-monthly 7d: 7d is too short"),
        (&["keep-last 5", "keep-last 3"], "keep-last 3 and keep-last 5 are one rule given twice (R-05)"),
        (&["keep-last 5", "keep-last 5 of checkpoint"], "keep-last 5 and keep-last 5 are one rule given twice"),
        (&["keep-origin suspend", "keep-origin suspend"], "keep-origin suspend and keep-origin suspend are one rule"),
        (
            &["keep-kind savepoint", "keep-last 3 of native"],
            "keep-kind savepoint keeps every one, so keep-last 3 of native can",
        ),
        (
            &["keep-kind checkpoint", "keep-last 3"],
            "keep-kind checkpoint keeps every one, so keep-last 3 can mean nothing",
        ),
        (
            &["keep-kind checkpoint", "expire-ended-after 30d", "select all", "allow-empty-group"],
            "keep-kind checkpoint keeps every one, so expire-ended-after can mean nothing",
        ),
        (&["keep-kind native of savepoint"], "keep-kind native names its kind itself"),
        (&["expire-ended-after 30d", "allow-empty-group"], "expire-ended-after removes all of a lineage: select"),
        (
            &["expire-ended-after 30d", "select all"],
            "expire-ended-after removes all checkpoints of a lineage; that needs allow-empty",
        ),
        (&["expire-ended-after 0s", "select all", "allow-empty-group"], "expire-ended-after 0s: 0s is too short"),
        (&["keep-last 5", "allow-empty-group"], "allow-empty-group removes all of a lineage: select"),
        (&["keep-last 5", "select all"], "lineages are selected, but neither expire-ended-after nor allow-empty-group"),
    ] {
        let error = written::policy(policy).expect_err(&format!("{policy:?} means nothing")).to_string();
        assert!(error.starts_with(message), "{policy:?}: {error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn several_kinds_and_origins_are_several_rules() {
    for policy in [
        &["keep-last 5", "keep-last 3 of savepoint", "keep-last 2 of native"][..],
        &["keep-origin suspend", "keep-origin upgrade", "keep-last 1"],
        &["keep-kind native", "keep-last 1 of savepoint"],
        &["keep-kind native", "keep-kind savepoint", "keep-kind checkpoint"],
    ] {
        assert!(written::policy(policy).is_ok(), "{policy:?}");
    }
}

#[test]
fn policies_that_mean_the_same_have_the_same_lines_whatever_their_order() {
    let lines = |policy: &[&str]| written::policy(policy).expect("a policy").lines();
    let one = lines(&[
        "keep-last 5",
        "keep-within 7d",
        "expire-ended-after 30d",
        "select /r/b",
        "select /r/a",
        "allow-empty-group",
    ]);
    let same = lines(&[
        "allow-empty-group",
        "select /r/a",
        "select /r/b",
        "keep-within 168h",
        "keep-last 5 of checkpoint",
        "expire-ended-after 720h",
    ]);
    assert_eq!(one, same);
    assert_eq!(
        one,
        [
            "keep-last 5",
            "keep-within 7d",
            "savepoints are kept: no rule names them",
            "expire-ended-after 30d",
            "select file:/r/a",
            "select file:/r/b",
            "allow-empty-group",
            "group-by root, lineage, kind, directory, job, operators",
            "time-zone +00:00",
        ]
    );
    assert_ne!(lines(&["keep-last 5"]), lines(&["keep-last 5", "time-zone +02:00"]));
    assert_ne!(lines(&["keep-last 5"]), lines(&["keep-last 5", "drop-damaged"]));
}

#[test]
fn keep_last_of_checkpoints_is_what_is_held_against_num_retained() {
    for (policy, keep_last) in [
        (&["keep-last 5", "keep-last 3 of savepoint"][..], Some(5)),
        (&["keep-last 3 of savepoint", "keep-within 7d"], None),
        (&["keep-last 2 of checkpoint"], Some(2)),
    ] {
        assert_eq!(written::policy(policy).expect("a policy").keep_last(), keep_last, "{policy:?}");
    }
}
