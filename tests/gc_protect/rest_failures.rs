//! S-18: a cluster that does not answer everything is an error with a place, never an empty answer.

use std::path::Path;
use std::time::{Duration, Instant};

use keepoint::gc::protect::{Reach, spec};

use super::job_manager::{Answer, JOB, JobManager, checkpoints_of, overview};
use super::{ask, compare, reach, refused, told};

/// Every path that is asked for.
fn paths() -> [String; 4] {
    ["/config".to_owned(), "/jobmanager/config".to_owned(), "/jobs/overview".to_owned(), checkpoints_of(JOB)]
}

fn failures() -> Vec<(&'static str, Answer)> {
    let other = |status, content_type, body: &str, location| Answer::Other {
        status,
        content_type,
        body: body.as_bytes().to_vec(),
        location,
    };
    vec![
        ("a web page", other(200, "text/html", "<!DOCTYPE html><html>Sign in</html>", None)),
        ("a web page that says that it is JSON", Answer::json("<!DOCTYPE html><html>Sign in</html>")),
        ("something without a type", other(200, "", "{}", None)),
        ("an empty body", Answer::json("")),
        ("an empty object", Answer::json("{}")),
        ("a list of something else", Answer::json("[1]")),
        ("JSON that ends too early", Answer::json(r#"{"jobs": [{"jid": "#)),
        ("half an answer", Answer::CutOff(br#"{"jobs": []}                                  "#.to_vec())),
        ("no end", Answer::Endless),
        ("who are you", other(401, "text/plain", "", None)),
        ("not you", other(403, "application/json", r#"{"errors": ["secret things"]}"#, None)),
        ("not found, on a web page", other(404, "text/html", "<html>Not Found</html>", None)),
        ("not found", Answer::status(404, r#"{"errors": ["Not found."]}"#)),
        ("elsewhere", other(302, "text/html", "", Some("http://sign-in.example/?for=jobs"))),
        ("a leader elsewhere", other(307, "application/json", "", Some("http://other:8081/jobs"))),
        (
            "no leader yet",
            Answer::status(
                503,
                r#"{"errors": ["Service temporarily unavailable due to an ongoing leader election. Please refresh."]}"#,
            ),
        ),
        (
            "a broken server",
            Answer::status(
                500,
                r#"{"errors": ["Internal server error.", "<Exception on server side:\njava.util.concurrent.CompletionException: …\n\tat a.b(C.java:1)"]}"#,
            ),
        ),
    ]
}

#[tokio::test]
async fn whatever_answer_is_not_one_the_source_is_an_error_that_names_the_address() {
    let mut text = String::new();
    for (what, failure) in failures() {
        for path in paths() {
            let manager = JobManager::with_one_job().await;
            manager.answer(&path, [failure.clone()]);
            let error = refused(&manager.argument()).await;
            assert!(error.place.starts_with(&manager.base()), "{what} {path}: {error}");
            assert!(!error.cause.contains('\n') && !error.hint.is_empty(), "{what} {path}: {error}");
            if matches!(failure, Answer::CutOff(_)) {
                // What breaks first depends on when the half of it arrives.
                assert!(error.cause.starts_with("the answer breaks off"), "{path}: {error}");
            } else if path == "/jobs/overview" {
                let told = told(&error, Path::new("/nowhere")).replace(&manager.base(), "http://jobmanager:8081");
                text.push_str(&format!("{what}\n  {told}"));
            }
        }
    }
    compare("rest.txt", &text);
}

#[tokio::test]
async fn who_does_not_answer_in_time_is_an_error_and_is_not_waited_for() {
    for path in paths() {
        let manager = JobManager::with_one_job().await;
        manager.answer(&path, [Answer::Silence]);
        let reach = Reach { timeout: Duration::from_millis(300), ..reach() };
        let start = Instant::now();
        let error = spec::parse(&manager.argument(), &reach).expect("an argument").read().await.expect_err(&path);
        assert_eq!(error.cause, "no answer in time", "{path}");
        assert!(start.elapsed() < Duration::from_secs(10), "{path}");
    }
}

#[tokio::test]
async fn where_nobody_listens_is_an_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("a bound socket");
    drop(listener);
    let error = refused(&format!("flink:http://{address}")).await;
    assert!(error.cause.starts_with("nobody answers"), "{error}");
}

#[tokio::test]
async fn a_job_that_vanishes_between_two_questions_is_an_error() {
    let manager = JobManager::with_one_job().await;
    let gone = format!(
        r#"{{"errors": ["org.apache.flink.runtime.rest.NotFoundException: Job {JOB} not found\n\tat a.b(C.java:1)"]}}"#
    );
    manager.answer(&checkpoints_of(JOB), [Answer::status(404, &gone)]);
    let error = refused(&manager.argument()).await;
    let told = told(&error, Path::new("/nowhere")).replace(&manager.base(), "http://jobmanager:8081");
    compare("job_gone.txt", &told);
}

#[tokio::test]
async fn a_job_that_does_not_tell_yet_what_it_starts_from_is_an_error() {
    let nothing = r#"{"latest": {"completed": null, "savepoint": null, "restored": null}, "history": []}"#;
    for state in ["INITIALIZING", "CREATED", "RECONCILING", "SUSPENDED"] {
        let manager = JobManager::with_one_job().await;
        manager.answer("/jobs/overview", [Answer::json(&overview(state))]);
        manager.answer(&checkpoints_of(JOB), [Answer::json(nothing)]);
        let error = refused(&manager.argument()).await;
        assert!(error.cause.contains("does not tell yet what it starts from"), "{error}");
    }
}

#[tokio::test]
async fn one_job_of_many_that_cannot_be_asked_fails_the_whole_source() {
    let manager = JobManager::recorded("2.3.0").await;
    let protection = ask(&manager.argument()).await.expect("all answers");
    for job in protection.jobs.iter().filter(|job| job.state == keepoint::gc::protect::JobState::Running) {
        let manager = JobManager::recorded("2.3.0").await;
        manager.answer(&checkpoints_of(&job.job_id), [Answer::status(500, "{}")]);
        refused(&manager.argument()).await;
    }
}

#[tokio::test]
async fn a_place_that_is_not_understood_is_an_error() {
    let manager = JobManager::with_one_job().await;
    let odd = r#"{"latest": {"restored": {"id": 4, "external_path": "chk-4"}}, "history": []}"#;
    manager.answer(&checkpoints_of(JOB), [Answer::json(odd)]);
    let error = refused(&manager.argument()).await;
    assert!(error.cause.contains("at a place that is not understood"), "{error}");
}

#[tokio::test]
async fn an_id_that_is_none_of_a_job_is_an_error_and_leads_to_no_other_address() {
    let manager = JobManager::with_one_job().await;
    let odd = r#"{"jobs": [{"jid": "../../elsewhere", "name": "a job", "state": "RUNNING", "end-time": -1}]}"#;
    manager.answer("/jobs/overview", [Answer::json(odd)]);
    refused(&manager.argument()).await;
    assert!(manager.asked().iter().all(|(path, _)| !path.contains("elsewhere")));
}
