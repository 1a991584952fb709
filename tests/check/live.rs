//! A real cluster of the newest release: a running job as target of its own snapshots. `tests/servers/flink-rest` starts it.

use std::process::Command;

use keepoint::flink_rest::{Asking, FlinkApi, address, job};
use serde_json::Value;

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; source the env of tests/servers/flink-rest"))
}

fn keepoint(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_keepoint")).args(arguments).output().expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Ids of jobs that run.
async fn running(rest: &str) -> Vec<String> {
    let asking = Asking { token: None, timeout: Asking::PATIENCE };
    let api = FlinkApi::new(address(rest).expect("an address"), &asking).expect("a client");
    let overview: Value = api.need("jobs/overview").await.expect("an answer");
    let jobs = overview["jobs"].as_array().expect("a list").iter().filter(|job| job["state"] == "RUNNING");
    let ids: Vec<String> = jobs.map(|job| job["jid"].as_str().expect("an id").to_owned()).collect();
    for id in &ids {
        assert!(job(&api, Some(id)).await.is_ok(), "{id}");
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a running Flink"]
async fn a_running_job_restores_from_its_own_newest_checkpoint() {
    let rest = variable("KEEPOINT_TEST_FLINK_REST");
    let root = variable("KEEPOINT_TEST_FLINK_ROOT");
    let mut checked = 0;
    for id in running(&rest).await {
        let (code, newest, _) = keepoint(&["latest", &root, "--job", &id]);
        // One was restored and has not taken any.
        if code != Some(0) {
            continue;
        }
        let (code, report, error) =
            keepoint(&["check", newest.trim(), "--target", &rest, "--job", &id, "--output", "json"]);
        let report: Value = serde_json::from_str(&report).unwrap_or_else(|_| panic!("{error}"));
        assert_eq!((&report["verdict"], code), (&"compatible".into(), Some(0)), "{report:#}");
        let operators = report["operators"].as_array().expect("a list");
        assert!(!operators.is_empty() && operators.iter().all(|each| each["mapping"] == "matched"), "{report:#}");
        assert_eq!(report["target"]["flink_version"], "2.3.0");
        assert_eq!(report["target"]["state_backend"], "rocksdb");
        let (code, manifest, error) = keepoint(&["manifest", "init", &rest, "--job", &id]);
        assert_eq!(code, Some(0), "{error}");
        assert!(
            manifest.contains("running-job") && manifest.contains("e7d10c5c3dca7d2059d631494000fce8"),
            "{manifest}"
        );
        checked += 1;
    }
    assert!(checked > 0, "no job has a checkpoint");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a running Flink"]
async fn which_of_several_jobs_is_meant_must_be_said() {
    let rest = variable("KEEPOINT_TEST_FLINK_REST");
    let root = variable("KEEPOINT_TEST_FLINK_ROOT");
    let id = running(&rest).await.pop().expect("a job");
    for more in [&[][..], &["--job", "Flink Streaming Job"], &["--job", "ffffffffffffffffffffffffffffffff"]] {
        let (code, _, error) = keepoint(&[&["check", &root, "--target", &rest], more].concat());
        assert_eq!((code, error.contains(&id)), (Some(2), true), "{more:?}: {error}");
    }
}
