//! Which snapshots go. Pure: from what is there, what protects and what is asked.
//!
//! First what forbids anything (S-03, S-08, S-15, S-18, S-33), then whose job has ended (S-14), then the policy, and then everything that
//! keeps more than the policy does. A decision is made at one place and only ever turned towards keeping.

mod blocks;
mod ended;
mod keeps;

use std::collections::HashSet;

use super::lineage::{Condition, LineageNumber, SnapshotNumber};
use super::protect::{KnownJob, Protected, Protection};
use super::request::{GcRequest, Purpose};
use super::retention::{self, Group, Member, PolicyError};
use super::rules::Rule;
use super::survey::{Survey, Surveyed};
use super::world::World;
use crate::report::{Finding, GcDecision, Severity, SnapshotKind};
use crate::uri::StorageUri;

/// What becomes of a snapshot, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) decision: GcDecision,
    pub(super) reasons: Vec<String>,
}

/// What was decided.
#[derive(Debug, Default)]
pub(super) struct Decisions {
    /// By snapshot.
    pub(super) of: Vec<Decision>,
    /// What forbids every deletion.
    pub(super) blockers: Vec<Finding>,
    pub(super) findings: Vec<Finding>,
    /// Places that something protects, and everything below them; by their canonical names.
    pub(super) live_places: Vec<StorageUri>,
    /// Lineages in which nothing is swept, and why.
    pub(super) unswept: Vec<(LineageNumber, String)>,
}

impl Decisions {
    /// Whether a snapshot goes.
    pub(super) fn deletes(&self, snapshot: SnapshotNumber) -> bool {
        self.blockers.is_empty()
            && self.of.get(snapshot.0 as usize).is_some_and(|decision| decision.decision == GcDecision::Delete)
    }
}

/// Everything that decisions are made from.
pub(super) struct Grounds<'a> {
    pub(super) world: &'a World,
    pub(super) request: &'a GcRequest,
    pub(super) protections: &'a [Protection],
}

impl Grounds<'_> {
    fn protected(&self) -> impl Iterator<Item = (&Protection, &Protected)> {
        let holds = self.request.rules.on(Rule::S16);
        self.protections
            .iter()
            .filter(move |_| holds)
            .flat_map(|from| from.snapshots.iter().map(move |what| (from, what)))
    }

    fn jobs(&self) -> impl Iterator<Item = &KnownJob> {
        self.protections.iter().flat_map(|from| &from.jobs)
    }
}

/// Decides about every snapshot; lineages are told whether they have ended and what blocks them.
pub(super) fn decide(survey: &mut Survey, grounds: &Grounds<'_>) -> Result<Decisions, PolicyError> {
    let mut decisions = Decisions::default();
    ended::find(survey, grounds, &mut decisions);
    decide_with(survey, grounds, decisions)
}

/// Decides as before, where it is known already which lineages have ended.
pub(super) fn decide_again(survey: &mut Survey, grounds: &Grounds<'_>) -> Result<Decisions, PolicyError> {
    decide_with(survey, grounds, Decisions::default())
}

fn decide_with(survey: &mut Survey, grounds: &Grounds<'_>, mut decisions: Decisions) -> Result<Decisions, PolicyError> {
    blocks::find(survey, grounds, &mut decisions);
    decisions.of = match &grounds.request.purpose {
        Purpose::Retention(policy) => by_policy(survey, grounds, policy)?,
        Purpose::Dispose(place) => by_name(survey, grounds, place, &mut decisions.findings),
        Purpose::Planned(going) => by_plan(survey, grounds, going),
    };
    keeps::keep_more(survey, grounds, &mut decisions);
    for (position, decision) in decisions.of.iter_mut().enumerate() {
        let Some(snapshot) = survey.snapshots.get(position) else { continue };
        if decision.decision != GcDecision::Delete {
            continue;
        }
        let blocked = survey.lineage(snapshot.facts.lineage).and_then(|lineage| lineage.blocked.clone());
        let blocked = blocked.or_else(|| decisions.blockers.first().map(|_| "the run is blocked".to_owned()));
        if let Some(reason) = blocked {
            *decision = Decision { decision: GcDecision::Blocked, reasons: vec![reason] };
        }
    }
    Ok(decisions)
}

fn kept(reason: impl Into<String>) -> Decision {
    Decision { decision: GcDecision::Keep, reasons: vec![reason.into()] }
}

/// Why a snapshot comes into no question at all, whatever the policy says.
fn out_of_question(snapshot: &Surveyed) -> Option<Decision> {
    if !snapshot.is_in_roots {
        return Some(kept("lies below none of the roots"));
    }
    if snapshot.has_vanished {
        return Some(kept("was deleted or replaced while it was looked at"));
    }
    match (&snapshot.facts.condition, &snapshot.trouble) {
        (Condition::NotUnderstood, trouble) => Some(kept(format!("S-03: {}", trouble.as_deref().unwrap_or("")))),
        (Condition::Unreadable, _) if snapshot.is_young => {
            Some(kept("its metadata does not parse and is young: it may be being written"))
        }
        (Condition::Unreadable, trouble) => {
            Some(kept(format!("its metadata does not parse: {}", trouble.as_deref().unwrap_or(""))))
        }
        (Condition::Restorable | Condition::Damaged { .. } | Condition::NotChecked, _) => None,
    }
}

