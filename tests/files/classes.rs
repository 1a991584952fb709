//! What is said of files that nobody refers to.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

use crate::fixtures::{copy, snapshots};
use crate::{all, files, of};

const STATE: &str = "0fbdaf63-ff76-4b9d-8a9c-5a35ffb4f0a1";
const OTHER_JOB: &str = "ffffffffffffffffffffffffffffffff";

/// A copy of a job with incremental checkpoints and savepoints, whose files are a day old.
struct World {
    directory: TempDir,
    relocation: String,
}

impl World {
    fn new() -> Self {
        let snapshots = snapshots();
        let snapshot = snapshots.iter().find(|snapshot| snapshot.name.starts_with("flink/2.3.0/rocksdb-incremental/"));
        let snapshot = snapshot.expect("there is one");
        let directory = tempfile::tempdir().expect("a directory");
        copy(snapshot.storage(), directory.path());
        for file in crate::fixtures::files(directory.path()) {
            age(&file, DAY);
        }
        Self { relocation: snapshot.relocation_to(directory.path()), directory }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn job(&self) -> PathBuf {
        crate::fixtures::directories(&self.path().join("checkpoints")).remove(0)
    }

    fn chk(&self, number: u32) -> PathBuf {
        self.job().join(format!("chk-{number}"))
    }

    /// A file of some bytes and some age.
    fn file(&self, path: &Path, seconds: u64) -> PathBuf {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a file has a directory")).expect("a directory");
        fs::write(&path, b"state").expect("a file");
        age(&path, seconds);
        path
    }

    fn files(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let root = self.path().to_str().expect("UTF-8");
        files(&[&[root, "--relocate", &self.relocation], arguments].concat())
    }

    fn class(&self, file: &Path) -> String {
        let (_, report) = self.files(&[]);
        of(&report, file)["class"].as_str().expect("a class").to_owned()
    }
}

const DAY: u64 = 86_400;

fn age(path: &Path, seconds: u64) {
    let time = SystemTime::now() - Duration::from_secs(seconds);
    File::open(path).and_then(|file| file.set_modified(time)).expect("its time can be set");
}

#[test]
fn old_state_that_nobody_names_is_an_orphan_wherever_flink_puts_state() {
    let world = World::new();
    let job = world.job();
    let base = world.path().join("changelog").join(job.file_name().expect("an id")).join("dstl");
    let savepoint = world.path().join("savepoints/savepoint-ffffff-0123456789ab");
    let managed = job.join("shared/job_0123456789abcdef0123456789abcdef_op_x_0_1");
    for place in [job.join("shared"), job.join("taskowned"), world.chk(4), base, savepoint, managed] {
        let file = world.file(&place.join(STATE), 2 * DAY);
        if place.ends_with("savepoint-ffffff-0123456789ab") {
            age(&place, 2 * DAY);
        }
        let (code, report) = world.files(&[]);
        assert_eq!((code, &of(&report, &file)["class"]), (Some(0), &"orphan".into()), "{}", place.display());
        assert_eq!(of(&report, &file)["referenced_by"], Value::Array(Vec::new()));
        fs::remove_file(file).expect("it can go");
    }
}

#[test]
fn names_and_places_that_flink_does_not_give_are_unknown() {
    let world = World::new();
    let job = world.job();
    for place in [
        job.join("shared/notes.txt"),
        job.join("shared/op_AsyncKeyedProcessOperator__1_1__attempt_0/db").join(STATE),
        world.path().join("checkpoints").join(STATE),
        world.path().join("shared").join(STATE),
        world.chk(4).join("part.parquet"),
        world.path().join("elsewhere/_metadata"),
    ] {
        let file = world.file(&place, 2 * DAY);
        assert_eq!(world.class(&file), "unknown", "{}", place.display());
    }
}

#[test]
fn state_that_is_not_older_than_the_newest_checkpoint_by_the_timeout_is_in_flight() {
    let world = World::new();
    let file = world.job().join("shared").join(STATE);
    // The newest checkpoint is a day old: what was written ten minutes before it may be of the one after it.
    for (older, class) in [(0, "in_flight"), (14 * 60, "in_flight"), (16 * 60, "orphan")] {
        world.file(&file, DAY + older);
        assert_eq!(world.class(&file), class, "{older} s");
    }
    world.file(&file, DAY + 16 * 60);
    let (_, report) = world.files(&["--checkpoint-timeout", "30m"]);
    assert_eq!(of(&report, &file)["class"], "in_flight");
}

#[test]
fn a_directory_without_metadata_is_in_flight_while_it_is_young_and_then_orphaned() {
    let world = World::new();
    let file = world.file(&world.chk(5).join(STATE), 60);
    let temporary = world.file(&world.chk(5).join("._metadata.inprogress.1"), 60);
    assert_eq!((world.class(&file), world.class(&temporary)), ("in_flight".to_owned(), "in_flight".to_owned()));
    for path in [&file, &temporary, &world.chk(5)] {
        age(path, DAY);
    }
    assert_eq!((world.class(&file), world.class(&temporary)), ("orphan".to_owned(), "orphan".to_owned()));
}

#[test]
fn what_unreadable_metadata_may_name_is_unknown_and_other_jobs_are_not_touched_by_it() {
    let world = World::new();
    let (own, shared) = (world.chk(4).join("_metadata"), world.job().join("shared"));
    let orphan = world.file(&shared.join(STATE), 2 * DAY);
    let elsewhere = world.path().join("checkpoints").join(OTHER_JOB).join("shared").join(STATE);
    let elsewhere = world.file(&elsewhere, 2 * DAY);
    let bytes = fs::read(&own).expect("readable");
    fs::write(&own, &bytes[..bytes.len() / 2]).expect("writable");
    age(&own, DAY);
    let (code, report) = world.files(&[]);
    assert_eq!(code, Some(3), "unreadable metadata is the answer no");
    assert_eq!(of(&report, &orphan)["class"], "unknown");
    assert_eq!(of(&report, &elsewhere)["class"], "orphan");
    assert_eq!(of(&report, &own)["class"], "metadata");

    // A job whose id occurs in it may have its files, too.
    let text = format!("cut off in the middle of file:/x/{OTHER_JOB}/shared/a");
    fs::write(&own, [&bytes[..60], text.as_bytes()].concat()).expect("writable");
    let (_, report) = world.files(&[]);
    assert_eq!(of(&report, &elsewhere)["class"], "unknown");
}

#[test]
fn where_something_was_not_read_nothing_is_an_orphan() {
    let world = World::new();
    let orphan = world.file(&world.job().join("shared").join(STATE), 2 * DAY);
    assert_eq!(world.class(&orphan), "orphan");
    let newer = crate::fixtures::fixtures().join("damaged/version-8/_metadata");
    let chk = world.path().join("elsewhere/chk-1");
    fs::create_dir_all(&chk).expect("a directory");
    fs::copy(newer, chk.join("_metadata")).expect("a copy");
    let (code, report) = world.files(&[]);
    assert_eq!((code, &of(&report, &orphan)["class"]), (Some(4), &"unknown".into()), "a newer Flink may name it");
    fs::remove_dir_all(&chk).expect("it can go");
    assert_eq!(world.class(&orphan), "orphan");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/nowhere", world.path().join("link")).expect("a link");
        let (code, report) = world.files(&[]);
        assert_eq!((code, &of(&report, &orphan)["class"]), (Some(4), &"unknown".into()), "it may lead to a snapshot");
    }
}

