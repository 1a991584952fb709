//! What a plan must be before anything of it is applied (S-20, S-26).

use chrono::{DateTime, TimeDelta, Utc};

use super::accept::{Accepted, Sum};
use super::options::{ApplyOptions, MAX_RESIDUE_SHARE, OLDEST_PLAN, Tools};
use crate::gc::rules::Rule;
use crate::report::{Finding, GcPurpose, GcRoot, Severity, TOOL_VERSION, millis_of_timestamp};
use crate::storage::Stores;
use crate::uri::StorageUri;

/// Clocks may differ by this much, so that a plan can come from the future.
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// What forbids to apply a plan now; nothing if it may be.
pub(super) fn blockers(plan: &Accepted, tools: Tools<'_>, options: &ApplyOptions, now: DateTime<Utc>) -> Vec<Finding> {
    let mut blockers = Vec::new();
    if options.rules.on(Rule::S20) {
        blockers.extend(version(plan));
        blockers.extend(age(plan, options, now));
        blockers.extend(configuration(plan, options));
        blockers.extend(another(plan, options));
    }
    blockers.extend(nested(plan, tools.ledger.place(), tools.stores));
    if plan.header.quarantine.is_some() {
        blockers.extend(quarantine(plan, tools.stores));
    }
    if options.rules.on(Rule::S26) {
        blockers.extend(emptied(plan));
        blockers.extend(shares(plan, options));
    }
    blockers
}

/// The store of a root must be the one that the plan was made for.
pub(super) fn other_identity(root: &GcRoot, found: Option<&str>) -> Option<Finding> {
    (root.identity.as_deref() != found).then(|| {
        let name = |identity: Option<&str>| identity.unwrap_or("one without a name").to_owned();
        let message = format!("the plan was made for {}, and this is {}", name(root.identity.as_deref()), name(found));
        blocker("GC_ROOT_CHANGED", &root.location, message, "make a new plan with the settings that are in force now")
    })
}

fn version(plan: &Accepted) -> Option<Finding> {
    let made_by = &plan.header.tool_version;
    (made_by != TOOL_VERSION).then(|| {
        let message = format!("keepoint {made_by} made the plan, and this is {TOOL_VERSION}");
        blocker("GC_PLAN_FOREIGN", "", message, "apply it with the same version, or make a new plan")
    })
}

fn age(plan: &Accepted, options: &ApplyOptions, now: DateTime<Utc>) -> Option<Finding> {
    let again = "make a new plan";
    let created_at = plan.header.created_at.as_ref().map(millis_of_timestamp);
    let Some(created_at) = created_at.and_then(DateTime::from_timestamp_millis) else {
        return Some(blocker("GC_PLAN_STALE", "", "the plan does not say when it was made".to_owned(), again));
    };
    let oldest = options.max_plan_age.min(OLDEST_PLAN);
    let age = now - created_at;
    if age > TimeDelta::from_std(oldest).unwrap_or(TimeDelta::zero()) {
        let minutes = age.num_minutes();
        let message = format!("the plan is {minutes} min old; at most {} min are taken", oldest.as_secs() / 60);
        return Some(blocker("GC_PLAN_STALE", "", message, again));
    }
    (age < -SKEW).then(|| {
        let message = format!("the plan was made {} min from now", -age.num_minutes());
        blocker("GC_PLAN_STALE", "", message, "set the clock of this machine, and make a new plan")
    })
}

fn configuration(plan: &Accepted, options: &ApplyOptions) -> Option<Finding> {
    let now = options.configuration_digest.as_ref()?;
    (*now != plan.header.configuration_digest).then(|| {
        let message = "policy or limits are not those that the plan was made with".to_owned();
        blocker("GC_CONFIGURATION_CHANGED", "", message, "make a new plan")
    })
}

/// What somebody has looked at and said yes to is what is applied (I4).
fn another(plan: &Accepted, options: &ApplyOptions) -> Option<Finding> {
    let shown = options.plan_digest.as_ref()?;
    (*shown != plan.digest).then(|| {
        let message = "the plan is another one than was shown: its file was replaced meanwhile".to_owned();
        blocker("GC_PLAN_REPLACED", "", message, "look at the plan, and apply it again")
    })
}

