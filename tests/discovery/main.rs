//! The walk over real layouts and over places that are not as they should be.

#[path = "../support/fixtures.rs"]
mod fixtures;

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use keepoint::discovery::{Found, PassedOver, Residue, scan};
use keepoint::storage::{self, Description, Entry, EntryKind, ErrorKind, FileFacts, LocalStorage, ReadRange, Storage};
use keepoint::uri::StorageUri;
use tokio::sync::mpsc;

use fixtures::{fixtures, snapshots};

/// What a walk came upon.
#[derive(Debug, Default)]
struct Walk {
    metadata: BTreeSet<String>,
    residue: Vec<Residue>,
    passed_over: Vec<PassedOver>,
    directories: u64,
}

fn walk(root: &Path) -> Walk {
    let root = StorageUri::parse(&root.display().to_string()).expect("an absolute path");
    let storage = Arc::new(LocalStorage::default());
    walk_in(storage, root)
}

fn walk_in(storage: Arc<dyn Storage>, root: StorageUri) -> Walk {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let (send, mut receive) = mpsc::channel(1);
        let scanning = tokio::spawn(scan(storage, root, send));
        let mut walk = Walk::default();
        while let Some(found) = receive.recv().await {
            match found {
                Found::Metadata(loaded) => {
                    assert!(walk.metadata.insert(loaded.directory.path().to_owned()), "found twice: {loaded:?}");
                }
                Found::WithoutMetadata(residue) => walk.residue.push(residue),
                Found::PassedOver(what) => walk.passed_over.push(what),
                Found::Visited { .. } => walk.directories += 1,
            }
        }
        scanning.await.expect("no panic").expect("nobody gave up");
        walk
    })
}

fn names(directory: &Path, walk: &Walk) -> Vec<String> {
    let prefix = format!("{}/", directory.display());
    walk.metadata.iter().map(|place| place.strip_prefix(&prefix).unwrap_or(place).to_owned()).collect()
}

/// A directory with a metadata file that begins as Flink's does.
fn snapshot(directory: &Path) {
    fs::create_dir_all(directory).expect("a directory");
    fs::write(directory.join("_metadata"), [0x49, 0x60, 0x67, 0x2D, 0, 0, 0, 4]).expect("a file");
}

const JOB: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn from_the_root_above_all_fixtures_every_snapshot_is_found_once() {
    let walk = walk(&fixtures());
    let expected: BTreeSet<String> = snapshots()
        .iter()
        .map(|snapshot| snapshot.metadata.parent().expect("a directory").display().to_string())
        .collect();
    // The recorded pairs have a walk of their own (`check`).
    let is_ours = |place: &String| !["/damaged/", "/pairs/"].iter().any(|part| place.contains(part));
    let flinks: BTreeSet<String> = walk.metadata.into_iter().filter(is_ours).collect();
    assert_eq!(flinks, expected);
}

#[test]
fn a_snapshot_given_as_root_is_found_by_its_directory_and_by_its_file() {
    let file = snapshots().remove(0).metadata;
    let directory = file.parent().expect("a directory");
    assert_eq!(walk(directory).metadata, BTreeSet::from([directory.display().to_string()]));
    assert_eq!(walk(&file).metadata, BTreeSet::from([directory.display().to_string()]));
}

#[test]
fn layouts_with_and_without_job_ids_savepoints_and_nested_roots_are_found_in_one_walk() {
    let root = tempfile::tempdir().expect("a directory");
    for place in [
        &format!("checkpoints/{JOB}/chk-7"),
        "no-job-level/chk-3",
        "savepoints/savepoint-012345-0123456789ab",
        "by-hand/before-the-upgrade",
        "team/a/b/c/savepoints/savepoint-my-own-name",
    ] {
        snapshot(&root.path().join(place));
    }
    let walk = walk(root.path());
    let mut expected = vec![
        "by-hand/before-the-upgrade".to_owned(),
        format!("checkpoints/{JOB}/chk-7"),
        "no-job-level/chk-3".to_owned(),
        "savepoints/savepoint-012345-0123456789ab".to_owned(),
        "team/a/b/c/savepoints/savepoint-my-own-name".to_owned(),
    ];
    expected.sort();
    assert_eq!(names(root.path(), &walk), expected);
    assert!(walk.passed_over.is_empty() && walk.residue.is_empty(), "{walk:?}");
}

