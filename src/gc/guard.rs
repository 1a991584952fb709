//! Plans that are not believed (S-26).

use std::collections::{HashMap, HashSet};

use super::classes::Outcome;
use super::decide::Decisions;
use super::lineage::{Condition, LineageNumber, SnapshotNumber};
use super::request::{GcRequest, Purpose};
use super::rules::Rule;
use super::survey::Survey;
use crate::report::{Finding, GcDecision, Severity};

/// What forbids a plan as a whole.
pub(super) fn refusals(survey: &Survey, decisions: &Decisions, outcome: &Outcome, request: &GcRequest) -> Vec<Finding> {
    let mut refusals = Vec::new();
    if !request.rules.on(Rule::S26) {
        return refusals;
    }
    let limits = &request.limits;
    for (number, root) in survey.roots.iter().enumerate() {
        let share_of = |(files, bytes): (u64, u64)| share(files, root.files).max(share(bytes, root.bytes));
        let residue = share_of(outcome.residue.get(&number).copied().unwrap_or_default());
        let all = share_of(outcome.of_root.get(&number).copied().unwrap_or_default());
        let location = root.place.to_string();
        if residue > limits.max_share.unwrap_or(limits.residue_share) {
            refusals.push(refusal(&location, residue, "residue", limits.max_share.unwrap_or(limits.residue_share)));
        } else if let Some(most) = limits.max_share.filter(|most| all > *most) {
            refusals.push(refusal(&location, all, "everything", most));
        }
    }
    if matches!(request.purpose, Purpose::Retention(_)) {
        refusals.extend(emptied(survey, decisions));
    }
    refusals
}

#[allow(clippy::cast_precision_loss, reason = "a share needs no more digits than a double has")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn refusal(location: &str, share: f64, what: &str, most: f64) -> Finding {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    Finding {
        code: "GC_SHARE".to_owned(),
        severity: Severity::Unknown.into(),
        location: location.to_owned(),
        message: format!("{what} that would go is {} of this root, more than {} (S-26)", percent(share), percent(most)),
        action: Some(format!(
            "look at the plan; if it is right, repeat with `--max-share {:.2}`",
            (share * 100.0).ceil() / 100.0
        )),
        ..Finding::default()
    }
}

/// Job directories that may be in use and would be left without a snapshot: no policy means that.
fn emptied(survey: &Survey, decisions: &Decisions) -> Vec<Finding> {
    let mut left: HashMap<LineageNumber, (bool, bool)> = HashMap::new();
    for (number, snapshot) in (0..).map(SnapshotNumber).zip(&survey.snapshots) {
        let facts = &snapshot.facts;
        let is_its_own = survey.lineage(facts.lineage).is_some_and(|lineage| lineage.place == facts.directory);
        if !snapshot.is_in_roots || is_its_own || facts.condition != Condition::Restorable {
            continue;
        }
        let (some_go, some_stay) = left.entry(facts.lineage).or_default();
        let goes = decisions.of.get(number.0 as usize).is_some_and(|one| one.decision == GcDecision::Delete);
        *some_go |= goes;
        *some_stay |= !goes;
    }
    let emptied = left.into_iter().filter(|(_, (some_go, some_stay))| *some_go && !*some_stay);
    let mut findings: Vec<Finding> = emptied
        .filter_map(|(number, _)| survey.lineage(number))
        .filter(|lineage| lineage.ended.is_none())
        .map(|lineage| Finding {
            code: "GC_EMPTIES_LINEAGE".to_owned(),
            severity: Severity::Unknown.into(),
            location: lineage.place.to_string(),
            message: "nothing that could be restored would be left, and the job may run (S-26)".to_owned(),
            action: Some("say that the job has ended, with `--ended`, or keep more".to_owned()),
            ..Finding::default()
        })
        .collect();
    findings.sort_by(|one, other| one.location.cmp(&other.location));
    findings
}

/// The snapshots that have to wait for the next run, when all together are more objects than one run takes: whole ones, the newest
/// first.
pub(super) fn too_many(
    survey: &Survey,
    decisions: &Decisions,
    outcome: &Outcome,
    most: u64,
) -> HashSet<SnapshotNumber> {
    if outcome.files <= most {
        return HashSet::new();
    }
    let mut going: Vec<SnapshotNumber> = (0..)
        .map(SnapshotNumber)
        .zip(&decisions.of)
        .filter(|(_, decision)| decision.decision == GcDecision::Delete)
        .map(|(number, _)| number)
        .collect();
    going.sort_by_key(|number| {
        let facts = survey.snapshot(*number).map(|snapshot| &snapshot.facts);
        facts.map(|facts| (facts.metadata.modified_at, facts.checkpoint_id))
    });
    let (mut taken, mut waits) = (0_u64, HashSet::new());
    for number in going {
        let files = outcome.freed.get(&number).map_or(1, |(files, _)| *files);
        if !waits.is_empty() || taken.saturating_add(files) > most {
            waits.insert(number);
        } else {
            taken += files;
        }
    }
    waits
}
