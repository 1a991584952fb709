//! A job that a cluster runs as target: what its REST API tells, and everything that can go wrong with asking.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use keepoint::flink_rest::{Asking, FLINK_TOKEN_VARIABLE, FlinkApi, NoJob, address, job};
use serde_json::Value;

use super::golden;
use super::job_manager::{Answer, JOB, JobManager, overview};

const TOKEN: &str = "c2VjcmV0";

fn base() -> String {
    format!("{}/fixtures/pairs/2.3.0/topology/base", env!("CARGO_MANIFEST_DIR"))
}

/// A cluster that runs the job which took the snapshot.
async fn cluster() -> JobManager {
    let manager = JobManager::with_one_job().await;
    let details = std::fs::read(format!("{}/rest-job.json", base())).expect("a recorded answer");
    manager.answer(&format!("/jobs/{JOB}"), [Answer::Json(details)]);
    manager.answer(
        &config(),
        [Answer::json(r#"{"state_backend": "HashMapStateBackend", "state_changelog_enabled": false}"#)],
    );
    manager
}

fn config() -> String {
    format!("/jobs/{JOB}/checkpoints/config")
}

/// What the command does that has these arguments behind "keepoint".
async fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepoint"));
    command.args(arguments).env_clear().env(FLINK_TOKEN_VARIABLE, TOKEN);
    let output = tokio::task::spawn_blocking(move || command.output().expect("the binary runs"));
    output.await.expect("no panic")
}

async fn check(target: &str, more: &[&str]) -> Output {
    let snapshot = format!("{}/snapshots/canonical", base());
    run(&[&["check", &snapshot, "--target", target, "--output", "json"], more].concat()).await
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_job_is_what_its_saved_answer_says_and_how_the_cluster_runs_it() {
    let manager = cluster().await;
    let live = check(&manager.base(), &[]).await;
    let saved = format!("{}/rest-job.json", base());
    let saved = check(&saved, &["--flink-version", "2.3.0", "--state-backend", "hashmap"]).await;
    let json = |output: &Output| -> Value {
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
    };
    let (live_report, saved_report) = (json(&live), json(&saved));
    for part in ["verdict", "coverage", "operators", "findings"] {
        assert_eq!(live_report[part], saved_report[part], "{part}");
    }
    assert_eq!(live.status.code(), saved.status.code());
    let target = &live_report["target"];
    assert_eq!((&target["flink_version"], &target["state_backend"]), (&"2.3.0".into(), &"hashmap".into()), "{target}");
    let source = &target["sources"][0];
    assert_eq!(
        (&source["kind"], &source["place"]),
        (&"running_job".into(), &format!("{}/jobs/{JOB}", manager.base()).into())
    );
    // What is chained is not named, and so nothing is missing.
    let findings = live_report["findings"].as_array().expect("a list");
    assert!(findings.iter().all(|finding| finding["code"] != "OP_STATE_UNMATCHED"), "{findings:?}");
    assert!(manager.asked().iter().all(|(_, token)| token.as_deref() == Some(&format!("Bearer {TOKEN}"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_chosen_by_id_or_name() {
    let manager = cluster().await;
    for job in [JOB, &JOB.to_uppercase(), "a job"] {
        let output = check(&manager.base(), &["--job", job]).await;
        assert!(!output.stdout.is_empty(), "{job}: {}", text(&output.stderr));
    }
    // One that has ended still has its plan, and is meant only by its id.
    manager.answer("/jobs/overview", [Answer::json(&overview("FINISHED"))]);
    assert!(!check(&manager.base(), &["--job", JOB]).await.stdout.is_empty());
    assert_eq!(check(&manager.base(), &["--job", "a job"]).await.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_job_without_checkpoints_the_state_backend_is_not_known() {
    let manager = cluster().await;
    let refusal = r#"{"errors": ["org.apache.flink.runtime.rest.handler.RestHandlerException: Checkpointing has not been enabled."]}"#;
    manager.answer(&config(), [Answer::status(404, refusal)]);
    let report: Value = serde_json::from_slice(&check(&manager.base(), &[]).await.stdout).expect("a report");
    assert!(report["target"]["state_backend"].is_null(), "{}", report["target"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_of_a_running_job_reads_as_the_job_does() {
    let manager = cluster().await;
    let manifest = run(&["manifest", "init", &manager.base(), "--job", JOB]).await;
    assert_eq!(manifest.status.code(), Some(0), "{}", text(&manifest.stderr));
    let manifest = text(&manifest.stdout);
    let read = keepoint::compat::target::manifest(&manifest, "manifest", &|_| Err("no files".to_owned()));
    let read = read.unwrap_or_else(|error| panic!("{error}\n{manifest}"));
    assert_eq!((read.vertices.len(), read.is_complete), (4, false), "{manifest}");
    assert_eq!(read.flink_version.map(|version| version.to_string()).as_deref(), Some("2.3.0"));
}

fn jobs(states: &[(&str, &str)]) -> String {
    let jobs = states.iter().enumerate().map(|(at, (name, state))| {
        format!(r#"{{"jid": "{at:032x}", "name": "{name}", "state": "{state}", "end-time": -1}}"#)
    });
    format!(r#"{{"jobs": [{}]}}"#, jobs.collect::<Vec<_>>().join(", "))
}

/// What goes wrong, where, and what is asked for beside the address.
fn failures() -> Vec<(&'static str, String, Answer, Vec<&'static str>)> {
    let other = |status, content_type, body: &str, location| Answer::Other {
        status,
        content_type,
        body: body.as_bytes().to_vec(),
        location,
    };
    let details = || format!("/jobs/{JOB}");
    let overview = || "/jobs/overview".to_owned();
    let page = "<!DOCTYPE html><html>Sign in</html>";
    let many: Vec<_> = (0..12).map(|_| ("clicks", "RUNNING")).collect();
    let gone = format!(
        r#"{{"errors": ["org.apache.flink.runtime.rest.NotFoundException: Job {JOB} not found\n\tat a.b(C.java:1)"]}}"#
    );
    vec![
        ("a token is needed", "/config".to_owned(), other(401, "text/plain", "", None), vec![]),
        (
            "another token is needed",
            details(),
            other(403, "application/json", r#"{"errors": ["c2VjcmV0"]}"#, None),
            vec![],
        ),
        ("a page to sign in", "/config".to_owned(), other(200, "text/html", page, None), vec![]),
        ("a page of the job", details(), other(200, "text/html", page, None), vec![]),
        (
            "elsewhere",
            "/config".to_owned(),
            other(302, "text/html", "", Some("https://sign-in.example/?ticket=c2VjcmV0")),
            vec![],
        ),
        ("no end", details(), Answer::Endless, vec![]),
        ("another server", "/config".to_owned(), Answer::json(r#"{"status": "up"}"#), vec![]),
        ("no such path", overview(), other(404, "text/html", "<html>Not Found</html>", None), vec![]),
        ("a broken server", details(), Answer::status(500, r#"{"errors": ["Internal server error."]}"#), vec![]),
        ("gone between two questions", details(), Answer::status(404, &gone), vec![]),
        ("no plan yet", details(), Answer::json(r#"{"vertices": [], "plan": {}}"#), vec![]),
        ("a plan of somebody else", details(), Answer::json(r#"{"plan": {"nodes": [{"id": "../x"}]}}"#), vec![]),
        ("checkpoints not told", config(), Answer::status(500, "{}"), vec![]),
        ("no job", overview(), Answer::json(&jobs(&[])), vec![]),
        ("no job that runs", overview(), Answer::json(&jobs(&[("clicks", "CANCELED")])), vec![]),
        ("several jobs", overview(), Answer::json(&jobs(&[("clicks", "RUNNING"), ("orders", "SUSPENDED")])), vec![]),
        ("several of one name", overview(), Answer::json(&jobs(&many)), vec!["--job", "clicks"]),
        ("another job", overview(), Answer::json(&jobs(&[("clicks", "RUNNING")])), vec!["--job", "orders"]),
        ("another id", overview(), Answer::json(&jobs(&[("clicks", "RUNNING")])), vec!["--job", JOB]),
        (
            "an id that is none",
            overview(),
            Answer::json(r#"{"jobs": [{"jid": "../../elsewhere", "name": "a", "state": "RUNNING", "end-time": -1}]}"#),
            vec![],
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_is_one_line_with_what_to_do_and_no_secret() {
    let mut told = String::new();
    for (what, path, answer, more) in failures() {
        let manager = cluster().await;
        manager.answer(&path, [answer]);
        let output = check(&manager.base(), &more).await;
        assert!(output.stdout.is_empty(), "{what}");
        let stderr = text(&output.stderr).replace(&manager.base(), "http://jobmanager:8081");
        assert_eq!(stderr.lines().count(), 2, "{what}: {stderr}");
        let code = output.status.code().expect("a code");
        writeln!(told, "{what}\n  exit code {code}\n  {}", stderr.trim_end().replace('\n', "\n  ")).expect("a string");
        assert!(manager.asked().iter().all(|(path, _)| !path.contains("elsewhere")), "{what}");
    }
    for target in [
        "http://user:c2VjcmV0@jobmanager:8081",
        "http://jobmanager:8081?token=c2VjcmV0",
        "http://jobmanager:8081/#/job/running",
        "http://",
    ] {
        let output = check(target, &[]).await;
        let code = output.status.code().expect("a code");
        writeln!(told, "an address\n  exit code {code}\n  {}", text(&output.stderr).trim_end().replace('\n', "\n  "))
            .expect("a string");
    }
    let output = check(&format!("{}/rest-job.json", base()), &["--job", "clicks"]).await;
    writeln!(told, "no cluster\n  {}", text(&output.stderr).trim_end().replace('\n', "\n  ")).expect("a string");
    assert!(!told.contains(TOKEN), "{told}");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check/golden/rest.txt");
    if let Err(difference) = golden::compare(&golden, told.as_bytes()) {
        panic!("{difference}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_listens_there_is_no_result() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("a bound socket"));
    drop(listener);
    let output = check(&address, &[]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).starts_with(&format!("keepoint: {address}/config: nobody answers")),
        "{}",
        text(&output.stderr)
    );
}

#[tokio::test]
async fn who_does_not_answer_in_time_is_not_waited_for() {
    for path in ["/config".to_owned(), "/jobs/overview".to_owned(), format!("/jobs/{JOB}"), config()] {
        let manager = cluster().await;
        manager.answer(&path, [Answer::Silence]);
        let asking = Asking { token: None, timeout: Duration::from_millis(300) };
        let api = FlinkApi::new(address(&manager.base()).expect("an address"), &asking).expect("a client");
        let start = Instant::now();
        let Err(NoJob::NotAnswered(error)) = job(&api, None).await else { panic!("{path}: an answer") };
        assert_eq!((error.cause.as_str(), error.place), ("no answer in time", format!("{}{path}", manager.base())));
        assert!(start.elapsed() < Duration::from_secs(10), "{path}");
    }
}
