//! Whose job will not run or recover again (S-14). Every other lineage counts as running.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Decisions, Grounds, lineages_around};
use crate::gc::lineage::LineageNumber;
use crate::gc::protect::JobState;
use crate::gc::rules::Rule;
use crate::gc::survey::Survey;
use crate::report::{Finding, Severity};

/// Tells each lineage what proves that its job has ended, if anything does.
pub(super) fn find(survey: &mut Survey, grounds: &Grounds<'_>, decisions: &mut Decisions) {
    let request = grounds.request;
    let running: HashSet<&str> =
        grounds.jobs().filter(|job| job.state == JobState::Running).map(|job| job.job_id.as_str()).collect();
    let mut named: HashSet<LineageNumber> = HashSet::new();
    for (_, what) in grounds.protected() {
        named.extend(lineages_around(survey, grounds.world, &grounds.world.canonical(&what.place)));
    }
    // The same id may have directories in several places, and then all of them are of one job.
    let mut last_writes: HashMap<String, Option<DateTime<Utc>>> = HashMap::new();
    for lineage in &survey.lineages {
        if let Some(job) = &lineage.job_id {
            let last = last_writes.entry(job.clone()).or_default();
            *last = (*last).max(lineage.last_write);
        }
    }
    let undated: HashSet<LineageNumber> = survey
        .directories
        .iter()
        .filter(|directory| directory.has_undated)
        .filter_map(|directory| directory.lineage)
        .collect();
    for position in 0..survey.lineages.len() {
        let number = LineageNumber(u32::try_from(position).unwrap_or(u32::MAX));
        let Some(lineage) = survey.lineages.get(position) else { break };
        let job = lineage.job_id.as_deref();
        let last_write = match job {
            Some(job) => last_writes.get(job).copied().flatten(),
            None => lineage.last_write,
        };
        let proof = proof(survey, grounds, number, last_write, named.contains(&number), undated.contains(&number));
        let Some((mut proof, ended_at)) = proof else { continue };
        if job.is_some_and(|job| running.contains(job)) {
            decisions.findings.push(Finding {
                code: "ENDED_JOB_RUNS".to_owned(),
                severity: Severity::Warning.into(),
                location: lineage.place.to_string(),
                message: format!("counts as running, because a cluster says that its job runs, although {proof}"),
                action: Some("take back what says that it has ended".to_owned()),
                ..Finding::default()
            });
            continue;
        }
        // S-25: cancelling takes a while, and tasks may still write.
        let grace = TimeDelta::from_std(request.limits.cancel_grace).unwrap_or(TimeDelta::MAX);
        let quiet_since = last_write.max(ended_at);
        let is_quiet = quiet_since.is_some_and(|time| survey.as_of - time >= grace);
        if !is_quiet && request.rules.on(Rule::S25) {
            continue;
        }
        if !request.rules.on(Rule::S14) {
            "S-14 is off".clone_into(&mut proof);
        }
        if let Some(lineage) = survey.lineages.get_mut(position) {
            lineage.ended = Some(proof);
        }
    }
}

/// What proves it, in words, and when the job ended, where that is told.
fn proof(
    survey: &Survey,
    grounds: &Grounds<'_>,
    number: LineageNumber,
    last_write: Option<DateTime<Utc>>,
    is_named: bool,
    is_undated: bool,
) -> Option<(String, Option<DateTime<Utc>>)> {
    let request = grounds.request;
    let lineage = survey.lineage(number)?;
    if !request.rules.on(Rule::S14) {
        return Some(("S-14 is off".to_owned(), None));
    }
    let place = grounds.world.canonical(&lineage.place);
    if request.ended.iter().any(|ended| grounds.world.canonical(ended) == place) {
        return Some(("the operator says so".to_owned(), None));
    }
    let of_job = |job: &str| Some(job) == lineage.job_id.as_deref();
    for protection in grounds.protections {
        for job in protection.jobs.iter().filter(|job| of_job(&job.job_id)) {
            let JobState::Terminal { ended_at } = job.state else { continue };
            // The word of a control plane counts where it is known that no pointer is left to recover from.
            let no_pointer = grounds.protections.iter().any(|from| from.pointers_read) && !is_named;
            if no_pointer {
                return Some((format!("{} says so, and no pointer is left", protection.source), ended_at));
            }
        }
    }
    let idle = request.ended_if_idle?;
    let last_write = last_write.filter(|_| !is_undated)?;
    let is_idle = survey.as_of - last_write >= TimeDelta::from_std(idle).unwrap_or(TimeDelta::MAX);
    let is_used = is_named || survey.used_elsewhere.contains(&number);
    (is_idle && !is_used).then(|| {
        let idle = humantime::format_duration(idle);
        (format!("nobody has written to it or named it for {idle}"), None)
    })
}
