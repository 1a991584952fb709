//! What stays although the policy would retire it.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;

use super::{Decisions, Grounds, kept, lineages_around};
use crate::gc::lineage::{Condition, LineageNumber, SnapshotNumber};
use crate::gc::request::{GcRequest, Purpose};
use crate::gc::retention::Policy;
use crate::gc::rules::Rule;
use crate::gc::survey::{Survey, Surveyed};
use crate::report::{Finding, GcDecision, Severity, SnapshotKind};
use crate::uri::StorageUri;

/// Turns decisions towards keeping.
pub(super) fn keep_more(survey: &Survey, grounds: &Grounds<'_>, decisions: &mut Decisions) {
    unlisted(survey, grounds, decisions);
    protected(survey, grounds, decisions);
    newest_of_running_jobs(survey, grounds, decisions);
    needed_by_later_checkpoints(survey, decisions);
}

fn keep(decisions: &mut Decisions, number: SnapshotNumber, reason: String) {
    if let Some(decision) = decisions.of.get_mut(number.0 as usize) {
        if decision.decision == GcDecision::Delete {
            *decision = kept(reason);
        } else if decision.decision == GcDecision::Keep {
            decision.reasons.push(reason);
        }
    }
}

fn numbered(survey: &Survey) -> impl Iterator<Item = (SnapshotNumber, &Surveyed)> {
    (0..).map(SnapshotNumber).zip(&survey.snapshots)
}

/// S-04: what a listing does not show is in no plan, and a snapshot goes as a whole or not at all.
fn unlisted(survey: &Survey, grounds: &Grounds<'_>, decisions: &mut Decisions) {
    let rules = grounds.request.rules;
    for (number, _) in numbered(survey).filter(|(_, snapshot)| rules.on(Rule::S04) && !snapshot.is_listed) {
        keep(decisions, number, "S-04: a listing does not show its metadata, which is there".to_owned());
    }
}

/// S-16, S-17, S-19: what a pin, a cluster or high availability names. Whoever else names it makes no difference: any name keeps.
fn protected(survey: &Survey, grounds: &Grounds<'_>, decisions: &mut Decisions) {
    let world = grounds.world;
    let mut by_place: HashMap<StorageUri, Vec<SnapshotNumber>> = HashMap::new();
    let mut of_lineage: HashMap<LineageNumber, Vec<SnapshotNumber>> = HashMap::new();
    for (number, snapshot) in numbered(survey) {
        let facts = &snapshot.facts;
        let places: HashSet<StorageUri> = [&facts.location, &facts.directory, &facts.metadata.place]
            .into_iter()
            .map(|place| world.canonical(place))
            .collect();
        for place in places {
            by_place.entry(place).or_default().push(number);
        }
        of_lineage.entry(facts.lineage).or_default().push(number);
    }
    for (source, what) in grounds.protected() {
        let place = world.canonical(&what.place);
        let reason = format!("{}: {}", source.source, what.reason);
        let upwards = std::iter::successors(Some(place.clone()), StorageUri::parent);
        // A place inside a snapshot's directory stands for the snapshot.
        let named = upwards.filter_map(|place| by_place.get(&place)).flatten();
        for number in named.copied().collect::<HashSet<_>>() {
            keep(decisions, number, reason.clone());
        }
        let holds = grounds.request.rules.on(Rule::S19);
        let mut whole: HashSet<LineageNumber> = HashSet::new();
        if what.whole_lineage && holds {
            whole.extend(lineages_around(survey, world, &place));
        }
        if what.everything_below {
            let below = (0..).map(LineageNumber).zip(&survey.lineages);
            whole.extend(
                below
                    .filter(|(_, lineage)| world.canonical(&lineage.place).is_within(&place))
                    .map(|(number, _)| number),
            );
            for (number, snapshot) in numbered(survey) {
                if world.canonical(&snapshot.facts.directory).is_within(&place) {
                    keep(decisions, number, reason.clone());
                }
            }
        }
        for lineage in whole {
            decisions.unswept.push((lineage, reason.clone()));
            for number in of_lineage.get(&lineage).into_iter().flatten() {
                keep(decisions, *number, reason.clone());
            }
        }
        // A directory that holds whole lineages, such as the root of all checkpoints, stands for none of them unless that was meant.
        let holds_lineages = survey.lineages.iter().any(|lineage| {
            let lineage = world.canonical(&lineage.place);
            lineage != place && lineage.is_within(&place)
        });
        if what.everything_below || !holds_lineages {
            decisions.live_places.push(place);
        }
    }
}

