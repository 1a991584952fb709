//! What is wrong with what was given, told in one line with the place and the cause, and one with what to do.
//!
//! Each file below `golden/` has what `inspect` and then `list` say, with their codes; `KEEPOINT_BLESS=1` writes it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::golden;
use crate::s3_double::{Effect, ErrorCode, Repeat, S3Double, S3Error, When, WrongRegion};
use crate::tree::{binary, root, server};

/// Longer than this nobody waits for bad news.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs both commands on a place, each as the preparation has it.
fn tell(name: &str, place: &str, prepare: impl Fn() -> (Command, Vec<(String, &'static str)>)) {
    let mut told = String::new();
    for command in ["inspect", "list"] {
        let (mut binary, placeholders) = prepare();
        let began = Instant::now();
        let output = binary.arg(command).arg(place).stdin(Stdio::null()).output().expect("the binary runs");
        assert!(began.elapsed() < PATIENCE, "{name}: {command} took {:?}", began.elapsed());
        let code = output.status.code();
        assert!(code.is_some_and(|code| (1..=4).contains(&code)), "{name}: {command} ends with {code:?}");
        let stderr = String::from_utf8(output.stderr).expect("text");
        if command == "inspect" {
            let lines: Vec<&str> = stderr.lines().collect();
            assert_eq!(lines.len(), 2, "{name}: {stderr}");
            assert!(lines[0].starts_with("keepoint: ") && lines[1].starts_with("hint: "), "{name}: {stderr}");
            assert!(lines[0].contains(place), "{name}: {stderr}");
        }
        let stdout = String::from_utf8(output.stdout).expect("text");
        let code = code.unwrap_or_default();
        told = format!("{told}$ keepoint {command} {place}\n{stdout}{stderr}exit {code}\n");
        for (text, placeholder) in placeholders {
            told = told.replace(&text, placeholder);
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/golden").join(name);
    golden::report(&golden::compare(&file, told.as_bytes()).err().into_iter().collect::<Vec<_>>());
}

/// The same with a server that has been changed.
fn tell_of(name: &str, place: &str, variables: &[(&str, &str)], change: impl FnOnce(&S3Double)) {
    let server = server();
    change(&server);
    tell(name, place, || {
        let mut binary = binary(&server);
        binary.envs(variables.iter().copied());
        (binary, vec![(server.endpoint(), "{endpoint}")])
    });
}

fn refused(name: &str, refusal: impl Into<S3Error>) {
    let refusal = refusal.into();
    tell_of(name, "s3://bucket/flink", &[], |server| {
        server.fault(When::Nth(1), Repeat::Always, Effect::Error(refusal));
    });
}

/// The binary with nothing around it.
fn alone() -> (Command, Vec<(String, &'static str)>) {
    let mut binary = Command::new(env!("CARGO_BIN_EXE_keepoint"));
    binary.env_clear().env("AWS_EC2_METADATA_DISABLED", "true");
    (binary, Vec::new())
}

#[test]
fn a_scheme_that_nobody_knows() {
    tell("unknown-scheme", "ftp://host/flink", alone);
}

#[test]
fn a_bucket_that_is_not_there() {
    tell_of("missing-bucket", "s3://no-such-bucket/flink", &[], |_| {});
}

#[test]
fn a_uri_without_a_bucket() {
    tell("no-bucket", "s3:/flink", alone);
}

#[test]
fn a_wrong_region_at_the_right_endpoint() {
    tell_of("wrong-region", "s3://bucket/flink", &[("AWS_REGION", "eu-west-3")], |_| {});
}

#[test]
fn a_wrong_region_at_an_endpoint_that_redirects() {
    tell_of("wrong-region-redirected", "s3://bucket/flink", &[("AWS_REGION", "eu-west-3")], |server| {
        server.change(|rules| rules.wrong_region = WrongRegion::Redirect);
    });
}

#[test]
fn credentials_that_have_expired() {
    refused("expired-credentials", ErrorCode::ExpiredToken);
}

#[test]
fn a_wrong_secret() {
    refused("wrong-secret", ErrorCode::SignatureDoesNotMatch);
}

#[test]
fn a_key_that_nobody_has() {
    refused("unknown-key", ErrorCode::InvalidAccessKeyId);
}

#[test]
fn a_right_that_is_missing() {
    refused("access-denied", ErrorCode::AccessDenied);
}

#[test]
fn no_credentials_at_all() {
    tell("no-credentials", "s3://bucket/flink", || {
        let (mut binary, placeholders) = alone();
        binary.envs([("AWS_REGION", "us-east-1"), ("AWS_ENDPOINT_URL", "http://127.0.0.1:9")]);
        (binary, placeholders)
    });
}

#[test]
fn a_clock_that_is_wrong() {
    refused("clock-skew", ErrorCode::RequestTimeTooSkewed);
}

/// The client learns the time from the refusal and asks again.
#[test]
fn a_clock_that_is_wrong_does_no_harm_where_the_server_tells_the_time() {
    for ahead in [-3_600_000, 3_600_000] {
        let server = server();
        server.change(|rules| rules.clock_ahead = ahead);
        let output = binary(&server).args(["list", &root()]).output().expect("the binary runs");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let refused = server.requests().iter().filter(|request| request.status == Some(403)).count();
        assert!(refused > 0, "the server did not mind");
    }
}

#[test]
fn a_server_that_says_nothing() {
    let settings = tempfile::NamedTempFile::new().expect("a file of settings");
    std::fs::write(settings.path(), "timeout: 500ms\nretries: 0\n").expect("a file of settings");
    let settings = settings.path().to_str().expect("UTF-8");
    tell_of("hangs", "s3://bucket/flink", &[("KEEPOINT_CONFIG", settings)], |server| {
        server.fault(When::Nth(1), Repeat::Always, Effect::Hang);
    });
}

#[test]
fn a_server_that_does_not_speak_s3() {
    tell_of("foreign", "s3://bucket/flink", &[], |server| {
        server.fault(When::Nth(1), Repeat::Always, Effect::Foreign(404));
    });
}

#[test]
fn a_port_that_nobody_listens_on() {
    let address =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr()).expect("a port");
    tell("refused-port", "s3://bucket/flink", || {
        let (mut binary, _) = alone();
        binary.envs([
            ("AWS_ACCESS_KEY_ID", "AKIDtest"),
            ("AWS_SECRET_ACCESS_KEY", "hush"),
            ("AWS_REGION", "us-east-1"),
        ]);
        binary.env("AWS_ENDPOINT_URL", format!("http://{address}"));
        // The number of this error is another one on every system.
        let number = |number: u32| (format!(" (os error {number})"), "");
        (binary, vec![(address.to_string(), "{address}"), number(111), number(61)])
    });
}

#[test]
fn cos_without_a_region() {
    tell("cos-without-region", "cosn://bucket-1250000000/flink", alone);
}

#[test]
fn oss_without_an_endpoint() {
    tell("oss-without-endpoint", "oss://bucket/flink", alone);
}

#[test]
fn a_name_service_without_configuration() {
    tell("name-service-without-configuration", "hdfs://production/flink", alone);
}
