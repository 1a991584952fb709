//! Snapshots of one job that name files of another.

use std::collections::BTreeSet;
use std::time::Duration;

use keepoint::report::GcDecision;

use crate::planted::Planted;
use crate::{keep_last, plan};

#[tokio::test]
async fn what_a_job_claimed_in_the_directory_of_another_stays_as_long_as_its_checkpoints_name_it() {
    for scenario in
        ["1.20.5/restore-claim", "2.3.0/restore-claim", "1.20.5/restore-legacy", "1.20.5/restore-claim-native"]
    {
        let tree = Planted::of(scenario);
        tree.age(Duration::from_hours(1));
        let (report, items) = plan(&tree, &keep_last(1)).await;
        let kept: BTreeSet<String> = report
            .snapshots
            .iter()
            .filter(|snapshot| snapshot.decision() != GcDecision::Delete)
            .flat_map(|snapshot| tree.named_by_location(&snapshot.location))
            .collect();
        assert!(report.blockers.is_empty(), "{scenario}: {:#?}", report.blockers);
        assert!(items.iter().all(|item| !kept.contains(&item.path)), "{scenario}: {items:#?}");
    }
}
