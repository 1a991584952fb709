//! The program itself: what it says of snapshots in HDFS is what it says of the same ones on disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use futures::{StreamExt, stream};
use hdfs_native::Client;
use serde_json::Value;

use crate::{Cluster, using_servers, write};

/// A scenario with several jobs, checkpoints and savepoints.
const SCENARIO: &str = "fixtures/flink/2.3.0/rocksdb-incremental/storage";

fn files_below(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files_below(&path, files) } else { files.push(path) }
    }
}

/// Copies a tree with the times of its files.
async fn copy(client: &Client, from: &Path, to: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    files_below(from, &mut files);
    let copied = stream::iter(files.clone()).map(|file| async move {
        let path = format!("{to}/{}", file.strip_prefix(from).expect("it is below").to_string_lossy());
        write(client, &path, &fs::read(&file).expect("a file")).await;
        let modified = fs::metadata(&file).and_then(|metadata| metadata.modified()).expect("a time");
        let since = modified.duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
        let since = u64::try_from(since).expect("not so late");
        client.set_times(&path, since, since).await.expect("a time");
    });
    copied.buffer_unordered(8).collect::<Vec<()>>().await;
    files
}

fn without(value: &mut Value, names: &[&str]) {
    if let Value::Object(fields) = value {
        fields.retain(|name, _| !names.contains(&name.as_str()));
        for value in fields.values_mut() {
            without(value, names);
        }
    } else if let Value::Array(values) = value {
        for value in values {
            without(value, names);
        }
    }
}

/// Files are listed by their place, and those of this scenario lie below the root or where Flink wrote them, as its handles have it. Which
/// come first depends on the name of the root, and so on where the checkout is: by their places once both roots are named alike, they
/// are in one order.
fn in_order_of_place(report: &mut Value) {
    if let Some(files) = report["files"].as_array_mut() {
        files.sort_by_key(|file| file["path"].to_string());
    }
}

/// The report with the root named alike and what that changes the order of, and without the time at which it was made.
fn report(command: &str, root: &str, below: &str, cluster: &Cluster) -> Value {
    let mut run = Command::new(env!("CARGO_BIN_EXE_keepoint"));
    run.args([command, &format!("{root}{below}"), "--output", "json"]).env_clear();
    run.env("HADOOP_CONF_DIR", &cluster.conf).env("HADOOP_USER_NAME", "keepoint");
    let output = run.output().expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stdout).replace(root, "ROOT");
    let mut report: Value = serde_json::from_str(&said)
        .unwrap_or_else(|error| panic!("{error}: {said}{}", String::from_utf8_lossy(&output.stderr)));
    without(&mut report, &["as_of", "newest_completed_age_ms"]);
    in_order_of_place(&mut report);
    report
}

#[tokio::test]
#[ignore = "needs a name node: tests/run"]
async fn snapshots_in_hdfs_are_reported_as_the_same_ones_on_disk() {
    let _servers = using_servers().await;
    let cluster = Cluster::single();
    let (directory, client) = cluster.directory("snapshots").await;
    let local = Path::new(env!("CARGO_MANIFEST_DIR")).join(SCENARIO);
    let files = copy(&client, &local, directory.path()).await;
    let (there, here) = (directory.to_string(), format!("file:{}", local.display()));
    let listed = report("list", &there, "", &cluster);
    assert!(listed["snapshots"].as_array().is_some_and(|snapshots| snapshots.len() > 2), "{listed:#}");
    assert_eq!(listed, report("list", &here, "", &cluster));
    let mut inspected = 0;
    for metadata in files.iter().filter(|file| file.ends_with("_metadata")) {
        let below = metadata.to_string_lossy().replace(&local.to_string_lossy().into_owned(), "");
        assert_eq!(report("inspect", &there, &below, &cluster), report("inspect", &here, &below, &cluster));
        inspected += 1;
    }
    assert!(inspected > 2, "only {inspected} were compared");
}
