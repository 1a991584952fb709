//! What is asked of the collector, resolved: no flag is looked at behind this.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::retention::Policy;
use super::rules::Rules;
use crate::report::{GcDecision, GcPlanHeader, GcSnapshot};
use crate::uri::StorageUri;

/// What a plan is for.
#[derive(Debug, Clone)]
pub enum Purpose {
    /// Retention by a policy.
    Retention(Policy),
    /// One snapshot that was named by hand: its location, or its metadata file.
    Dispose(StorageUri),
    /// What a plan says that was made before: the locations of the snapshots that go.
    Planned(HashSet<StorageUri>),
}

/// A lineage of which the operator says that nothing in it is to be understood, and nothing to be touched (S-03).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// The directory of the lineage.
    pub lineage: StorageUri,
    /// Why.
    pub reason: String,
    /// Until when; forever where nothing is said.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Times and numbers that bound what a run may do (`docs/gc-safety.md`, section 12).
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// From this age on residue may go (S-11).
    pub min_age: Duration,
    /// From this age on, since its last write, an unfinished snapshot may go.
    pub unfinished_age: Duration,
    /// How long the tasks of a job that has ended may still write (S-25).
    pub cancel_grace: Duration,
    /// How long a checkpoint may take from its begin to its metadata.
    pub checkpoint_timeout: Duration,
    /// How far clocks may be apart (S-12).
    pub skew: Duration,
    /// How long a checkpoint may be the newest before every task has heard of it: so long the one before it stays (S-10).
    pub settling: Duration,
    /// How long a snapshot stays after the policy has retired it (S-25).
    pub retire_grace: Duration,
    /// The share of a root's objects or bytes above which residue is not believed (S-26).
    pub residue_share: f64,
    /// The share that the operator allows for everything that goes; nothing where they said nothing.
    pub max_share: Option<f64>,
    /// Objects that one run takes at the most (S-26).
    pub max_objects: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            min_age: Duration::from_hours(7 * 24),
            unfinished_age: Duration::from_hours(7 * 24),
            cancel_grace: Duration::from_hours(24),
            checkpoint_timeout: Duration::from_hours(1),
            skew: Duration::from_mins(5),
            settling: Duration::from_mins(10),
            retire_grace: Duration::ZERO,
            residue_share: 0.3,
            max_share: None,
            max_objects: 1_000_000,
        }
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct GcRequest {
    /// What for.
    pub purpose: Purpose,
    /// Residue is planned, and not only counted.
    pub orphans: bool,
    /// Lineages of which the operator says that their jobs have ended (S-14).
    pub ended: Vec<StorageUri>,
    /// A lineage in which nothing was written for so long, and that nothing names, has ended (S-14).
    pub ended_if_idle: Option<Duration>,
    /// Lineages that are left alone.
    pub acknowledged: Vec<Acknowledged>,
    /// How many checkpoints Flink itself keeps of a running job, where no source tells (S-35).
    pub flink_retained: Option<u32>,
    /// Bounds.
    pub limits: Limits,
    /// Where things are moved to instead of being deleted.
    pub quarantine: Option<StorageUri>,
    /// The flags by which a bound is below its floor, as they were given.
    pub unsafe_flags: Vec<String>,
    /// Which rules hold: all.
    pub rules: Rules,
}

impl GcRequest {
    /// Asks for this, with everything else as it is by default.
    #[must_use]
    pub fn new(purpose: Purpose) -> Self {
        Self {
            purpose,
            orphans: false,
            ended: Vec::new(),
            ended_if_idle: None,
            acknowledged: Vec::new(),
            flink_retained: None,
            limits: Limits::default(),
            quarantine: None,
            unsafe_flags: Vec::new(),
            rules: Rules::default(),
        }
    }

    /// Asks for what a plan says, under the conditions that it was made under.
    #[must_use]
    pub fn of_plan<'p>(header: &GcPlanHeader, snapshots: impl IntoIterator<Item = &'p GcSnapshot>) -> Self {
        let going = snapshots.into_iter().filter(|snapshot| snapshot.decision() == GcDecision::Delete);
        let going = going.filter_map(|snapshot| StorageUri::parse(&snapshot.location).ok()).collect();
        let acknowledged = header.acknowledged.iter().filter_map(|lineage| StorageUri::parse(lineage).ok());
        let limits = Limits {
            checkpoint_timeout: Duration::from_millis(header.checkpoint_timeout_ms),
            settling: Duration::from_millis(header.settling_ms),
            ..Limits::default()
        };
        Self {
            flink_retained: Some(header.flink_retained.max(1)),
            acknowledged: acknowledged
                .map(|lineage| Acknowledged { lineage, reason: "the plan says so".to_owned(), expires_at: None })
                .collect(),
            limits,
            ..Self::new(Purpose::Planned(going))
        }
    }

    /// How many checkpoints of a job that may run are never retired, where no source tells how many Flink keeps (S-35).
    #[must_use]
    pub fn retained(&self) -> u32 {
        let of_policy = self.policy().and_then(Policy::keep_last);
        let number = self.flink_retained.or(of_policy).unwrap_or(1).max(1);
        if matches!(self.purpose, Purpose::Dispose(_)) { 1 } else { number }
    }

    /// The policy, where there is one.
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        match &self.purpose {
            Purpose::Retention(policy) => Some(policy),
            Purpose::Dispose(_) | Purpose::Planned(_) => None,
        }
    }

    /// What is kept, a line for each rule.
    #[must_use]
    pub fn policy_lines(&self) -> Vec<String> {
        match &self.purpose {
            Purpose::Retention(policy) => policy.lines(),
            Purpose::Dispose(place) => vec![format!("{place} is named by hand; everything else is kept")],
            Purpose::Planned(_) => vec!["what a plan says that was made before".to_owned()],
        }
    }

    /// The bounds and the operator's words, a line for each.
    #[must_use]
    pub fn limit_lines(&self) -> Vec<String> {
        let limits = &self.limits;
        let shown = |duration: Duration| humantime::format_duration(duration).to_string();
        let mut lines = vec![
            format!("residue is {}", if self.orphans { "planned" } else { "only counted" }),
            format!("min-age {}", shown(limits.min_age)),
            format!("unfinished-age {}", shown(limits.unfinished_age)),
            format!("cancel-grace {}", shown(limits.cancel_grace)),
            format!("checkpoint-timeout {}", shown(limits.checkpoint_timeout)),
            format!("skew {}", shown(limits.skew)),
            format!("settling {}", shown(limits.settling)),
            format!("retire-grace {}", shown(limits.retire_grace)),
            format!("residue-share {}", limits.residue_share),
            format!("max-objects {}", limits.max_objects),
        ];
        lines.extend(self.unsafe_flags.iter().map(|flag| format!("{flag}: below its floor, by the operator's word")));
        lines.extend(limits.max_share.map(|share| format!("max-share {share}, by the operator's word")));
        lines.extend(self.flink_retained.map(|number| format!("flink-retained {number}, by the operator's word")));
        lines.extend(self.ended_if_idle.map(|idle| {
            format!(
                "ended-if-idle {}: what nobody wrote to or named for so long has ended, by the operator's word",
                shown(idle)
            )
        }));
        lines.extend(self.ended.iter().map(|place| format!("{place} has ended, by the operator's word")));
        lines.extend(self.acknowledged.iter().map(|acknowledged| {
            format!("{} is left alone, by the operator's word: {}", acknowledged.lineage, acknowledged.reason)
        }));
        lines
    }
}
