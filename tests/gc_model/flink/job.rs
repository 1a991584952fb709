//! One job: what its job manager and its tasks have in memory.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use keepoint::model::MetadataVersion;

use super::handles::{Handles, Segment, Written};
use super::place::{FileRef, Place};

/// How state is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    /// Every checkpoint stands alone.
    Heap,
    /// Checkpoints share the files of a database.
    Incremental,
    /// Changes are uploaded as they come, and materialized now and then.
    Changelog,
    /// Parts of many states in one file.
    Merging,
}

/// What the configuration of a job says.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) backend: Backend,
    /// `state.checkpoints.num-retained`.
    pub(crate) retained: usize,
    /// `execution.checkpointing.max-concurrent-checkpoints`.
    pub(crate) concurrent: usize,
    /// `execution.checkpointing.timeout`, in milliseconds.
    pub(crate) timeout: i64,
    /// Discarding in any order, which is the default, or metadata first.
    pub(crate) parallel_discard: bool,
    /// Whether a new job manager takes over where one died.
    pub(crate) highly_available: bool,
    /// Data lies away from metadata.
    pub(crate) entropy: bool,
    /// Merged files are filled by several checkpoints.
    pub(crate) across_checkpoints: bool,
    /// Exclusive files are named without their directory.
    pub(crate) relative: bool,
    /// Another scheme than that of the root, naming the same store.
    pub(crate) scheme: &'static str,
    pub(crate) version: MetadataVersion,
}

/// Whether a job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    Running,
    /// Its job manager died, and another will take over.
    Down,
    /// Cancelled, finished or failed for good.
    Ended,
    /// Its job manager died, and nobody knows of it any more.
    Lost,
}

/// A completed snapshot as a job manager knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Completed {
    pub(crate) id: u64,
    pub(crate) directory: Place,
    pub(crate) metadata: Place,
    pub(crate) handles: Handles,
    pub(crate) written: Written,
    /// Whether this job deletes it one day.
    pub(crate) owned: bool,
}

/// A checkpoint or savepoint under way.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub(crate) id: u64,
    pub(crate) directory: Place,
    pub(crate) handles: Handles,
    pub(crate) todo: VecDeque<Upload>,
    pub(crate) stage: Stage,
    pub(crate) begun: i64,
    pub(crate) written: Written,
    /// `_metadata` while it has not got its name.
    pub(crate) unnamed_metadata: Option<String>,
    /// Files that are named and were not written for this one.
    pub(crate) reused: Vec<FileRef>,
}

/// Something that a task writes.
#[derive(Debug, Clone)]
pub(crate) enum Upload {
    File(FileRef),
    /// A merged file becomes so long.
    Grow(Place, usize),
}

/// How far a checkpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Tasks write their state and acknowledge.
    Upload,
    /// The job manager writes `_metadata` beside the place it is to have.
    Write,
    /// And gives it its name.
    Rename,
    /// It is there; the job manager takes it into its store.
    Register,
    /// Nobody waits for it any more; tasks still write.
    Abandoned,
}

/// Something that the job manager deletes, one after the other.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Delete(String),
    RemoveDirectory(String),
    /// Everything below a directory, file by file.
    RemoveTree(String),
}

/// A file that tasks merge into.
#[derive(Debug, Clone)]
pub(crate) struct Merged {
    pub(crate) place: Place,
    pub(crate) length: usize,
    pub(crate) shared: bool,
    pub(crate) open: bool,
    /// Checkpoints that name a part of it, completed or under way.
    pub(crate) users: Vec<u64>,
}

/// A file in the registry of shared state.
#[derive(Debug, Clone)]
pub(crate) struct Registered {
    pub(crate) last_used: u64,
    /// Whether this job deletes it one day.
    pub(crate) owned: bool,
}

