//! Flink's REST API: who is asked (`address.rs`), one question and its whole answer (`client.rs`), what answers say
//! (`answers.rs`), and one job with its plan (`job.rs`).

mod address;
pub(crate) mod answers;
mod client;
mod error;
mod job;

use std::time::Duration;

use crate::storage::Secret;

pub use address::{BadAddress, address, shown};
pub use client::{FlinkApi, NoAnswer, Refusal};
pub use error::RestError;
pub use job::{NoJob, RunningJob, job};

/// The environment variable with a bearer token for Flink's REST API, or what stands before it.
pub const FLINK_TOKEN_VARIABLE: &str = "KEEPOINT_FLINK_TOKEN";

/// How a job manager is asked.
#[derive(Debug, Clone)]
pub struct Asking {
    /// What authorizes: the value of [`FLINK_TOKEN_VARIABLE`].
    pub token: Option<Secret>,
    /// How long to wait for an answer in all.
    pub timeout: Duration,
}

impl Asking {
    /// How long a command waits: a job manager that has much to do still answers within seconds.
    pub const PATIENCE: Duration = Duration::from_secs(30);
}
