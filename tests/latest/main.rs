//! `keepoint latest`: one location, or the reason why there is none.

#[path = "../support/fixtures.rs"]
mod fixtures;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

const JOB: &str = "6e1f8b1c0a2d4c3f9b7a5d4e3c2b1a09";
const OTHER: &str = "ffffffffffffffffffffffffffffffff";

/// Runs the command; the exit code, standard output and standard error.
fn latest(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepoint"));
    let output = command.arg("latest").args(arguments).env_clear().output().expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn age(path: &Path, seconds: u64) {
    let time = SystemTime::now() - Duration::from_secs(seconds);
    File::open(path).and_then(|file| file.set_modified(time)).expect("its time can be set");
}

/// A snapshot that needs no file, so many seconds old.
fn snapshot(root: &Path, place: &str, seconds: u64) -> PathBuf {
    let directory = root.join(place);
    fs::create_dir_all(&directory).expect("a directory");
    fs::copy(fixtures::self_contained(), directory.join("_metadata")).expect("a copy");
    age(&directory.join("_metadata"), seconds);
    directory
}

fn line(directory: &Path) -> String {
    format!("file:{}\n", directory.display())
}

#[test]
fn the_newest_is_printed_and_nothing_else() {
    let root = tempfile::tempdir().expect("a directory");
    snapshot(root.path(), &format!("{JOB}/chk-9"), 300);
    let newest = snapshot(root.path(), &format!("{JOB}/chk-10"), 200);
    fs::create_dir_all(root.path().join(JOB).join("chk-11")).expect("a directory");
    let (code, stdout, stderr) = latest(&[root.path().to_str().expect("UTF-8")]);
    assert_eq!((code, stdout, stderr), (Some(0), line(&newest), String::new()));
}

#[test]
fn several_jobs_are_a_usage_error_that_names_them_and_a_job_chooses_its_own() {
    let root = tempfile::tempdir().expect("a directory");
    let path = root.path().to_str().expect("UTF-8");
    let own = snapshot(root.path(), &format!("{JOB}/chk-1"), 300);
    snapshot(root.path(), &format!("{OTHER}/chk-2"), 100);
    let (code, stdout, stderr) = latest(&[path]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains(JOB) && stderr.contains(OTHER), "{stderr}");
    assert_eq!(latest(&[path, "--job", &JOB[..8]]), (Some(0), line(&own), String::new()));
    assert_eq!(latest(&[path, "--job", "00"]).0, Some(3));
    let savepoint = snapshot(root.path(), &format!("s/savepoint-{}-0123456789ab", &JOB[..6]), 50);
    assert_eq!(latest(&[path, "--job", JOB]).1, line(&savepoint));
    assert_eq!(latest(&[path, "--job", JOB, "--kind", "checkpoint"]).1, line(&own));
}

#[test]
fn an_empty_place_is_nothing_found_and_a_missing_one_no_result() {
    let root = tempfile::tempdir().expect("a directory");
    let (code, stdout, stderr) = latest(&[root.path().to_str().expect("UTF-8")]);
    assert_eq!((code, stdout.as_str()), (Some(3), ""));
    assert!(stderr.contains("no snapshot to start from"), "{stderr}");
    assert_eq!(latest(&["/nowhere/flink"]).0, Some(1));
}

#[test]
fn a_damaged_metadata_is_skipped_and_said_and_that_of_a_newer_flink_is_a_doubt() {
    let root = tempfile::tempdir().expect("a directory");
    let path = root.path().to_str().expect("UTF-8");
    let good = snapshot(root.path(), &format!("{JOB}/chk-1"), 300);
    let bad = snapshot(root.path(), &format!("{JOB}/chk-2"), 200);
    fs::write(bad.join("_metadata"), b"damaged").expect("a file");
    let (code, stdout, stderr) = latest(&[path]);
    assert_eq!((code, stdout), (Some(0), line(&good)));
    assert!(stderr.contains("skipped") && stderr.contains("chk-2"), "{stderr}");
    fs::copy(fixtures::fixtures().join("damaged/version-8/_metadata"), bad.join("_metadata")).expect("a copy");
    let (code, stdout, stderr) = latest(&[path]);
    assert_eq!((code, stdout), (Some(4), line(&good)), "the result is shown, and it may not be the newest");
    assert!(stderr.contains("it may be of a newer Flink"), "{stderr}");
    age(&bad.join("_metadata"), 900);
    assert_eq!(latest(&[path]).0, Some(0), "an older one changes nothing");
    fs::remove_dir_all(good).expect("it can go");
    assert_eq!(latest(&[path]).0, Some(4));
}

#[cfg(unix)]
#[test]
fn what_was_not_read_may_hold_a_newer_one() {
    let root = tempfile::tempdir().expect("a directory");
    let path = root.path().to_str().expect("UTF-8");
    let good = snapshot(root.path(), &format!("{JOB}/chk-1"), 300);
    std::os::unix::fs::symlink("/nowhere", root.path().join("link")).expect("a link");
    let (code, stdout, stderr) = latest(&[path]);
    assert_eq!((code, stdout), (Some(4), line(&good)));
    assert!(stderr.contains("there may be a newer one in"), "{stderr}");
}

#[test]
fn verified_it_is_the_newest_of_which_all_files_are_there() {
    let name = "flink/2.3.0/rocksdb-incremental/checkpoints";
    let snapshots: Vec<_> =
        fixtures::snapshots().into_iter().filter(|snapshot| snapshot.name.starts_with(name)).collect();
    let storage = snapshots[0].storage().to_owned();
    let root = tempfile::tempdir().expect("a directory");
    let path = root.path().to_str().expect("UTF-8");
    // Its paths are absolute, so that a copy is damaged and only the one without files is good.
    fixtures::copy(&storage.join("checkpoints"), root.path());
    let job = fixtures::directories(root.path()).remove(0);
    let good = snapshot(&job, "chk-1", 100_000);
    let (code, stdout, _) = latest(&[path]);
    assert_eq!(code, Some(0));
    assert_ne!(stdout, line(&good), "unverified, a newer one is named");
    let (code, stdout, stderr) = latest(&[path, "--verify"]);
    assert_eq!((code, stdout), (Some(0), line(&good)), "{stderr}");
    assert_eq!(stderr.lines().filter(|line| line.contains("skipped")).count(), snapshots.len(), "{stderr}");
    fs::remove_dir_all(good).expect("it can go");
    let (code, stdout, stderr) = latest(&[path, "--verify"]);
    assert_eq!((code, stdout.as_str()), (Some(3), ""), "{stderr}");
}
