//! The end: directories that are empty now (S-24), and a look at whether what is gone is gone.

use std::collections::BTreeSet;

use super::run::{Run, Stop};
use crate::discovery::layout;
use crate::gc::ledger::is_absence;
use crate::gc::ledger::journal::Step;
use crate::gc::rules::Rule;
use crate::report::Severity;
use crate::storage::ErrorKind;
use crate::uri::StorageUri;

/// Directories between two looks at interrupts and leases.
const BATCH: usize = 200;

impl Run<'_> {
    /// Removes directories that are empty, deepest first. None is removed with something in it.
    pub(super) async fn remove_directories(&mut self) -> Result<(), Stop> {
        let planned = std::mem::take(&mut self.planned_directories);
        let allowed = planned.into_iter().filter(|(place, lineage)| self.may_remove(place, lineage));
        let mut all: BTreeSet<StorageUri> = allowed.map(|(place, _)| place).collect();
        let emptied = std::mem::take(&mut self.directories);
        all.extend(emptied.into_iter().filter(|place| self.may_remove(place, "")));
        let mut all: Vec<StorageUri> = all.into_iter().collect();
        all.sort_by_key(|place| std::cmp::Reverse(place.segments().count()));
        if !all.is_empty() {
            let step = Step::Directories { directories: all.len() as u64 };
            self.journal.begin(&[step]).await.map_err(Stop::Ledger)?;
        }
        for batch in all.chunks(BATCH) {
            self.breathe().await?;
            for place in batch {
                self.remove_directory(place).await;
            }
            self.audit.flush().await.map_err(Stop::Ledger)?;
        }
        Ok(())
    }

    /// A job that may run finds the directories of its lineage where they were; those of its snapshots it makes anew.
    fn may_remove(&self, place: &StorageUri, lineage: &str) -> bool {
        let is_below = self.plan.roots.iter().any(|root| place.is_within(root) && place != root);
        if !is_below || self.is_stopped(place) {
            return false;
        }
        let is_ended = || {
            let lineage = StorageUri::parse(lineage).ok();
            lineage.zip(self.mark.as_ref()).is_some_and(|(lineage, mark)| mark.is_ended(&lineage))
        };
        !self.holds(Rule::S24) || layout::is_snapshot_name(place) || is_ended()
    }

    async fn remove_directory(&mut self, place: &StorageUri) {
        let removed = match self.storage(place) {
            Ok(storage) => storage.remove_empty_directory(place).await,
            Err(error) => Err(error),
        };
        let answer = match removed {
            Ok(()) => {
                self.outcome.directories += 1;
                "removed".to_owned()
            }
            Err(error) if is_absence(&error) => return,
            Err(error) => match error.kind() {
                ErrorKind::NoSuchFacility(_) => return,
                ErrorKind::NotEmpty => "is not empty".to_owned(),
                _ => {
                    self.outcome.failed(&place.to_string(), error.reason());
                    error.reason()
                }
            },
        };
        self.audit.note(self.now(), "directory", [("path", place.to_string().into()), ("answer", answer.into())]);
    }

    /// Looks for some of what was deleted.
    pub(super) async fn look_for_sample(&mut self) -> Result<(), Stop> {
        self.breathe().await?;
        for path in std::mem::take(&mut self.outcome.sample) {
            let Ok(place) = StorageUri::parse(&path) else { continue };
            let Ok(storage) = self.storage(&place) else { continue };
            let Ok(facts) = storage.stat(&place).await else { continue };
            // A job may have begun another checkpoint of the same number.
            if facts.modified_at.is_none_or(|time| time < self.started_at) {
                self.outcome.is_in_part = true;
                let message = "the store said that it was deleted, and it is there".to_owned();
                self.outcome.warn("GC_NOT_GONE", Severity::Warning, &path, message);
            }
        }
        Ok(())
    }
}
