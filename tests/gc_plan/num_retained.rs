//! How many checkpoints Flink itself keeps, where a source tells it.

use std::time::Duration;

use async_trait::async_trait;
use chrono::Utc;
use keepoint::gc::protect::{JobState, KnownJob, ProtectError, Protection, ProtectionSource};
use keepoint::report::{GcDecision, Severity};

use crate::planted::Planted;
use crate::{keep_last, names, plan_with};

/// A cluster that knows one job, which runs.
struct Cluster(KnownJob);

#[async_trait]
impl ProtectionSource for Cluster {
    fn name(&self) -> String {
        "flink:http://jobmanager:8081".to_owned()
    }

    async fn read(&self) -> Result<Protection, ProtectError> {
        let mut protection = Protection::new(self.name(), Utc::now());
        protection.jobs.push(self.0.clone());
        Ok(protection)
    }
}

#[tokio::test]
async fn what_flink_keeps_of_a_running_job_stays_and_a_policy_that_says_otherwise_is_told() {
    let tree = Planted::of("2.3.0/rocksdb-incremental");
    tree.age(Duration::from_hours(2));
    let metadata = tree.file_of("chk-4", "rocksdb-incremental");
    let job = metadata.ancestors().nth(2).and_then(|job| job.file_name()).expect("a job").to_str().expect("plain");
    for (num_retained, goes) in [(1, &["chk-2", "chk-3"][..]), (2, &["chk-2"]), (3, &[])] {
        let known =
            KnownJob { job_id: job.to_owned(), name: None, state: JobState::Running, num_retained: Some(num_retained) };
        let sources: Vec<Box<dyn ProtectionSource>> = vec![Box::new(Cluster(known))];
        let (report, _) = plan_with(&tree, &keep_last(1), &sources).await;
        assert_eq!(names(&report, GcDecision::Delete), goes, "{num_retained}: {:#?}", report.snapshots);
        let told: Vec<_> = report.findings.iter().filter(|finding| finding.code == "NUM_RETAINED_DIFFERS").collect();
        assert_eq!(told.len(), usize::from(num_retained != 1), "{num_retained}: {:#?}", report.findings);
        for finding in told {
            assert!(finding.severity() == Severity::Warning && finding.location.ends_with(job), "{finding:#?}");
            let numbers = format!("keeps the last 1, and Flink itself keeps {num_retained}");
            assert!(finding.message.contains(&numbers), "{finding:#?}");
        }
    }
}
