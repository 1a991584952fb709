//! A test for each rule, which fails when the rule is left out.

use keepoint::gc::retention::{PolicyError, Verdict, retain};

use crate::written;

const NOW: &str = "2026-11-26T12:00";

fn judged(policy: &[&str], snapshots: &[&str]) -> Result<Vec<Verdict>, PolicyError> {
    retain(&written::policy(policy)?, &written::members(snapshots), written::time(NOW))
}

/// Which of them stay, by their place in the list.
fn kept(policy: &[&str], snapshots: &[&str]) -> Vec<u32> {
    let verdicts = judged(policy, snapshots).expect("the policy keeps something of everything");
    verdicts.iter().filter(|verdict| !verdict.keeps.is_empty()).map(|verdict| verdict.number.0).collect()
}

#[test]
fn r_01_a_savepoint_is_kept_where_no_rule_names_savepoints() {
    let snapshots = [
        "s/savepoint-aaaaaa-000000000001 2026-11-01",
        "s/savepoint-aaaaaa-000000000002 2026-11-02",
        "a/chk-1 2026-11-03",
    ];
    assert_eq!(kept(&["keep-last 1"], &snapshots), [0, 1, 2]);
    assert_eq!(kept(&["keep-last 1 of savepoint"], &snapshots), [1, 2]);
}

#[test]
fn r_01_checkpoints_and_savepoints_in_one_lineage_do_not_compete_however_it_is_grouped() {
    let snapshots = ["a/chk-1 2026-11-01", "a/savepoint-aaaaaa-000000000001 2026-11-02 lineage=a"];
    for group_by in ["group-by root", "group-by lineage", "group-by kind", "group-by directory"] {
        let ended = snapshots.map(|line| format!("{line} ended"));
        let ended: Vec<_> = ended.iter().map(String::as_str).collect();
        assert_eq!(kept(&["keep-last 1", "keep-last 1 of savepoint", group_by], &ended), [0, 1], "{group_by}");
    }
    // Nor is the age of one kind measured by the newest of the other.
    let snapshots =
        ["a/chk-1 2026-11-01", "a/chk-2 2026-11-02", "a/savepoint-aaaaaa-000000000001 2026-11-20 lineage=a"];
    for group_by in ["group-by root", "group-by directory"] {
        assert_eq!(kept(&["keep-within 2d", group_by], &snapshots), [0, 1, 2], "{group_by}");
    }
}

#[test]
fn r_01_jobs_and_roots_do_not_compete() {
    let snapshots = ["a/chk-1 2026-11-01 ended", "b/chk-1 2026-11-02 ended", "b/chk-2 2026-11-03 ended root=/q"];
    assert_eq!(kept(&["keep-last 1"], &snapshots), [0, 1, 2]);
    assert_eq!(kept(&["keep-last 1", "group-by root"], &snapshots), [1, 2]);
}

#[test]
fn r_02_a_damaged_one_fills_no_place_of_a_quota() {
    let snapshots =
        ["a/chk-1 2026-11-01", "a/chk-2 2026-11-02", "a/chk-3 2026-11-03 damaged", "a/chk-4 2026-11-04 not-checked"];
    assert_eq!(kept(&["keep-last 1"], &snapshots), [1, 2, 3]);
    assert_eq!(kept(&["keep-last 1", "drop-damaged"], &snapshots), [1, 3]);
}

#[test]
fn r_03_a_job_that_may_run_keeps_its_newest_whatever_the_policy() {
    let snapshots = ["a/chk-1 2026-11-01", "a/chk-2 2026-11-02", "b/chk-1 2026-11-20"];
    assert_eq!(kept(&["keep-last 1", "group-by root"], &snapshots), [1, 2]);
    assert_eq!(kept(&["keep-origin suspend of checkpoint"], &snapshots), [1, 2]);
}

#[test]
fn r_04_a_job_that_stopped_long_ago_does_not_age_out() {
    let snapshots = ["a/chk-1 2020-01-01 ended", "a/chk-2 2020-01-05 ended", "a/chk-3 2020-01-07 ended"];
    assert_eq!(kept(&["keep-within 3d"], &snapshots), [1, 2]);
    assert_eq!(kept(&["keep-within-daily 3d"], &snapshots), [1, 2]);
}

#[test]
fn r_04_only_expire_ended_after_counts_from_now() {
    let expire = |days: &str| {
        let after = format!("expire-ended-after {days}");
        kept(
            &["keep-last 9", &after, "select all", "allow-empty-group"],
            &["a/chk-1 2026-11-01 ended", "a/chk-2 2026-11-02 ended"],
        )
    };
    assert!(expire("24d").is_empty());
    assert_eq!(expire("25d"), [0, 1]);
}

#[test]
fn r_05_a_policy_that_keeps_nothing_of_a_group_is_refused() {
    let snapshots = ["a/chk-1 2026-11-01 ended", "a/chk-2 2026-11-02 ended"];
    let error = judged(&["keep-origin suspend of checkpoint"], &snapshots).expect_err("nothing would stay").to_string();
    assert_eq!(
        error,
        "the policy keeps nothing of the checkpoints in file:/r/a, where 2 could be restored (R-05); add a rule that keeps some, such as \
         keep-last 1, or select the lineage and give allow-empty-group"
    );
    let allowed = ["keep-origin suspend of checkpoint", "allow-empty-group", "select /r/a"];
    assert!(kept(&allowed, &snapshots).is_empty());
}

#[test]
fn r_06_what_lies_in_the_future_stays_and_is_not_what_others_are_measured_by() {
    let snapshots = ["a/chk-1 2026-11-01", "a/chk-2 2026-11-02", "a/chk-3 2036-01-01", "a/chk-4 2036-01-02"];
    assert_eq!(kept(&["keep-last 1"], &snapshots), [1, 2, 3]);
    assert_eq!(kept(&["keep-within 2d"], &snapshots), [0, 1, 2, 3]);
    let damaged = ["a/chk-1 2026-11-01", "a/chk-2 2036-01-02 damaged"];
    assert_eq!(kept(&["keep-last 1", "drop-damaged"], &damaged), [0, 1]);
}

#[test]
fn r_07_a_time_rule_keeps_the_newest_before_its_limit_where_nothing_is_within() {
    let snapshots = [
        "s/savepoint-aaaaaa-000000000001 2026-11-01 native ended",
        "s/savepoint-aaaaaa-000000000002 2026-11-02 native ended",
        "s/savepoint-aaaaaa-000000000003 2026-11-20 ended",
    ];
    for rule in ["keep-within 1d of native", "keep-within-daily 1d of native"] {
        assert_eq!(kept(&[rule], &snapshots), [1, 2], "{rule}");
    }
}
