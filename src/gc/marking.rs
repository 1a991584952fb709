//! Marking again while a plan is applied (S-21): all metadata is read anew, what else protects is asked again, and decisions are made as
//! they were made for the plan.
//!
//! This can only shrink what goes: a snapshot that would be kept now stays, and a file that anything names now stays.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::TimeDelta;

use super::apply::{Clock, Gone, Remark, Remarked};
use super::decide::{self, Grounds};
use super::fingerprint::{of_place, of_tail};
use super::lineage::{Condition, LineageNumber, MetadataFile, SnapshotNumber};
use super::plan::hex;
use super::planner;
use super::protect::{JobState, Protection, ProtectionSource};
use super::request::GcRequest;
use super::survey::{Reference, Survey, SurveyOptions, survey_metadata};
use super::world::World;
use crate::progress::Progress;
use crate::report::{Finding, GcDecision, GcSnapshot, Severity};
use crate::storage::Stores;
use crate::uri::StorageUri;

/// What marking needs besides the stores.
pub struct Marking<'a> {
    world: &'a World,
    request: &'a GcRequest,
    sources: &'a [Box<dyn ProtectionSource>],
    waived: &'a [String],
    clock: Clock<'a>,
    progress: &'a dyn Progress,
    /// Snapshots of the plan by their metadata files.
    planned: HashMap<StorageUri, Planned>,
    /// Lineages that had ended when the plan was made, by their canonical names.
    ended: HashSet<StorageUri>,
}

/// A snapshot of the plan.
struct Planned {
    location: String,
    digest: String,
    /// What was found out about its files; nothing where all of them were there.
    condition: Option<Condition>,
}

impl<'a> Marking<'a> {
    /// Marks for a plan with these snapshots.
    pub fn new(
        world: &'a World,
        request: &'a GcRequest,
        sources: &'a [Box<dyn ProtectionSource>],
        waived: &'a [String],
        snapshots: impl IntoIterator<Item = GcSnapshot>,
        clock: Clock<'a>,
        progress: &'a dyn Progress,
    ) -> Self {
        let (mut planned, mut ended) = (HashMap::new(), HashSet::new());
        for snapshot in snapshots {
            if snapshot.ended {
                ended.extend(StorageUri::parse(&snapshot.lineage).map(|lineage| world.canonical(&lineage)));
            }
            let Ok(metadata) = StorageUri::parse(&snapshot.metadata) else { continue };
            let condition = match snapshot.restorable {
                Some(true) => None,
                Some(false) => Some(Condition::Damaged { files: 1 }),
                None => Some(Condition::NotChecked),
            };
            let planned_one = Planned { location: snapshot.location, digest: snapshot.metadata_digest, condition };
            planned.insert(world.canonical(&metadata), planned_one);
        }
        Self { world, request, sources, waived, clock, progress, planned, ended }
    }

    fn is_new(&self, metadata: &MetadataFile) -> bool {
        let planned = self.planned.get(&self.world.canonical(&metadata.place));
        planned.is_none_or(|planned| planned.digest != hex(&metadata.digest))
    }

    /// What the plan found out about snapshots and lineages, as far as it still holds.
    fn carry_over(&self, survey: &mut Survey, protections: &[Protection]) -> Vec<StorageUri> {
        let mut awakened: HashSet<LineageNumber> = HashSet::new();
        for snapshot in &mut survey.snapshots {
            if self.is_new(&snapshot.facts.metadata) {
                awakened.insert(snapshot.facts.lineage);
                continue;
            }
            let planned = self.planned.get(&self.world.canonical(&snapshot.facts.metadata.place));
            if let Some(condition) = planned.and_then(|planned| planned.condition.clone())
                && snapshot.facts.condition == Condition::Restorable
            {
                snapshot.facts.condition = condition;
            }
        }
        let jobs = protections.iter().flat_map(|from| &from.jobs);
        let running: HashSet<&str> =
            jobs.filter(|job| job.state == JobState::Running).map(|job| job.job_id.as_str()).collect();
        let mut woken = Vec::new();
        let mut seen = HashSet::new();
        for (number, lineage) in (0..).map(LineageNumber).zip(&mut survey.lineages) {
            let place = self.world.canonical(&lineage.place);
            seen.insert(place.clone());
            if !self.ended.contains(&place) {
                continue;
            }
            let runs = lineage.job_id.as_deref().is_some_and(|job| running.contains(job));
            if runs || awakened.contains(&number) {
                woken.push(place);
            } else {
                lineage.ended = Some("it had ended when the plan was made".to_owned());
            }
        }
        // Of a lineage without any metadata left, the job's id is in its name.
        for place in self.ended.iter().filter(|place| !seen.contains(*place)) {
            if place.file_name().is_some_and(|name| running.contains(name)) {
                woken.push(place.clone());
            }
        }
        woken
    }
}