fn by_policy(survey: &Survey, grounds: &Grounds<'_>, policy: &retention::Policy) -> Result<Vec<Decision>, PolicyError> {
    let mut decisions: Vec<Decision> = Vec::with_capacity(survey.snapshots.len());
    let mut members = Vec::new();
    for (number, snapshot) in (0..).map(SnapshotNumber).zip(&survey.snapshots) {
        if let Some(decision) = out_of_question(snapshot) {
            decisions.push(decision);
        } else {
            decisions.push(kept("no rule speaks of it"));
            members.extend(member(survey, grounds.world, number, snapshot));
        }
    }
    for verdict in retention::retain(policy, &members, survey.as_of)? {
        let decision = match verdict.retired {
            Some(reason) if verdict.keeps.is_empty() => {
                Decision { decision: GcDecision::Delete, reasons: vec![reason] }
            }
            _ => Decision { decision: GcDecision::Keep, reasons: verdict.keeps },
        };
        if let Some(place) = decisions.get_mut(verdict.number.0 as usize) {
            *place = decision;
        }
    }
    Ok(decisions)
}

fn member(survey: &Survey, world: &World, number: SnapshotNumber, snapshot: &Surveyed) -> Option<Member> {
    let facts = &snapshot.facts;
    let root = world.root_of(&world.canonical(&facts.directory))?.place.clone();
    let lineage = survey.lineage(facts.lineage)?;
    let group = if facts.kind == Some(SnapshotKind::Savepoint) {
        let job = lineage.job_id.as_deref();
        Group::of_savepoint(root, lineage.place.clone(), &facts.directory, job, facts.operators)
    } else {
        Group::of_checkpoint(root, lineage.place.clone())
    };
    Some(Member {
        number,
        group,
        kind: facts.kind.unwrap_or(SnapshotKind::Unspecified),
        completed_at: facts.metadata.modified_at,
        checkpoint_id: facts.checkpoint_id,
        condition: facts.condition.clone(),
        ended: lineage.ended.is_some(),
        origin: facts.origin,
        native: facts.native,
        location: facts.location.clone(),
    })
}

/// One snapshot that was named by hand; quotas and R-03 do not speak of it.
fn by_name(survey: &Survey, grounds: &Grounds<'_>, place: &StorageUri, findings: &mut Vec<Finding>) -> Vec<Decision> {
    let wanted = grounds.world.canonical(place);
    let is_named = |snapshot: &Surveyed| {
        let facts = &snapshot.facts;
        [&facts.location, &facts.directory, &facts.metadata.place]
            .into_iter()
            .any(|place| grounds.world.canonical(place) == wanted)
    };
    let mut is_there = false;
    let decisions = survey.snapshots.iter().map(|snapshot| {
        if !is_named(snapshot) {
            return kept("is not the one that was named");
        }
        is_there = true;
        out_of_question(snapshot)
            .unwrap_or_else(|| Decision { decision: GcDecision::Delete, reasons: vec!["was named by hand".to_owned()] })
    });
    let decisions = decisions.collect();
    if !is_there {
        findings.push(Finding {
            code: "SNAPSHOT_NOT_FOUND".to_owned(),
            severity: Severity::Error.into(),
            location: place.to_string(),
            message: "there is no snapshot here".to_owned(),
            action: Some("`keepoint list` shows which there are".to_owned()),
            ..Finding::default()
        });
    }
    decisions
}

/// What a plan says, unless it is out of question by now.
fn by_plan(survey: &Survey, grounds: &Grounds<'_>, going: &HashSet<StorageUri>) -> Vec<Decision> {
    let going: HashSet<StorageUri> = going.iter().map(|place| grounds.world.canonical(place)).collect();
    let decisions = survey.snapshots.iter().map(|snapshot| {
        if !going.contains(&grounds.world.canonical(&snapshot.facts.location)) {
            return kept("the plan keeps it");
        }
        out_of_question(snapshot)
            .unwrap_or_else(|| Decision { decision: GcDecision::Delete, reasons: vec!["the plan says so".to_owned()] })
    });
    decisions.collect()
}

/// Lineages that a place lies in or is.
fn lineages_around(survey: &Survey, world: &World, canonical: &StorageUri) -> HashSet<LineageNumber> {
    let all = (0..).map(LineageNumber).zip(&survey.lineages);
    let around = all.filter(|(_, lineage)| canonical.is_within(&world.canonical(&lineage.place)));
    around.map(|(number, _)| number).collect()
}
