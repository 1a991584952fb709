//! One collector at a time in each root (S-27).
//!
//! ```text
//! leases/<root>/000000000007   held by run A, lasts 10 min from when it was written
//! leases/<root>/000000000008   held by run A still
//! leases/<root>/000000000009   released
//! ```
//!
//! Whoever creates the next number has the lease; a store creates each once. A lease that was not renewed in time is anybody's. It only
//! keeps collectors apart: that nothing needed is deleted never rests on it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Ledger, as_number, name_of_place};
use crate::storage::{Error, ErrorKind};
use crate::uri::StorageUri;

/// How long a lease lasts.
pub const LASTS: TimeDelta = TimeDelta::minutes(10);

/// How old it is when it is renewed.
pub const RENEWED_AFTER: TimeDelta = TimeDelta::minutes(2);

/// A lease that is held.
pub struct Lease {
    ledger: Ledger,
    directory: String,
    root: String,
    holder: Holder,
    number: u64,
    /// By the local clock.
    renewed_at: DateTime<Utc>,
}

/// Who holds a lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The run.
    pub run: String,
    /// Who started it, where.
    pub actor: String,
}

#[derive(Serialize, Deserialize)]
struct Record {
    root: String,
    holder: Holder,
    released: bool,
    /// Milliseconds since 1970, by the clock of the holder: for stores that tell no time.
    taken_at: i64,
    lasts_ms: i64,
}

/// Why there is no lease.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Somebody else has it.
    #[error("{root}: run {} of {} is collecting there, until {until} at the least", .holder.run, .holder.actor)]
    Held {
        /// The root.
        root: String,
        /// Who.
        holder: Holder,
        /// When it ends if it is not renewed.
        until: DateTime<Utc>,
    },
    /// It was held, and somebody else took it after it had run out.
    #[error("{root}: the lease was lost: it was not renewed in time, and another run has taken it")]
    Lost {
        /// The root.
        root: String,
    },
    /// The ledger does not answer.
    #[error(transparent)]
    Storage(#[from] Error),
}

/// The newest record of a root.
struct Newest {
    number: u64,
    /// Nothing where it cannot be read.
    record: Option<Record>,
    written_at: Option<DateTime<Utc>>,
}

impl Lease {
    /// Takes the lease of a root, if nobody has it.
    pub async fn take(
        ledger: &Ledger,
        root: &StorageUri,
        holder: Holder,
        now: DateTime<Utc>,
    ) -> Result<Self, LeaseError> {
        let directory = format!("leases/{}", name_of_place(root));
        let mut lease =
            Self { ledger: ledger.clone(), directory, root: root.to_string(), holder, number: 0, renewed_at: now };
        if let Some(newest) = lease.newest().await? {
            lease.refuse_if_held(&newest, now).await?;
            lease.number = newest.number;
        }
        match lease.write_next(now, false).await {
            Err(LeaseError::Lost { root }) => {
                let newest = lease.newest().await?;
                let record = newest.and_then(|newest| newest.record);
                let holder = record.map_or_else(|| lease.holder.clone(), |record| record.holder);
                Err(LeaseError::Held { root, holder, until: now + LASTS })
            }
            Err(error) => Err(error),
            Ok(()) => {
                lease.forget_older().await?;
                Ok(lease)
            }
        }
    }

    /// Makes sure that the lease is still held, and renews it when that is due.
    pub async fn keep(&mut self, now: DateTime<Utc>) -> Result<(), LeaseError> {
        // Clocks can be set back; then it is renewed, too.
        let age = now - self.renewed_at;
        if age < RENEWED_AFTER && age >= TimeDelta::zero() { Ok(()) } else { self.write_next(now, false).await }
    }

    /// Gives it back.
    pub async fn release(mut self, now: DateTime<Utc>) -> Result<(), LeaseError> {
        self.write_next(now, true).await
    }

    async fn refuse_if_held(&self, newest: &Newest, now: DateTime<Utc>) -> Result<(), LeaseError> {
        if newest.record.as_ref().is_some_and(|record| record.released) {
            return Ok(());
        }
        let unknown = Holder { run: "unknown".to_owned(), actor: "somebody".to_owned() };
        let holder = newest.record.as_ref().map_or(unknown, |record| record.holder.clone());
        let lasts = newest.record.as_ref().map_or(LASTS, |record| TimeDelta::milliseconds(record.lasts_ms));
        let taken_at = newest.record.as_ref().and_then(|record| DateTime::from_timestamp_millis(record.taken_at));
        // By the clock of the store, where it has one: those of two machines may differ.
        let (taken_at, now) = match newest.written_at {
            Some(written_at) if !self.ledger.place.is_local() => (Some(written_at), self.time_of_store(now).await?),
            _ => (taken_at, now),
        };
        let until = taken_at.unwrap_or(now) + lasts;
        if now < until { Err(LeaseError::Held { root: self.root.clone(), holder, until }) } else { Ok(()) }
    }

    /// What time it is for the store: that of something that was just written.
    async fn time_of_store(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
        let name = format!("{}/clock-{}-{}", self.directory, super::as_name(&self.holder.run), now.timestamp_millis());
        match self.ledger.create(&name, b"what time is it?".to_vec()).await {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let facts = self.ledger.storage.stat(&self.ledger.at(&name)).await?;
        self.ledger.remove(&[name]).await?;
        Ok(facts.modified_at.unwrap_or(now))
    }

    /// Creates the next number. Somebody else's means that the lease is theirs.
    async fn write_next(&mut self, now: DateTime<Utc>, released: bool) -> Result<(), LeaseError> {
        let lost = || LeaseError::Lost { root: self.root.clone() };
        let record = Record {
            root: self.root.clone(),
            holder: self.holder.clone(),
            released,
            taken_at: now.timestamp_millis(),
            lasts_ms: LASTS.num_milliseconds(),
        };
        let number = self.number + 1;
        // Strings and numbers can always be written.
        let bytes = serde_json::to_vec(&record).unwrap_or_default();
        match self.ledger.create(&format!("{}/{}", self.directory, as_number(number)), bytes).await {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(lost()),
            Err(error) => return Err(error.into()),
        }
        // Old numbers are forgotten in time: one that can be created is not always the newest.
        if self.numbers().await?.last() != Some(&number) {
            return Err(lost());
        }
        self.number = number;
        self.renewed_at = now;
        Ok(())
    }

    async fn newest(&self) -> Result<Option<Newest>, Error> {
        let Some(number) = self.numbers().await?.pop() else { return Ok(None) };
        let name = format!("{}/{}", self.directory, as_number(number));
        let written_at = self.ledger.storage.stat(&self.ledger.at(&name)).await?.modified_at;
        let record = self.ledger.read(&name).await?.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(Some(Newest { number, record, written_at }))
    }

    async fn forget_older(&self) -> Result<(), Error> {
        let older = self.numbers().await?.into_iter().filter(|number| *number < self.number);
        let names: Vec<String> = older.map(|number| format!("{}/{}", self.directory, as_number(number))).collect();
        self.ledger.remove(&names).await
    }

    async fn numbers(&self) -> Result<Vec<u64>, Error> {
        let files = self.ledger.files(&self.directory).await?;
        let mut numbers: Vec<u64> = files.iter().filter_map(|(name, _)| name.parse().ok()).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }
}
