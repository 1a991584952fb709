//! What forbids deletion, and where.

use std::fs;
use std::time::Duration;

use keepoint::gc::{Acknowledged, GcRequest};
use keepoint::report::GcDecision;

use crate::planted::Planted;
use crate::{keep_last, names, plan};

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn metadata_that_does_not_parse_blocks_its_own_lineage_and_no_other() {
    let tree = Planted::of_all(&["2.3.0/rocksdb-incremental", "2.3.0/hashmap-every-state"]);
    let damaged = tree.file_of("chk-2", "rocksdb-incremental");
    let bytes = fs::read(&damaged).expect("a file");
    fs::write(&damaged, &bytes[..bytes.len() / 2]).expect("room");
    tree.age(2 * HOUR);
    let (report, items) = plan(&tree, &keep_last(1)).await;
    assert!(report.blockers.is_empty(), "{:#?}", report.blockers);
    assert!(report.findings.iter().any(|finding| finding.code == "LINEAGE_BLOCKED"), "{:#?}", report.findings);
    let of_blocked = |path: &str| path.contains("/rocksdb-incremental/checkpoints/");
    assert!(items.iter().all(|item| !of_blocked(&item.path)), "{items:#?}");
    assert!(items.iter().any(|item| item.path.contains("/hashmap-every-state/")), "{items:#?}");
}

#[tokio::test]
async fn young_metadata_that_does_not_parse_blocks_nothing_and_its_directory_stays() {
    let tree = Planted::of("2.3.0/rocksdb-incremental");
    tree.age(2 * HOUR);
    let young = tree.file_of("chk-4", "rocksdb-incremental").parent().expect("a directory").with_file_name("chk-5");
    fs::create_dir(&young).expect("room");
    let whole = fs::read(tree.file_of("chk-4", "rocksdb-incremental")).expect("a file");
    fs::write(young.join("_metadata"), &whole[..100]).expect("room");
    fs::write(young.join("0fbdaf63-ff76-4b9d-8a9c-5a35ffb4f0a1"), b"state").expect("room");
    let (report, items) = plan(&tree, &GcRequest { orphans: true, ..keep_last(1) }).await;
    assert!(report.blockers.is_empty(), "{:#?}", report.blockers);
    assert_eq!(names(&report, GcDecision::Delete), ["chk-2", "chk-3"]);
    assert!(items.iter().all(|item| !item.path.contains("/chk-5")), "{items:#?}");
}

#[tokio::test]
async fn metadata_of_a_newer_flink_blocks_everything_unless_its_lineage_is_acknowledged() {
    let tree = Planted::of_all(&["2.3.0/rocksdb-incremental", "2.3.0/hashmap-every-state"]);
    let newer = tree.file_of("chk-2", "rocksdb-incremental");
    let mut bytes = fs::read(&newer).expect("a file");
    bytes[4..8].copy_from_slice(&99_i32.to_be_bytes());
    fs::write(&newer, bytes).expect("room");
    tree.age(2 * HOUR);
    let (report, items) = plan(&tree, &keep_last(1)).await;
    assert_eq!(report.blockers.len(), 1, "{:#?}", report.blockers);
    assert!(items.is_empty() && names(&report, GcDecision::Delete).is_empty());
    let job = newer.parent().and_then(|directory| directory.parent()).expect("a job");
    let acknowledged = Acknowledged {
        lineage: keepoint::uri::StorageUri::parse(job.to_str().expect("plain")).expect("a path"),
        reason: "a pilot on a newer release".to_owned(),
        expires_at: None,
    };
    let (report, items) = plan(&tree, &GcRequest { acknowledged: vec![acknowledged], ..keep_last(1) }).await;
    assert!(report.blockers.is_empty(), "{:#?}", report.blockers);
    assert!(items.iter().all(|item| !item.path.contains("/rocksdb-incremental/checkpoints/")), "{items:#?}");
    assert!(items.iter().any(|item| item.path.contains("/hashmap-every-state/")), "{items:#?}");
}

#[tokio::test]
async fn a_link_inside_a_job_blocks_that_job() {
    let tree = Planted::of_all(&["2.3.0/rocksdb-incremental", "2.3.0/hashmap-every-state"]);
    tree.age(2 * HOUR);
    let job = tree.file_of("chk-2", "rocksdb-incremental");
    let job = job.parent().and_then(|directory| directory.parent()).expect("a job");
    std::os::unix::fs::symlink("/etc", job.join("link")).expect("a link");
    let (report, items) = plan(&tree, &keep_last(1)).await;
    assert!(report.blockers.is_empty(), "{:#?}", report.blockers);
    assert!(items.iter().all(|item| !item.path.contains("/rocksdb-incremental/checkpoints/")), "{items:#?}");
    assert!(items.iter().any(|item| item.path.contains("/hashmap-every-state/")), "{items:#?}");
}

#[tokio::test]
async fn a_snapshot_that_misses_a_file_fills_no_quota_and_stays() {
    let tree = Planted::of("2.3.0/rocksdb-incremental");
    tree.age(2 * HOUR);
    let only =
        tree.named_by(&["chk-4"]).into_iter().find(|path| path.contains("/chk-4/") && !path.ends_with("_metadata"));
    fs::remove_file(only.expect("an exclusive file").trim_start_matches("file:")).expect("it was there");
    let (report, _) = plan(&tree, &keep_last(1)).await;
    assert_eq!(names(&report, GcDecision::Delete), ["chk-2"], "{:#?}", report.snapshots);
    assert!(report.findings.iter().any(|finding| finding.code == "SNAPSHOT_DAMAGED"), "{:#?}", report.findings);
}

#[tokio::test]
async fn ids_that_go_up_and_down_twice_block_the_lineage() {
    let tree = Planted::of("2.3.0/rocksdb-incremental");
    let hours_ago = |name: &str, hours: u32| tree.age_of(&tree.file_of(name, "rocksdb-incremental"), HOUR * hours);
    tree.age(9 * HOUR);
    hours_ago("chk-4", 8);
    hours_ago("chk-3", 7);
    hours_ago("chk-2", 6);
    let (report, items) = plan(&tree, &keep_last(1)).await;
    assert!(items.is_empty(), "{items:#?}");
    assert!(report.findings.iter().any(|finding| finding.message.contains("S-15")), "{:#?}", report.findings);
}
