//! What a directory is called in each state.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

use crate::fixtures::self_contained;
use crate::{codes, list, snapshots_of};

const JOB: &str = "0123456789abcdef0123456789abcdef";

struct Job {
    root: TempDir,
}

impl Job {
    fn new() -> Self {
        Self { root: tempfile::tempdir().expect("a directory") }
    }

    fn chk(&self, number: u32) -> PathBuf {
        let chk = self.root.path().join(JOB).join(format!("chk-{number}"));
        fs::create_dir_all(&chk).expect("a directory");
        chk
    }

    fn only_snapshot(&self, arguments: &[&str]) -> (Option<i32>, Value, Value) {
        let (code, report, stderr) = list(arguments, &[self.root.path()]);
        let [snapshot] = snapshots_of(&report) else { panic!("{report} {stderr}") };
        (code, snapshot.clone(), report.clone())
    }
}

fn age(path: &Path, seconds: u64) {
    let time = SystemTime::now() - Duration::from_secs(seconds);
    File::open(path).and_then(|file| file.set_modified(time)).expect("its time can be set");
}

#[test]
fn a_young_directory_with_files_and_no_metadata_is_in_progress() {
    let job = Job::new();
    fs::write(job.chk(5).join("state"), [0; 100]).expect("a file");
    let (code, snapshot, _) = job.only_snapshot(&[]);
    assert_eq!((code, &snapshot["status"]), (Some(0), &"in_progress".into()));
    assert_eq!(snapshot["checkpoint_id"], 5);
    assert_eq!(snapshot["job_id"], JOB);
    assert_eq!((&snapshot["data_files"], &snapshot["data_bytes"]), (&1.into(), &100.into()));
    assert_eq!(snapshot.get("metadata_version"), None, "absent, not zero");
}

#[test]
fn the_same_directory_is_incomplete_once_it_is_older_than_the_checkpoint_timeout() {
    let job = Job::new();
    let chk = job.chk(5);
    fs::write(chk.join("state"), [0; 100]).expect("a file");
    age(&chk.join("state"), 3600);
    age(&chk, 3600);
    assert_eq!(job.only_snapshot(&[]).1["status"], "incomplete");
    assert_eq!(job.only_snapshot(&["--checkpoint-timeout", "2h"]).1["status"], "in_progress");
}

#[test]
fn an_empty_checkpoint_directory_goes_by_its_own_age() {
    let job = Job::new();
    let chk = job.chk(2);
    assert_eq!(job.only_snapshot(&[]).1["status"], "in_progress");
    age(&chk, 86_400);
    let (_, snapshot, _) = job.only_snapshot(&[]);
    assert_eq!((&snapshot["status"], &snapshot["data_files"]), (&"incomplete".into(), &0.into()));
}

#[test]
fn a_half_written_metadata_is_unreadable_and_the_answer_is_no() {
    let job = Job::new();
    let bytes = fs::read(self_contained()).expect("a readable fixture");
    fs::write(job.chk(3).join("_metadata"), &bytes[..bytes.len() / 2]).expect("a file");
    let (code, snapshot, report) = job.only_snapshot(&[]);
    assert_eq!((code, &snapshot["status"]), (Some(3), &"unreadable".into()));
    assert_eq!(codes(&report), ["META_UNREADABLE"]);
}

#[test]
fn metadata_of_a_newer_flink_is_unreadable_and_not_known() {
    let job = Job::new();
    fs::write(job.chk(3).join("_metadata"), [0x49, 0x60, 0x67, 0x2D, 0, 0, 0, 99]).expect("a file");
    let (code, snapshot, report) = job.only_snapshot(&[]);
    assert_eq!((code, &snapshot["status"]), (Some(4), &"unreadable".into()));
    assert_eq!(codes(&report), ["META_VERSION_TOO_NEW"]);
}

#[test]
fn a_foreign_file_in_a_directory_of_flinks_is_unreadable() {
    let job = Job::new();
    fs::write(job.chk(3).join("_metadata"), b"PAR1 and more").expect("a file");
    let (code, snapshot, _) = job.only_snapshot(&[]);
    assert_eq!((code, &snapshot["status"]), (Some(3), &"unreadable".into()));
}

#[test]
fn one_damaged_snapshot_among_many_is_a_finding_and_not_the_end() {
    let job = Job::new();
    let bytes = fs::read(self_contained()).expect("a readable fixture");
    for number in 1..=100 {
        let bytes = if number == 50 { &bytes[..20] } else { &bytes[..] };
        fs::write(job.chk(number).join("_metadata"), bytes).expect("a file");
    }
    let (code, report, _) = list(&[], &[job.root.path()]);
    assert_eq!(code, Some(3));
    assert_eq!(snapshots_of(&report).len(), 100);
    let completed = snapshots_of(&report).iter().filter(|snapshot| snapshot["status"] == "completed").count();
    assert_eq!(completed, 99);
    assert_eq!(codes(&report), ["META_UNREADABLE"]);
}

#[test]
fn the_summary_of_a_job_names_its_newest_completed_checkpoint() {
    let job = Job::new();
    let bytes = fs::read(self_contained()).expect("a readable fixture");
    for (number, seconds) in [(7, 300), (8, 200)] {
        let file = job.chk(number).join("_metadata");
        fs::write(&file, &bytes).expect("a file");
        age(&file, seconds);
    }
    fs::write(job.chk(9).join("_metadata"), &bytes[..20]).expect("a file");
    fs::write(job.chk(10).join("state"), [0; 10]).expect("a file");
    let (_, report, _) = list(&[], &[job.root.path()]);
    let [summary] = report["jobs"].as_array().expect("jobs").as_slice() else { panic!("{report}") };
    assert_eq!(summary["job_id"], JOB);
    assert_eq!(summary["completed"], 2);
    let newest = summary["newest_completed_checkpoint"].as_str().expect("there is one");
    assert!(newest.ends_with("/chk-8"), "{newest}");
    let age = summary["newest_completed_age_ms"].as_u64().expect("it has an age");
    assert!((200_000..260_000).contains(&age), "{age}");
}