#[test]
fn files_of_a_deleted_checkpoint_lose_it_and_keep_the_others() {
    let world = World::new();
    let (_, before) = world.files(&[]);
    fs::remove_dir_all(world.chk(4)).expect("it can go");
    let (_, after) = world.files(&[]);
    let lost = format!("file:{}", world.chk(4).display());
    let mut orphans = 0;
    for file in all(&after, "files") {
        let path = file["path"].as_str().expect("a path");
        let then = all(&before, "files").iter().find(|then| then["path"] == path).expect("it was there");
        let left: Vec<&Value> = all(then, "referenced_by").iter().filter(|user| **user != lost.as_str()).collect();
        assert_eq!(all(file, "referenced_by").iter().collect::<Vec<_>>(), left, "{path}");
        // All of them are as old as the newest checkpoint, so that they could be of the next one.
        if left.is_empty() {
            assert_eq!(file["class"], "in_flight", "{path}");
            orphans += 1;
        }
    }
    assert!(orphans > 0);
}

#[test]
fn filters_choose_files_and_leave_the_totals_alone() {
    let world = World::new();
    let orphan = world.file(&world.job().join("shared").join(STATE), 2 * DAY);
    let (_, everything) = world.files(&[]);
    let paths = |report: &Value| -> Vec<String> {
        all(report, "files").iter().filter_map(|file| file["path"].as_str().map(ToOwned::to_owned)).collect()
    };
    for arguments in [&["--class", "orphan"][..], &["--older-than", "36h"], &["--class", "orphan", "--min-size", "5"]] {
        let (code, report) = world.files(arguments);
        assert_eq!(code, Some(0));
        assert_eq!(paths(&report), [format!("file:{}", orphan.display())], "{arguments:?}");
        assert_eq!(report["totals"]["files"], everything["totals"]["files"]);
        assert_eq!((&report["totals"]["listed"], &report["totals"]["listed_bytes"]), (&1.into(), &5.into()));
        assert_eq!(report["classes"], everything["classes"]);
    }
    assert!(paths(&world.files(&["--class", "orphan", "--min-size", "6"]).1).is_empty());
}
