//! Metadata 7: a checkpoint that took state over from an older one.

use std::fs;
use std::time::Duration;

use keepoint::format::metadata::{decode, encode};
use keepoint::model::{MetadataVersion, SubtaskState, Subtasks};
use keepoint::report::{GcClass, GcDecision};

use crate::planted::Planted;
use crate::{keep_last, names, plan};

/// Writes metadata anew as version 7, in which every subtask took its state over from a checkpoint.
fn take_over(tree: &Planted, name: &str, from: i64) {
    let file = tree.file_of(name, "rocksdb-incremental");
    let bytes = fs::read(&file).expect("a file");
    let mut metadata = decode(&bytes).expect("metadata").metadata;
    metadata.version = MetadataVersion::V7;
    for operator in &mut metadata.operator_states {
        let Subtasks::Entries(entries) = &mut operator.subtasks else { continue };
        for entry in entries {
            if let SubtaskState::Running(state) = &mut entry.state {
                state.reference_checkpoint_id = Some(from);
            }
        }
    }
    fs::write(&file, encode(&metadata).expect("it fits the format")).expect("room");
}

#[tokio::test]
async fn a_checkpoint_stays_with_all_its_files_as_long_as_one_that_stays_took_state_over_from_it() {
    let tree = Planted::of("2.3.0/rocksdb-incremental");
    tree.age(Duration::from_hours(2));
    let (report, _) = plan(&tree, &keep_last(1)).await;
    assert_eq!(names(&report, GcDecision::Delete), ["chk-2", "chk-3"], "{:#?}", report.snapshots);

    take_over(&tree, "chk-4", 3);
    tree.age(Duration::from_hours(2));
    let (report, items) = plan(&tree, &keep_last(1)).await;
    assert_eq!(names(&report, GcDecision::Delete), ["chk-2"], "{:#?}", report.snapshots);
    let of_snapshots = items.iter().filter(|item| item.class() == GcClass::Metadata);
    assert_eq!(of_snapshots.count(), 1);

    // And from one to the next.
    take_over(&tree, "chk-3", 2);
    tree.age(Duration::from_hours(2));
    let (report, items) = plan(&tree, &keep_last(1)).await;
    assert_eq!(names(&report, GcDecision::Delete), Vec::<&str>::new(), "{:#?}", report.snapshots);
    assert!(items.is_empty(), "{items:#?}");
    let reasons = report.snapshots.iter().flat_map(|snapshot| &snapshot.reasons);
    assert_eq!(reasons.filter(|reason| reason.ends_with("takes state over from it")).count(), 2);
}
