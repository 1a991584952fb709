//! Taking checkpoints and savepoints: trigger, upload, acknowledge, complete, subsume, abort. Each step touches the store once.
//!
//! Sources: `CheckpointCoordinator`, `DefaultCompletedCheckpointStore`, `SharedStateRegistryImpl`, `RocksIncrementalSnapshotStrategy`,
//! `FsStateChangelogWriter`, `FileMergingSnapshotManagerBase`, `CompletedCheckpoint.DiscardObject`.

use std::collections::VecDeque;
use std::rc::Rc;

use super::handles::{self, Handles, Segment, Written};
use super::job::{Backend, Completed, Job, Merged, Op, Pending, Registered, Stage, Upload};
use super::place::{File, FileRef, Place};
use super::{Flink, Life, Step};
use crate::choices::Choices;
use crate::memory_store::{Actor, Flavour};

impl Flink {
    /// Begins a checkpoint or savepoint. Nothing is in the store of it yet.
    pub(crate) fn trigger(&mut self, number: usize, written: Written, choices: &mut Choices) {
        let id = self.jobs[number].next_id;
        let directory = self.new_directory(number, written, id);
        let job = &mut self.jobs[number];
        job.next_id += 1;
        job.live = changed(&job.live, &mut job.next_file, choices);
        let base = job.confirmed.filter(|_| !job.must_be_full && written == Written::Checkpoint);
        let mut pending = Pending {
            id,
            directory,
            handles: Handles::default(),
            todo: VecDeque::new(),
            stage: Stage::Upload,
            begun: self.store.clock().millis(),
            written,
            unnamed_metadata: None,
            reused: Vec::new(),
        };
        let backend =
            if written == Written::CanonicalSavepoint { Backend::Heap } else { self.jobs[number].config.backend };
        match backend {
            Backend::Heap => {
                let file = self.exclusive(number, &mut pending, choices);
                pending.handles.key_groups = Some(file);
            }
            Backend::Incremental => self.incremental(number, &mut pending, base, choices),
            Backend::Changelog if written == Written::Checkpoint => self.changelog(number, &mut pending, choices),
            Backend::Changelog => self.incremental(number, &mut pending, None, choices),
            Backend::Merging if written == Written::Checkpoint => self.merging(number, &mut pending, choices),
            Backend::Merging => self.incremental(number, &mut pending, None, choices),
        }
        // With file merging, operator state is merged, too.
        if pending.handles.directories.is_none() && choices.happens(128) {
            let file = self.exclusive(number, &mut pending, choices);
            pending.handles.operator = Some(file);
        }
        let job = &mut self.jobs[number];
        if written == Written::Checkpoint {
            job.uploads.insert(id, pending.handles.shared.clone());
        }
        job.pending.push(pending);
    }

    fn new_directory(&mut self, number: usize, written: Written, id: u64) -> Place {
        let job = &self.jobs[number];
        if written == Written::Checkpoint {
            return job.directory.child(&format!("chk-{id}"));
        }
        let name = self.names.savepoint(&job.id);
        self.savepoints.child(&name)
    }

    /// A file in the snapshot's directory, or away from it where there is entropy.
    fn exclusive(&mut self, number: usize, pending: &mut Pending, choices: &mut Choices) -> FileRef {
        let mut directory = pending.directory.clone();
        if self.jobs[number].config.entropy && pending.written == Written::Checkpoint {
            let name = format!("{:04x}", choices.pick(3));
            directory = self.entropy.child(&name).child(&self.jobs[number].id).child(&format!("chk-{}", pending.id));
        }
        self.new_file(&directory, pending)
    }

    fn shared_file(&mut self, number: usize, pending: &mut Pending, choices: &mut Choices) -> FileRef {
        let job = &self.jobs[number];
        let mut directory = job.directory.child("shared");
        if pending.written != Written::Checkpoint {
            directory = pending.directory.clone();
        } else if job.config.entropy {
            directory = self.entropy.child(&format!("{:04x}", choices.pick(3))).child(&job.id).child("shared");
        }
        self.new_file(&directory, pending)
    }

    fn new_file(&mut self, directory: &Place, pending: &mut Pending) -> FileRef {
        let place = directory.child(&self.names.uuid());
        let length = 1 + place.key.len() % 7;
        let file = Rc::new(File { place, length });
        pending.todo.push_back(Upload::File(Rc::clone(&file)));
        file
    }

