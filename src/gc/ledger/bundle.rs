//! Metadata of snapshots that were retired: the bytes, and where they were. What undoes a retirement while the data is still there.

use serde::{Deserialize, Serialize};

use super::{Ledger, digest_of, name_of_place};
use crate::storage::{Error, ErrorKind};
use crate::uri::StorageUri;

/// What is known of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// Location of the snapshot.
    pub location: String,
    /// URI of the metadata file.
    pub metadata: String,
    /// Its bytes.
    pub length: u64,
    /// Their digest (SHA-256, hex).
    pub digest: String,
    /// The plan that retired the snapshot.
    pub plan: String,
    /// When it was copied, in milliseconds since 1970.
    pub copied_at: i64,
}

/// Copies metadata, and reads the copy again: when this is done there is a good one. A second copy of the same bytes is no second one.
pub async fn copy(ledger: &Ledger, copied: &Copied, bytes: &[u8]) -> Result<(), Error> {
    let name = name_of(ledger, copied)?;
    let (file, facts) = (format!("{name}.metadata"), serde_json::to_vec(copied).unwrap_or_default());
    create(ledger, &file, bytes).await?;
    if !is_copy(ledger, &file, copied).await? {
        // Half of a copy, which a run left that did not come to its end.
        ledger.remove(std::slice::from_ref(&file)).await?;
        create(ledger, &file, bytes).await?;
        if !is_copy(ledger, &file, copied).await? {
            return Err(
                Error::new("read", &ledger.at(&file), ErrorKind::Other).because("the copy is not what was copied")
            );
        }
    }
    create(ledger, &format!("{name}.json"), &facts).await
}

async fn create(ledger: &Ledger, name: &str, bytes: &[u8]) -> Result<(), Error> {
    match ledger.create(name, bytes.to_vec()).await {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        answer => answer,
    }
}

async fn is_copy(ledger: &Ledger, name: &str, copied: &Copied) -> Result<bool, Error> {
    Ok(ledger.read(name).await?.is_some_and(|bytes| digest_of(&bytes) == copied.digest))
}

/// The copies of the metadata of a snapshot, the newest first. What cannot be read is left out.
pub async fn copies_of(ledger: &Ledger, metadata: &StorageUri) -> Result<Vec<Copied>, Error> {
    let directory = directory_of(metadata);
    let mut copies: Vec<Copied> = Vec::new();
    for (name, _) in
        ledger.files(&directory).await?.into_iter().filter(|(name, _)| name.strip_suffix(".json").is_some())
    {
        let facts = ledger.read(&format!("{directory}/{name}")).await?.unwrap_or_default();
        copies.extend(serde_json::from_slice::<Copied>(&facts));
    }
    copies.sort_by_key(|copied| std::cmp::Reverse(copied.copied_at));
    Ok(copies)
}

/// The bytes of a copy; an error if they are not what was copied.
pub async fn bytes_of(ledger: &Ledger, copied: &Copied) -> Result<Vec<u8>, Error> {
    let name = format!("{}.metadata", name_of(ledger, copied)?);
    let bytes = ledger.read(&name).await?;
    let bytes = bytes.ok_or_else(|| Error::new("read", &ledger.at(&name), ErrorKind::NotFound))?;
    if digest_of(&bytes) == copied.digest {
        return Ok(bytes);
    }
    Err(Error::new("read", &ledger.at(&name), ErrorKind::Other).because("the copy was changed"))
}

/// Where copies are kept.
#[must_use]
pub fn place(ledger: &Ledger) -> String {
    ledger.at("bundle").to_string()
}

fn name_of(ledger: &Ledger, copied: &Copied) -> Result<String, Error> {
    let metadata = StorageUri::parse(&copied.metadata)
        .map_err(|error| Error::new("copy to", ledger.place(), ErrorKind::Other).because(error))?;
    let digest: String = copied.digest.chars().filter(char::is_ascii_hexdigit).collect();
    Ok(format!("{}/{digest}", directory_of(&metadata)))
}

fn directory_of(metadata: &StorageUri) -> String {
    format!("bundle/{}", name_of_place(metadata))
}
