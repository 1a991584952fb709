//! A run: what it holds, and what it does between any two steps.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tokio::time::{Instant, interval_at};

use super::accept::{Accepted, Retired, Sum};
use super::checks::blocker;
use super::disposal::Disposal;
use super::options::{ApplyOptions, Tools};
use super::outcome::Outcome;
use super::pace::Pace;
use super::remark::{Gone, Remark, Remarked};
use crate::gc::ledger::audit::AuditLog;
use crate::gc::ledger::journal::Journal;
use crate::gc::ledger::lease::{Lease, LeaseError};
use crate::gc::rules::Rule;
use crate::report::{Finding, Severity};
use crate::storage::{DeletingStorage, Error};
use crate::uri::StorageUri;

/// While something long goes on, leases are looked after so often.
const LOOK_AFTER_LEASES: Duration = Duration::from_secs(20);

/// Why a run ends before its end.
pub(super) enum Stop {
    /// It was asked to.
    Interrupted,
    /// Something forbids to go on.
    Blocked(Vec<Finding>),
    /// The ledger does not take what has to be there before the next step.
    Ledger(Error),
}

/// What became of a snapshot that was to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its metadata is gone.
    Gone,
    /// It stays, and everything that goes with it.
    Kept,
}

/// A run.
pub(super) struct Run<'a> {
    pub(super) tools: Tools<'a>,
    pub(super) options: &'a ApplyOptions,
    pub(super) plan: &'a Accepted,
    pub(super) remark: &'a mut dyn Remark,
    pub(super) audit: AuditLog,
    pub(super) journal: Journal,
    pub(super) leases: Vec<Lease>,
    pub(super) disposal: Disposal,
    /// Metadata that a journal says was deleted.
    pub(super) deleted: BTreeSet<StorageUri>,
    /// What is live, and since when that is known.
    pub(super) mark: Option<Box<dyn Remarked>>,
    pub(super) marked_at: DateTime<Utc>,
    pub(super) started_at: DateTime<Utc>,
    /// By location.
    pub(super) fates: HashMap<String, Fate>,
    /// Residue that may still go (S-26).
    pub(super) residue_left: u64,
    /// Directories that may be empty now.
    pub(super) directories: BTreeSet<StorageUri>,
    /// Directories that the plan names, with their lineages.
    pub(super) planned_directories: Vec<(StorageUri, String)>,
    /// By root.
    pub(super) paces: Vec<Option<Pace>>,
    /// Roots of which the store refuses everything.
    pub(super) stopped: Vec<bool>,
    pub(super) outcome: Outcome,
}

impl Run<'_> {
    pub(super) fn now(&self) -> DateTime<Utc> {
        (self.tools.clock)()
    }

    pub(super) fn holds(&self, rule: Rule) -> bool {
        self.options.rules.on(rule)
    }

    /// Between two steps: whether to go on.
    pub(super) async fn breathe(&mut self) -> Result<(), Stop> {
        if self.tools.interrupt.is_raised() {
            return Err(Stop::Interrupted);
        }
        let now = self.now();
        keep(&mut self.leases, now).await
    }

    /// Finds out again what is live (S-21).
    pub(super) async fn mark(&mut self, going: BTreeSet<StorageUri>) -> Result<(), Stop> {
        if !self.holds(Rule::S21) {
            return Ok(());
        }
        self.breathe().await?;
        let started = self.now();
        let gone = Gone { going, deleted: self.deleted.clone() };
        let Self { remark, leases, tools, .. } = self;
        let mut marking = remark.remark(&gone);
        let mut ticks = interval_at(Instant::now() + LOOK_AFTER_LEASES, LOOK_AFTER_LEASES);
        let marked = loop {
            tokio::select! {
                biased;
                () = tools.interrupt.raised() => return Err(Stop::Interrupted),
                marked = &mut marking => break marked,
                _ = ticks.tick() => keep(leases, (tools.clock)()).await?,
            }
        };
        drop(marking);
        self.audit.note(started, "marked", [("blocked", Value::from(marked.is_err()))]);
        self.mark = Some(marked.map_err(Stop::Blocked)?);
        self.marked_at = started;
        Ok(())
    }

    /// Finds out again what is live if that is known for too long.
    pub(super) async fn mark_if_due(&mut self) -> Result<(), Stop> {
        let age = self.now() - self.marked_at;
        let every = TimeDelta::from_std(self.options.remark_every).unwrap_or(TimeDelta::MAX);
        if age < every && age >= TimeDelta::zero() { Ok(()) } else { self.mark(BTreeSet::new()).await }
    }

    pub(super) fn is_live(&self, place: &StorageUri) -> bool {
        self.mark.as_ref().is_some_and(|mark| mark.is_live(place))
    }

    pub(super) fn storage(&self, place: &StorageUri) -> Result<Arc<dyn DeletingStorage>, Error> {
        self.tools.stores.open_for_deletion(place)
    }

    /// The number of the root that a place lies in.
    pub(super) fn root_of(&self, place: &StorageUri) -> Option<usize> {
        self.plan.roots.iter().position(|root| place.is_within(root))
    }

    pub(super) fn is_stopped(&self, place: &StorageUri) -> bool {
        self.root_of(place).and_then(|root| self.stopped.get(root)).copied().unwrap_or(true)
    }

    /// The store refuses to delete in a root: nothing more is asked of it.
    pub(super) fn stop_root(&mut self, place: &StorageUri, reason: &str) {
        let Some(root) = self.root_of(place) else { return };
        if let Some(stopped) = self.stopped.get_mut(root) {
            *stopped = true;
        }
        self.outcome.is_in_part = true;
        let name = self.plan.roots.get(root).map_or_else(String::new, ToString::to_string);
        let message = format!("the store refuses to delete here, and nothing more was tried: {reason}");
        self.outcome.warn("GC_ROOT_REFUSED", Severity::Error, &name, message);
    }

    /// A snapshot stays, and everything that goes with it.
    pub(super) fn keep_snapshot(&mut self, retired: &Retired, reason: &str) {
        self.fates.insert(retired.snapshot.location.clone(), Fate::Kept);
        let facts = [("location", retired.snapshot.location.clone().into()), ("reason", reason.into())];
        self.audit.note(self.now(), "snapshot kept", facts);
        let metadata = Sum { files: 1, bytes: retired.snapshot.metadata_bytes };
        self.outcome.skipped(reason, &retired.snapshot.lineage, metadata);
    }
}

/// Renews what is due; a lease that was lost ends the run.
pub(super) async fn keep(leases: &mut [Lease], now: DateTime<Utc>) -> Result<(), Stop> {
    for lease in leases {
        lease.keep(now).await.map_err(of_lease)?;
    }
    Ok(())
}

pub(super) fn of_lease(error: LeaseError) -> Stop {
    let message = error.to_string();
    let (code, root, action) = match error {
        LeaseError::Storage(error) => return Stop::Ledger(error),
        LeaseError::Held { root, .. } => ("GC_LEASE_HELD", root, "wait until that run is over"),
        LeaseError::Lost { root } => ("GC_LEASE_LOST", root, "look for a second scheduler; then apply the plan again"),
    };
    Stop::Blocked(vec![blocker(code, &root, message, action)])
}