/// A job.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) config: Config,
    pub(crate) life: Life,
    /// When an id that was there before began anew, in milliseconds: what was written until then is no working file of its tasks.
    pub(crate) anew: Option<i64>,
    pub(crate) directory: Place,
    /// Where its changelog is: below `<id>/dstl`.
    pub(crate) changelog: Place,
    pub(crate) next_id: u64,
    /// The store of completed checkpoints, oldest first; what high availability has is the same.
    pub(crate) completed: Vec<Rc<Completed>>,
    pub(crate) pending: Vec<Pending>,
    /// Completed checkpoints of which the tasks have not heard.
    pub(crate) to_notify: VecDeque<u64>,
    /// Deletions under way, side by side.
    pub(crate) work: Vec<VecDeque<Op>>,
    pub(crate) registry: BTreeMap<String, Registered>,

    /// What the tasks have: the last checkpoint that they know to be completed, and the files of those that they took since.
    pub(crate) confirmed: Option<u64>,
    pub(crate) uploads: BTreeMap<u64, Vec<(u32, FileRef)>>,
    /// Files of the database.
    pub(crate) live: Vec<u32>,
    pub(crate) next_file: u32,
    /// Changes since the materialization.
    pub(crate) changes: Vec<FileRef>,
    pub(crate) materialized: Option<Handles>,
    pub(crate) merged: Vec<Merged>,
    pub(crate) live_segments: Vec<Segment>,
    /// The next checkpoint names nothing that was there before (NO_CLAIM).
    pub(crate) must_be_full: bool,
}

impl Job {
    pub(crate) fn new(id: String, config: Config, root: &Place) -> Self {
        let directory = root.child(&id).spelled(config.scheme);
        let changelog = directory.child("dstl");
        Self {
            id,
            config,
            life: Life::Running,
            anew: None,
            directory,
            changelog,
            next_id: 1,
            completed: Vec::new(),
            pending: Vec::new(),
            to_notify: VecDeque::new(),
            work: Vec::new(),
            registry: BTreeMap::new(),
            confirmed: None,
            uploads: BTreeMap::new(),
            live: vec![0],
            next_file: 1,
            changes: Vec::new(),
            materialized: None,
            merged: Vec::new(),
            live_segments: Vec::new(),
            must_be_full: false,
        }
    }

    /// Directories of merged files: those of exclusive and of shared ones.
    pub(crate) fn merged_directories(&self) -> (Place, Place) {
        let exclusive = self.directory.child("taskowned").child(&format!("job_{}_tm_localhost-1", self.id));
        let shared = self.directory.child("shared").child(&format!("job_{}_op_Map_1_2", self.id));
        (exclusive, shared)
    }

    pub(crate) fn runs(&self) -> bool {
        self.life == Life::Running
    }

    /// Whether it runs or will.
    pub(crate) fn is_needed(&self) -> bool {
        matches!(self.life, Life::Running | Life::Down)
    }

    /// Keys of what it may still use, and why.
    pub(crate) fn needs(&self) -> Vec<(&str, String)> {
        let mut needs: Vec<(&str, String)> = Vec::new();
        if !self.is_needed() {
            return needs;
        }
        if let Some(newest) = self.completed.last() {
            let why = format!("job {} would recover from checkpoint {}", self.id, newest.id);
            needs.extend(newest.handles.keys().map(|key| (key, why.clone())));
        }
        if !self.runs() {
            return needs;
        }
        if let Some(base) = self.confirmed.and_then(|id| self.uploads.get(&id)) {
            let live = base.iter().filter(|(file, _)| self.live.contains(file));
            needs.extend(live.map(|(_, file)| {
                (file.place.key.as_str(), format!("the next checkpoint of {} builds on it", self.id))
            }));
        }
        for pending in self.pending.iter().filter(|pending| pending.stage != Stage::Abandoned) {
            let why = format!("checkpoint {} of {} is under way", pending.id, self.id);
            needs.extend(pending.handles.keys().map(|key| (key, why.clone())));
            needs.extend(pending.unnamed_metadata.as_deref().map(|key| (key, why)));
        }
        let why = || format!("the next checkpoint of {} will name it", self.id);
        needs.extend(self.changes.iter().map(|file| (file.place.key.as_str(), why())));
        needs.extend(self.materialized.iter().flat_map(|handles| handles.keys()).map(|key| (key, why())));
        needs.extend(self.live_segments.iter().map(|segment| (segment.file.key.as_str(), why())));
        let open = self.merged.iter().filter(|file| file.open);
        needs.extend(open.map(|file| (file.place.key.as_str(), format!("tasks of {} still write into it", self.id))));
        needs
    }
}