/// S-35: what a running job builds on and recovers from, and what Flink itself keeps.
fn newest_of_running_jobs(survey: &Survey, grounds: &Grounds<'_>, decisions: &mut Decisions) {
    let request = grounds.request;
    let mut by_lineage: HashMap<LineageNumber, Vec<(SnapshotNumber, &Surveyed)>> = HashMap::new();
    for (number, snapshot) in numbered(survey) {
        let facts = &snapshot.facts;
        // Of a snapshot whose kind nothing tells, it is not known that it is no checkpoint.
        if facts.kind != Some(SnapshotKind::Savepoint)
            && facts.condition == Condition::Restorable
            && !snapshot.has_vanished
        {
            by_lineage.entry(facts.lineage).or_default().push((number, snapshot));
        }
    }
    for (lineage, mut checkpoints) in by_lineage {
        let Some(known) = survey.lineage(lineage).filter(|lineage| lineage.ended.is_none()) else { continue };
        let time = |snapshot: &Surveyed| snapshot.facts.metadata.modified_at;
        let id = |snapshot: &Surveyed| snapshot.facts.checkpoint_id;
        let retained = retained(grounds, known.job_id.as_deref(), &known.place, decisions);
        checkpoints.sort_by_key(|(_, snapshot)| std::cmp::Reverse((time(snapshot), id(snapshot))));
        if request.rules.on(Rule::S35) {
            for (place, (number, _)) in (1..=retained).zip(&checkpoints) {
                let reason = match (place, retained) {
                    (1, _) => "S-35: the newest of a lineage that may run".to_owned(),
                    _ => format!("S-35: number {place} of the {retained} that Flink keeps of a lineage that may run"),
                };
                keep(decisions, *number, reason);
            }
            if let Some((number, _)) = checkpoints.iter().max_by_key(|(_, snapshot)| (id(snapshot), time(snapshot))) {
                keep(decisions, *number, "S-35: the highest number of a lineage that may run".to_owned());
            }
        }
        if request.rules.on(Rule::S10) {
            keep_what_may_be_built_on(survey, request, &checkpoints, decisions);
        }
    }
}

/// S-10: a checkpoint under way builds on one that its tasks knew to be completed when they took their part in it. Where several are taken at
/// a time, that need not be the newest any more, nor need any newer one name the same files. So whatever was the newest at some moment within
/// the time that a checkpoint may take, and a little for tasks to hear of a newer one, stays.
fn keep_what_may_be_built_on(
    survey: &Survey,
    request: &GcRequest,
    newest_first: &[(SnapshotNumber, &Surveyed)],
    decisions: &mut Decisions,
) {
    let window = request.limits.checkpoint_timeout.saturating_add(request.limits.settling);
    let window = TimeDelta::from_std(window).unwrap_or(TimeDelta::MAX);
    for pair in newest_first.windows(2) {
        let [(_, next), (before, _)] = pair else { continue };
        let is_fresh = next.facts.metadata.modified_at.is_none_or(|time| survey.as_of - time < window);
        if is_fresh {
            keep(decisions, *before, "S-10: a checkpoint under way may build on it".to_owned());
        }
    }
}

/// How many checkpoints Flink keeps of a job: as a source tells, else as the operator says, else as the policy does.
fn retained(grounds: &Grounds<'_>, job: Option<&str>, place: &StorageUri, decisions: &mut Decisions) -> u32 {
    let of_policy = grounds.request.policy().and_then(Policy::keep_last);
    let of_job =
        grounds.jobs().filter(|known| Some(known.job_id.as_str()) == job).filter_map(|known| known.num_retained).max();
    if let (Some(of_policy), Some(of_job)) = (of_policy, of_job)
        && of_policy != of_job
    {
        decisions.findings.push(Finding {
            code: "NUM_RETAINED_DIFFERS".to_owned(),
            severity: Severity::Warning.into(),
            location: place.to_string(),
            message: format!("the policy keeps the last {of_policy}, and Flink itself keeps {of_job} of this job"),
            action: Some("Flink's number governs while the job runs; set both alike".to_owned()),
            ..Finding::default()
        });
    }
    match of_job {
        // What is named by hand is not asked how many there are: only the newest is out of reach.
        Some(of_job) if !matches!(grounds.request.purpose, Purpose::Dispose(_)) => of_job.max(1),
        _ => grounds.request.retained(),
    }
}

/// Metadata 7: a checkpoint may take state over from an older one of its lineage, which then has to stay as long.
fn needed_by_later_checkpoints(survey: &Survey, decisions: &mut Decisions) {
    let by_id: HashMap<(LineageNumber, u64), Vec<SnapshotNumber>> = {
        let mut by_id: HashMap<_, Vec<_>> = HashMap::new();
        for (number, snapshot) in numbered(survey) {
            if let Some(id) = snapshot.facts.checkpoint_id {
                by_id.entry((snapshot.facts.lineage, id)).or_default().push(number);
            }
        }
        by_id
    };
    let stays = |decisions: &Decisions, number: SnapshotNumber| {
        decisions.of.get(number.0 as usize).is_some_and(|decision| decision.decision != GcDecision::Delete)
    };
    let mut open: Vec<SnapshotNumber> =
        numbered(survey).map(|(number, _)| number).filter(|number| stays(decisions, *number)).collect();
    while let Some(number) = open.pop() {
        let Some(snapshot) = survey.snapshot(number) else { continue };
        for id in &snapshot.needs_checkpoints {
            for needed in by_id.get(&(snapshot.facts.lineage, *id)).into_iter().flatten() {
                if !stays(decisions, *needed) {
                    keep(decisions, *needed, format!("{} takes state over from it", snapshot.facts.location));
                    open.push(*needed);
                }
            }
        }
    }
}
