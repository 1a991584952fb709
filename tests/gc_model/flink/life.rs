//! How jobs end, die, recover and begin from what others left.
//!
//! Sources: `CheckpointCoordinator.restoreSavepoint`, `RestoreMode`, `DefaultCompletedCheckpointStoreUtils`, `SharedStateRegistryImpl`.

use std::rc::Rc;

use chrono::TimeDelta;

use super::checkpointing::shared_keys;
use super::handles::{Handles, Written};
use super::job::{Backend, Completed, Job, Life, Pending, Registered, Stage};
use super::{Flink, MOST_JOBS};
use crate::choices::Choices;

/// How a job takes what it restores (`org.apache.flink.core.execution.RecoveryClaimMode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    NoClaim,
    Claim,
    Legacy,
}

impl Flink {
    /// Tasks fail and begin again from the newest completed checkpoint. Their job manager lives.
    pub(super) fn fail_over(&mut self, number: usize) {
        self.note(|| format!("job {number} fails over"));
        while let Some(position) = self.jobs[number].pending.iter().position(|pending| pending.stage != Stage::Register)
        {
            self.abort(number, position);
        }
        if self.jobs[number].pending.is_empty() {
            begin_from_newest(&mut self.jobs[number]);
        }
    }

    /// The job manager dies. What its tasks were uploading may still come.
    pub(super) fn crash(&mut self, number: usize) {
        let job = &mut self.jobs[number];
        // Without another witness, the newest metadata must be one that the next job manager knows of.
        if !self.limits.visible && job.pending.iter().any(|pending| pending.stage == Stage::Register) {
            return;
        }
        job.life = if job.config.highly_available { Life::Down } else { Life::Lost };
        job.to_notify.clear();
        job.work.clear();
        abandon(&mut job.pending);
        self.note(|| format!("the job manager of {number} dies"));
    }

    /// A new job manager takes over, from what the old one has told high availability.
    pub(super) fn recover(&mut self, choices: &mut Choices) {
        let down: Vec<usize> = (0..self.jobs.len()).filter(|number| self.jobs[*number].life == Life::Down).collect();
        let Some(number) = choices.one(&down).copied() else { return };
        self.note(|| format!("a new job manager takes over {number}"));
        let job = &mut self.jobs[number];
        job.life = Life::Running;
        job.registry.clear();
        for completed in job.completed.clone() {
            register(job, &completed, completed.owned);
        }
        begin_from_newest(job);
    }

    /// Cancelled or finished. Tasks may still write for a while.
    pub(super) fn end(&mut self, number: usize, choices: &mut Choices) {
        // A job that has anything left to register has not ended yet.
        if self.jobs[number].pending.iter().any(|pending| pending.stage == Stage::Register) {
            return;
        }
        let deletes = choices.happens(60);
        self.note(|| format!("job {number} ends, deletes its checkpoints: {deletes}"));
        let job = &mut self.jobs[number];
        job.life = Life::Ended;
        job.to_notify.clear();
        abandon(&mut job.pending);
        if deletes {
            let completed = std::mem::take(&mut job.completed);
            for completed in &completed {
                self.discard(number, completed, choices);
            }
            let job = &mut self.jobs[number];
            let registry = std::mem::take(&mut job.registry);
            let owned = registry.into_iter().filter(|(_, entry)| entry.owned);
            job.work.push(owned.map(|(key, _)| super::job::Op::Delete(key)).collect());
        }
    }

