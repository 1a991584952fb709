//! A small tree of real snapshots on a server, and the binary that looks at it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::{Arc, LazyLock};

use chrono::{TimeDelta, Utc};

use crate::fixtures::{files, json, snapshots};
use crate::s3_double::{Bucket, Memory, S3Double};

/// The scenario: incremental checkpoints that share files, and savepoints.
const SCENARIO: &str = "/rocksdb-incremental/";

/// Entries on a page, so that the directory of shared files has several.
const PAGE: usize = 16;

/// What every server of this process holds.
struct Tree {
    objects: Vec<(String, Vec<u8>)>,
    /// The key of the directory of everything.
    root: String,
    /// The key of the newest checkpoint.
    newest: String,
    /// When all of it was written, in milliseconds since 1970.
    written_at: i64,
}

static TREE: LazyLock<Tree> = LazyLock::new(|| {
    let of_scenario = snapshots().into_iter().filter(|snapshot| snapshot.name.contains(SCENARIO));
    let snapshot = of_scenario.max_by(|a, b| a.name.cmp(&b.name)).expect("the scenario is among the fixtures");
    let storage = snapshot.storage();
    let provenance = json(&storage.join("../provenance.json"));
    let written_to = provenance["root"].as_str().expect("a root");
    // As long as the directory that Flink wrote to, so that one can stand for the other in metadata, where lengths are told.
    let root = format!("{:-<1$}", "flink", written_to.len() - BUCKET.len());
    let object = |file: &PathBuf| {
        let name = file.strip_prefix(storage).expect("it is below").to_str().expect("UTF-8");
        let bytes = fs::read(file).expect("a fixture");
        let there = format!("{BUCKET}{root}");
        let bytes = if name.ends_with("_metadata") { moved(&bytes, written_to, &there) } else { bytes };
        (format!("{root}/{name}"), bytes)
    };
    let mut objects: Vec<(String, Vec<u8>)> = files(storage).iter().map(object).collect();
    let metadata = objects.iter().filter_map(|(key, _)| key.strip_suffix("/_metadata"));
    let newest = metadata.filter(|key| key.contains("/chk-")).max().expect("a checkpoint").to_owned();
    // A checkpoint that is being written: its metadata is asked for and is not there, which is no fault.
    let (job, _) = newest.rsplit_once('/').expect("it is in the directory of a job");
    objects.push((format!("{job}/chk-99/state"), b"half".to_vec()));
    Tree { objects, root, newest, written_at: (Utc::now() - TimeDelta::minutes(1)).timestamp_millis() }
});

const BUCKET: &str = "s3://bucket/";

/// Bytes with every `from` replaced by `to`, which is as long.
fn moved(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut moved = bytes.to_vec();
    for at in (0..bytes.len()).filter(|at| bytes[*at..].starts_with(from.as_bytes())) {
        moved[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    moved
}

/// The directory of everything.
pub(crate) fn root() -> String {
    format!("{BUCKET}{}", TREE.root)
}

/// The newest checkpoint.
pub(crate) fn newest() -> String {
    format!("{BUCKET}{}", TREE.newest)
}

/// A server with the tree.
pub(crate) fn server() -> S3Double {
    let objects = Memory::default();
    for (key, bytes) in &TREE.objects {
        objects.put_at(key, bytes.clone().into(), TREE.written_at);
    }
    let server = S3Double::with(vec![Bucket::shared("bucket", Arc::new(objects))]);
    server.change(|rules| rules.page_limit = PAGE);
    server
}

/// The binary with a server as S3, and nothing else in its environment.
pub(crate) fn binary(server: &S3Double) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepoint"));
    command.env_clear().env("AWS_ENDPOINT_URL", server.endpoint());
    command.envs([("AWS_ACCESS_KEY_ID", "AKIDtest"), ("AWS_SECRET_ACCESS_KEY", "hush"), ("AWS_REGION", "us-east-1")]);
    command
}

/// Runs it.
pub(crate) fn run(server: &S3Double, arguments: &[String]) -> Output {
    binary(server).args(arguments).output().expect("the binary runs")
}
