//! A job as its cluster tells it: the plan, the release and the state backend.

use serde_json::Value;

use super::{Backend, BackendKind, Target, TargetError, job_plan};

const HINT: &str = "check that this is the REST address of a job manager of Flink 1.15 or newer";

/// What a cluster has told of a job.
#[derive(Debug, Clone, Copy)]
pub struct RunningJob<'a> {
    /// The address of the job.
    pub place: &'a str,
    /// What `/jobs/:id` answers.
    pub details: &'a Value,
    /// The release, as the cluster calls itself.
    pub flink_version: &'a str,
    /// What `/jobs/:id/checkpoints/config` calls the state backend: a class without its package.
    pub state_backend: Option<&'a str>,
    /// Changes go through the changelog.
    pub changelog: Option<bool>,
}

/// The target that it is. It knows what the saved answer of `/jobs/:id` does, and how the cluster runs it.
pub fn running_job(job: RunningJob<'_>) -> Result<Target, TargetError> {
    let not_a_plan = || TargetError::new(job.place, "is not what Flink answers: it has no plan of tasks", HINT);
    let read = job_plan(job.details, job.place).map_err(|error| TargetError { hint: HINT.to_owned(), ..error })?;
    let mut target = read.ok_or_else(not_a_plan)?;
    for source in &mut target.sources {
        "running_job".clone_into(&mut source.kind);
    }
    Ok(Target {
        // A vendor's release that is none of Flink's is not known.
        flink_version: job.flink_version.parse().ok(),
        backend: Backend {
            kind: job.state_backend.and_then(BackendKind::parse),
            timers: None,
            changelog: job.changelog,
        },
        ..target
    })
}
