//! The second half: files, by exact name and in the order of the plan, each still what it was and dead under the newest mark.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;
use serde_json::Value;

use super::accept::{Sum, item_of};
use super::choose::WAITS;
use super::fresh::{Seen, is_same_time, look};
use super::pace::pause_before;
use super::retire::{is_refusal, may_pass};
use super::run::{Fate, Run, Stop};
use crate::discovery::layout;
use crate::gc::ledger::journal::Step;
use crate::gc::rules::Rule;
use crate::report::{GcClass, GcItem};
use crate::storage::{DeletingStorage, Doomed, Error, ErrorKind};
use crate::uri::StorageUri;

/// Items that are looked at together.
const WINDOW: usize = 20_000;

/// Objects in one request (S-23).
const LARGEST_BATCH: usize = 1000;

/// Files in one batch where each is a request of its own.
const BATCH_OF_SINGLE_FILES: usize = 250;

/// Batches under way at a time.
const LANES: usize = 4;

/// How often a deletion is tried.
const ATTEMPTS: u32 = 5;

/// Something that is to go.
struct Target {
    item: GcItem,
    place: StorageUri,
}

type Answered = (Target, Result<(), Error>);

impl Run<'_> {
    /// Deletes the files of a plan.
    pub(super) async fn sweep(&mut self) -> Result<(), Stop> {
        let mut items = self.plan.items.read();
        loop {
            let mut window = Vec::new();
            while window.len() < WINDOW {
                let record = items.next().map_err(|error| self.of_spool(error))?;
                let Some(record) = record else { break };
                window.extend(item_of(record));
            }
            if window.is_empty() {
                return Ok(());
            }
            self.breathe().await?;
            let mut targets = Vec::with_capacity(window.len());
            for item in window {
                targets.extend(self.admit(item));
            }
            while let Some(first) = targets.first() {
                // A plan may have several roots, and each has a store of its own.
                let root = self.root_of(&first.place);
                let end =
                    targets.iter().position(|target| self.root_of(&target.place) != root).unwrap_or(targets.len());
                let rest = targets.split_off(end);
                self.sweep_root(std::mem::replace(&mut targets, rest)).await?;
            }
            self.audit.flush().await.map_err(Stop::Ledger)?;
        }
    }

    /// What of an item is to be looked at.
    fn admit(&mut self, item: GcItem) -> Option<Target> {
        let place = StorageUri::parse(&item.path).ok()?;
        if item.class() == GcClass::Directory {
            self.planned_directories.push((place, item.lineage));
            return None;
        }
        if item.class() == GcClass::Upload {
            self.skip(&item, "unfinished uploads are not aborted (S-28)");
            return None;
        }
        if self.is_stopped(&place) {
            self.skip(&item, "the store refuses to delete there");
            return None;
        }
        if let Some(snapshot) = &item.snapshot
            && self.fates.get(snapshot) != Some(&Fate::Gone)
        {
            self.skip(&item, "goes with a snapshot that stays");
            return None;
        }
        Some(Target { item, place })
    }

    async fn sweep_root(&mut self, targets: Vec<Target>) -> Result<(), Stop> {
        let Some(first) = targets.first() else { return Ok(()) };
        let storage = match self.storage(&first.place) {
            Ok(storage) => storage,
            Err(error) => {
                let reason = error.reason();
                for target in &targets {
                    self.outcome.failed(&target.item.path, reason.clone());
                }
                return Ok(());
            }
        };
        let targets = self.unchanged(&storage, targets).await;
        let batch = match storage.deletes_at_a_time() {
            1 => BATCH_OF_SINGLE_FILES,
            most => most.min(LARGEST_BATCH),
        };
        let mut targets = targets.into_iter().peekable();
        while targets.peek().is_some() {
            self.breathe().await?;
            self.mark_if_due().await?;
            let group: Vec<Target> = targets.by_ref().take(batch * LANES).collect();
            let group = self.dead(group);
            if group.is_empty() {
                continue;
            }
            self.journal.begin(&[delete_step(&group)]).await.map_err(Stop::Ledger)?;
            self.delete(&storage, group, batch).await;
            self.audit.flush().await.map_err(Stop::Ledger)?;
        }
        Ok(())
    }

    /// What is still what it was when it was planned (S-22).
    async fn unchanged(&mut self, storage: &Arc<dyn DeletingStorage>, targets: Vec<Target>) -> Vec<Target> {
        if !self.holds(Rule::S22) {
            return targets;
        }
        let places: Vec<StorageUri> = targets.iter().map(|target| target.place.clone()).collect();
        let seen = look(storage, &places).await;
        let mut unchanged = Vec::with_capacity(targets.len());
        for (target, seen) in targets.into_iter().zip(seen) {
            let item = &target.item;
            match seen {
                Seen::File(facts)
                    if facts.length == item.bytes && is_same_time(item.modified_at.as_ref(), facts.modified_at) =>
                {
                    unchanged.push(target);
                }
                Seen::File(_) | Seen::Other => self.skip(item, "was changed since it was planned (S-22)"),
                Seen::Nothing => {
                    self.outcome.was_absent(item.bytes);
                    self.directories.extend(emptied_by(&target.place));
                    self.tell(item, "absent");
                }
                Seen::Unknown(reason) => self.fail(item, format!("it cannot be looked at: {reason}")),
            }
        }
        unchanged
    }

    /// What nothing needs under the newest mark (S-21), and what still fits into this run (S-26).
    fn dead(&mut self, group: Vec<Target>) -> Vec<Target> {
        let mut dead = Vec::with_capacity(group.len());
        for target in group {
            if self.is_stopped(&target.place) {
                self.skip(&target.item, "the store refuses to delete there");
            } else if self.is_live(&target.place) {
                self.skip(&target.item, "is needed now (S-21)");
            } else if target.item.snapshot.is_none() && self.residue_left == 0 {
                self.outcome.is_in_part = true;
                self.skip(&target.item, WAITS);
            } else {
                self.residue_left -= u64::from(target.item.snapshot.is_none());
                dead.push(target);
            }
        }
        dead
    }

    /// Deletes in batches side by side; every answer is read (S-23).
    async fn delete(&mut self, storage: &Arc<dyn DeletingStorage>, group: Vec<Target>, batch: usize) {
        let (mut open, mut attempt, mut refused) = (group, 0, Refusals::default());
        let mut last_errors: Vec<Answered> = Vec::new();
        while !open.is_empty() {
            if let Some(pace) =
                open.first().and_then(|target| self.root_of(&target.place)).and_then(|root| self.paces.get_mut(root))
                && let Some(pace) = pace
            {
                pace.wait(open.len()).await;
            }
            let answered = ask(storage, &self.disposal, open, batch).await;
            open = Vec::new();
            let mut is_throttled = false;
            for (target, answer) in answered {
                refused.count(&answer);
                match answer {
                    Ok(()) => self.is_deleted(&target),
                    Err(error) => match error.kind() {
                        ErrorKind::NotFound => self.is_deleted(&target),
                        ErrorKind::Held if self.holds(Rule::S30) => {
                            self.skip(&target.item, "the store holds it back (S-30)");
                        }
                        ErrorKind::Changed | ErrorKind::IsDirectory => {
                            self.skip(&target.item, "was changed since it was planned (S-22)");
                        }
                        _ if may_pass(&error) && attempt + 1 < ATTEMPTS && !self.tools.interrupt.is_raised() => {
                            is_throttled |= error.kind() == ErrorKind::Throttled;
                            open.push(target);
                        }
                        _ => last_errors.push((target, Err(error))),
                    },
                }
            }
            if is_throttled {
                self.paces.iter_mut().flatten().for_each(super::pace::Pace::yield_to_others);
            }
            if !open.is_empty() {
                tokio::time::sleep(pause_before(attempt)).await;
            }
            attempt += 1;
        }
        self.fail_all(last_errors, &refused);
    }

    fn fail_all(&mut self, failed: Vec<Answered>, refused: &Refusals) {
        if let Some((target, Err(error))) = failed.first()
            && refused.is_all()
        {
            let (place, reason) = (target.place.clone(), error.reason());
            self.stop_root(&place, &reason);
        }
        for (target, answer) in failed {
            if let Err(error) = answer {
                self.fail(&target.item, error.reason());
            }
        }
    }

    fn is_deleted(&mut self, target: &Target) {
        self.outcome.deleted(&target.item.path, target.item.bytes);
        self.tools.progress.deleted(1, target.item.bytes);
        self.directories.extend(emptied_by(&target.place));
        self.tell(&target.item, "deleted");
    }

    fn skip(&mut self, item: &GcItem, reason: &str) {
        self.outcome.skipped(reason, &item.lineage, Sum { files: 1, bytes: item.bytes });
        self.tell(item, reason);
    }

    fn fail(&mut self, item: &GcItem, reason: String) {
        self.tell(item, &reason);
        self.outcome.failed(&item.path, reason);
    }

    fn tell(&mut self, item: &GcItem, answer: &str) {
        let class = item.class().as_str_name();
        let facts = [
            ("path", item.path.clone().into()),
            ("bytes", item.bytes.into()),
            ("class", class.into()),
            ("reason", item.reason.clone().into()),
            ("evidence", item.evidence.clone().map_or(Value::Null, Value::from)),
            ("snapshot", item.snapshot.clone().map_or(Value::Null, Value::from)),
            ("answer", answer.into()),
        ];
        self.audit.note(self.now(), "file", facts);
    }

    fn of_spool(&self, error: std::io::Error) -> Stop {
        Stop::Ledger(Error::from_io("read the plan for", self.tools.ledger.place(), error))
    }
}

