//! The first half: the metadata of snapshots, oldest first. Each is copied before it goes, and goes only as it was planned.
//!
//! Metadata first, never last: a snapshot without its metadata is residue; one without its data looks whole and is broken (I5).

use std::sync::Arc;

use futures::{StreamExt, stream};
use serde_json::Value;

use super::accept::Retired;
use super::disposal::Disposal;
use super::fresh::is_same_time;
use super::pace::pause_before;
use super::run::{Fate, Run, Stop};
use crate::gc::ledger::bundle::{self, Copied};
use crate::gc::ledger::journal::Step;
use crate::gc::ledger::{digest_of, is_absence, read_whole};
use crate::gc::rules::Rule;
use crate::report::Severity;
use crate::storage::{DeletingStorage, Doomed, Error, ErrorKind};

/// Snapshots between two looks at interrupts and leases.
const BATCH: usize = 32;

/// Snapshots that are copied at a time; metadata may be large.
const AT_A_TIME: usize = 4;

/// How often a deletion is tried where the store has no time for it.
const ATTEMPTS: u32 = 5;

/// What metadata is, held against the plan.
enum Looked {
    /// What was planned; with the store's tag of it.
    AsPlanned(Option<String>),
    /// Nothing.
    Absent,
    /// Something else: the snapshot stays.
    Differs(String),
    /// Nobody knows: the snapshot stays, and that is a failure.
    Unknown(Error),
}

/// What became of metadata.
enum Gone {
    Yes,
    /// It stays, and that is no failure.
    No(String),
    /// It may be there or not.
    Failed(Error),
}

impl Run<'_> {
    /// Deletes the metadata of snapshots.
    pub(super) async fn retire(&mut self, chosen: &[&Retired]) -> Result<(), Stop> {
        for batch in chosen.chunks(BATCH) {
            self.breathe().await?;
            let ready = self.copy(batch).await?;
            let steps: Vec<Step> = ready.iter().map(|(retired, _)| retire_step(retired)).collect();
            self.journal.begin(&steps).await.map_err(Stop::Ledger)?;
            self.breathe().await?;
            self.delete_metadata(&ready).await;
            self.audit.flush().await.map_err(Stop::Ledger)?;
        }
        Ok(())
    }

    /// Copies the metadata of snapshots that are as they were planned; gives these, with their stores.
    async fn copy<'r>(&mut self, batch: &[&'r Retired]) -> Result<Vec<(&'r Retired, Arc<dyn DeletingStorage>)>, Stop> {
        let mut wanted = Vec::new();
        for retired in batch {
            match self.storage(&retired.metadata) {
                _ if self.is_stopped(&retired.metadata) => {
                    self.keep_snapshot(retired, "the store refuses to delete there");
                }
                Ok(storage) => wanted.push((*retired, storage)),
                Err(error) => self.fail_snapshot(retired, error.reason()),
            }
        }
        let (ledger, plan, now) = (self.tools.ledger, self.plan.header.plan_id.clone(), self.now().timestamp_millis());
        let checks = self.holds(Rule::S22);
        let copies = wanted.into_iter().map(|(retired, storage)| {
            let plan = plan.clone();
            async move {
                let (looked, bytes) = look(&storage, retired, checks).await;
                let copied = match (&looked, bytes) {
                    (Looked::AsPlanned(_), Some(bytes)) => {
                        bundle::copy(ledger, &copy_of(retired, &bytes, plan, now), &bytes).await
                    }
                    _ => Ok(()),
                };
                (retired, storage, looked, copied)
            }
        });
        let copies: Vec<_> = stream::iter(copies).buffered(AT_A_TIME).collect().await;
        let mut ready = Vec::with_capacity(copies.len());
        for (retired, storage, looked, copied) in copies {
            copied.map_err(Stop::Ledger)?;
            match looked {
                Looked::AsPlanned(_) => ready.push((retired, storage)),
                Looked::Differs(why) => self.keep_snapshot(retired, &why),
                Looked::Unknown(error) => self.fail_snapshot(retired, error.reason()),
                Looked::Absent if self.deleted.contains(&retired.metadata) => {
                    self.outcome.was_absent(retired.snapshot.metadata_bytes);
                    self.is_gone(retired, "absent");
                }
                // S-04: somebody else may know more, or it was missed.
                Looked::Absent => {
                    let why = "its metadata is gone, and no journal of keepoint says why";
                    self.keep_snapshot(retired, why);
                    self.outcome.warn(
                        "GC_METADATA_VANISHED",
                        Severity::Warning,
                        &retired.snapshot.location,
                        why.to_owned(),
                    );
                }
            }
        }
        Ok(ready)
    }

    async fn delete_metadata(&mut self, ready: &[(&Retired, Arc<dyn DeletingStorage>)]) {
        let (checks, disposal) = (self.holds(Rule::S22), &self.disposal);
        let deletions = ready.iter().map(|(retired, storage)| delete(storage, disposal, retired, checks));
        let answers: Vec<Gone> = stream::iter(deletions).buffered(AT_A_TIME).collect().await;
        for ((retired, _), answer) in ready.iter().zip(answers) {
            match answer {
                Gone::Yes => {
                    self.outcome.deleted(&retired.snapshot.metadata, retired.snapshot.metadata_bytes);
                    self.tools.progress.deleted(1, retired.snapshot.metadata_bytes);
                    self.deleted.insert(retired.metadata.clone());
                    self.is_gone(retired, "deleted");
                }
                Gone::No(why) => self.keep_snapshot(retired, &why),
                Gone::Failed(error) => {
                    if is_refusal(&error) && !self.is_stopped(&retired.metadata) {
                        self.stop_root(&retired.metadata, &error.reason());
                    }
                    self.fail_snapshot(retired, error.reason());
                }
            }
        }
    }

    fn is_gone(&mut self, retired: &Retired, answer: &str) {
        let snapshot = &retired.snapshot;
        self.fates.insert(snapshot.location.clone(), Fate::Gone);
        self.outcome.snapshots_deleted.push(snapshot.location.clone());
        self.directories.extend(retired.metadata.parent());
        let facts = [
            ("location", snapshot.location.clone().into()),
            ("metadata", snapshot.metadata.clone().into()),
            ("bytes", snapshot.metadata_bytes.into()),
            ("digest", snapshot.metadata_digest.clone().into()),
            ("reasons", Value::from(snapshot.reasons.clone())),
            ("answer", answer.into()),
        ];
        self.audit.note(self.now(), "snapshot retired", facts);
    }

    /// A snapshot stays because something did not work.
    fn fail_snapshot(&mut self, retired: &Retired, reason: String) {
        self.keep_snapshot(retired, "its metadata could not be read or deleted");
        self.outcome.failed(&retired.snapshot.metadata, reason);
    }
}

