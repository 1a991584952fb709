//! What forbids deletion: everywhere, or in single lineages.

use std::time::Duration;

use chrono::TimeDelta;

use super::{Decisions, Grounds};
use crate::gc::lineage::{Condition, LineageNumber};
use crate::gc::rules::Rule;
use crate::gc::survey::{Survey, Surveyed};
use crate::report::{Finding, Severity, SnapshotKind};
use crate::uri::StorageUri;

/// Finds what forbids deletion.
pub(super) fn find(survey: &mut Survey, grounds: &Grounds<'_>, decisions: &mut Decisions) {
    let acknowledged = acknowledged(survey, grounds, decisions);
    let rules = grounds.request.rules;
    let is_acknowledged = |survey: &Survey, place: &StorageUri| {
        let canonical = grounds.world.canonical(place);
        acknowledged.iter().any(|number| {
            survey.lineage(*number).is_some_and(|lineage| canonical.is_within(&grounds.world.canonical(&lineage.place)))
        })
    };
    for trouble in &survey.troubles {
        let rule = if trouble.is_inconsistent { Rule::S33 } else { Rule::S03 };
        if is_acknowledged(survey, &trouble.place) && !trouble.is_inconsistent {
            decisions.findings.push(trouble.finding.clone());
        } else if rules.on(rule) {
            decisions.blockers.push(Finding {
                message: format!("{}; what it could name is not known ({rule})", trouble.finding.message),
                ..trouble.finding.clone()
            });
        }
    }
    if rules.on(Rule::S12) {
        decisions.blockers.extend(clocks(grounds));
    }
    let mut blocked: Vec<(LineageNumber, String)> = Vec::new();
    for snapshot in &survey.snapshots {
        let facts = &snapshot.facts;
        let is_left_alone = is_acknowledged(survey, &facts.directory);
        match facts.condition {
            _ if !rules.on(Rule::S03) => {}
            Condition::NotUnderstood if !is_left_alone => decisions.blockers.push(not_understood(snapshot)),
            Condition::NotUnderstood => blocked.extend(mentioned(snapshot)),
            Condition::Unreadable if !snapshot.is_young || is_left_alone => {
                blocked.push((facts.lineage, format!("S-03: the metadata of {} does not parse", facts.location)));
                blocked.extend(mentioned(snapshot));
            }
            _ => {}
        }
        if let Some(path) = snapshot.unresolvable.first() {
            blocked.push((facts.lineage, format!("{} names a file by a path that is none: {path}", facts.location)));
        }
    }
    if rules.on(Rule::S08) {
        for link in &survey.links {
            let canonical = grounds.world.canonical(link);
            let around = super::lineages_around(survey, grounds.world, &canonical);
            blocked.extend(around.into_iter().map(|number| (number, format!("S-08: {link} is a link"))));
        }
    }
    if rules.on(Rule::S15) {
        let all = (0..).map(LineageNumber).zip(&survey.lineages).map(|(number, _)| number);
        let reason = "S-15: its checkpoint ids go up and down in time: two jobs seem to write here";
        let of_two = all.filter(|number| has_two_writers(survey, *number));
        blocked.extend(of_two.map(|number| (number, reason.to_owned())));
    }
    for number in &acknowledged {
        if let Some(lineage) = survey.lineages.get_mut(number.0 as usize) {
            lineage.blocked = Some("it is left alone, by the operator's word".to_owned());
        }
    }
    for (number, reason) in blocked {
        let Some(lineage) = survey.lineages.get_mut(number.0 as usize) else { continue };
        if lineage.blocked.is_none() {
            decisions.findings.push(Finding {
                code: "LINEAGE_BLOCKED".to_owned(),
                severity: Severity::Error.into(),
                location: lineage.place.to_string(),
                message: format!("nothing in it is deleted: {reason}"),
                action: Some("look into it; `--acknowledge` leaves it alone without being told again".to_owned()),
                ..Finding::default()
            });
            lineage.blocked = Some(reason);
        }
    }
}

