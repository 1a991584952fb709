//! Ages are differences between the clock of a store and that of this machine (`docs/gc-safety.md`, S-12).

use crate::tree::{binary, root, server};

fn plan(ahead: chrono::TimeDelta, more: &[&str]) -> (Option<i32>, String) {
    let server = server();
    server.change(|rules| rules.clock_ahead = ahead.num_milliseconds());
    let directory = tempfile::tempdir().expect("a directory");
    let plan = directory.path().join("plan");
    let mut binary = binary(&server);
    binary.args(["gc", "plan", &root(), "--keep-last", "1", "--output", "json", "--out"]).arg(&plan).args(more);
    let output = binary.output().expect("the binary runs");
    assert_eq!(plan.exists(), output.status.code() == Some(0), "{output:?}");
    (output.status.code(), String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn a_store_whose_clock_is_ten_minutes_ahead_or_behind_gets_no_plan_and_is_named() {
    for (minutes, direction) in [(10, "ahead of"), (-10, "behind")] {
        let (code, told) = plan(chrono::TimeDelta::minutes(minutes), &[]);
        assert_eq!(code, Some(4), "{told}");
        assert!(told.contains("CLOCKS_DISAGREE") && told.contains(direction) && told.contains(&root()), "{told}");
    }
}

#[test]
fn clocks_that_are_as_far_apart_as_the_operator_allows_get_a_plan() {
    let (code, told) = plan(chrono::TimeDelta::minutes(10), &["--skew", "15min"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(!told.contains("CLOCKS_DISAGREE"), "{told}");
}

#[test]
fn a_store_whose_clock_is_a_minute_ahead_gets_a_plan() {
    assert_eq!(plan(chrono::TimeDelta::minutes(1), &[]).0, Some(0));
}