#[async_trait]
impl Remark for Marking<'_> {
    async fn remark(&mut self, gone: &Gone) -> Result<Box<dyn Remarked>, Vec<Finding>> {
        let as_of = (self.clock)();
        let (protections, blockers) = planner::protections(self.sources, self.waived, self.request, as_of).await;
        if !blockers.is_empty() {
            return Err(blockers);
        }
        let known = protections.iter().flat_map(|from| &from.snapshots).map(|protected| protected.place.clone());
        let options = SurveyOptions {
            as_of,
            checkpoint_timeout: TimeDelta::from_std(self.request.limits.checkpoint_timeout).unwrap_or(TimeDelta::MAX),
            known: known.collect(),
        };
        let survey = survey_metadata(self.world, &options, &|metadata| self.is_new(metadata), self.progress).await;
        let mut survey = survey.map_err(|error| vec![not_marked(self.world, &error.to_string())])?;
        let woken = self.carry_over(&mut survey, &protections);
        let grounds = Grounds { world: self.world, request: self.request, protections: &protections };
        let decisions = decide::decide_again(&mut survey, &grounds)
            .map_err(|error| vec![not_marked(self.world, &error.to_string())])?;
        if !decisions.blockers.is_empty() {
            return Err(decisions.blockers);
        }
        let mut why = HashMap::new();
        let mut goes = Vec::with_capacity(survey.snapshots.len());
        let going: HashSet<StorageUri> = gone.going.iter().map(|place| self.world.canonical(place)).collect();
        for (snapshot, decision) in survey.snapshots.iter().zip(&decisions.of) {
            let metadata = self.world.canonical(&snapshot.facts.metadata.place);
            goes.push(going.contains(&metadata));
            let planned = self.planned.get(&metadata).map(|planned| planned.location.clone());
            if decision.decision != GcDecision::Delete
                && let Some(location) = planned
            {
                why.insert(location, decision.reasons.join("; "));
            }
        }
        let blocked = survey.lineages.iter().filter(|lineage| lineage.blocked.is_some());
        let mut live_places: Vec<StorageUri> = blocked.map(|lineage| self.world.canonical(&lineage.place)).collect();
        let unswept = decisions.unswept.iter().filter_map(|(number, _)| survey.lineage(*number));
        live_places.extend(unswept.map(|lineage| self.world.canonical(&lineage.place)));
        live_places.extend(decisions.live_places);
        live_places.extend(woken.iter().cloned());
        let woken: HashSet<StorageUri> = woken.into_iter().collect();
        Ok(Box::new(Marked {
            stores: Arc::clone(self.world.stores()),
            ended: self.ended.difference(&woken).cloned().collect(),
            survey: Mutex::new(survey),
            goes,
            why,
            live_places,
        }))
    }
}

fn not_marked(world: &World, reason: &str) -> Finding {
    let place = world.roots().first().map_or_else(String::new, |root| root.place.to_string());
    Finding {
        code: "GC_NOT_MARKED".to_owned(),
        severity: Severity::Unknown.into(),
        location: place,
        message: format!("what is live could not be found out again: {reason} (S-21)"),
        action: Some("mend it and apply the plan again; nothing more is deleted until then".to_owned()),
        ..Finding::default()
    }
}

/// What is live.
struct Marked {
    stores: Arc<Stores>,
    survey: Mutex<Survey>,
    /// By snapshot: it goes next, and what it names is not live for its sake.
    goes: Vec<bool>,
    /// By location: why a snapshot stays.
    why: HashMap<String, String>,
    /// By their canonical names; everything below them is live.
    live_places: Vec<StorageUri>,
    ended: HashSet<StorageUri>,
}

impl Marked {
    fn stays(&self, snapshot: SnapshotNumber) -> bool {
        !self.goes.get(snapshot.0 as usize).copied().unwrap_or(false)
    }

    fn is_named(&self, place: &StorageUri) -> std::io::Result<bool> {
        let survey = self.survey.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_live = false;
        survey.references.lookup().find(&of_place(place), |_, record| {
            is_live |= self.stays(Reference::decode(record).snapshot);
        })?;
        if let (Some(directory), Some(name)) = (place.parent(), place.file_name()) {
            is_live = is_live
                || survey.tails.lookup().has(&of_tail(&directory, name))?
                || survey.marking(&directory).into_iter().any(|snapshot| self.stays(snapshot));
        }
        Ok(is_live)
    }
}

impl Remarked for Marked {
    fn is_live(&self, place: &StorageUri) -> bool {
        let canonical = self.stores.canonical(place);
        self.live_places.iter().any(|live| canonical.is_within(live)) || self.is_named(&canonical).unwrap_or(true)
    }

    fn why_needed(&self, location: &StorageUri) -> Option<String> {
        self.why.get(&location.to_string()).cloned()
    }

    fn is_ended(&self, lineage: &StorageUri) -> bool {
        self.ended.contains(&self.stores.canonical(lineage))
    }

    fn identity(&self, root: &StorageUri) -> Option<String> {
        Some(planner::identity(&self.stores.canonical(root)))
    }
}
