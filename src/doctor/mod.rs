//! Whether a place can be reached: what is in use for its store, and what the store lets one do there.
//!
//! Listing and reading are tried on what is there. Nothing is created or deleted, except an object of its own below a place that was
//! named for that.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::report::{AccessCheck, AccessOutcome, AccessRight, DoctorReport, StoreSetting};
use crate::storage::{Doomed, Entry, EntryKind, Error, ErrorKind, Storage, Stores};
use crate::uri::StorageUri;

/// Directories that are gone down in search of a file to read. From a bucket to a checkpoint of a job it is rarely more.
const DEEPEST: usize = 8;

/// Bytes that are read to see whether reading works.
const TASTE: u64 = 8;

/// Tries a place. `probe` is where a file may be created and deleted, with a name for it that nobody else has.
pub async fn examine(stores: &Stores, place: &StorageUri, probe: Option<&StorageUri>) -> DoctorReport {
    let mut report = DoctorReport { location: place.to_string(), ..DoctorReport::stamped() };
    let storage = match stores.open(place) {
        Ok(storage) => storage,
        Err(error) => {
            report.checks.push(failed(AccessRight::List, place, &error, Duration::ZERO));
            report.checks.push(not_tried(AccessRight::Read, place, "nothing can be seen there"));
            report.checks.extend(untried_writes(place));
            return report;
        }
    };
    let description = storage.describe().await;
    report.settings = description
        .facts
        .into_iter()
        .map(|fact| StoreSetting { name: fact.name.to_owned(), value: fact.value, source: fact.source })
        .collect();
    let (list, first_file) = try_list(&*storage, place).await;
    report.checks.push(list);
    report.checks.push(try_read(&*storage, place, first_file).await);
    match probe {
        Some(file) => report.checks.extend(try_writes(stores, file).await),
        None => report.checks.extend(untried_writes(place)),
    }
    report
}

impl DoctorReport {
    /// Whether something was tried that does not work.
    #[must_use]
    pub fn has_failures(&self) -> bool {
        self.checks.iter().any(|check| check.outcome() == AccessOutcome::Fails)
    }
}

/// The first page of a directory is enough; a million files are not waited for.
async fn first_page(storage: &dyn Storage, directory: &StorageUri) -> Result<Vec<Entry>, Error> {
    let page = Mutex::new(None);
    let has_come = Notify::new();
    let mut show = |entries: Vec<Entry>| {
        if !entries.is_empty() {
            page.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(entries);
            has_come.notify_one();
        }
    };
    let listed = tokio::select! {
        biased;
        listed = storage.list(directory, &mut show) => listed,
        () = has_come.notified() => Ok(()),
    };
    let page = page.into_inner().unwrap_or_else(PoisonError::into_inner);
    match (page, listed) {
        (Some(entries), _) => Ok(entries),
        (None, Ok(())) => Ok(Vec::new()),
        (None, Err(error)) => Err(error),
    }
}

/// Lists the place; gives a file that was seen on the way down, or why that ended.
async fn try_list(storage: &dyn Storage, place: &StorageUri) -> (AccessCheck, Result<Option<StorageUri>, Error>) {
    let started = Instant::now();
    let mut directory = place.clone();
    let mut seen = None;
    for _ in 0..DEEPEST {
        let page = match first_page(storage, &directory).await {
            Ok(page) => page,
            // A file is there, and can be read.
            Err(error) if error.kind() == ErrorKind::NotADirectory && directory == *place => {
                let check = works(AccessRight::List, place, "it is a file", started.elapsed());
                return (check, Ok(Some(place.clone())));
            }
            Err(error) if seen.is_none() => {
                return (failed(AccessRight::List, &directory, &error, started.elapsed()), Ok(None));
            }
            // The place itself can be listed. All that this says of it is that nobody knows about reading.
            Err(error) => return (listed(place, seen, started), Err(error)),
        };
        seen.get_or_insert(page.len());
        let file = page.iter().find(|entry| matches!(entry.kind, EntryKind::File(facts) if facts.length > 0));
        if let Some(file) = file {
            let file = directory.child(&file.name);
            return (listed(place, seen, started), Ok(Some(file)));
        }
        match page.into_iter().find(|entry| matches!(entry.kind, EntryKind::Directory { .. })) {
            Some(below) => directory = directory.child(&below.name),
            None => break,
        }
    }
    (listed(place, seen, started), Ok(None))
}