    fn incremental(&mut self, number: usize, pending: &mut Pending, base: Option<u64>, choices: &mut Choices) {
        let job = &self.jobs[number];
        let known = base.and_then(|base| job.uploads.get(&base)).cloned().unwrap_or_default();
        for file in job.live.clone() {
            let uploaded = match known.iter().find(|(name, _)| *name == file) {
                Some((_, uploaded)) => {
                    pending.reused.push(Rc::clone(uploaded));
                    Rc::clone(uploaded)
                }
                None => self.shared_file(number, pending, choices),
            };
            pending.handles.shared.push((file, uploaded));
        }
        let meta = self.exclusive(number, pending, choices);
        pending.handles.private.push(meta);
        if choices.happens(128) {
            let private = self.exclusive(number, pending, choices);
            pending.handles.private.push(private);
        }
    }

    fn changelog(&mut self, number: usize, pending: &mut Pending, choices: &mut Choices) {
        if choices.happens(100) || self.jobs[number].changes.is_empty() {
            let change = self.change(number);
            pending.todo.push_back(Upload::File(Rc::clone(&change)));
            self.jobs[number].changes.push(change);
        }
        let job = &self.jobs[number];
        pending.handles = job.materialized.clone().unwrap_or_default();
        pending.handles.has_changelog = true;
        pending.handles.changes.clone_from(&job.changes);
    }

    fn change(&mut self, number: usize) -> FileRef {
        let place = self.jobs[number].changelog.child(&self.names.uuid());
        Rc::new(File { place, length: 5 })
    }

    /// Tasks upload changes before any checkpoint names them.
    pub(super) fn upload_change(&mut self, number: usize) {
        let change = self.change(number);
        self.write(&change);
        self.jobs[number].changes.push(change);
    }

    /// Tasks materialize: from the next checkpoint on, the changes before are not named any more.
    pub(super) fn materialize(&mut self, number: usize) {
        let (mut handles, mut files) = (Handles::default(), Vec::new());
        for directory in ["shared", "shared"] {
            let place = self.jobs[number].directory.child(directory).child(&self.names.uuid());
            files.push(Rc::new(File { place, length: 6 }));
        }
        for file in &files {
            self.write(file);
        }
        handles.private.push(Rc::clone(&files[0]));
        handles.shared.push((0, Rc::clone(&files[1])));
        let job = &mut self.jobs[number];
        job.materialized = Some(handles);
        job.changes.clear();
    }

    fn merging(&mut self, number: usize, pending: &mut Pending, choices: &mut Choices) {
        let (task_owned, shared) = self.jobs[number].merged_directories();
        let reused: Vec<Segment> =
            if self.jobs[number].must_be_full { Vec::new() } else { self.jobs[number].live_segments.clone() };
        for segment in reused {
            // What was compacted away is not named again.
            if choices.happens(180) {
                pending.handles.segments.push(segment);
            }
        }
        for (directory, is_shared) in [(&task_owned, false), (&shared, true)] {
            let segment = self.append(number, directory, is_shared, pending);
            pending.handles.segments.push(segment);
        }
        pending.handles.directories = Some((task_owned, shared));
        let job = &mut self.jobs[number];
        job.live_segments = pending.handles.segments.iter().filter(|segment| segment.shared).cloned().collect();
        for file in &mut job.merged {
            if pending.handles.segments.iter().any(|segment| segment.file.key == file.place.key) {
                file.users.push(pending.id);
            }
        }
    }

    /// Adds a part to the open file of a directory, or to a new one.
    fn append(&mut self, number: usize, directory: &Place, shared: bool, pending: &mut Pending) -> Segment {
        let across = self.jobs[number].config.across_checkpoints && self.store.flavour() == Flavour::Directories;
        let name = self.names.uuid();
        let job = &mut self.jobs[number];
        let position = job.merged.iter().position(|file| file.open && file.shared == shared && across);
        let position = position.unwrap_or_else(|| {
            let place = directory.child(&name);
            job.merged.push(Merged { place, length: 0, shared, open: across, users: Vec::new() });
            job.merged.len() - 1
        });
        let file = &mut job.merged[position];
        let (start, size) = (file.length, 3);
        file.length += size;
        pending.todo.push_back(Upload::Grow(file.place.clone(), file.length));
        if file.length > 9 {
            file.open = false;
        }
        Segment { file: file.place.clone(), start, size, shared }
    }

