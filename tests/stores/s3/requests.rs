//! What `keepoint list` asks a store for many jobs, and nothing besides.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::s3_double::{Jobs, Operation, S3Double};

/// Metadata of a real incremental checkpoint.
const METADATA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/fixtures/flink/2.3.0/rocksdb-incremental/storage/checkpoints/6113b47892a38e34ed05f3ff62ef0a12/chk-4/_metadata"
);

#[test]
fn jobs_are_listed_with_a_request_for_each_directory_and_one_for_each_metadata() {
    const COUNT: u64 = 40;
    const CHECKPOINTS: u64 = 5;
    let metadata = fs::read(METADATA).expect("a fixture").into();
    let jobs = Jobs { prefix: "flink/".to_owned(), count: COUNT, checkpoints: CHECKPOINTS, shared: 10, metadata };
    let server = S3Double::start(jobs.build());
    server.change(|rules| {
        rules.anonymous = true;
        rules.latency = Duration::from_millis(10);
    });
    let output = Command::new(env!("CARGO_BIN_EXE_keepoint"))
        .args(["list", "s3://bucket/flink", "--endpoint", &server.endpoint(), "--anonymous", "--output", "json"])
        .env_clear()
        .env("AWS_REGION", "us-east-1")
        .output()
        .expect("the binary runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let snapshots = report["snapshots"].as_array().expect("snapshots").len() as u64;
    assert_eq!((output.status.code(), snapshots), (Some(0), COUNT * CHECKPOINTS));
    let (listings, reads) = (server.count(Operation::ListObjectsV2), server.count(Operation::GetObject));
    // The root and each job: what is in `shared` is no snapshot, and `chk-5` is asked for its metadata without a look into it.
    assert_eq!((listings as u64, reads as u64), (1 + COUNT, COUNT * CHECKPOINTS));
    assert_eq!(server.requests().len() as u64, 1 + COUNT + COUNT * CHECKPOINTS, "and nothing else");
}
