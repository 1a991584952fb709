//! What the place and the name of a file say, where no snapshot refers to it.
//!
//! ```text
//! <job directory>/chk-<n>/<uuid>
//! <savepoint directory>/savepoint-<job>-<random>/<uuid>
//! <job directory>/shared/<uuid>                       shared state
//! <job directory>/shared/job_<id>_op_<…>/<uuid>       merged files that checkpoints share
//! <job directory>/taskowned/<uuid>                    state that task managers own
//! <job directory>/taskowned/job_<id>_tm_<…>/<uuid>    merged files of one checkpoint
//! <changelog directory>/<job id>/dstl/<uuid>          changes
//! ```
//!
//! Sources: `AbstractFsCheckpointStorageAccess`, `FsCheckpointStreamFactory`, `FileMergingSnapshotManagerBase`,
//! `FsStateChangelogStorage`. The working directories of ForSt (`op_…_attempt_…`) are not among these: their files are in use without
//! being named by any snapshot.

use std::collections::HashSet;

use crate::discovery::layout;
use crate::uri::StorageUri;

/// A directory by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Home {
    /// A snapshot's own.
    Snapshot,
    /// One in which a job keeps the state of many checkpoints.
    OfJob(StorageUri),
    /// Any other.
    Other,
}

impl Home {
    /// `jobs` are the directories in which there are checkpoints.
    pub(super) fn of(directory: &StorageUri, jobs: &HashSet<StorageUri>) -> Self {
        if layout::is_snapshot_name(directory) {
            return Self::Snapshot;
        }
        let is_managed = directory.file_name().is_some_and(is_managed_name);
        let state = if is_managed { directory.parent() } else { Some(directory.clone()) };
        let job = state
            .filter(|state| state.file_name().is_some_and(layout::holds_state_of_many))
            .and_then(|state| state.parent())
            .filter(|job| jobs.contains(job) || job.file_name().is_some_and(layout::is_job_id));
        job.map_or(Self::Other, Self::OfJob)
    }
}

/// A directory that file merging manages (`FileMergingSnapshotManagerBase`).
fn is_managed_name(name: &str) -> bool {
    name.strip_prefix("job_").is_some_and(|rest| {
        let (id, rest) = rest.split_at_checked(32).unwrap_or(("", ""));
        layout::is_job_id(id) && (rest.starts_with("_op_") || rest.starts_with("_tm_"))
    })
}

/// Whether Flink names state so: a random UUID.
pub(super) fn is_state_name(name: &str) -> bool {
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    name.len() == 36
        && name.bytes().enumerate().all(|(position, byte)| {
            if HYPHENS.contains(&position) { byte == b'-' } else { matches!(byte, b'0'..=b'9' | b'a'..=b'f') }
        })
}

/// Metadata that is being written, or was given up (`LocalRecoverableFsDataOutputStream` and its like).
pub(super) fn is_unfinished_metadata(name: &str) -> bool {
    name.starts_with("._metadata.inprogress.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: &str = "0123456789abcdef0123456789abcdef";

    fn home(path: &str) -> Home {
        let uri = |text: &str| StorageUri::parse(text).expect("it names a place");
        Home::of(&uri(path), &HashSet::from([uri("/without-id")]))
    }

    #[test]
    fn places_of_flinks_layout_are_known_and_others_are_not() {
        let of_job = |path: &str| Home::OfJob(StorageUri::parse(path).expect("a place"));
        assert_eq!(home(&format!("/c/{JOB}/chk-7")), Home::Snapshot);
        assert_eq!(home("/s/savepoint-012345-0123456789ab"), Home::Snapshot);
        for place in ["shared", "taskowned", "dstl"] {
            assert_eq!(home(&format!("/c/{JOB}/{place}")), of_job(&format!("/c/{JOB}")), "{place}");
        }
        assert_eq!(home("/without-id/shared"), of_job("/without-id"));
        assert_eq!(home(&format!("/c/{JOB}/shared/job_{JOB}_op_x_0_2")), of_job(&format!("/c/{JOB}")));
        for other in ["/c", "/c/shared", "/s/savepoint-x", "/without-id/shared/db", "/c/shared/job_1_op_x"] {
            assert_eq!(home(other), Home::Other, "{other}");
        }
        assert_eq!(home(&format!("/c/{JOB}/shared/op_Map_attempt_0/db")), Home::Other);
    }

    #[test]
    fn state_is_named_by_a_uuid() {
        assert!(is_state_name("0fbdaf63-ff76-4b9d-8a9c-5a35ffb4f0a1"));
        for name in
            ["", "notes.txt", "0fbdaf63-ff76-4b9d-8a9c-5a35ffb4f0a1.sst", "0FBDAF63-FF76-4B9D-8A9C-5A35FFB4F0A1"]
        {
            assert!(!is_state_name(name), "{name}");
        }
    }
}
