//! A real cluster of the newest release is asked, beside its storage. `tests/servers/flink-rest` starts it.

use std::collections::BTreeSet;
use std::path::Path;

use keepoint::gc::protect::JobState;

use super::{ask, fixtures, places};

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; source the env of tests/servers/flink-rest"))
}

#[tokio::test]
#[ignore = "needs a running Flink"]
async fn a_running_cluster_names_exactly_what_it_retains_on_its_storage() {
    let root = variable("KEEPOINT_TEST_FLINK_ROOT");
    let directory = Path::new(root.strip_prefix("file:").expect("a local directory"));
    let protection = ask(&format!("flink:{}", variable("KEEPOINT_TEST_FLINK_REST"))).await.expect("all answers");

    let on_storage: BTreeSet<String> = fixtures::files(directory)
        .iter()
        .filter(|file| file.ends_with("_metadata"))
        .map(|file| format!("file:{}", file.parent().expect("a directory").display()))
        .collect();
    let is_of = |place: &str, job: &str| place.contains(job) || place.contains(&format!("/savepoint-{}-", &job[..6]));
    let running: Vec<_> = protection.jobs.iter().filter(|job| job.state == JobState::Running).collect();
    assert_eq!((running.len(), protection.jobs.len()), (2, 4), "{:?}", protection.jobs);
    let retained: BTreeSet<String> =
        on_storage.iter().filter(|place| running.iter().any(|job| is_of(place, &job.job_id))).cloned().collect();
    let named = places(&protection);
    let restored: Vec<_> = named.difference(&retained).collect();
    assert!(retained.is_subset(&named), "{retained:?} {named:?}");
    // The restored job has no checkpoint of its own and needs one of the job that was cancelled.
    assert_eq!(restored.len(), 1, "{restored:?}");
    assert!(restored[0].ends_with("/chk-3") && on_storage.contains(restored[0]), "{restored:?}");

    // And what the same cluster keeps for its recovery names the same, without its savepoints, which recovery does not use.
    let recovery = places(&ask(&format!("ha:{root}/ha")).await.expect("all objects"));
    let checkpoints = named.iter().filter(|place| place.contains("/chk-"));
    for place in checkpoints {
        assert!(recovery.contains(place), "{place} {recovery:?}");
    }
}
