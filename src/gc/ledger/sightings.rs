//! Since when things have been dead (S-11).
//!
//! A run notes everything that it sees dead, with the time at which that was seen first. What it does not note starts anew if it is seen
//! dead again; so does everything if this is lost. In memory are a few megabytes, whatever the number.

use std::io;

use chrono::{DateTime, Utc};

use super::generation::{self, GenerationWriter, Remembered};
use super::{Ledger, name_of_places};
use crate::gc::disk::{Sorter, Table};
use crate::storage::Error;
use crate::uri::StorageUri;

/// A fingerprint, and milliseconds since 1970.
const RECORD: usize = 24;

/// What the runs before have seen dead in some roots.
pub struct Sightings {
    table: Table<RECORD>,
    remembered: Remembered,
}

/// Notes what this run sees dead.
pub struct SightingsWriter {
    sorter: Sorter,
}

impl Sightings {
    /// What is known of these roots. What was damaged is forgotten, and said.
    pub async fn load(ledger: &Ledger, roots: &[StorageUri]) -> Result<Self, Error> {
        let failed = |error| Error::from_io("read", ledger.place(), error);
        let mut sorter = Sorter::new();
        let remembered = generation::read(ledger, &directory(roots), &mut |record| sorter.push(record)).await?;
        if let Remembered::Damaged(_) = remembered {
            sorter = Sorter::new();
        }
        let table = sorter.finish().and_then(|sorted| Table::of(&mut sorted.read()?)).map_err(failed)?;
        Ok(Self { table, remembered })
    }

    /// Whether all of it was there.
    #[must_use]
    pub fn remembered(&self) -> &Remembered {
        &self.remembered
    }

    /// When a file was first seen dead, if every run since has seen it so.
    pub fn first_seen(&self, file: &[u8; 16]) -> io::Result<Option<DateTime<Utc>>> {
        let mut latest: Option<i64> = None;
        self.table.lookup().find(file, |_, record| {
            // Of two times the later one: it asks for more patience.
            latest = latest.max(record.last_chunk::<8>().map(|bytes| i64::from_be_bytes(*bytes)));
        })?;
        Ok(latest.and_then(DateTime::from_timestamp_millis))
    }
}

/// What the runs before have seen, and what this one sees.
pub struct SightingsOfRun {
    before: Sightings,
    now: SightingsWriter,
}

impl SightingsOfRun {
    /// Goes on from what is known.
    #[must_use]
    pub fn new(before: Sightings) -> Self {
        Self { before, now: SightingsWriter::new() }
    }

    /// Replaces what the runs before have noted of these roots. A run that has not seen everything leaves that to a later one.
    pub async fn write(self, ledger: &Ledger, roots: &[StorageUri]) -> Result<(), Error> {
        self.now.write(ledger, roots).await
    }
}

impl crate::gc::Sightings for SightingsOfRun {
    fn seen_dead(&mut self, file: &[u8; 16], now: DateTime<Utc>) -> io::Result<DateTime<Utc>> {
        let first_seen = self.before.first_seen(file)?.unwrap_or(now);
        self.now.push(*file, first_seen)?;
        Ok(first_seen)
    }
}

impl SightingsWriter {
    /// Nothing is noted yet.
    #[must_use]
    pub fn new() -> Self {
        Self { sorter: Sorter::new() }
    }

    /// Notes what was seen dead, and when first: now, or when an earlier run did.
    pub fn push(&mut self, fingerprint: [u8; 16], first_seen: DateTime<Utc>) -> io::Result<()> {
        let mut record = [0; RECORD];
        let (key, time) = record.split_at_mut(fingerprint.len());
        key.copy_from_slice(&fingerprint);
        time.copy_from_slice(&first_seen.timestamp_millis().to_be_bytes());
        self.sorter.push(&record)
    }

    /// Replaces what the runs before have noted of these roots.
    pub async fn write(self, ledger: &Ledger, roots: &[StorageUri]) -> Result<(), Error> {
        let failed = |error| Error::from_io("write", ledger.place(), error);
        let sorted = self.sorter.finish().map_err(failed)?;
        let mut writer = GenerationWriter::new(ledger, directory(roots)).await?;
        let mut records = sorted.read().map_err(failed)?;
        while let Some(record) = records.next().map_err(failed)? {
            writer.push(record).await?;
        }
        writer.finish().await
    }
}

impl Default for SightingsWriter {
    fn default() -> Self {
        Self::new()
    }
}

fn directory(roots: &[StorageUri]) -> String {
    format!("sightings/{}", name_of_places(roots))
}
