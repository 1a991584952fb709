//! What Flink's names for directories tell.
//!
//! ```text
//! <checkpoint directory>/<job id>/chk-<n>/_metadata
//! <savepoint directory>/savepoint-<6 digits of the job id>-<12 random digits>/_metadata
//! ```
//!
//! Source: `org.apache.flink.runtime.state.filesystem.AbstractFsCheckpointStorageAccess`.

use crate::uri::StorageUri;

/// The name of the metadata file.
pub const METADATA_FILE_NAME: &str = "_metadata";

const CHECKPOINT_DIR_PREFIX: &str = "chk-";
const SAVEPOINT_DIR_PREFIX: &str = "savepoint-";

/// What a directory is by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectoryName {
    /// `chk-<n>`.
    Checkpoint(u64),
    /// `savepoint-…`.
    Savepoint,
    /// Anything else.
    Other,
}

/// What the directory of a snapshot is by its name.
#[must_use]
pub fn directory_name(directory: &StorageUri) -> DirectoryName {
    let Some(name) = directory.file_name() else {
        return DirectoryName::Other;
    };
    if let Some(number) = name.strip_prefix(CHECKPOINT_DIR_PREFIX) {
        return number.parse().map_or(DirectoryName::Other, DirectoryName::Checkpoint);
    }
    if name.starts_with(SAVEPOINT_DIR_PREFIX) { DirectoryName::Savepoint } else { DirectoryName::Other }
}

/// Whether Flink gave this name to a snapshot's directory: `chk-<n>`, or `savepoint-` with both of its parts.
#[must_use]
pub fn is_snapshot_name(directory: &StorageUri) -> bool {
    matches!(directory_name(directory), DirectoryName::Checkpoint(_)) || job_id_in_savepoint_name(directory).is_some()
}

/// The first six digits of the job's id, which Flink puts into the name of a savepoint's directory.
#[must_use]
pub fn job_id_in_savepoint_name(directory: &StorageUri) -> Option<&str> {
    let (job, random) = directory.file_name()?.strip_prefix(SAVEPOINT_DIR_PREFIX)?.split_once('-')?;
    (is_hex(job, 6) && is_hex(random, 12)).then_some(job)
}

/// Whether a directory is the one that a job keeps its checkpoints in: by its name, or by what is in it where the level of job ids was
/// switched off (`execution.checkpointing.create-subdir`).
#[must_use]
pub fn is_job_directory<'a>(directory: &StorageUri, names: impl IntoIterator<Item = &'a str>) -> bool {
    directory.file_name().is_some_and(is_job_id)
        || names
            .into_iter()
            .any(|name| name.strip_prefix(CHECKPOINT_DIR_PREFIX).is_some_and(|number| number.parse::<u64>().is_ok()))
}

/// Whether a directory beside a job's `chk-<n>` holds files of many checkpoints, and never a snapshot: shared and merged state,
/// state that task managers own, the changelog.
#[must_use]
pub fn holds_state_of_many(name: &str) -> bool {
    matches!(name, "shared" | "taskowned" | "dstl")
}

/// The id of the job a checkpoint belongs to: the name of the directory that `chk-<n>` is in, where that is a job id.
///
/// A savepoint's directory has only six digits of it.
#[must_use]
pub fn job_id(directory: &StorageUri) -> Option<String> {
    match directory_name(directory) {
        DirectoryName::Checkpoint(_) => {
            let parent = directory.parent()?;
            parent.file_name().filter(|name| is_job_id(name)).map(ToOwned::to_owned)
        }
        DirectoryName::Savepoint | DirectoryName::Other => None,
    }
}

/// The directory of everything that a job keeps beside its `chk-<n>`.
#[must_use]
pub fn job_directory(directory: &StorageUri) -> Option<StorageUri> {
    match directory_name(directory) {
        DirectoryName::Checkpoint(_) => directory.parent(),
        DirectoryName::Savepoint | DirectoryName::Other => None,
    }
}

/// 32 lower-case hexadecimal digits (`org.apache.flink.api.common.JobID`).
#[must_use]
pub fn is_job_id(name: &str) -> bool {
    is_hex(name, 32)
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> StorageUri {
        StorageUri::parse(text).expect("it names a place")
    }

    #[test]
    fn a_checkpoint_below_a_job_id_tells_its_number_and_its_job() {
        let directory = uri("s3://b/flink/0123456789abcdef0123456789abcdef/chk-42");
        assert_eq!(directory_name(&directory), DirectoryName::Checkpoint(42));
        assert_eq!(job_id(&directory).as_deref(), Some("0123456789abcdef0123456789abcdef"));
    }

    #[test]
    fn a_checkpoint_in_a_directory_of_another_name_tells_no_job() {
        assert_eq!(job_id(&uri("/flink/my-job/chk-42")), None);
        assert_eq!(job_id(&uri("/flink/0123456789ABCDEF0123456789ABCDEF/chk-42")), None);
    }

    #[test]
    fn a_name_that_only_begins_like_a_checkpoint_is_none() {
        for name in ["chk-", "chk-x", "chk--1", "chk-1.bak", "chk-99999999999999999999", "savepoints"] {
            assert_eq!(directory_name(&uri("/r").join(name)), DirectoryName::Other, "{name}");
        }
    }
}