fn listed(place: &StorageUri, seen: Option<usize>, started: Instant) -> AccessCheck {
    let message = match seen {
        None | Some(0) => "it is there and empty".to_owned(),
        Some(1) => "it is there; 1 entry was seen".to_owned(),
        Some(entries) => format!("it is there; {entries} entries were seen"),
    };
    works(AccessRight::List, place, &message, started.elapsed())
}

async fn try_read(
    storage: &dyn Storage,
    place: &StorageUri,
    first_file: Result<Option<StorageUri>, Error>,
) -> AccessCheck {
    let file = match first_file {
        Ok(Some(file)) => file,
        Ok(None) => return not_tried(AccessRight::Read, place, "no file was seen that could be read"),
        Err(error) => {
            let why = format!("no file was seen, because this directory cannot be listed: {}", error.reason());
            let action = other_than_the_doctor(&error);
            return AccessCheck { action, ..not_tried(AccessRight::Read, error.place(), &why) };
        }
    };
    let started = Instant::now();
    match storage.read_range(&file, 0..TASTE).await {
        Ok(read) => {
            let message = format!("{} of {} bytes were read", read.bytes.len(), read.file_length);
            works(AccessRight::Read, &file, &message, started.elapsed())
        }
        Err(error) => failed(AccessRight::Read, &file, &error, started.elapsed()),
    }
}

async fn try_writes(stores: &Stores, file: &StorageUri) -> [AccessCheck; 2] {
    let started = Instant::now();
    let storage = match stores.open_for_deletion(file) {
        Ok(storage) => storage,
        Err(error) => {
            let create = failed(AccessRight::Create, file, &error, started.elapsed());
            return [create, not_tried(AccessRight::Delete, file, "there is nothing to delete")];
        }
    };
    let create = match storage.create(file, b"keepoint doctor".to_vec()).await {
        Ok(()) => works(AccessRight::Create, file, "a file was created", started.elapsed()),
        Err(error) => {
            let create = failed(AccessRight::Create, file, &error, started.elapsed());
            return [create, not_tried(AccessRight::Delete, file, "there is nothing to delete")];
        }
    };
    let started = Instant::now();
    let doomed = Doomed::new(file.clone());
    let deleted = storage.delete(std::slice::from_ref(&doomed)).await.into_iter().next();
    let is_gone = match deleted {
        Some(Ok(())) => match storage.stat(file).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(Error::new("delete", file, ErrorKind::Other).because("it is still there")),
        },
        Some(Err(error)) => Err(error),
        None => Err(Error::new("delete", file, ErrorKind::Other).because("the store gave no answer")),
    };
    let delete = match is_gone {
        Ok(()) => works(AccessRight::Delete, file, "it was deleted again", started.elapsed()),
        Err(error) => failed(AccessRight::Delete, file, &error, started.elapsed()),
    };
    [create, delete]
}

fn untried_writes(place: &StorageUri) -> [AccessCheck; 2] {
    let why = "not tried; `--probe-write PREFIX` creates and deletes a file of its own there";
    [AccessRight::Create, AccessRight::Delete].map(|right| not_tried(right, place, why))
}

fn works(right: AccessRight, place: &StorageUri, message: &str, took: Duration) -> AccessCheck {
    check(right, AccessOutcome::Works, place, message.to_owned(), Some(took))
}

fn not_tried(right: AccessRight, place: &StorageUri, message: &str) -> AccessCheck {
    check(right, AccessOutcome::Unknown, place, message.to_owned(), None)
}

fn failed(right: AccessRight, place: &StorageUri, error: &Error, took: Duration) -> AccessCheck {
    let action = other_than_the_doctor(error);
    AccessCheck { action, ..check(right, AccessOutcome::Fails, place, error.reason(), Some(took)) }
}

/// The hint of many errors is to run this very command.
fn other_than_the_doctor(error: &Error) -> Option<String> {
    error.hint().filter(|hint| !hint.contains("keepoint doctor"))
}

fn check(
    right: AccessRight,
    outcome: AccessOutcome,
    place: &StorageUri,
    message: String,
    took: Option<Duration>,
) -> AccessCheck {
    AccessCheck {
        right: right.into(),
        outcome: outcome.into(),
        location: place.to_string(),
        message,
        action: None,
        duration_ms: took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
    }
}