    /// The next thing that happens to a checkpoint under way.
    pub(crate) fn step_pending(&mut self, number: usize, position: usize, choices: &mut Choices) {
        let pending = &mut self.jobs[number].pending[position];
        if let Some(upload) = pending.todo.pop_front() {
            match upload {
                Upload::File(file) => self.write(&file),
                Upload::Grow(place, length) => self.write_bytes(&place.key, length),
            }
            return;
        }
        match pending.stage {
            Stage::Upload => pending.stage = Stage::Write,
            Stage::Write if self.store.flavour() == Flavour::Keys => self.write_metadata(number, position),
            Stage::Write => {
                pending.stage = Stage::Rename;
                let key = pending.directory.child("._metadata.inprogress.00000000-0000-4000-8000-000000000009").key;
                pending.unnamed_metadata = Some(key.clone());
                self.write_bytes(&key, 4);
            }
            Stage::Rename => {
                if let Some(key) = pending.unnamed_metadata.take() {
                    self.store.remove_as(Actor::Flink, &key);
                }
                self.write_metadata(number, position);
            }
            Stage::Register => self.register(number, position, choices),
            Stage::Abandoned => {
                self.jobs[number].pending.remove(position);
            }
        }
    }

    /// A `_metadata` that is there already is not overwritten: then the new checkpoint fails (fact 10). So it does when a task builds on a
    /// file that the registry has dropped meanwhile ("attempt to reference unknown state").
    fn write_metadata(&mut self, number: usize, position: usize) {
        let Job { pending, registry, config, .. } = &mut self.jobs[number];
        let pending = &mut pending[position];
        let metadata = pending.directory.child("_metadata");
        let is_known = |file: &FileRef| registry.contains_key(&file.place.key);
        if self.store.has_key(&metadata.key) || !pending.reused.iter().all(is_known) {
            return self.abort(number, position);
        }
        pending.stage = Stage::Register;
        let relative = config.relative || pending.written != Written::Checkpoint;
        let version = config.version;
        let bytes =
            handles::encode(version, pending.id, &pending.handles, pending.written, &pending.directory, relative);
        self.store.put_as(Actor::Flink, &metadata.key, bytes.into());
        let completed = Completed {
            id: pending.id,
            directory: pending.directory.clone(),
            metadata,
            handles: pending.handles.clone(),
            written: pending.written,
            owned: true,
        };
        self.written.push(Rc::new(completed));
    }

    /// The job manager takes a completed checkpoint into its store, and drops what it has too many. Savepoints are nobody's.
    fn register(&mut self, number: usize, position: usize, choices: &mut Choices) {
        let job = &mut self.jobs[number];
        let pending = job.pending.remove(position);
        if pending.written != Written::Checkpoint {
            return;
        }
        let completed = Completed {
            id: pending.id,
            metadata: pending.directory.child("_metadata"),
            directory: pending.directory,
            handles: pending.handles,
            written: pending.written,
            owned: true,
        };
        for key in shared_keys(&completed.handles) {
            let entry = job.registry.entry(key.to_owned()).or_insert(Registered { last_used: 0, owned: true });
            entry.last_used = entry.last_used.max(completed.id);
        }
        job.must_be_full = false;
        job.to_notify.push_back(completed.id);
        // Checkpoints that began before are of no use any more.
        let older: Vec<u64> =
            job.pending.iter().filter(|other| other.id < completed.id).map(|other| other.id).collect();
        job.completed.push(Rc::new(completed));
        job.completed.sort_by_key(|completed| completed.id);
        for id in older {
            if let Some(position) = self.jobs[number]
                .pending
                .iter()
                .position(|other| other.id == id && other.written == Written::Checkpoint)
            {
                self.abort(number, position);
            }
        }
        self.subsume(number, choices);
    }

    pub(super) fn subsume(&mut self, number: usize, choices: &mut Choices) {
        while self.jobs[number].completed.len() > self.jobs[number].config.retained.max(1) {
            let subsumed = self.jobs[number].completed.remove(0);
            self.discard(number, &subsumed, choices);
        }
        let job = &mut self.jobs[number];
        let Some(lowest) = job.completed.first().map(|completed| completed.id) else { return };
        let mut unused = VecDeque::new();
        job.registry.retain(|key, entry| {
            let is_used = entry.last_used >= lowest;
            if !is_used && entry.owned {
                unused.push_back(Op::Delete(key.clone()));
            }
            is_used
        });
        if !unused.is_empty() {
            job.work.push(unused);
        }
    }

