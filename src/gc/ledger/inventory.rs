//! Which metadata there was in a root, and what it named (S-04).
//!
//! Metadata that was there before and is missing now may have been missed. Who plans asks for it by name; if it is gone, what it named
//! stays live for one more min-age, unless a journal says that keepoint deleted it.

use std::io;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use super::generation::Remembered;
use super::generation::{self, GenerationWriter};
use super::{Ledger, name_of_places};
use crate::storage::Error;
use crate::uri::StorageUri;

/// A metadata file that a run knew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownMetadata {
    /// URI of the file.
    pub metadata: String,
    /// URI of its lineage.
    pub lineage: String,
    /// Bytes.
    pub length: u64,
    /// When it was written.
    pub modified_at: Option<DateTime<Utc>>,
    /// Digest of its bytes (SHA-256, hex).
    pub digest: String,
    /// When a run first found it missing; nothing while it is there.
    pub missing_since: Option<DateTime<Utc>>,
    /// Fingerprints of the files that it names.
    pub files: Vec<[u8; 16]>,
    /// URIs of directories of which everything belongs to it.
    pub directories: Vec<String>,
}

/// The same without the fingerprints, which follow as they are.
#[derive(Serialize, Deserialize)]
struct Head {
    metadata: String,
    lineage: String,
    length: u64,
    modified_at: Option<i64>,
    digest: String,
    missing_since: Option<i64>,
    directories: Vec<String>,
}

/// Shows what the run before knew of these roots, one by one. Only the answer tells whether it can be believed.
pub async fn read_inventory(
    ledger: &Ledger,
    roots: &[StorageUri],
    show: &mut (dyn FnMut(KnownMetadata) -> io::Result<()> + Send),
) -> Result<Remembered, Error> {
    generation::read(ledger, &directory(roots), &mut |record| show(decode(record)?)).await
}

/// Notes which metadata there is.
pub struct InventoryWriter {
    writer: GenerationWriter,
}

impl InventoryWriter {
    /// Begins to replace what is known of these roots.
    pub async fn new(ledger: &Ledger, roots: &[StorageUri]) -> Result<Self, Error> {
        Ok(Self { writer: GenerationWriter::new(ledger, directory(roots)).await? })
    }

    /// Notes a metadata file.
    pub async fn push(&mut self, known: &KnownMetadata) -> Result<(), Error> {
        self.writer.push(&encode(known)).await
    }

    /// From now on this counts. What is not finished never does.
    pub async fn finish(self) -> Result<(), Error> {
        self.writer.finish().await
    }
}

fn encode(known: &KnownMetadata) -> Vec<u8> {
    let head = Head {
        metadata: known.metadata.clone(),
        lineage: known.lineage.clone(),
        length: known.length,
        modified_at: known.modified_at.map(|time| time.timestamp_millis()),
        digest: known.digest.clone(),
        missing_since: known.missing_since.map(|time| time.timestamp_millis()),
        directories: known.directories.clone(),
    };
    // Strings and numbers can always be written.
    let mut record = serde_json::to_vec(&head).unwrap_or_default();
    record.push(b'\n');
    known.files.iter().for_each(|file| record.extend_from_slice(file));
    record
}

fn decode(record: &[u8]) -> io::Result<KnownMetadata> {
    let invalid = || io::Error::new(io::ErrorKind::InvalidData, "an entry of the inventory cannot be read");
    let end = record.iter().position(|byte| *byte == b'\n').ok_or_else(invalid)?;
    let (head, files) = record.split_at(end);
    let head: Head = serde_json::from_slice(head).map_err(|_| invalid())?;
    let (files, rest) = files.get(1..).unwrap_or_default().as_chunks::<16>();
    if !rest.is_empty() {
        return Err(invalid());
    }
    Ok(KnownMetadata {
        metadata: head.metadata,
        lineage: head.lineage,
        length: head.length,
        modified_at: head.modified_at.and_then(DateTime::from_timestamp_millis),
        digest: head.digest,
        missing_since: head.missing_since.and_then(DateTime::from_timestamp_millis),
        files: files.to_vec(),
        directories: head.directories,
    })
}

fn directory(roots: &[StorageUri]) -> String {
    format!("inventory/{}", name_of_places(roots))
}
