//! What else protects snapshots: pin files, Flink's REST API, and what clusters keep for their recovery. S-16 to S-19, and S-14 as far as
//! a source proves that a job has ended.

#![expect(clippy::format_push_string, reason = "what is put together here is short, and reads as it comes out")]

#[path = "../support/fixtures.rs"]
mod fixtures;
#[path = "../support/golden.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod golden;

#[path = "../support/job_manager.rs"]
mod job_manager;
mod live;
mod pins;
mod recovery;
mod recovery_pointers;
mod rest;
mod rest_failures;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use keepoint::gc::protect::{ProtectError, Protection, Reach, spec};
use keepoint::storage::{StorageSettings, Stores};

/// When all of this happens.
const NOW: &str = "2026-11-26T12:00:00Z";

fn time(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("a time").to_utc()
}

fn reach() -> Reach {
    let stores = Stores::new(StorageSettings::default()).expect("no configuration to read");
    let clock = Arc::new(|| time(NOW));
    Reach { stores: Arc::new(stores), clock, flink_token: None, timeout: Duration::from_secs(20) }
}

/// What a source says that an argument names.
async fn ask(argument: &str) -> Result<Protection, ProtectError> {
    spec::parse(argument, &reach())?.read().await
}

/// The error of a source.
async fn refused(argument: &str) -> ProtectError {
    ask(argument).await.expect_err(argument)
}

/// The places that are protected, as text.
fn places(protection: &Protection) -> BTreeSet<String> {
    protection.snapshots.iter().map(|protected| protected.place.to_string()).collect()
}

/// An error as a person sees it, with a directory that has another name each time called DIR.
fn told(error: &ProtectError, directory: &Path) -> String {
    let directory = directory.display().to_string();
    format!("{error}\n  {}\n", error.hint).replace(&format!("file:{directory}"), "DIR").replace(&directory, "DIR")
}

/// Compares with a golden file beside this one.
fn compare(name: &str, actual: &str) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gc_protect/golden").join(name);
    if let Err(difference) = golden::compare(&golden, actual.as_bytes()) {
        panic!("{difference}");
    }
}

#[tokio::test]
async fn an_argument_that_names_no_source_is_refused_with_the_ways_to_write_one() {
    let arguments = [
        "pins.txt",
        "zookeeper:localhost:2181",
        "pin:",
        "pin:s3://",
        "flink:jobmanager:8081",
        "flink:ftp://jobmanager:8081",
        "flink:http://user:secret@jobmanager:8081",
        "flink:http://jobmanager:8081?token=secret",
        "ha:",
        "ha:/flink/ha,configmaps=",
        "ha:s3://",
    ];
    let mut text = String::new();
    for argument in arguments {
        let error = spec::parse(argument, &reach()).err().unwrap_or_else(|| panic!("{argument}"));
        text.push_str(&told(&error, Path::new(env!("CARGO_MANIFEST_DIR"))));
        assert!(!text.contains("secret"), "{text}");
    }
    compare("arguments.txt", &text);
}
