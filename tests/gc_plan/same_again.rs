//! A plan of the same tree says the same: metadata is read side by side, and arrives in any order.

use std::time::Duration;

use keepoint::report::GcSnapshot;

use crate::planted::Planted;
use crate::{keep_last, plan};

/// Arrivals differ by chance.
const TIMES: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_tree_whose_metadata_arrives_in_another_order_has_the_same_plan() {
    let tree = Planted::of("2.3.0/rocksdb-incremental");
    for (name, hours) in [("chk-2", 5), ("chk-3", 4), ("chk-4", 3)] {
        tree.age_of(&tree.file_of(name, "rocksdb-incremental"), Duration::from_hours(hours));
    }
    let freed = |snapshot: &GcSnapshot| (snapshot.location.clone(), snapshot.files_freed, snapshot.bytes_freed);
    let (first, first_items) = plan(&tree, &keep_last(1)).await;
    assert!(first.snapshots.iter().any(|snapshot| snapshot.files_freed > 1), "{:#?}", first.snapshots);
    for _ in 0..TIMES {
        let (again, items) = plan(&tree, &keep_last(1)).await;
        assert_eq!(
            again.snapshots.iter().map(freed).collect::<Vec<_>>(),
            first.snapshots.iter().map(freed).collect::<Vec<_>>()
        );
        assert_eq!(items, first_items);
    }
}
