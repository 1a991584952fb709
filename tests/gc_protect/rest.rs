//! What Flink's REST API names, from answers that real releases gave.

use std::collections::{BTreeMap, BTreeSet};

use keepoint::gc::protect::{JobState, spec};
use keepoint::storage::Secret;

use super::job_manager::{Answer, JOB, JobManager, checkpoints_of, overview, recordings};
use super::{ask, fixtures, places, reach};

const RELEASES: [&str; 2] = ["1.20.5", "2.3.0"];

/// Job ids by fate, and the snapshots that were on storage when the answers were given.
fn expected(release: &str) -> (BTreeMap<String, String>, BTreeSet<String>) {
    let expected = fixtures::json(&recordings(release).join("expected.json"));
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let jobs = expected["jobs"].as_object().expect("an object").iter();
    let jobs = jobs.map(|(fate, job)| (fate.clone(), text(job))).collect();
    (jobs, expected["on_storage"].as_array().expect("a list").iter().map(text).collect())
}

#[tokio::test]
async fn of_a_real_cluster_running_jobs_need_what_is_retained_of_them_and_what_they_were_restored_from() {
    for release in RELEASES {
        let manager = JobManager::recorded(release).await;
        let protection = ask(&manager.argument()).await.expect("all answers");
        let (jobs, on_storage) = expected(release);
        let savepoint = |job: &str| format!("/savepoint-{}-", &job[..6]);
        let of_running =
            |place: &&String| place.contains(&jobs["running"]) || place.contains(&savepoint(&jobs["running"]));
        let mut needed: BTreeSet<String> = on_storage.iter().filter(of_running).cloned().collect();
        assert_eq!(needed.len(), 3, "{release}: two checkpoints and a savepoint of {on_storage:?}");
        // The one that the restored job started from.
        needed.extend(on_storage.iter().rfind(|place| place.contains(&jobs["cancelled"])).cloned());
        assert_eq!(places(&protection), needed, "{release}");
        assert!(protection.snapshots.iter().all(|protected| !protected.whole_lineage && !protected.everything_below));
    }
}

#[tokio::test]
async fn of_a_real_cluster_every_job_is_known_with_its_state_and_how_many_checkpoints_flink_keeps() {
    for release in RELEASES {
        let manager = JobManager::recorded(release).await;
        let protection = ask(&manager.argument()).await.expect("all answers");
        let (jobs, _) = expected(release);
        assert_eq!(protection.jobs.len(), jobs.len());
        for (fate, id) in &jobs {
            let job = protection.jobs.iter().find(|job| job.job_id == *id).expect("the job");
            assert_eq!(
                (job.num_retained, job.name.as_deref()),
                (Some(2), Some("Flink Streaming Job")),
                "{release} {fate}"
            );
            match job.state {
                JobState::Running => assert!(["running", "restored"].contains(&fate.as_str()), "{release} {fate}"),
                JobState::Terminal { ended_at } => {
                    assert!(["cancelled", "finished"].contains(&fate.as_str()), "{release} {fate}");
                    assert!(ended_at.is_some(), "{release} {fate}");
                }
            }
        }
        assert!(!protection.pointers_read && protection.residue.is_empty());
    }
}

#[tokio::test]
async fn only_a_globally_terminal_state_ends_a_job() {
    for (state, ends) in [
        ("FINISHED", true),
        ("CANCELED", true),
        ("FAILED", true),
        ("RUNNING", false),
        ("FAILING", false),
        ("CANCELLING", false),
        ("RESTARTING", false),
        ("SUSPENDED", false),
        ("SOMETHING_NEW", false),
    ] {
        let manager = JobManager::with_one_job().await;
        manager.answer("/jobs/overview", [Answer::json(&overview(state))]);
        let protection = ask(&manager.argument()).await.expect("all answers");
        let ended = matches!(protection.jobs[0].state, JobState::Terminal { .. });
        assert_eq!((ended, protection.snapshots.is_empty()), (ends, ends), "{state}");
    }
}

