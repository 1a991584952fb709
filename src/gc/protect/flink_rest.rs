//! Flink's REST API: the jobs of a cluster, and the snapshots that they have. `--protect flink:https://jobmanager:8081`.
//!
//! Of a job that may still run, what it was restored from and every completed checkpoint and savepoint that the answer names and that is
//! not discarded are needed. The answer names the newest ones only (`web.checkpoints.history`, 10 of every status), so
//! [`KnownJob::num_retained`] comes with them: S-35 keeps that many. A job that has ended needs nothing; its snapshots are the policy's.
//!
//! A job manager that has just begun with a job answers with nothing, though the job will be restored from something: the adaptive
//! scheduler has no execution graph while it waits for resources (`ArchivedExecutionGraph.createSparseArchivedExecutionGraph`), and
//! answers are kept for `web.refresh-interval`. Nothing is therefore believed only of a job that runs, and after a second question.

use std::time::Duration;

use async_trait::async_trait;
use chrono::DateTime;
use reqwest::Url;

use super::{JobState, KnownJob, ProtectError, Protected, Protection, ProtectionSource, Reach};
use crate::flink_rest::answers::{Checkpoint, Checkpointing, Dashboard, JobDetails, Overview, Setting};
use crate::flink_rest::{self, Asking, BadAddress, FLINK_TOKEN_VARIABLE, FlinkApi, NoAnswer, RestError};
use crate::uri::StorageUri;

/// How `--protect` takes it.
pub(super) const FORM: &str = "flink:https://HOST:PORT";

/// Option names of 1.20 and later, and of before; later wins (`CheckpointingOptions.MAX_RETAINED_CHECKPOINTS`).
const NUM_RETAINED: [&str; 2] = ["execution.checkpointing.num-retained", "state.checkpoints.num-retained"];

/// Waiting for what is kept to be forgotten ends here, whatever interval is told.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

impl From<RestError> for ProtectError {
    fn from(RestError { place, cause, hint }: RestError) -> Self {
        Self { place, cause, hint }
    }
}

struct FlinkRest {
    base: Url,
    reach: Reach,
}

/// The source behind `flink:`.
pub(super) fn parse(text: &str, reach: &Reach) -> Result<Box<dyn ProtectionSource>, ProtectError> {
    let base = flink_rest::address(text).map_err(|bad| match bad {
        BadAddress::HasPassword => ProtectError::new(
            "--protect flink:…",
            bad.to_string(),
            format!("put what authorizes into {FLINK_TOKEN_VARIABLE}"),
        ),
        _ => ProtectError::new(
            format!("--protect flink:{}", flink_rest::shown(text)),
            bad.to_string(),
            format!("write `--protect {FORM}`"),
        ),
    })?;
    Ok(Box::new(FlinkRest { base, reach: reach.clone() }))
}

#[async_trait]
impl ProtectionSource for FlinkRest {
    fn name(&self) -> String {
        format!("flink:{}", self.base.as_str().trim_end_matches('/'))
    }

    async fn read(&self) -> Result<Protection, ProtectError> {
        let mut protection = Protection::new(self.name(), (self.reach.clock)());
        let api = FlinkApi::new(
            self.base.clone(),
            &Asking { token: self.reach.flink_token.clone(), timeout: self.reach.timeout },
        )?;
        let dashboard: Dashboard = api.need("config").await?;
        let settings: Vec<Setting> = api.need("jobmanager/config").await?;
        let num_retained = self.num_retained(&settings)?;
        let overview: Overview = api.need("jobs/overview").await?;
        for job in overview.jobs {
            let known = self.known(&job, num_retained)?;
            if known.state == JobState::Running {
                let checkpointing = self.checkpointing(&api, &job, &dashboard).await?;
                self.add(&job, checkpointing.as_ref(), &mut protection.snapshots)?;
            }
            protection.jobs.push(known);
        }
        Ok(protection)
    }
}

impl FlinkRest {
    fn error(&self, cause: String, hint: &str) -> ProtectError {
        ProtectError::new(self.base.as_str().trim_end_matches('/'), cause, hint)
    }

    fn num_retained(&self, settings: &[Setting]) -> Result<u32, ProtectError> {
        let set = NUM_RETAINED.iter().find_map(|key| settings.iter().find(|setting| setting.key == *key));
        // Flink takes its default for anything below 1 (`DefaultCompletedCheckpointStoreUtils`).
        set.map_or(Ok(1), |setting| {
            let Ok(number) = setting.value.trim().parse::<i32>() else {
                let cause = format!("says {:?} of {}, which is no number", setting.value, setting.key);
                return Err(self.error(cause, "correct the configuration of the cluster"));
            };
            Ok(u32::try_from(number).unwrap_or(1).max(1))
        })
    }

