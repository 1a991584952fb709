//! A job of a cluster, as far as the REST API tells what it is made of.

use serde::Deserialize;
use serde_json::Value;

use super::answers::{Dashboard, JobDetails, Overview, is_job_id};
use super::{FlinkApi, NoAnswer, RestError};

/// A job and what the cluster says about it.
#[derive(Debug)]
pub struct RunningJob {
    /// The address of the job.
    pub place: String,
    /// `JobDetailsInfo`, of `/jobs/:jobid`, with the plan in it.
    pub details: Value,
    /// The release of the cluster, as it calls itself.
    pub flink_version: String,
    /// The class of its state backend, without the package; of a job with checkpoints.
    pub state_backend: Option<String>,
    /// Whether changes go through the changelog; of a job with checkpoints.
    pub changelog: Option<bool>,
}

/// `CheckpointConfigInfo`, of `/jobs/:jobid/checkpoints/config`. Releases before 1.15 lack one or the other.
#[derive(Debug, Default, Deserialize)]
struct CheckpointConfig {
    state_backend: Option<String>,
    state_changelog_enabled: Option<bool>,
}

/// Why a job was not found.
#[derive(Debug)]
pub enum NoJob {
    /// The cluster gave no answer that can be used.
    NotAnswered(RestError),
    /// It has no such job, or several; the error names those that it has.
    NotChosen(RestError),
}

impl From<RestError> for NoJob {
    fn from(error: RestError) -> Self {
        Self::NotAnswered(error)
    }
}

/// How many jobs an error names.
const NAMED: usize = 10;

/// Asks for a job, by id or name, or for the one that runs.
pub async fn job(api: &FlinkApi, wanted: Option<&str>) -> Result<RunningJob, NoJob> {
    // Only a Flink has a release: whatever else answers is told here.
    let dashboard: Dashboard = api.need("config").await?;
    let overview: Overview = api.need("jobs/overview").await?;
    let id = chosen(api, &overview.jobs, wanted)?.jid.clone();
    let path = format!("jobs/{id}");
    let details: Value = api.need(&path).await?;
    let config: CheckpointConfig = match api.get(&format!("{path}/checkpoints/config")).await {
        Ok(config) => config,
        // Of a job without checkpoints, which has a plan all the same.
        Err(NoAnswer::NotFound(refusal)) if refusal.says("Checkpointing") => CheckpointConfig::default(),
        Err(no) => return Err(api.unanswered(no, &format!("{path}/checkpoints/config")).into()),
    };
    let nodes = details.get("plan").and_then(|plan| plan.get("nodes")).and_then(Value::as_array);
    if nodes.is_none_or(Vec::is_empty) {
        // `ArchivedExecutionGraph.createSparseArchivedExecutionGraph`: the job waits for resources, or has failed before it had any.
        return Err(RestError::new(api.place(&path), "has no plan yet", "try again when the job runs").into());
    }
    Ok(RunningJob {
        place: api.place(&path),
        details,
        flink_version: dashboard.flink_version,
        state_backend: config.state_backend,
        changelog: config.state_changelog_enabled,
    })
}

/// The job that is wanted. One that has ended still has its plan, and is taken by its id alone.
fn chosen<'j>(api: &FlinkApi, jobs: &'j [JobDetails], wanted: Option<&str>) -> Result<&'j JobDetails, NoJob> {
    let not_chosen = |cause: String, hint: &str| NoJob::NotChosen(RestError::new(api.place(""), cause, hint));
    if let Some(odd) = jobs.iter().find(|job| !job.has_job_id()) {
        let cause = format!("names a job {:?}, which is no id of a job", odd.jid);
        return Err(RestError::new(api.place(""), cause, "check that this is the REST address of a job manager").into());
    }
    if let Some(id) = wanted.filter(|wanted| is_job_id(wanted))
        && let Some(job) = jobs.iter().find(|job| job.jid.eq_ignore_ascii_case(id))
    {
        return Ok(job);
    }
    let live: Vec<&JobDetails> = jobs.iter().filter(|job| !job.has_ended()).collect();
    let meant: Vec<&JobDetails> =
        live.iter().copied().filter(|job| wanted.is_none_or(|wanted| job.name == wanted)).collect();
    match (meant.as_slice(), wanted) {
        ([job], _) => Ok(job),
        ([], None) => {
            Err(not_chosen("no job runs there".to_owned(), "name one that has ended by its id, with `--job`"))
        }
        ([], Some(wanted)) => {
            let cause = match named(&live) {
                names if names.is_empty() => format!("no job {wanted:?} runs there, nor any other"),
                names => format!("no job {wanted:?} runs there, but {names}"),
            };
            Err(not_chosen(cause, "give `--job` the id or the name of one of these, or the id of one that has ended"))
        }
        (several, None) => Err(not_chosen(
            format!("{} jobs run there: {}", several.len(), named(several)),
            "choose one with `--job`, by its id or name",
        )),
        (several, Some(wanted)) => Err(not_chosen(
            format!("{} jobs are called {wanted:?}: {}", several.len(), named(several)),
            "choose one with `--job`, by its id",
        )),
    }
}

fn named(jobs: &[&JobDetails]) -> String {
    let mut names: Vec<String> =
        jobs.iter().take(NAMED).map(|job| format!("{} ({:?})", job.jid, shortened(&job.name))).collect();
    if jobs.len() > NAMED {
        names.push(format!("and {} more", jobs.len() - NAMED));
    }
    names.join(", ")
}

/// The name of a SQL job is its whole statement at times.
fn shortened(name: &str) -> String {
    const LONGEST: usize = 60;
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST).chain(['…']).collect()
}
