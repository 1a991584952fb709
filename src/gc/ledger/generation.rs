//! Records that each run writes anew as a whole: a generation counts when its seal is there, and the one before it goes after that.

use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Ledger, as_number};
use crate::gc::plan::hex;
use crate::storage::Error;

/// Bytes of a segment, at which it is written.
const SEGMENT: usize = 8 << 20;

/// The file that makes a generation count.
const SEAL: &str = "sealed";

#[derive(Serialize, Deserialize)]
struct Seal {
    segments: u64,
    records: u64,
    digest: String,
}

/// Writes a generation.
pub(super) struct GenerationWriter {
    ledger: Ledger,
    directory: String,
    number: u64,
    segments: u64,
    records: u64,
    digest: Sha256,
    waiting: Vec<u8>,
}

/// What was found of the newest generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remembered {
    /// There is none.
    Nothing,
    /// All of it.
    All {
        /// How many records.
        records: u64,
    },
    /// It is there and cannot be believed; why, in words. What was shown of it is to be forgotten.
    Damaged(&'static str),
}

impl GenerationWriter {
    pub(super) async fn new(ledger: &Ledger, directory: String) -> Result<Self, Error> {
        let number = numbers(ledger, &directory).await?.pop().map_or(0, |last| last + 1);
        Ok(Self {
            ledger: ledger.clone(),
            directory,
            number,
            segments: 0,
            records: 0,
            digest: Sha256::new(),
            waiting: Vec::new(),
        })
    }

    pub(super) async fn push(&mut self, record: &[u8]) -> Result<(), Error> {
        let length = u32::try_from(record.len()).map_err(|_| self.failed("a record is too long"))?;
        self.waiting.extend_from_slice(&length.to_le_bytes());
        self.waiting.extend_from_slice(record);
        self.records += 1;
        if self.waiting.len() >= SEGMENT { self.segment().await } else { Ok(()) }
    }

    /// From now on this generation counts.
    pub(super) async fn finish(mut self) -> Result<(), Error> {
        if !self.waiting.is_empty() {
            self.segment().await?;
        }
        let digest = hex(&self.digest.clone().finalize());
        let seal = Seal { segments: self.segments, records: self.records, digest };
        let seal = serde_json::to_vec(&seal).map_err(|_| self.failed("the seal cannot be written"))?;
        self.ledger.create(&format!("{}/{}/{SEAL}", self.directory, as_number(self.number)), seal).await?;
        for older in numbers(&self.ledger, &self.directory).await?.into_iter().filter(|older| *older < self.number) {
            let directory = format!("{}/{}", self.directory, as_number(older));
            let mut files: Vec<String> = self
                .ledger
                .files(&directory)
                .await?
                .into_iter()
                .map(|(name, _)| format!("{directory}/{name}"))
                .collect();
            // The seal goes first: what is left of a generation without one counts for nothing.
            files.sort_by_key(|file| !file.ends_with(SEAL));
            self.ledger.remove(&files).await?;
            // Stores without directories have none to remove, and one that stays does no harm.
            let _ = self.ledger.storage.remove_empty_directory(&self.ledger.at(&directory)).await;
        }
        Ok(())
    }

    async fn segment(&mut self) -> Result<(), Error> {
        let bytes = std::mem::take(&mut self.waiting);
        self.digest.update(&bytes);
        let name = format!("{}/{}/{}", self.directory, as_number(self.number), as_number(self.segments));
        self.ledger.create(&name, bytes).await?;
        self.segments += 1;
        Ok(())
    }

    fn failed(&self, what: &'static str) -> Error {
        Error::from_io("write", &self.ledger.at(&self.directory), io::Error::other(what))
    }
}

/// Shows the records of the newest generation that counts. Only the answer tells whether they can be believed.
pub(super) async fn read(
    ledger: &Ledger,
    directory: &str,
    show: &mut (dyn FnMut(&[u8]) -> io::Result<()> + Send),
) -> Result<Remembered, Error> {
    for number in numbers(ledger, directory).await?.into_iter().rev() {
        let generation = format!("{directory}/{}", as_number(number));
        let Some(seal) = ledger.read(&format!("{generation}/{SEAL}")).await? else { continue };
        let Ok(seal) = serde_json::from_slice::<Seal>(&seal) else {
            return Ok(Remembered::Damaged("its seal cannot be read"));
        };
        let (mut digest, mut records) = (Sha256::new(), 0);
        for segment in 0..seal.segments {
            let name = format!("{generation}/{}", as_number(segment));
            let Some(bytes) = ledger.read(&name).await? else {
                return Ok(Remembered::Damaged("a part of it is missing"));
            };
            digest.update(&bytes);
            let mut rest = bytes.as_slice();
            while let Some((length, behind)) = rest.split_first_chunk::<4>() {
                let Some((record, behind)) = behind.split_at_checked(u32::from_le_bytes(*length) as usize) else {
                    return Ok(Remembered::Damaged("a part of it is cut off"));
                };
                show(record).map_err(|error| Error::from_io("read", &ledger.at(&name), error))?;
                records += 1;
                rest = behind;
            }
        }
        let is_whole = records == seal.records && hex(&digest.finalize()) == seal.digest;
        return Ok(if is_whole { Remembered::All { records } } else { Remembered::Damaged("it was changed") });
    }
    Ok(Remembered::Nothing)
}

async fn numbers(ledger: &Ledger, directory: &str) -> Result<Vec<u64>, Error> {
    let mut numbers: Vec<u64> =
        ledger.directories(directory).await?.iter().filter_map(|name| name.parse().ok()).collect();
    numbers.sort_unstable();
    Ok(numbers)
}
