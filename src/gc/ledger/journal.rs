//! What a run is about to do, written before it does it: what explains missing metadata afterwards (S-04), and what a second run of the
//! same plan goes on from.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::log::{Log, read_lines};
use super::{Ledger, as_name};
use crate::storage::Error;
use crate::uri::StorageUri;

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// A run begins to apply the plan.
    Begin {
        /// The run.
        run: String,
        /// The digest in the seal of the plan.
        digest: String,
    },
    /// The metadata of a snapshot is copied, and goes next.
    Retire {
        /// Location of the snapshot.
        location: String,
        /// URI of the metadata file.
        metadata: String,
        /// Digest of its bytes (SHA-256, hex).
        digest: String,
    },
    /// All metadata is gone that could go; files go next.
    Barrier {
        /// The run.
        run: String,
    },
    /// Some files go next.
    Delete {
        /// How many.
        files: u64,
        /// The first of them.
        from: String,
        /// The last of them.
        to: String,
    },
    /// Empty directories go next.
    Directories {
        /// How many.
        directories: u64,
    },
    /// The run is over.
    End {
        /// The run.
        run: String,
        /// How it ended.
        end: String,
    },
}

/// The journal of a plan.
pub struct Journal {
    log: Log,
}

impl Journal {
    /// Opens the journal of a plan; gives also the metadata that runs before this one have deleted, or were about to.
    pub async fn open(ledger: &Ledger, plan: &str) -> Result<(Self, BTreeSet<StorageUri>), Error> {
        let name = format!("journals/{}", as_name(plan));
        let mut deleted = BTreeSet::new();
        read_lines(ledger, &name, &mut |line| deleted.extend(deleted_by(line).map(|(place, _)| place))).await?;
        Ok((Self { log: Log::open(ledger, &name).await? }, deleted))
    }

    /// Adds a step, and waits until that is there for good.
    pub async fn begin(&mut self, steps: &[Step]) -> Result<(), Error> {
        for step in steps {
            // Strings and numbers can always be written.
            self.log.push(&serde_json::to_string(step).unwrap_or_default());
        }
        self.log.flush().await
    }
}

/// The metadata that any journal of a ledger says was deleted, each with the digest of its bytes (SHA-256, hex): what of it is missing needs
/// no other explanation. A later snapshot may have had the same place, and of that they say nothing.
pub async fn deleted_metadata(ledger: &Ledger) -> Result<BTreeSet<(StorageUri, String)>, Error> {
    let files = ledger.files("journals").await?;
    let grown = files.into_iter().filter_map(|(name, _)| Some(name.strip_suffix(".jsonl")?.to_owned()));
    let mut names: BTreeSet<String> = grown.collect();
    names.extend(ledger.directories("journals").await?);
    let mut deleted = BTreeSet::new();
    for name in names {
        read_lines(ledger, &format!("journals/{name}"), &mut |line| deleted.extend(deleted_by(line))).await?;
    }
    Ok(deleted)
}

/// A line that cannot be read was cut off: what it was to say had not begun.
fn deleted_by(line: &str) -> Option<(StorageUri, String)> {
    match serde_json::from_str(line) {
        Ok(Step::Retire { metadata, digest, .. }) => Some((StorageUri::parse(&metadata).ok()?, digest)),
        _ => None,
    }
}