/// Whether the store refuses who asks, whatever is asked.
pub(super) fn is_refusal(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::Unauthenticated)
}

/// Whether the same may go well a moment later.
pub(super) fn may_pass(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Throttled | ErrorKind::TimedOut | ErrorKind::Unreachable | ErrorKind::Other)
}

fn retire_step(retired: &Retired) -> Step {
    Step::Retire {
        location: retired.snapshot.location.clone(),
        metadata: retired.snapshot.metadata.clone(),
        digest: retired.snapshot.metadata_digest.clone(),
    }
}

fn copy_of(retired: &Retired, bytes: &[u8], plan: String, now: i64) -> Copied {
    Copied {
        location: retired.snapshot.location.clone(),
        metadata: retired.snapshot.metadata.clone(),
        length: bytes.len() as u64,
        digest: digest_of(bytes),
        plan,
        copied_at: now,
    }
}

/// Reads metadata and holds it against the plan (S-22): not only its bytes. What was put back since then is not what was planned.
async fn look(storage: &Arc<dyn DeletingStorage>, retired: &Retired, checks: bool) -> (Looked, Option<Vec<u8>>) {
    let whole = match read_whole(&**storage, &retired.metadata).await {
        Ok(whole) => whole,
        Err(error) if is_absence(&error) => return (Looked::Absent, None),
        Err(error) => return (Looked::Unknown(error), None),
    };
    let planned = &retired.snapshot;
    let has_other_tag = planned.metadata_tag.is_some() && whole.tag.is_some() && planned.metadata_tag != whole.tag;
    let is_as_planned = digest_of(&whole.bytes) == planned.metadata_digest
        && is_same_time(planned.metadata_modified_at.as_ref(), whole.modified_at)
        && !has_other_tag;
    if checks && !is_as_planned {
        return (Looked::Differs("its metadata was replaced since it was planned".to_owned()), None);
    }
    (Looked::AsPlanned(whole.tag), Some(whole.bytes))
}

/// Reads once more, and deletes what was read, and nothing else where the store can make sure of that.
async fn delete(storage: &Arc<dyn DeletingStorage>, disposal: &Disposal, retired: &Retired, checks: bool) -> Gone {
    let mut attempt = 0;
    loop {
        let tag = match look(storage, retired, checks).await.0 {
            Looked::AsPlanned(tag) => tag,
            // The journal has said that it would go; so either this run or an answer that got lost has done it.
            Looked::Absent if attempt > 0 => return Gone::Yes,
            Looked::Absent => return Gone::No("its metadata went away while it was looked at".to_owned()),
            Looked::Differs(why) => return Gone::No(why),
            Looked::Unknown(error) => return Gone::Failed(error),
        };
        let doomed = Doomed { tag, ..Doomed::new(retired.metadata.clone()) };
        let answer = disposal.dispose(storage, std::slice::from_ref(&doomed)).await.pop();
        let error = match answer {
            Some(Ok(())) => return Gone::Yes,
            Some(Err(error)) => error,
            None => Error::new("delete", &retired.metadata, ErrorKind::Other).because("the store gave no answer"),
        };
        match error.kind() {
            ErrorKind::Changed => return Gone::No("its metadata was replaced since it was planned".to_owned()),
            ErrorKind::Held => return Gone::No("the store holds its metadata back (S-30)".to_owned()),
            _ => {}
        }
        attempt += 1;
        if may_pass(&error) && attempt < ATTEMPTS {
            tokio::time::sleep(pause_before(attempt - 1)).await;
        } else if may_pass(&error) && matches!(look(storage, retired, checks).await.0, Looked::Absent) {
            return Gone::Yes;
        } else {
            return Gone::Failed(error);
        }
    }
}
