//! Entries of the job result store (`FileSystemJobResultStore`): `<job id>.json` is a job that has ended and was cleaned up,
//! `<job id>_DIRTY.json` one that has ended and may yet be recovered to be cleaned up.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::super::JobState;

const CLEAN: &str = ".json";
const DIRTY: &str = "_DIRTY.json";

/// The directory that Flink puts entries of applications into: `FileSystemApplicationResultStore`. Their ids may be those of jobs.
const APPLICATIONS: &str = "application-result-store";

/// The job of an entry, and whether it is clean, if a path is one of an entry.
pub(super) fn entry(path: &str) -> Option<(String, bool)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if path.split('/').any(|segment| segment == APPLICATIONS) {
        return None;
    }
    let (id, is_clean) = match name.strip_suffix(DIRTY) {
        Some(id) => (id, false),
        None => (name.strip_suffix(CLEAN)?, true),
    };
    is_job_id(id).then(|| (id.to_ascii_lowercase(), is_clean))
}

/// Whether a path is that of an entry of an application, which says nothing of a job.
pub(super) fn is_of_application(path: &str) -> bool {
    path.split('/').any(|segment| segment == APPLICATIONS) && path.ends_with(CLEAN)
}

/// Whether a text is the id of a job.
pub(super) fn is_job_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What a clean entry proves. One that is not understood, or speaks of another job, proves nothing.
pub(super) fn state(job_id: &str, bytes: &[u8], written_at: Option<DateTime<Utc>>) -> JobState {
    #[derive(Deserialize)]
    struct Entry {
        result: JobResult,
    }
    /// As `JobResultSerializer` writes it.
    #[derive(Deserialize)]
    struct JobResult {
        id: String,
        #[serde(rename = "application-status")]
        status: Option<String>,
        /// Since 2.2, in milliseconds.
        #[serde(rename = "end-time")]
        end_time: Option<i64>,
    }
    let Ok(Entry { result }) = serde_json::from_slice(bytes) else { return JobState::Running };
    let has_ended = matches!(result.status.as_deref(), Some("SUCCEEDED" | "FINISHED" | "FAILED" | "CANCELED"));
    if !has_ended || !result.id.eq_ignore_ascii_case(job_id) {
        return JobState::Running;
    }
    let told = result.end_time.filter(|time| *time > 0).and_then(DateTime::from_timestamp_millis);
    JobState::Terminal { ended_at: told.or(written_at) }
}
