//! How things go: they are deleted, or moved to a declared place from which somebody can fetch them back.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::gc::ledger::is_absence;
use crate::storage::{DeletingStorage, DirectoryStorage, Doomed, Error, ErrorKind};
use crate::uri::StorageUri;

/// How things go.
pub(super) enum Disposal {
    /// They are deleted.
    Delete,
    /// They are moved.
    Quarantine {
        /// The directory of this plan.
        directory: StorageUri,
        /// Directories that were made already.
        made: Mutex<HashSet<StorageUri>>,
    },
}

impl Disposal {
    /// Things go to a directory for the plan, in which each keeps its whole path: two roots do not mix.
    pub(super) fn quarantine(place: &StorageUri, plan: &str) -> Self {
        Self::Quarantine { directory: place.child(&crate::gc::ledger::as_name(plan)), made: Mutex::default() }
    }

    /// Disposes of files; the answers are in the order of the question, and what was not there counts as gone.
    pub(super) async fn dispose(&self, storage: &Arc<dyn DeletingStorage>, files: &[Doomed]) -> Vec<Result<(), Error>> {
        let Self::Quarantine { directory, made } = self else { return storage.delete(files).await };
        let mut answers = Vec::with_capacity(files.len());
        for file in files {
            answers.push(match storage.directories() {
                Some(directories) => move_away(directories, directory, made, &file.place).await,
                None => Err(Error::new("move", &file.place, ErrorKind::NoSuchFacility("way to move files"))),
            });
        }
        answers
    }
}

async fn move_away(
    storage: &dyn DirectoryStorage,
    quarantine: &StorageUri,
    made: &Mutex<HashSet<StorageUri>>,
    file: &StorageUri,
) -> Result<(), Error> {
    let target = quarantine.child(file.key());
    let parent = target.parent().unwrap_or_else(|| quarantine.clone());
    let is_made = made.lock().unwrap_or_else(PoisonError::into_inner).contains(&parent);
    if !is_made {
        storage.make_directories(&parent).await?;
        made.lock().unwrap_or_else(PoisonError::into_inner).insert(parent);
    }
    match storage.rename(file, &target).await {
        Err(error) if is_absence(&error) => match storage.stat(file).await {
            Err(gone) if is_absence(&gone) => Ok(()),
            _ => Err(error),
        },
        answer => answer,
    }
}