/// What is kept about deletions must not be deleted itself, nor be taken for something of Flink.
fn nested(plan: &Accepted, ledger: &StorageUri, stores: &Stores) -> Option<Finding> {
    let root = plan.roots.iter().find(|root| lie_in_one_another(root, ledger, stores))?;
    let message = format!("the ledger and the root {root} lie in one another");
    let action = "give a place outside of the roots with `--ledger`";
    Some(blocker("GC_LEDGER_IN_ROOT", &ledger.to_string(), message, action))
}

/// Whether one of two places lies in the other, whatever they are called.
fn lie_in_one_another(one: &StorageUri, other: &StorageUri, stores: &Stores) -> bool {
    let (one, other) = (stores.canonical(one), stores.canonical(other));
    one.is_within(&other) || other.is_within(&one)
}

/// A lineage that may run keeps a checkpoint, whatever was planned.
fn emptied(plan: &Accepted) -> Vec<Finding> {
    if plan.header.purpose() == GcPurpose::Dispose {
        return Vec::new();
    }
    let emptied = plan.lineages.iter().filter(|(_, of)| !of.ended && of.going > 0 && of.staying == 0);
    let mut findings: Vec<Finding> = emptied
        .map(|(lineage, of)| {
            let message = format!("all {} checkpoints would go, and the job may still run", of.going);
            blocker("GC_EMPTIES_LINEAGE", lineage, message, "say that the job has ended, or keep a checkpoint")
        })
        .collect();
    findings.sort_by(|one, other| one.location.cmp(&other.location));
    findings
}

fn shares(plan: &Accepted, options: &ApplyOptions) -> Vec<Finding> {
    let over = plan.header.roots.iter().zip(&plan.shares).filter_map(|(root, share)| {
        let whole = Sum { files: root.files, bytes: root.bytes };
        let of_residue = (part_of(share.residue, whole), options.max_share.unwrap_or(MAX_RESIDUE_SHARE), "residue");
        let of_all = (part_of(share.all, whole), options.max_share.unwrap_or(f64::INFINITY), "everything");
        let (part, most, what) = [of_residue, of_all].into_iter().find(|(part, most, _)| part > most)?;
        let message = format!(
            "{what} that would go is {:.1} % of this root, more than {:.1} % (S-26)",
            part * 100.0,
            most * 100.0
        );
        Some(blocker("GC_SHARE", &root.location, message, "look at the plan; `--max-share P` allows a larger share"))
    });
    over.collect()
}

/// The larger share of objects and bytes.
#[expect(clippy::cast_precision_loss, reason = "shares of a root are not that exact")]
fn part_of(sum: Sum, whole: Sum) -> f64 {
    let part = |part: u64, whole: u64| if part == 0 { 0.0 } else { part as f64 / whole.max(1) as f64 };
    part(sum.files, whole.files).max(part(sum.bytes, whole.bytes))
}

pub(super) fn blocker(code: &str, location: &str, message: String, action: &str) -> Finding {
    Finding {
        code: code.to_owned(),
        severity: Severity::Unknown.into(),
        location: location.to_owned(),
        message,
        action: Some(action.to_owned()),
        ..Finding::default()
    }
}

/// Things can be moved to a place in the same store that is no part of any root.
fn quarantine(plan: &Accepted, stores: &Stores) -> Vec<Finding> {
    let refuse = |location: &str, message: String| {
        let action = "give a directory outside of the roots, on the same disk or HDFS, or delete";
        blocker("GC_QUARANTINE", location, message, action)
    };
    let text = plan.header.quarantine.clone().unwrap_or_default();
    let Ok(place) = StorageUri::parse(&text) else {
        return vec![refuse(&text, "the quarantine is no place".to_owned())];
    };
    let refused = plan.roots.iter().filter_map(|root| {
        if lie_in_one_another(root, &place, stores) {
            return Some(refuse(&text, format!("the quarantine and the root {root} lie in one another")));
        }
        if !stores.canonical(&place).is_in_same_store(&stores.canonical(root)) {
            return Some(refuse(&text, format!("nothing of {root} can be moved to another store")));
        }
        match stores.open_for_deletion(root) {
            Ok(storage) if storage.directories().is_some() => None,
            Ok(_) => Some(refuse(&text, format!("the store of {root} cannot move objects"))),
            Err(error) => Some(refuse(&text, error.to_string())),
        }
    });
    refused.collect()
}