#[test]
fn the_files_of_many_checkpoints_are_not_listed_beside_checkpoints_and_are_elsewhere() {
    let root = tempfile::tempdir().expect("a directory");
    let job = root.path().join(JOB);
    snapshot(&job.join("chk-1"));
    for place in ["shared", "taskowned", "dstl"] {
        snapshot(&job.join(place).join("nobody-keeps-a-snapshot-here"));
    }
    // A folder of somebody who calls it so.
    snapshot(&root.path().join("shared/savepoint-1"));
    assert_eq!(names(root.path(), &walk(root.path())), [format!("{JOB}/chk-1"), "shared/savepoint-1".to_owned()]);
}

#[test]
fn a_checkpoint_directory_without_metadata_is_residue_with_its_files_and_bytes() {
    let root = tempfile::tempdir().expect("a directory");
    let chk = root.path().join(JOB).join("chk-2");
    fs::create_dir_all(&chk).expect("a directory");
    fs::write(chk.join("a"), [0; 10]).expect("a file");
    fs::write(chk.join("b"), [0; 5]).expect("a file");
    fs::create_dir(root.path().join(JOB).join("chk-3")).expect("a directory");
    let mut residue = walk(root.path()).residue;
    residue.sort_by(|a, b| a.directory.cmp(&b.directory));
    let facts: Vec<_> =
        residue.iter().map(|residue| (residue.directory.file_name(), residue.files, residue.bytes)).collect();
    assert_eq!(facts, [(Some("chk-2"), 2, 15), (Some("chk-3"), 0, 0)]);
    assert!(residue.iter().all(|residue| residue.written_at.is_some()), "an empty directory has a time too");
}

#[test]
fn a_folder_that_is_named_like_a_savepoint_and_holds_savepoints_is_walked() {
    let root = tempfile::tempdir().expect("a directory");
    snapshot(&root.path().join("savepoint-archive/savepoint-012345-0123456789ab"));
    let walk = walk(root.path());
    assert_eq!(names(root.path(), &walk), ["savepoint-archive/savepoint-012345-0123456789ab"]);
    assert!(walk.residue.is_empty(), "{walk:?}");
}

#[test]
fn a_parquet_summary_is_told_from_metadata_and_does_no_harm() {
    let root = tempfile::tempdir().expect("a directory");
    fs::create_dir(root.path().join("table")).expect("a directory");
    fs::write(root.path().join("table/_metadata"), b"PAR1....").expect("a file");
    snapshot(&root.path().join("chk-1"));
    let walk = walk(root.path());
    assert_eq!(walk.metadata.len(), 1);
    assert!(matches!(walk.passed_over.as_slice(), [PassedOver::Foreign(_)]), "{walk:?}");
}

