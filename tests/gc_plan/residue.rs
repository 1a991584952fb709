//! Files that nothing names.

use std::fs;
use std::time::Duration;

use keepoint::gc::GcRequest;
use keepoint::report::{GcClass, GcItem};

use crate::planted::Planted;
use crate::{keep_last, plan};

const DAY: Duration = Duration::from_hours(24);

/// A tree in which everything is a month old, with things that nothing names.
fn tree() -> Planted {
    let tree = Planted::of("2.3.0/rocksdb-incremental");
    let metadata = tree.file_of("chk-4", "rocksdb-incremental");
    let job = metadata.parent().and_then(|directory| directory.parent()).expect("a job").to_path_buf();
    fs::create_dir(job.join("chk-1")).expect("room");
    for name in [
        "shared/0fbdaf63-ff76-4b9d-8a9c-5a35ffb4f0a1",
        "shared/notes.txt",
        "chk-4/1fbdaf63-ff76-4b9d-8a9c-5a35ffb4f0a1",
        "chk-1/2fbdaf63-ff76-4b9d-8a9c-5a35ffb4f0a1",
        "taskowned/3fbdaf63-ff76-4b9d-8a9c-5a35ffb4f0a1",
        "elsewhere.parquet",
    ] {
        let file = job.join(name);
        fs::create_dir_all(file.parent().expect("a directory")).expect("room");
        fs::write(file, b"left over").expect("room");
    }
    tree.age(30 * DAY);
    // The newest checkpoint is young enough that none of the others is the newest.
    tree.age_of(&metadata, DAY);
    tree
}

fn residue(items: &[GcItem]) -> Vec<(&str, GcClass)> {
    let without_snapshot = items.iter().filter(|item| item.snapshot.is_none());
    without_snapshot.map(|item| (&item.path[item.path.len() - 36..][..4], item.class())).collect()
}

#[tokio::test]
async fn residue_that_is_old_goes_where_it_was_asked_for_and_only_what_flink_names_so_in_a_known_place() {
    let tree = tree();
    let (report, items) = plan(&tree, &GcRequest { orphans: true, ..keep_last(3) }).await;
    assert!(report.blockers.is_empty(), "{:#?}", report.blockers);
    let expected = [("2fbd", GcClass::Unfinished), ("1fbd", GcClass::ExclusiveOrphan), ("0fbd", GcClass::SharedOrphan)];
    assert_eq!(residue(&items), expected, "{:#?}", report.not_taken);
    let (report, items) = plan(&tree, &keep_last(3)).await;
    assert!(items.is_empty(), "{items:#?}");
    assert!(report.not_taken.iter().any(|one| one.reason.contains("--orphans") && one.files == 3));
}

#[tokio::test]
async fn residue_that_is_young_or_younger_than_the_newest_checkpoint_could_be_stays() {
    let tree = tree();
    let metadata = tree.file_of("chk-4", "rocksdb-incremental");
    for name in ["chk-2", "chk-3", "chk-4"] {
        tree.age_of(&tree.file_of(name, "rocksdb-incremental"), 40 * DAY);
    }
    let (report, items) = plan(&tree, &GcRequest { orphans: true, ..keep_last(3) }).await;
    assert!(items.is_empty(), "{items:#?}");
    assert!(report.not_taken.iter().any(|one| one.reason.contains("S-10")), "{:#?}", report.not_taken);
    let job = metadata.parent().and_then(|directory| directory.parent()).expect("a job");
    tree.age_of(&metadata, DAY);
    tree.age_of(&job.join("shared/0fbdaf63-ff76-4b9d-8a9c-5a35ffb4f0a1"), 2 * DAY);
    let (report, items) = plan(&tree, &GcRequest { orphans: true, ..keep_last(3) }).await;
    assert_eq!(residue(&items).len(), 2, "{:#?}", report.not_taken);
    assert!(report.not_taken.iter().any(|one| one.reason.contains("S-11")), "{:#?}", report.not_taken);
}

#[tokio::test]
async fn what_task_managers_own_goes_only_when_the_job_has_ended() {
    let tree = tree();
    let metadata = tree.file_of("chk-4", "rocksdb-incremental");
    let job = metadata.parent().and_then(|directory| directory.parent()).expect("a job");
    let job = keepoint::uri::StorageUri::parse(job.to_str().expect("plain")).expect("a path");
    tree.age_of(&metadata, 2 * DAY);
    let (_, items) = plan(&tree, &GcRequest { orphans: true, ended: vec![job], ..keep_last(3) }).await;
    assert!(residue(&items).contains(&("3fbd", GcClass::Working)), "{items:#?}");
}

#[tokio::test]
async fn more_residue_than_a_third_of_a_root_is_not_believed() {
    let tree = tree();
    let metadata = tree.file_of("chk-4", "rocksdb-incremental");
    let shared = metadata.parent().and_then(|directory| directory.parent()).expect("a job").join("shared");
    for number in 10..99 {
        let file = shared.join(format!("{number}bdaf63-ff76-4b9d-8a9c-5a35ffb4f0a1"));
        fs::write(&file, b"left over").expect("room");
        tree.age_of(&file, 30 * DAY);
    }
    let (report, items) = plan(&tree, &GcRequest { orphans: true, ..keep_last(3) }).await;
    assert!(items.is_empty());
    assert!(report.blockers.iter().any(|finding| finding.code == "GC_SHARE"), "{:#?}", report.blockers);
}
