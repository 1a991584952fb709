//! What a run did and why, for those who ask later (`docs/gc-safety.md`, section 10).
//!
//! JSON lines in a file of their own. Each has the digest of the line before it, so that none can be changed or taken out unseen.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value};

use super::log::Log;
use super::{Ledger, as_name, digest_of};
use crate::storage::Error;

/// What stands for the line before the first.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Writes the audit log of a run.
pub struct AuditLog {
    log: Log,
    run: String,
    before: String,
}

impl AuditLog {
    /// Begins the log of a run.
    pub async fn open(ledger: &Ledger, run: &str) -> Result<Self, Error> {
        let log = Log::open(ledger, &format!("audit/{}", as_name(run))).await?;
        Ok(Self { log, run: run.to_owned(), before: NOTHING.to_owned() })
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> String {
        self.log.place()
    }

    /// Adds an event with what is to be known of it. No secret may be among that.
    pub fn note<const N: usize>(&mut self, at: DateTime<Utc>, event: &str, facts: [(&str, Value); N]) {
        let mut line = Map::new();
        line.insert("at".to_owned(), at.to_rfc3339_opts(SecondsFormat::Millis, true).into());
        line.insert("run".to_owned(), self.run.clone().into());
        line.insert("event".to_owned(), event.into());
        line.extend(facts.into_iter().map(|(name, value)| (name.to_owned(), value)));
        line.insert("before".to_owned(), std::mem::take(&mut self.before).into());
        let line = Value::Object(line).to_string();
        self.before = digest_of(line.as_bytes());
        self.log.push(&line);
    }

    /// Waits until everything that was noted is there for good.
    pub async fn flush(&mut self) -> Result<(), Error> {
        self.log.flush().await
    }
}

/// Holds the lines of an audit log against one another; gives the number of the first line, counted from 1, that does not follow from
/// the one before it.
#[must_use]
pub fn first_broken_line(log: &str) -> Option<usize> {
    let mut before = NOTHING.to_owned();
    for (number, line) in (1..).zip(log.lines()) {
        let follows = serde_json::from_str::<Value>(line)
            .is_ok_and(|line| line.get("before") == Some(&Value::from(before.as_str())));
        if !follows {
            return Some(number);
        }
        before = digest_of(line.as_bytes());
    }
    None
}