#[test]
fn an_empty_root_has_nothing_and_a_missing_one_is_told() {
    let root = tempfile::tempdir().expect("a directory");
    let empty = walk(root.path());
    assert!(empty.metadata.is_empty() && empty.passed_over.is_empty() && empty.directories == 1, "{empty:?}");
    match walk(&root.path().join("nowhere")).passed_over.as_slice() {
        [PassedOver::Unread(error)] => assert_eq!(error.kind(), ErrorKind::NotFound),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_as_root_is_no_directory_and_a_file_named_like_a_checkpoint_is_no_checkpoint() {
    let root = tempfile::tempdir().expect("a directory");
    fs::write(root.path().join("chk-7"), b"text").expect("a file");
    snapshot(&root.path().join("chk-8"));
    assert!(matches!(walk(&root.path().join("chk-7")).passed_over.as_slice(), [PassedOver::NotADirectory(_)]));
    assert_eq!(names(root.path(), &walk(root.path())), ["chk-8"]);
}

#[cfg(unix)]
#[test]
fn links_are_named_and_not_followed_so_that_a_circle_ends() {
    let root = tempfile::tempdir().expect("a directory");
    snapshot(&root.path().join("chk-1"));
    std::os::unix::fs::symlink(root.path(), root.path().join("again")).expect("a link");
    let walk = walk(root.path());
    assert_eq!(names(root.path(), &walk), ["chk-1"]);
    assert!(matches!(walk.passed_over.as_slice(), [PassedOver::Link(_)]), "{walk:?}");
}

#[test]
fn names_with_line_breaks_blanks_and_percent_signs_are_walked_as_they_are() {
    let root = tempfile::tempdir().expect("a directory");
    let places = ["a%2Fb/chk-1", "line\nbreak/chk-1", "quote\"'/chk-1", "ünï/chk-1"];
    for place in places {
        snapshot(&root.path().join(place));
    }
    let expected: BTreeSet<_> = places.iter().map(|place| root.path().join(place).display().to_string()).collect();
    assert_eq!(walk(root.path()).metadata, expected);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf8_is_named_and_the_rest_is_walked() {
    use std::os::unix::ffi::OsStrExt;
    let root = tempfile::tempdir().expect("a directory");
    fs::create_dir(root.path().join(std::ffi::OsStr::from_bytes(b"chk-\xFF"))).expect("a directory");
    snapshot(&root.path().join("chk-1"));
    let walk = walk(root.path());
    assert_eq!(names(root.path(), &walk), ["chk-1"]);
    assert!(matches!(walk.passed_over.as_slice(), [PassedOver::NotUtf8(..)]), "{walk:?}");
}

#[test]
fn directories_without_end_are_given_up_and_named() {
    let root = tempfile::tempdir().expect("a directory");
    let deep: std::path::PathBuf = (0..70).map(|_| "d").collect();
    fs::create_dir_all(root.path().join(deep)).expect("a directory");
    snapshot(&root.path().join("chk-1"));
    let walk = walk(root.path());
    assert_eq!(names(root.path(), &walk), ["chk-1"]);
    assert!(matches!(walk.passed_over.as_slice(), [PassedOver::TooDeep(_)]), "{walk:?}");
}

#[test]
fn snapshots_that_come_and_go_during_the_walk_leave_the_others_unharmed() {
    let root = tempfile::tempdir().expect("a directory");
    let job = root.path().join(JOB);
    for number in 0..50 {
        snapshot(&job.join(format!("chk-{}", 1000 + number)));
    }
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0_u64.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let chk = job.join(format!("chk-{}", number % 1000));
                snapshot(&chk);
                fs::remove_dir_all(&chk).expect("it was there");
            }
        });
        for _ in 0..20 {
            let walk = walk(root.path());
            let steady = walk.metadata.iter().filter(|place| place.contains("chk-10")).count();
            assert!(steady >= 50, "{walk:?}");
            assert!(walk.passed_over.is_empty(), "{walk:?}");
        }
        stop.store(true, Ordering::Relaxed);
    });
}

/// A store in which a checkpoint is completed between the first request and the second.
struct CompletedMeanwhile {
    asked: AtomicBool,
}

#[async_trait]
impl Storage for CompletedMeanwhile {
    async fn read_range(&self, file: &StorageUri, _: Range<u64>) -> Result<ReadRange, storage::Error> {
        if !self.asked.swap(true, Ordering::Relaxed) {
            return Err(storage::Error::new("read", file, ErrorKind::NotFound));
        }
        let bytes = vec![0x49, 0x60, 0x67, 0x2D, 0, 0, 0, 4];
        Ok(ReadRange { file_length: bytes.len() as u64, bytes, modified_at: None, tag: None })
    }

    async fn list(&self, _: &StorageUri, show: &mut (dyn FnMut(Vec<Entry>) + Send)) -> Result<(), storage::Error> {
        let facts = FileFacts { length: 8, modified_at: None };
        let file = |name: &str| Entry { name: name.to_owned(), kind: EntryKind::File(facts) };
        show(vec![file("state"), file("_metadata")]);
        Ok(())
    }

    async fn stat(&self, file: &StorageUri) -> Result<FileFacts, storage::Error> {
        Err(storage::Error::new("look at", file, ErrorKind::NotFound))
    }

    fn requests_at_a_time(&self) -> usize {
        1
    }

    async fn describe(&self) -> Description {
        Description::default()
    }
}

#[test]
fn a_checkpoint_that_is_completed_while_it_is_looked_at_is_a_snapshot_and_no_residue() {
    let root = StorageUri::parse("/flink/chk-7").expect("a path");
    let walk = walk_in(Arc::new(CompletedMeanwhile { asked: AtomicBool::new(false) }), root);
    assert_eq!(walk.metadata, BTreeSet::from(["/flink/chk-7".to_owned()]));
    assert!(walk.residue.is_empty(), "{walk:?}");
}