/// S-12: ages are differences between what a store says and what this machine says.
fn clocks(grounds: &Grounds<'_>) -> Option<Finding> {
    let skew = TimeDelta::from_std(grounds.request.limits.skew).unwrap_or(TimeDelta::MAX);
    let opened = grounds.world.roots().iter().chain(grounds.world.also_read());
    let mut ahead = opened.filter_map(|opened| Some((opened, opened.storage.clock_ahead()?)));
    let (opened, ahead) = ahead.find(|(_, ahead)| ahead.abs() > skew)?;
    let direction = if ahead > TimeDelta::zero() { "ahead of" } else { "behind" };
    let seconds = ahead.num_seconds().unsigned_abs();
    Some(Finding {
        code: "CLOCKS_DISAGREE".to_owned(),
        severity: Severity::Unknown.into(),
        location: opened.place.to_string(),
        message: format!(
            "the clock of the store is {} {direction} that of this machine, so no age is known (S-12)",
            humantime::format_duration(Duration::from_secs(seconds))
        ),
        action: Some("set the clocks right, or say with `--skew` how far they may be apart".to_owned()),
        ..Finding::default()
    })
}

/// What could be meant by bytes that nobody understands is live.
fn mentioned(snapshot: &Surveyed) -> impl Iterator<Item = (LineageNumber, String)> {
    let own = snapshot.facts.lineage;
    let location = &snapshot.facts.location;
    let others = snapshot.mentions.iter().filter(move |number| **number != own);
    others.map(move |number| (*number, format!("S-03: {location}, which is not understood, mentions it")))
}

fn not_understood(snapshot: &Surveyed) -> Finding {
    Finding {
        code: "GC_METADATA_NOT_UNDERSTOOD".to_owned(),
        severity: Severity::Unknown.into(),
        location: snapshot.facts.metadata.place.to_string(),
        message: format!("what it names is not known: {} (S-03)", snapshot.trouble.as_deref().unwrap_or("")),
        action: Some(
            "look for a newer keepoint, or leave its lineage alone with `--acknowledge`, if no other uses its files"
                .to_owned(),
        ),
        ..Finding::default()
    }
}

/// The lineages that the operator wants to be left alone.
fn acknowledged(survey: &Survey, grounds: &Grounds<'_>, decisions: &mut Decisions) -> Vec<LineageNumber> {
    let mut all = Vec::new();
    for acknowledged in &grounds.request.acknowledged {
        if acknowledged.expires_at.is_some_and(|time| time <= survey.as_of) {
            continue;
        }
        let place = grounds.world.canonical(&acknowledged.lineage);
        let named = (0..).map(LineageNumber).zip(&survey.lineages);
        let named = named.filter(|(_, lineage)| grounds.world.canonical(&lineage.place) == place);
        let named: Vec<LineageNumber> = named.map(|(number, _)| number).collect();
        if named.is_empty() {
            decisions.findings.push(Finding {
                code: "ACKNOWLEDGED_NOT_FOUND".to_owned(),
                severity: Severity::Warning.into(),
                location: acknowledged.lineage.to_string(),
                message: "is acknowledged, and is no job's directory and no savepoint here".to_owned(),
                action: Some("give the directory that holds chk-…, or that of the savepoint".to_owned()),
                ..Finding::default()
            });
        }
        all.extend(named);
    }
    all
}

/// Whether the ids of checkpoints go down and up again as time goes on (S-15). Down once is a job that was started again from an older
/// snapshot: its counter begins there. Down twice, or from there to above where it was, is two jobs that write side by side, as far as
/// anybody can tell.
fn has_two_writers(survey: &Survey, number: LineageNumber) -> bool {
    let of_lineage = survey
        .snapshots
        .iter()
        .map(|snapshot| &snapshot.facts)
        .filter(|facts| facts.lineage == number && facts.kind == Some(SnapshotKind::Checkpoint));
    let mut ids: Vec<_> =
        of_lineage.filter_map(|facts| Some((facts.metadata.modified_at?, facts.checkpoint_id?))).collect();
    ids.sort_unstable();
    let ids: Vec<u64> = ids.into_iter().map(|(_, id)| id).collect();
    let mut downs = ids.windows(2).enumerate().filter(|(_, pair)| matches!(pair, [one, next] if next < one));
    let Some((first, _)) = downs.next() else { return false };
    let (before, after) = ids.split_at(first + 1);
    downs.next().is_some() || after.iter().max() > before.iter().max()
}
