//! What an application of a plan may do, and with what.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::gc::ledger::Ledger;
use crate::gc::rules::Rules;
use crate::progress::Progress;
use crate::storage::Stores;

/// What time it is, by the clock of this machine.
pub type Clock<'a> = &'a (dyn Fn() -> DateTime<Utc> + Send + Sync);

/// What a run works with.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    /// The stores that the roots are in.
    pub stores: &'a Stores,
    /// Where journal, audit log and copies of metadata go.
    pub ledger: &'a Ledger,
    /// The clock.
    pub clock: Clock<'a>,
    /// Ends the run early.
    pub interrupt: &'a Interrupt,
    /// Is told what was done.
    pub progress: &'a dyn Progress,
}

/// Limits of a run.
#[derive(Debug, Clone)]
pub struct ApplyOptions {
    /// Names the run; nothing else may have that name.
    pub run_id: String,
    /// Who applies the plan, for the audit log: user, host, whose credentials. No secret.
    pub actor: String,
    /// Digest of the configuration that is in force now. A plan that was made under another one is refused; where there is none the
    /// plan's own counts.
    pub configuration_digest: Option<String>,
    /// Digest of the plan that was shown to whoever wants it applied, where that is known: no other one is applied.
    pub plan_digest: Option<String>,
    /// A plan that is older is refused.
    pub max_plan_age: Duration,
    /// Objects that one run may delete; snapshots beyond that are left for the next (S-26).
    pub max_objects: u64,
    /// The share of a root's objects or bytes that may go (S-26), from 0 to 1. Where nothing is given, [`MAX_RESIDUE_SHARE`] holds for residue
    /// alone.
    pub max_share: Option<f64>,
    /// Whether one collector at a time works in each root (S-27).
    pub takes_lease: bool,
    /// Objects that are deleted in a second.
    pub deletes_per_second: Option<u32>,
    /// What is live is found out again after so long.
    pub remark_every: Duration,
    /// Which rules hold: all but in tests.
    pub rules: Rules,
}

/// A plan is applied within a day, unless another age was given.
pub const MAX_PLAN_AGE: Duration = Duration::from_hours(24);

/// No plan may be older than a week, whatever was given.
pub const OLDEST_PLAN: Duration = Duration::from_hours(7 * 24);

/// Objects that one run deletes, unless another number was given.
pub const MAX_OBJECTS: u64 = 1_000_000;

/// The share of a root that may be residue, unless another one was given.
pub const MAX_RESIDUE_SHARE: f64 = 0.3;

/// After so long what is live is found out again.
pub const REMARK_EVERY: Duration = Duration::from_mins(5);

impl ApplyOptions {
    /// The limits that hold where nothing else is said.
    #[must_use]
    pub fn new(run_id: impl Into<String>) -> Self {
        Self {
            run_id: run_id.into(),
            actor: String::new(),
            configuration_digest: None,
            plan_digest: None,
            max_plan_age: MAX_PLAN_AGE,
            max_objects: MAX_OBJECTS,
            max_share: None,
            takes_lease: true,
            deletes_per_second: None,
            remark_every: REMARK_EVERY,
            rules: Rules::default(),
        }
    }
}

/// Ends a run between two batches. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    raised: Arc<watch::Sender<bool>>,
}

impl Interrupt {
    /// Asks the run to end.
    pub fn raise(&self) {
        self.raised.send_replace(true);
    }

    /// Whether it was asked to.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        *self.raised.borrow()
    }

    /// Waits until it is asked to.
    pub async fn raised(&self) {
        // The sender lives as long as this, so that there is no other end.
        let _ = self.raised.subscribe().wait_for(|raised| *raised).await;
    }
}
