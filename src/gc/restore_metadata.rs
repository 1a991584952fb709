//! `keepoint restore-metadata`: undoing the retirement of a snapshot while its data is still there.
//!
//! Metadata is put back only where every file that it names is there with a length that fits, so that what looks like a snapshot is one.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::apply::{Seen, look};
use super::ledger::bundle::{self, Copied};
use super::ledger::{Ledger, digest_of, read_whole};
use crate::discovery::LoadedMetadata;
use crate::discovery::layout::METADATA_FILE_NAME;
use crate::inspect::examine;
use crate::references::{Length, Needs, Relocations};
use crate::report::{Finding, GcRestoredReport, Severity};
use crate::storage::{DirectoryStorage, Doomed, Error, ErrorKind, Stores};
use crate::uri::StorageUri;

/// Files that are looked for at a time.
const AT_A_TIME: usize = 20_000;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The ledger has no copy.
    #[error("{location}: the ledger {ledger} has no copy of its metadata")]
    NoCopy {
        /// The snapshot.
        location: StorageUri,
        /// Where was looked.
        ledger: StorageUri,
    },
    /// The copy is no metadata that this keepoint understands.
    #[error("{location}: the copy of its metadata cannot be read: {reason}")]
    Unreadable {
        /// The snapshot.
        location: StorageUri,
        /// Why.
        reason: String,
    },
    /// A store, or the ledger, does not answer.
    #[error(transparent)]
    Storage(#[from] Error),
}

impl RestoreError {
    /// What a user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoCopy { .. } => {
                Some("give the ledger of the run that retired it; its audit log names the snapshots".to_owned())
            }
            Self::Unreadable { .. } => None,
            Self::Storage(error) => error.hint(),
        }
    }
}

/// Puts the metadata of a snapshot back, the newest copy that the ledger has of it. The snapshot is named by its directory, or by its
/// metadata file.
pub async fn restore_metadata(
    stores: &Stores,
    ledger: &Ledger,
    location: &StorageUri,
) -> Result<GcRestoredReport, RestoreError> {
    let (file, copied) = newest_copy(ledger, location).await?;
    let bytes = bundle::bytes_of(ledger, &copied).await?;
    let loaded = LoadedMetadata {
        directory: file.parent().unwrap_or_else(|| file.clone()),
        file_length: bytes.len() as u64,
        bytes,
        modified_at: DateTime::<Utc>::from_timestamp_millis(copied.copied_at),
        tag: None,
        file,
    };
    let mut report = GcRestoredReport { location: copied.location, ..GcRestoredReport::stamped() };
    let examined = examine(&loaded, &Relocations::default(), |_| ());
    let (needs, ()) = examined
        .contents
        .map_err(|error| RestoreError::Unreadable { location: location.clone(), reason: error.to_string() })?;
    check(stores, &needs, &mut report).await;
    let is_whole = report.missing.is_empty() && report.size_mismatch.is_empty() && report.findings.is_empty();
    if is_whole {
        report.restored = put_back(stores, &loaded, &mut report.findings).await?;
    }
    Ok(report)
}

async fn newest_copy(ledger: &Ledger, location: &StorageUri) -> Result<(StorageUri, Copied), RestoreError> {
    for file in [location.join(METADATA_FILE_NAME), location.clone()] {
        if let Some(copied) = bundle::copies_of(ledger, &file).await?.into_iter().next() {
            return Ok((file, copied));
        }
    }
    Err(RestoreError::NoCopy { location: location.clone(), ledger: ledger.place().clone() })
}

/// Looks for every file; what cannot be asked for is a finding, and then nothing is put back.
async fn check(stores: &Stores, needs: &Needs<'_>, report: &mut GcRestoredReport) {
    for path in &needs.unresolvable {
        report.findings.push(unknown(path, "the path names no place".to_owned()));
    }
    let mut by_store: HashMap<_, Vec<(StorageUri, Length)>> = HashMap::new();
    for need in &needs.files {
        let Some(directory) = needs.directories.get(need.place.directory as usize) else { continue };
        let place = directory.child(&need.place.name);
        let store = (place.store().to_owned(), place.authority().map(str::to_owned));
        by_store.entry(store).or_default().push((place, need.length));
    }
    for mut wanted in by_store.into_values() {
        wanted.sort_by(|(one, _), (other, _)| one.cmp(other));
        let Some((first, _)) = wanted.first() else { continue };
        let storage = match stores.open_for_deletion(first) {
            Ok(storage) => storage,
            Err(error) => {
                report.findings.push(unknown(&first.to_string(), error.reason()));
                continue;
            }
        };
        for wanted in wanted.chunks(AT_A_TIME) {
            let places: Vec<StorageUri> = wanted.iter().map(|(place, _)| place.clone()).collect();
            for ((place, length), seen) in wanted.iter().zip(look(&storage, &places).await) {
                match seen {
                    Seen::File(facts) if length.admits(facts.length) => {}
                    Seen::File(_) => report.size_mismatch.push(place.to_string()),
                    Seen::Nothing | Seen::Other => report.missing.push(place.to_string()),
                    Seen::Unknown(reason) => report.findings.push(unknown(&place.to_string(), reason)),
                }
            }
        }
    }
    report.missing.sort();
    report.size_mismatch.sort();
}

/// Whether the metadata is there now, as it was.
async fn put_back(stores: &Stores, loaded: &LoadedMetadata, findings: &mut Vec<Finding>) -> Result<bool, Error> {
    let storage = stores.open_for_deletion(&loaded.file)?;
    let created = match storage.directories() {
        Some(directories) => create_in_directory(directories, loaded).await,
        None => storage.create(&loaded.file, loaded.bytes.clone()).await,
    };
    match created {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        created => return created.map(|()| true),
    }
    let there = read_whole(&*storage, &loaded.file).await?;
    let is_the_same = digest_of(&there.bytes) == digest_of(&loaded.bytes);
    findings.push(Finding {
        code: if is_the_same { "METADATA_IS_THERE" } else { "METADATA_IS_ANOTHER" }.to_owned(),
        severity: if is_the_same { Severity::Info } else { Severity::Error }.into(),
        location: loaded.file.to_string(),
        message: if is_the_same { "it is there already" } else { "another one is there, and stays" }.to_owned(),
        ..Finding::default()
    });
    Ok(is_the_same)
}

/// Nobody sees half of it: it is written under another name, one of those that Flink gives to what is not finished.
async fn create_in_directory(storage: &dyn DirectoryStorage, loaded: &LoadedMetadata) -> Result<(), Error> {
    storage.make_directories(&loaded.directory).await?;
    let name = loaded.file.file_name().unwrap_or(METADATA_FILE_NAME);
    let digest = digest_of(&loaded.bytes);
    let unfinished = loaded.directory.child(&format!(".{name}.inprogress.{}", digest.get(..32).unwrap_or(&digest)));
    remove(storage, &unfinished).await?;
    storage.create(&unfinished, loaded.bytes.clone()).await?;
    let moved = storage.rename(&unfinished, &loaded.file).await;
    if moved.is_err() {
        remove(storage, &unfinished).await?;
    }
    moved
}

async fn remove(storage: &dyn DirectoryStorage, file: &StorageUri) -> Result<(), Error> {
    storage.delete(&[Doomed::new(file.clone())]).await.into_iter().collect()
}

fn unknown(location: &str, message: String) -> Finding {
    Finding {
        code: "FILE_NOT_CHECKED".to_owned(),
        severity: Severity::Unknown.into(),
        location: location.to_owned(),
        message,
        action: Some("make it readable, and try again".to_owned()),
        ..Finding::default()
    }
}