    /// A job begins from a snapshot: a new one, or one with an id that was there before.
    pub(super) fn restore(&mut self, choices: &mut Choices) {
        let candidates: Vec<Rc<Completed>> =
            self.written.iter().filter(|snapshot| self.can_restore(snapshot)).cloned().collect();
        let Some(snapshot) = choices.one(&candidates).cloned() else { return };
        let claim = [Claim::NoClaim, Claim::Claim, Claim::Legacy][choices.pick(3)];
        // The same snapshot is claimed by one job at the most, and not by one while another uses it.
        let used = |job: &Job| {
            job.is_needed() && job.completed.iter().any(|other| other.metadata.key == snapshot.metadata.key)
        };
        if claim == Claim::Claim && self.jobs.iter().any(used) {
            return;
        }
        let reuses = choices.happens(60);
        let of_dead = self.jobs.iter().position(|job| {
            matches!(job.life, Life::Ended | Life::Lost) && !self.limits.ended.contains(&job.id) && reuses
        });
        let number = match of_dead {
            Some(number) => number,
            None if self.jobs.len() >= MOST_JOBS => return,
            None => {
                self.start(choices);
                self.jobs.len() - 1
            }
        };
        // No two jobs of one id complete a checkpoint within one moment.
        self.store.clock().advance(TimeDelta::seconds(2));
        self.note(|| format!("job {number} begins from {} with {claim:?}", snapshot.metadata.key));
        let old = &self.jobs[number];
        let mut job = Job { config: old.config.clone(), ..old.clone() };
        // What has no files of a database can be read into any.
        job.config.backend = if snapshot.handles.has_changelog {
            Backend::Changelog
        } else if snapshot.handles.directories.is_some() {
            Backend::Merging
        } else if snapshot.handles.private.is_empty() {
            job.config.backend
        } else {
            Backend::Incremental
        };
        let reset = Job {
            life: Life::Running,
            anew: of_dead.map(|_| self.store.clock().millis()),
            next_id: snapshot.id + 1,
            completed: Vec::new(),
            pending: old.pending.clone(),
            registry: std::collections::BTreeMap::new(),
            ..job
        };
        let owned = claim == Claim::Claim;
        let restored = Rc::new(Completed { owned, ..Completed::clone(&snapshot) });
        self.jobs[number] = reset;
        let job = &mut self.jobs[number];
        abandon(&mut job.pending);
        job.work.clear();
        job.to_notify.clear();
        job.merged.clear();
        job.completed.push(Rc::clone(&restored));
        register(job, &restored, owned);
        begin_from_newest(job);
        job.must_be_full = claim == Claim::NoClaim;
        if job.must_be_full {
            forget(job);
        }
        if !self.limits.visible {
            // Nobody would know what it depends on until its first checkpoint is there.
            self.trigger(number, Written::Checkpoint, choices);
            self.settle(choices);
            if self.jobs[number].completed.last().is_none_or(|newest| newest.metadata.key == snapshot.metadata.key) {
                self.jobs[number].life = Life::Lost;
            }
        }
    }

    /// Whether it is there and whole, and nobody is about to retire it.
    fn can_restore(&self, snapshot: &Rc<Completed>) -> bool {
        // A job that begins anew with its old id counts on from what it restored, and may write where another one was.
        let newest = self.written.iter().rev().find(|other| other.metadata.key == snapshot.metadata.key);
        newest.is_some_and(|newest| Rc::ptr_eq(newest, snapshot))
            && !self.limits.retiring.contains(&snapshot.metadata.key)
            && self.store.has_key(&snapshot.metadata.key)
            && snapshot.handles.keys().all(|key| self.store.has_key(key))
    }
}

fn register(job: &mut Job, completed: &Completed, owned: bool) {
    for key in shared_keys(&completed.handles) {
        let entry = job.registry.entry(key.to_owned()).or_insert(Registered { last_used: 0, owned });
        entry.last_used = entry.last_used.max(completed.id);
    }
}

/// Tasks take what the newest completed checkpoint names; what they had besides is nobody's any more.
fn begin_from_newest(job: &mut Job) {
    let newest = job.completed.last().cloned();
    job.to_notify.clear();
    job.uploads.clear();
    job.confirmed = None;
    let handles = newest.as_ref().map(|newest| newest.handles.clone()).unwrap_or_default();
    job.changes.clear();
    job.materialized = None;
    job.live_segments.clear();
    job.live = vec![job.next_file];
    job.next_file += 1;
    let Some(newest) = newest else { return };
    match job.config.backend {
        Backend::Changelog => {
            job.changes.clone_from(&handles.changes);
            let materialized = Handles { shared: handles.shared, private: handles.private, ..Handles::default() };
            // A savepoint has its own files; they are materialized as they are.
            job.materialized = (!materialized.private.is_empty()).then_some(materialized);
        }
        Backend::Merging => job.live_segments = handles.segments.into_iter().filter(|segment| segment.shared).collect(),
        Backend::Heap | Backend::Incremental => {
            job.live = handles.shared.iter().map(|(file, _)| *file).collect();
            job.next_file = job.live.iter().max().map_or(0, |most| most + 1).max(job.next_file);
            if newest.written != Written::CanonicalSavepoint {
                job.confirmed = Some(newest.id);
                job.uploads.insert(newest.id, handles.shared);
            }
        }
    }
    for file in &mut job.merged {
        file.open = false;
    }
}

/// A job that does not claim what it restored uploads everything anew.
fn forget(job: &mut Job) {
    job.confirmed = None;
    job.uploads.clear();
    job.changes.clear();
    job.materialized = None;
    job.live_segments.clear();
}

fn abandon(pending: &mut Vec<Pending>) {
    pending.retain(|pending| !pending.todo.is_empty());
    for pending in pending {
        pending.stage = Stage::Abandoned;
    }
}
