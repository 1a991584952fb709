//! What Flink's REST API answers, as far as it matters here. Names and meanings are those of `org.apache.flink.runtime.rest.messages`;
//! what is not named here is skipped, what is missing without a default is an answer of somebody else.

use serde::Deserialize;

/// `MultipleJobsDetails`, of `/jobs/overview`.
#[derive(Debug, Deserialize)]
pub(crate) struct Overview {
    pub(crate) jobs: Vec<JobDetails>,
}

/// `JobDetails`.
#[derive(Debug, Deserialize)]
pub(crate) struct JobDetails {
    pub(crate) jid: String,
    pub(crate) name: String,
    /// A `JobStatus`.
    pub(crate) state: String,
    /// Milliseconds since 1970; -1 for a job that has not ended.
    #[serde(rename = "end-time")]
    pub(crate) end_time: i64,
}

impl JobDetails {
    /// Whether it has ended for good, by the globally terminal ones of `JobStatus`. A suspended job goes on elsewhere, and a state that is
    /// not known may be anything.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.state.as_str(), "FINISHED" | "CANCELED" | "FAILED")
    }

    /// Whether its id is one: 32 hexadecimal digits, and so nothing that leads to another path.
    pub(crate) fn has_job_id(&self) -> bool {
        is_job_id(&self.jid)
    }
}

/// Whether a text may be the id of a job.
pub(crate) fn is_job_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `CheckpointingStatistics`, of `/jobs/:jobid/checkpoints`.
#[derive(Debug, Deserialize)]
pub(crate) struct Checkpointing {
    pub(crate) latest: Latest,
    /// The newest ones, `web.checkpoints.history` of them, of every status.
    pub(crate) history: Vec<Checkpoint>,
}

/// `CheckpointingStatistics.LatestCheckpoints`: each is null where there is none.
#[derive(Debug, Deserialize)]
pub(crate) struct Latest {
    pub(crate) completed: Option<Checkpoint>,
    pub(crate) savepoint: Option<Checkpoint>,
    pub(crate) restored: Option<Restored>,
}

/// `CheckpointStatistics`, with what a completed one has in addition.
#[derive(Debug, Deserialize)]
pub(crate) struct Checkpoint {
    pub(crate) id: i64,
    /// A `CheckpointStatsStatus`.
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) is_savepoint: bool,
    /// A directory or a metadata file. Null for what is on no file system.
    pub(crate) external_path: Option<String>,
    #[serde(default)]
    pub(crate) discarded: bool,
}

/// `CheckpointingStatistics.RestoredCheckpointStatistics`.
#[derive(Debug, Deserialize)]
pub(crate) struct Restored {
    pub(crate) id: i64,
    pub(crate) external_path: Option<String>,
}

/// `ConfigurationInfoEntry`; `/jobmanager/config` is a list of them.
#[derive(Debug, Deserialize)]
pub(crate) struct Setting {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// `DashboardConfiguration`, of `/config`.
#[derive(Debug, Deserialize)]
pub(crate) struct Dashboard {
    /// Milliseconds for which answers about a job may be kept and given again.
    #[serde(rename = "refresh-interval")]
    pub(crate) refresh_interval: u64,
    /// Only a Flink has one: whatever else answers here is none.
    #[serde(rename = "flink-version")]
    pub(crate) flink_version: String,
}
