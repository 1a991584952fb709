//! What Flink's REST API answers, as far as it matters here. Names and meanings are those of `org.apache.flink.runtime.rest.messages`;
//! what is not named here is skipped, what is missing without a default is an answer of somebody else.

use serde::Deserialize;

/// `MultipleJobsDetails`, of `/jobs/overview`.
#[derive(Debug, Deserialize)]
pub(super) struct Overview {
    pub(super) jobs: Vec<JobDetails>,
}

/// `JobDetails`.
#[derive(Debug, Deserialize)]
pub(super) struct JobDetails {
    pub(super) jid: String,
    pub(super) name: String,
    /// A `JobStatus`.
    pub(super) state: String,
    /// Milliseconds since 1970; -1 for a job that has not ended.
    #[serde(rename = "end-time")]
    pub(super) end_time: i64,
}

/// `CheckpointingStatistics`, of `/jobs/:jobid/checkpoints`.
#[derive(Debug, Deserialize)]
pub(super) struct Checkpointing {
    pub(super) latest: Latest,
    /// The newest ones, `web.checkpoints.history` of them, of every status.
    pub(super) history: Vec<Checkpoint>,
}

/// `CheckpointingStatistics.LatestCheckpoints`: each is null where there is none.
#[derive(Debug, Deserialize)]
pub(super) struct Latest {
    pub(super) completed: Option<Checkpoint>,
    pub(super) savepoint: Option<Checkpoint>,
    pub(super) restored: Option<Restored>,
}

/// `CheckpointStatistics`, with what a completed one has in addition.
#[derive(Debug, Deserialize)]
pub(super) struct Checkpoint {
    pub(super) id: i64,
    /// A `CheckpointStatsStatus`.
    pub(super) status: String,
    #[serde(default)]
    pub(super) is_savepoint: bool,
    /// A directory or a metadata file. Null for what is on no file system.
    pub(super) external_path: Option<String>,
    #[serde(default)]
    pub(super) discarded: bool,
}

/// `CheckpointingStatistics.RestoredCheckpointStatistics`.
#[derive(Debug, Deserialize)]
pub(super) struct Restored {
    pub(super) id: i64,
    pub(super) external_path: Option<String>,
}

/// `ConfigurationInfoEntry`; `/jobmanager/config` is a list of them.
#[derive(Debug, Deserialize)]
pub(super) struct Setting {
    pub(super) key: String,
    pub(super) value: String,
}

/// `DashboardConfiguration`, of `/config`.
#[derive(Debug, Deserialize)]
pub(super) struct Dashboard {
    /// Milliseconds for which answers about a job may be kept and given again.
    #[serde(rename = "refresh-interval")]
    pub(super) refresh_interval: u64,
    /// Only a Flink has one: whatever else answers here is none.
    #[serde(rename = "flink-version")]
    #[expect(dead_code, reason = "it is wanted, and never looked at")]
    pub(super) flink_version: String,
}
