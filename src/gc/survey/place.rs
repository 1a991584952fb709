//! What a directory is to Flink by its path, and whose.
//!
//! ```text
//! <job directory>/chk-<n>/<uuid>
//! <directory>/savepoint-<job>-<random>/<uuid>
//! <job directory>/shared/<uuid>                       shared state
//! <job directory>/shared/job_<id>_op_<…>/<uuid>       merged files that checkpoints share
//! <job directory>/taskowned/<uuid>                    state that task managers own
//! <job directory>/taskowned/job_<id>_tm_<…>/<uuid>    merged files of one checkpoint
//! <changelog directory>/<job id>/dstl/<uuid>          changes
//! <job directory>/[shared/]op_<…>_attempt_<n>/…       working areas of disaggregated state
//! ```
//!
//! Sources: `AbstractFsCheckpointStorageAccess`, `FsCheckpointStreamFactory`, `FileMergingSnapshotManagerBase`,
//! `FsStateChangelogStorage`, `ForStPathContainer`.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::discovery::layout;
use crate::gc::fingerprint::Fingerprints;
use crate::gc::lineage::LineageNumber;
use crate::uri::StorageUri;

/// A directory and what was seen directly in it.
#[derive(Clone)]
pub(in crate::gc) struct Directory {
    /// By the name that its root was given.
    pub(in crate::gc) place: StorageUri,
    pub(in crate::gc) fingerprints: Fingerprints,
    pub(in crate::gc) home: Home,
    pub(in crate::gc) lineage: Option<LineageNumber>,
    /// The root that it is below.
    pub(in crate::gc) root: usize,
    /// A metadata file was seen in it.
    pub(in crate::gc) has_metadata: bool,
    /// An object stands for it, in a store that has keys and no directories.
    pub(in crate::gc) has_marker: bool,
    pub(in crate::gc) newest: Option<DateTime<Utc>>,
    /// A file in it has no time that could be told.
    pub(in crate::gc) has_undated: bool,
}

/// What a directory is by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gc) enum Home {
    /// A snapshot's own, under a name that Flink gave.
    Snapshot,
    /// `shared`.
    Shared,
    /// `taskowned`.
    TaskOwned,
    /// One that file merging manages as a unit.
    Managed,
    /// `dstl`.
    Changelog,
    /// A working area of disaggregated state.
    Working,
    /// Any other.
    Other,
}

/// What a directory is, and the place of the lineage that it belongs to.
///
/// `jobs` are directories in which there are checkpoints.
pub(in crate::gc) fn home(directory: &StorageUri, jobs: &HashSet<StorageUri>) -> (Home, Option<StorageUri>) {
    let is_job = |place: &StorageUri| place.file_name().is_some_and(layout::is_job_id) || jobs.contains(place);
    let Some(name) = directory.file_name() else { return (Home::Other, None) };
    if layout::is_snapshot_name(directory) {
        let lineage = layout::job_directory(directory).or_else(|| directory.parent().filter(is_job));
        return (Home::Snapshot, Some(lineage.unwrap_or_else(|| directory.clone())));
    }
    let parent = directory.parent();
    let of_job = |place: &Option<StorageUri>| place.clone().filter(is_job);
    let kept_in_job = match name {
        "shared" => Some(Home::Shared),
        "taskowned" => Some(Home::TaskOwned),
        "dstl" => Some(Home::Changelog),
        _ => None,
    };
    if let (Some(home), Some(job)) = (kept_in_job, of_job(&parent)) {
        return (home, Some(job));
    }
    if is_managed_name(name)
        && let Some(state) = parent.as_ref().filter(|state| matches!(state.file_name(), Some("shared" | "taskowned")))
        && let Some(job) = of_job(&state.parent())
    {
        return (Home::Managed, Some(job));
    }
    // A working area and all that is in it.
    let upwards = std::iter::successors(Some(directory.clone()), StorageUri::parent);
    for place in upwards {
        if place.file_name().is_some_and(is_working_name) {
            let mut above = std::iter::successors(place.parent(), StorageUri::parent).take(2);
            if let Some(job) = above.find(|place| is_job(place)) {
                return (Home::Working, Some(job));
            }
        }
    }
    // Whatever else lies below a job's directory is that job's.
    let mut upwards = std::iter::successors(Some(directory.clone()), StorageUri::parent);
    (Home::Other, upwards.find(|place| is_job(place)))
}

/// A directory that file merging manages (`FileMergingSnapshotManagerBase`).
fn is_managed_name(name: &str) -> bool {
    name.strip_prefix("job_").is_some_and(|rest| {
        let (id, rest) = rest.split_at_checked(32).unwrap_or(("", ""));
        layout::is_job_id(id) && (rest.starts_with("_op_") || rest.starts_with("_tm_"))
    })
}

/// `op_<operator>_<subtask>_attempt_<n>` (`ForStStateBackend`).
fn is_working_name(name: &str) -> bool {
    name.starts_with("op_") && name.contains("_attempt_")
}

/// Whether Flink names state so: a random UUID.
pub(in crate::gc) fn is_state_name(name: &str) -> bool {
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    name.len() == 36
        && name.bytes().enumerate().all(|(position, byte)| {
            if HYPHENS.contains(&position) { byte == b'-' } else { matches!(byte, b'0'..=b'9' | b'a'..=b'f') }
        })
}

/// Metadata that is being written, or was given up (`LocalRecoverableFsDataOutputStream` and its like).
pub(in crate::gc) fn is_unfinished_metadata(name: &str) -> bool {
    name.starts_with("._metadata.inprogress.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: &str = "0123456789abcdef0123456789abcdef";

    fn uri(text: &str) -> StorageUri {
        StorageUri::parse(text).expect("it names a place")
    }

    #[test]
    fn places_of_flinks_layout_are_known_and_whose_they_are() {
        let job = format!("/c/{JOB}");
        for (path, expected, lineage) in [
            (format!("{job}/chk-7"), Home::Snapshot, Some(job.as_str())),
            (format!("{job}/savepoint-012345-0123456789ab"), Home::Snapshot, Some(&job)),
            ("/s/savepoint-012345-0123456789ab".to_owned(), Home::Snapshot, Some("/s/savepoint-012345-0123456789ab")),
            (format!("{job}/shared"), Home::Shared, Some(&job)),
            (format!("{job}/taskowned"), Home::TaskOwned, Some(&job)),
            (format!("{job}/dstl"), Home::Changelog, Some(&job)),
            ("/plain/shared".to_owned(), Home::Shared, Some("/plain")),
            (format!("{job}/shared/job_{JOB}_op_x_0_2"), Home::Managed, Some(&job)),
            (format!("{job}/taskowned/job_{JOB}_tm_1"), Home::Managed, Some(&job)),
            (format!("{job}/shared/op_Map_1__2__attempt_0/db"), Home::Working, Some(&job)),
            (format!("{job}/op_Map_1__2__attempt_0/db/x"), Home::Working, Some(&job)),
            (format!("{job}/notes"), Home::Other, Some(&job)),
            (job.clone(), Home::Other, Some(&job)),
            ("/c/shared".to_owned(), Home::Other, None),
            ("/c".to_owned(), Home::Other, None),
        ] {
            let (home, found) = home(&uri(&path), &HashSet::from([uri("/plain")]));
            assert_eq!((home, found), (expected, lineage.map(uri)), "{path}");
        }
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