    /// Deletes what is a checkpoint's own.
    pub(super) fn discard(&mut self, number: usize, completed: &Completed, choices: &mut Choices) {
        let job = &mut self.jobs[number];
        for file in &mut job.merged {
            file.users.retain(|user| *user != completed.id);
        }
        if !completed.owned {
            return;
        }
        let handles = &completed.handles;
        let private = if handles.has_changelog { &[] } else { handles.private.as_slice() };
        let own = private.iter().chain(&handles.key_groups).chain(&handles.operator);
        let mut ops: Vec<Op> = vec![Op::Delete(completed.metadata.key.clone())];
        ops.extend(own.map(|file| Op::Delete(file.place.key.clone())));
        if job.config.parallel_discard {
            let first = choices.pick(ops.len());
            ops.rotate_left(first);
        }
        ops.push(Op::RemoveDirectory(completed.directory.key.clone()));
        job.work.push(ops.into());
    }

    /// Gives a checkpoint up: its directory goes with everything in it; what was uploaded to be shared stays (facts 4 and 5).
    pub(super) fn abort(&mut self, number: usize, position: usize) {
        let job = &mut self.jobs[number];
        let pending = job.pending.remove(position);
        job.uploads.remove(&pending.id);
        for file in &mut job.merged {
            file.users.retain(|user| *user != pending.id);
        }
        job.work.push(VecDeque::from([Op::RemoveTree(pending.directory.key)]));
    }

    /// Tasks hear that a checkpoint is completed: the next one builds on it.
    pub(crate) fn notify(&mut self, number: usize) {
        let job = &mut self.jobs[number];
        let Some(id) = job.to_notify.pop_front() else { return };
        if job.config.backend == Backend::Incremental || job.config.backend == Backend::Heap {
            job.confirmed = job.confirmed.max(Some(id));
            job.uploads.retain(|of, _| *of >= id);
        }
        // Tasks delete merged files that nobody uses any more.
        let (live, mut unused) = (&job.live_segments, VecDeque::new());
        job.merged.retain(|file| {
            let is_live = live.iter().any(|segment| segment.file.key == file.place.key);
            let is_used = file.open || is_live || !file.users.is_empty();
            if !is_used {
                unused.push_back(Op::Delete(file.place.key.clone()));
            }
            is_used
        });
        if !unused.is_empty() {
            job.work.push(unused);
        }
    }

    /// The next deletion of a job manager.
    pub(super) fn step_work(&mut self, number: usize, position: usize) {
        let work = &mut self.jobs[number].work[position];
        match work.pop_front() {
            None => {}
            Some(Op::Delete(key)) => {
                self.store.remove_as(Actor::Flink, &key);
            }
            Some(Op::RemoveDirectory(key)) => {
                self.store.remove_directory_as(Actor::Flink, &key);
            }
            Some(Op::RemoveTree(key)) => {
                if self.store.remove_one_below(&key) {
                    self.jobs[number].work[position].push_front(Op::RemoveTree(key));
                }
            }
        }
        if self.jobs[number].work[position].is_empty() {
            self.jobs[number].work.remove(position);
        }
    }

    /// Whatever is under way, one step each.
    pub(super) fn under_way(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (number, job) in self.jobs.iter().enumerate() {
            steps.extend((0..job.pending.len()).map(|position| Step::Pending(number, position)));
            if job.runs() && !job.to_notify.is_empty() {
                steps.push(Step::Notify(number));
            }
            if job.life != Life::Down && job.life != Life::Lost {
                steps.extend((0..job.work.len()).map(|position| Step::Work(number, position)));
            }
        }
        steps
    }

    fn write(&mut self, file: &File) {
        self.write_bytes(&file.place.key, file.length);
    }

    fn write_bytes(&mut self, key: &str, length: usize) {
        self.store.put_as(Actor::Flink, key, vec![7; length].into());
    }
}

/// Files that are registered: those of databases, changes, and the materialized part, which is shared as a whole.
pub(super) fn shared_keys(handles: &Handles) -> impl Iterator<Item = &str> {
    let materialized = handles.private.iter().filter(|_| handles.has_changelog);
    let shared = handles.shared.iter().map(|(_, file)| file);
    shared.chain(&handles.changes).chain(materialized).map(|file| file.place.key.as_str())
}

/// The files of a database a little later: compaction has replaced some, and there are new ones.
fn changed(live: &[u32], next: &mut u32, choices: &mut Choices) -> Vec<u32> {
    let mut changed: Vec<u32> = live.iter().copied().filter(|_| !choices.happens(70)).collect();
    changed.truncate(3);
    if changed.is_empty() || choices.happens(120) {
        changed.push(*next);
        *next += 1;
    }
    changed
}