    fn known(&self, job: &JobDetails, num_retained: u32) -> Result<KnownJob, ProtectError> {
        if !job.has_job_id() {
            let hint = "check that this is the REST address of a job manager";
            return Err(self.error(format!("names a job {:?}, which is no id of a job", job.jid), hint));
        }
        let state = if job.has_ended() {
            let ended_at = (job.end_time > 0).then(|| DateTime::from_timestamp_millis(job.end_time)).flatten();
            JobState::Terminal { ended_at }
        } else {
            JobState::Running
        };
        let job_id = job.jid.to_ascii_lowercase();
        Ok(KnownJob { job_id, name: Some(job.name.clone()), state, num_retained: Some(num_retained) })
    }

    /// The checkpoints of a job that may still run.
    async fn checkpointing(
        &self,
        api: &FlinkApi,
        job: &JobDetails,
        dashboard: &Dashboard,
    ) -> Result<Option<Checkpointing>, ProtectError> {
        let path = format!("jobs/{}/checkpoints", job.jid);
        let mut again = false;
        loop {
            let answer = match api.get::<Checkpointing>(&path).await {
                Ok(answer) => Some(answer),
                // Of a batch job: it has no state to lose.
                Err(NoAnswer::NotFound(refusal)) if refusal.says("Checkpointing has not been enabled") => None,
                Err(NoAnswer::NotFound(refusal)) => {
                    let cause = format!("job {} is gone between two questions: {refusal}", job.jid);
                    return Err(self.error(cause, "try again"));
                }
                Err(NoAnswer::Failed(error)) => return Err(error.into()),
            };
            let names_something = answer.as_ref().is_some_and(|answer| {
                answer.latest.completed.is_some() || answer.latest.restored.is_some() || !answer.history.is_empty()
            });
            if names_something {
                return Ok(answer);
            }
            if matches!(job.state.as_str(), "INITIALIZING" | "CREATED" | "RECONCILING" | "SUSPENDED") {
                let cause = format!("job {} is {} and does not tell yet what it starts from", job.jid, job.state);
                return Err(self.error(cause, "try again when it runs, or waive this source by name"));
            }
            if again {
                return Ok(answer);
            }
            let kept = Duration::from_millis(dashboard.refresh_interval).saturating_add(Duration::from_millis(500));
            tokio::time::sleep(kept.min(LONGEST_WAIT)).await;
            again = true;
        }
    }

    fn add(
        &self,
        job: &JobDetails,
        checkpointing: Option<&Checkpointing>,
        snapshots: &mut Vec<Protected>,
    ) -> Result<(), ProtectError> {
        let Some(Checkpointing { latest, history }) = checkpointing else { return Ok(()) };
        let mut add = |path: Option<&str>, what: String| -> Result<(), ProtectError> {
            let Some(path) = path else { return Ok(()) };
            // State on no file system: `NonPersistentMetadataCheckpointStorageLocation`.
            if path == "<checkpoint-not-externally-addressable>" {
                return Ok(());
            }
            let place = StorageUri::parse(path).map_err(|error| {
                let cause = format!("names {what} at a place that is not understood: {error}");
                self.error(cause, "waive this source by name, or pin what the job needs")
            })?;
            if !snapshots.iter().any(|known| known.place == place) {
                snapshots.push(Protected {
                    place,
                    reason: format!("{what} of {} ({}, {})", job.name, job.jid, job.state.to_lowercase()),
                    whole_lineage: false,
                    everything_below: false,
                    tag: None,
                    expires_at: None,
                });
            }
            Ok(())
        };
        if let Some(restored) = &latest.restored {
            add(restored.external_path.as_deref(), format!("checkpoint {}, restored,", restored.id))?;
        }
        let newest = [latest.completed.as_ref(), latest.savepoint.as_ref()].into_iter().flatten();
        for checkpoint in newest.chain(history).filter(|checkpoint| is_there(checkpoint)) {
            let kind = if checkpoint.is_savepoint { "savepoint" } else { "checkpoint" };
            add(checkpoint.external_path.as_deref(), format!("{kind} {}", checkpoint.id))?;
        }
        Ok(())
    }
}

/// Completed, and not discarded as far as Flink knows.
fn is_there(checkpoint: &Checkpoint) -> bool {
    checkpoint.status == "COMPLETED" && !checkpoint.discarded
}
