//! What `keepoint doctor` tries, and what it leaves alone.

#[path = "support/s3_double/mod.rs"]
mod s3_double;

use std::process::{Command, Output};

use serde_json::Value;

use s3_double::{Effect, ErrorCode, Memory, Operation, Repeat, S3Double, When};

const SECRET: &str = "a-secret-that-nobody-may-see";

fn server() -> S3Double {
    S3Double::start(
        [("flink/job/chk-1/_metadata", "some bytes"), ("flink/job/chk-1/state", "more")]
            .into_iter()
            .collect::<Memory>(),
    )
}

fn doctor(server: &S3Double, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keepoint"))
        .args(["doctor", "s3a://bucket/flink", "--output", "json", "--retries", "0"])
        .args(arguments)
        .env("AWS_ENDPOINT_URL", server.endpoint())
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .output()
        .expect("keepoint starts")
}

/// The outcome of each right, in the order of the report.
fn outcomes(report: &Value) -> Vec<(&str, &str)> {
    let checks = report["checks"].as_array().expect("checks").iter();
    checks
        .map(|check| (check["right"].as_str().expect("a right"), check["outcome"].as_str().expect("an outcome")))
        .collect()
}

fn report(output: &Output, code: i32) -> Value {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    for text in [&output.stdout, &output.stderr] {
        assert!(!String::from_utf8_lossy(text).contains(SECRET), "{output:?}");
    }
    serde_json::from_slice(&output.stdout).expect("a report")
}

#[test]
fn a_place_that_works_is_listed_and_read_and_nothing_is_written_there() {
    let server = server();
    let report = report(&doctor(&server, &[]), 0);
    assert_eq!(outcomes(&report), [("list", "works"), ("read", "works"), ("create", "unknown"), ("delete", "unknown")]);
    assert_eq!(server.count(Operation::PutObject) + server.count(Operation::DeleteObjects), 0);
    let settings = report["settings"].as_array().expect("settings").iter();
    let endpoint = settings.clone().find(|setting| setting["name"] == "endpoint").expect("an endpoint");
    assert_eq!((&endpoint["value"], &endpoint["source"]), (&server.endpoint().into(), &"AWS_ENDPOINT_URL".into()));
    let credentials = settings.clone().find(|setting| setting["name"] == "credentials").expect("credentials");
    assert_eq!((&credentials["value"], &credentials["source"]), (&"access key AKID…".into(), &"environment".into()));
}

#[test]
fn a_probe_creates_one_object_of_its_own_and_deletes_that() {
    let server = server();
    let report = report(&doctor(&server, &["--probe-write", "s3://bucket/flink/probe"]), 0);
    assert_eq!(outcomes(&report)[2..], [("create", "works"), ("delete", "works")]);
    let requests = server.requests();
    let created: Vec<_> = requests.iter().filter(|request| request.operation == Operation::PutObject).collect();
    assert_eq!(created.len(), 1);
    let key = created[0].path.rsplit('/').next().expect("a name");
    assert!(created[0].path.contains("/flink/probe/") && key.starts_with("keepoint-doctor-"), "{created:?}");
    let deleted: Vec<_> = requests.iter().filter(|request| request.operation == Operation::DeleteObjects).collect();
    assert_eq!(deleted.len(), 1);
    let body = String::from_utf8_lossy(deleted[0].body.as_deref().expect("a recorded body")).into_owned();
    assert_eq!((body.matches("<Key>").count(), body.contains(key)), (1, true), "{body}");
}

#[test]
fn what_is_refused_fails_with_the_right_that_is_needed() {
    let server = server();
    server.fault(
        When::matching(|request| request.operation == Operation::ListObjectsV2),
        Repeat::Always,
        Effect::Error(ErrorCode::AccessDenied.into()),
    );
    let report = report(&doctor(&server, &[]), 3);
    assert_eq!(outcomes(&report)[0], ("list", "fails"));
    let action = report["checks"][0]["action"].as_str().expect("what to do");
    assert!(action.contains("s3:ListBucket"), "{action}");
}

#[test]
fn a_directory_below_that_is_closed_leaves_it_open_whether_files_can_be_read_and_is_named() {
    let server = server();
    server.fault(
        When::matching(|request| request.query.contains("prefix=flink%2Fjob")),
        Repeat::Always,
        Effect::Error(ErrorCode::AccessDenied.into()),
    );
    let report = report(&doctor(&server, &[]), 0);
    assert_eq!(outcomes(&report)[..2], [("list", "works"), ("read", "unknown")]);
    let read = &report["checks"][1];
    assert_eq!(read["location"], "s3a://bucket/flink/job");
    assert!(read["message"].as_str().is_some_and(|message| message.contains("cannot be listed")), "{read}");
    assert!(read["action"].as_str().is_some_and(|action| action.contains("s3:ListBucket")), "{read}");
}

#[test]
fn a_place_that_nobody_answers_for_fails_and_says_where_was_asked() {
    let server = server();
    let endpoint = server.endpoint();
    let stopped = {
        let probe = doctor(&server, &[]);
        assert_eq!(probe.status.code(), Some(0));
        drop(server);
        Command::new(env!("CARGO_BIN_EXE_keepoint"))
            .args(["doctor", "s3://bucket/flink", "--output", "json", "--endpoint", &endpoint, "--anonymous"])
            .output()
            .expect("keepoint starts")
    };
    let report = report(&stopped, 3);
    let message = report["checks"][0]["message"].as_str().expect("why");
    assert!(message.contains(&endpoint), "{message}");
}