/// Whether the store refused all that it was asked.
#[derive(Default)]
struct Refusals {
    answers: u64,
    refusals: u64,
}

impl Refusals {
    fn count(&mut self, answer: &Result<(), Error>) {
        self.answers += 1;
        let gives_up = |error: &Error| is_refusal(error) || error.kind() == ErrorKind::Unreachable;
        self.refusals += u64::from(answer.as_ref().is_err_and(gives_up));
    }

    fn is_all(&self) -> bool {
        self.answers > 0 && self.answers == self.refusals
    }
}

/// Batches side by side; what was not answered for is an error.
async fn ask(
    storage: &Arc<dyn DeletingStorage>,
    disposal: &super::disposal::Disposal,
    targets: Vec<Target>,
    batch: usize,
) -> Vec<Answered> {
    let doomed: Vec<Doomed> = targets.iter().map(|target| Doomed::new(target.place.clone())).collect();
    let answers = join_all(doomed.chunks(batch).map(|batch| async move {
        let mut answers: Vec<Option<Result<(), Error>>> =
            disposal.dispose(storage, batch).await.into_iter().map(Some).collect();
        answers.resize_with(batch.len(), || None);
        answers
    }))
    .await;
    let answers = answers.into_iter().flatten();
    let unanswered = |target: &Target| {
        Err(Error::new("delete", &target.place, ErrorKind::Other).because("the store gave no answer"))
    };
    targets
        .into_iter()
        .zip(answers)
        .map(|(target, answer)| {
            let answer = answer.unwrap_or_else(|| unanswered(&target));
            (target, answer)
        })
        .collect()
}

/// The directories of snapshots that may be empty when a file is gone.
fn emptied_by(file: &StorageUri) -> BTreeSet<StorageUri> {
    file.parent().filter(layout::is_snapshot_name).into_iter().collect()
}

fn delete_step(group: &[Target]) -> Step {
    let path = |target: Option<&Target>| target.map_or_else(String::new, |target| target.item.path.clone());
    Step::Delete { files: group.len() as u64, from: path(group.first()), to: path(group.last()) }
}