#[tokio::test]
async fn what_was_discarded_failed_or_is_on_no_file_system_is_not_named() {
    let manager = JobManager::with_one_job().await;
    let entry = |id: u8, status: &str, path: &str, discarded: bool| {
        format!(r#"{{"id": {id}, "status": "{status}", "external_path": {path}, "discarded": {discarded}}}"#)
    };
    let history = [
        entry(1, "COMPLETED", r#""file:/a/chk-1""#, true),
        entry(2, "FAILED", r#""file:/a/chk-2""#, false),
        entry(3, "COMPLETED", r#""<checkpoint-not-externally-addressable>""#, false),
        entry(4, "COMPLETED", "null", false),
        entry(5, "COMPLETED", r#""s3://b/a/chk-5""#, false),
        r#"{"id": 6, "status": "IN_PROGRESS"}"#.to_owned(),
    ];
    let checkpoints = format!(r#"{{"latest": {{}}, "history": [{}]}}"#, history.join(", "));
    manager.answer(&checkpoints_of(JOB), [Answer::json(&checkpoints)]);
    let protection = ask(&manager.argument()).await.expect("all answers");
    assert_eq!(places(&protection).into_iter().collect::<Vec<_>>(), ["s3://b/a/chk-5"]);
}

#[tokio::test]
async fn one_snapshot_that_several_answers_name_is_needed_as_long_as_one_does() {
    let manager = JobManager::with_one_job().await;
    let other = "00000000000000000000000000000def";
    let jobs = |state: &str| {
        let job =
            |id: &str, state: &str| format!(r#"{{"jid": "{id}", "name": "j", "state": "{state}", "end-time": 5}}"#);
        Answer::json(&format!(r#"{{"jobs": [{}, {}]}}"#, job(JOB, state), job(other, "RUNNING")))
    };
    let restored = r#"{"latest": {"restored": {"id": 4, "external_path": "file:/flink/def/chk-4"}}, "history": []}"#;
    manager.answer("/jobs/overview", [jobs("RUNNING"), jobs("CANCELED")]);
    manager.answer(&checkpoints_of(other), [Answer::json(restored)]);
    let both = places(&ask(&manager.argument()).await.expect("all answers"));
    assert_eq!(both.into_iter().collect::<Vec<_>>(), ["file:/flink/abc/chk-7", "file:/flink/def/chk-4"]);
    let one = places(&ask(&manager.argument()).await.expect("all answers"));
    assert_eq!(one.into_iter().collect::<Vec<_>>(), ["file:/flink/def/chk-4"]);
}

#[tokio::test]
async fn nothing_is_believed_only_after_a_second_question() {
    let nothing = r#"{"latest": {"completed": null, "savepoint": null, "restored": null}, "history": []}"#;
    let restored = r#"{"latest": {"restored": {"id": 4, "external_path": "file:/flink/def/chk-4"}}, "history": []}"#;
    let manager = JobManager::with_one_job().await;
    manager.answer(&checkpoints_of(JOB), [nothing, restored].map(Answer::json));
    let protection = ask(&manager.argument()).await.expect("all answers");
    assert_eq!(places(&protection).into_iter().collect::<Vec<_>>(), ["file:/flink/def/chk-4"]);

    manager.answer(&checkpoints_of(JOB), [nothing, nothing].map(Answer::json));
    let protection = ask(&manager.argument()).await.expect("all answers");
    assert!(protection.snapshots.is_empty());
    let asked = manager.asked().iter().filter(|(path, _)| *path == checkpoints_of(JOB)).count();
    assert_eq!(asked, 4);
}

#[tokio::test]
async fn a_batch_job_has_no_checkpoints_and_is_known() {
    let manager = JobManager::with_one_job().await;
    let refusal =
        r#"{"errors": ["org.apache.flink.runtime.rest.NotFoundException: Checkpointing has not been enabled."]}"#;
    manager.answer(&checkpoints_of(JOB), [Answer::status(404, refusal)]);
    let protection = ask(&manager.argument()).await.expect("all answers");
    assert!(protection.snapshots.is_empty());
    assert_eq!(protection.jobs.len(), 1);
}

#[tokio::test]
async fn how_many_checkpoints_flink_keeps_is_read_under_both_names_and_1_unless_set() {
    for (settings, expected) in [
        ("[]", 1),
        (r#"[{"key": "state.checkpoints.num-retained", "value": "7"}]"#, 7),
        (r#"[{"key": "execution.checkpointing.num-retained", "value": " 9 "}]"#, 9),
        (r#"[{"key": "execution.checkpointing.num-retained", "value": "-3"}]"#, 1),
    ] {
        let manager = JobManager::with_one_job().await;
        manager.answer("/jobmanager/config", [Answer::json(settings)]);
        let protection = ask(&manager.argument()).await.expect("all answers");
        assert_eq!(protection.jobs[0].num_retained, Some(expected), "{settings}");
    }
}

#[tokio::test]
async fn a_token_goes_with_every_request_and_is_never_shown() {
    for (token, header) in [("a-secret", "Bearer a-secret"), ("Basic a-secret", "Basic a-secret")] {
        let manager = JobManager::with_one_job().await;
        let reach = keepoint::gc::protect::Reach { flink_token: Some(Secret::new(token.to_owned())), ..reach() };
        let source = spec::parse(&manager.argument(), &reach).expect("an argument");
        source.read().await.expect("all answers");
        let asked = manager.asked();
        assert!(!asked.is_empty() && asked.iter().all(|(_, sent)| sent.as_deref() == Some(header)), "{asked:?}");
        manager.answer("/jobs/overview", [Answer::status(500, r#"{"errors": ["broken"]}"#)]);
        let error = source.read().await.expect_err("a refusal");
        assert!(!format!("{error:?} {} {:?}", source.name(), reach.flink_token).contains("a-secret"));
    }
}
