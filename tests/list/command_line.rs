//! `keepoint list` from the command line to the exit code, on snapshots that are written here.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

const JOB: &str = "6e1f8b1c0a2d4c3f9b7a5d4e3c2b1a09";

/// Metadata of version 2: nothing but a checkpoint id.
fn metadata(checkpoint_id: u64) -> Vec<u8> {
    let mut bytes = vec![0x49, 0x60, 0x67, 0x2d, 0, 0, 0, 2];
    bytes.extend(checkpoint_id.to_be_bytes());
    bytes.extend([0; 8]);
    bytes
}

/// A completed checkpoint of [`JOB`].
fn checkpoint(root: &Path, id: u64) -> String {
    let directory = root.join(JOB).join(format!("chk-{id}"));
    fs::create_dir_all(&directory).expect("a directory");
    fs::write(directory.join("_metadata"), metadata(id)).expect("a file");
    directory.to_str().expect("UTF-8").to_owned()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepoint"));
    command.arg("list").args(arguments).env_clear();
    command
}

fn list(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the binary runs")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn snapshots_are_listed_with_a_summary_of_their_job() {
    let root = tempfile::tempdir().expect("a directory");
    let (one, two) = (checkpoint(root.path(), 1), checkpoint(root.path(), 2));
    let output = list(&[&one, &two, "--output", "json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "there is no progress where there is no terminal");
    let report = json(&output);
    assert_eq!(report["snapshots"].as_array().map(Vec::len), Some(2));
    assert_eq!(report["jobs"][0]["job_id"], JOB);
    assert_eq!(report["jobs"][0]["completed"], 2);
    assert_eq!(report["totals"]["by_status"]["completed"], 2);
    assert_eq!(report["roots"].as_array().map(Vec::len), Some(2));
}

#[test]
fn filters_and_order_reach_the_report() {
    let root = tempfile::tempdir().expect("a directory");
    let places = [1, 2, 10].map(|id| checkpoint(root.path(), id));
    let places = places.each_ref().map(String::as_str);
    let ids = |more: &[&str]| -> Vec<u64> {
        let arguments = [&places[..], &["--output", "json"], more].concat();
        let report = json(&list(&arguments));
        report["snapshots"]
            .as_array()
            .expect("snapshots")
            .iter()
            .filter_map(|each| each["checkpoint_id"].as_u64())
            .collect()
    };
    assert_eq!(ids(&["--sort", "id"]), [10, 2, 1]);
    assert_eq!(ids(&["--sort", "id", "--reverse"]), [1, 2, 10]);
    assert_eq!(
        ids(&["--job", &JOB[..8], "--kind", "checkpoint", "--newer-than", "1h", "--max-size", "0", "--sort", "id"]),
        [10, 2, 1]
    );
    for filter in [
        ["--job", "ffff"],
        ["--kind", "savepoint"],
        ["--status", "in_progress"],
        ["--older-than", "1h"],
        ["--min-size", "1B"],
    ] {
        assert_eq!(ids(&filter), [0; 0], "{filter:?}");
    }
}

#[test]
fn that_a_filter_leaves_nothing_is_fine_and_said() {
    let root = tempfile::tempdir().expect("a directory");
    let output = list(&[&checkpoint(root.path(), 1), "--status", "unreadable"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("Snapshots:     none\nNot listed:    1 of 1 found\n"), "{text}");
}

#[test]
fn an_unreadable_snapshot_is_the_answer_no_unless_it_is_filtered_out() {
    let root = tempfile::tempdir().expect("a directory");
    let (good, bad) = (checkpoint(root.path(), 1), checkpoint(root.path(), 2));
    fs::write(Path::new(&bad).join("_metadata"), b"not metadata").expect("a file");
    let output = list(&[&good, &bad]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("ERROR META_UNREADABLE"));
    let output = list(&[&good, &bad, "--status", "completed"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn a_configuration_says_where_to_search_and_how_many_checkpoints_flink_keeps() {
    let root = tempfile::tempdir().expect("a directory");
    let chk = checkpoint(root.path(), 7);
    let conf = root.path().join("config.yaml");
    let text = format!("execution:\n  checkpointing:\n    dir: file:{chk}\n    num-retained: 3\n");
    fs::write(&conf, text).expect("a file");
    let output = list(&["--flink-conf", conf.to_str().expect("UTF-8"), "--output", "json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report = json(&output);
    assert_eq!(report["snapshots"][0]["checkpoint_id"], 7);
    assert_eq!(report["findings"][0]["code"], "SAVEPOINT_DIR_NOT_SET");
    assert_eq!(report["roots"][0], format!("file:{chk}"));
}

/// Ends it; a test that failed must not leave it behind.
struct Watching(Child);

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn watching_writes_one_report_after_the_other_until_nobody_reads() {
    let root = tempfile::tempdir().expect("a directory");
    let chk = checkpoint(root.path(), 1);
    let child =
        command(&[&chk, "--watch=1s", "--output", "jsonl"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut watching = Watching(child.expect("the binary runs"));
    let mut lines = BufReader::new(watching.0.stdout.take().expect("a pipe")).lines();
    let mut reports = 0;
    while reports < 2 {
        let line = lines.next().expect("it goes on").expect("text");
        reports += usize::from(line.starts_with("{\"totals\":"));
    }
    drop(lines);
    let status = watching.0.wait().expect("it ends");
    assert_eq!(status.code(), Some(0));
    let mut stderr = String::new();
    watching.0.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("text");
    assert_eq!(stderr, "");
}
