//! From places and a policy to a sealed plan: what is read, decided and written, in this order.

use std::collections::HashMap;
use std::io::{self, Write};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::classes::{self, Outcome, Sightings};
use super::decide::{self, Decision, Decisions, Grounds};
use super::fingerprint::of_place;
use super::guard;
use super::lineage::{Condition, LineageNumber, SnapshotNumber};
use super::memory::{Memory, Missing};
use super::plan::{FORMAT, PlanError, PlanWriter, hex};
use super::protect::{Protection, ProtectionSource};
use super::request::{GcRequest, Purpose};
use super::retention::PolicyError;
use super::rules::Rule;
use super::survey::{Survey, SurveyError, SurveyOptions, Surveyed, survey};
use super::world::World;
use crate::progress::Progress;
use crate::report::{
    Finding, GcDecision, GcPlanHeader, GcPlanRecord, GcPlanReport, GcProtection, GcPurpose, GcRoot, GcSnapshot,
    GcTotals, SCHEMA, Severity, SnapshotStatus, TOOL_VERSION, timestamp_from_millis,
};
use crate::storage;
use crate::uri::StorageUri;

/// What a plan is made with besides the request.
pub struct Planning<'a> {
    /// The places.
    pub world: &'a World,
    /// What is asked.
    pub request: &'a GcRequest,
    /// What else protects.
    pub sources: &'a [Box<dyn ProtectionSource>],
    /// Names of sources that need not be read (S-18).
    pub waived: &'a [String],
    /// Where the ledger is, as it is written into the plan.
    pub ledger: Option<String>,
    /// Now.
    pub as_of: DateTime<Utc>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanningError {
    /// The places could not be looked at.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// The policy makes no sense for what is there.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The plan could not be written.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The ledger could not be read or written.
    #[error(transparent)]
    Ledger(#[from] storage::Error),
    /// Temporary files could not be written or read.
    #[error("temporary files: {0}")]
    Disk(#[from] io::Error),
}

/// Makes a plan and writes it, unless something forbids it; the report says what.
///
/// `out` is given when there is something to write to it, so that a run that is blocked leaves no file behind.
pub async fn make_plan(
    planning: &Planning<'_>,
    mut memory: Option<Memory<'_>>,
    out: impl FnOnce() -> io::Result<Box<dyn Write + Send>>,
    progress: &dyn Progress,
) -> Result<GcPlanReport, PlanningError> {
    let Planning { world, request, as_of, .. } = planning;
    let (protections, blockers) = protections(planning.sources, planning.waived, request, *as_of).await;
    let mut known = match &memory {
        Some(memory) if request.rules.on(Rule::S04) => memory.known().await?,
        _ => Vec::new(),
    };
    known.extend(protections.iter().flat_map(|from| &from.snapshots).map(|protected| protected.place.clone()));
    let options = SurveyOptions {
        as_of: *as_of,
        checkpoint_timeout: TimeDelta::from_std(request.limits.checkpoint_timeout).unwrap_or(TimeDelta::MAX),
        known,
    };
    let mut survey = survey(world, &options, progress).await?;
    let grounds = Grounds { world, request, protections: &protections };
    let mut decisions = decide::decide(&mut survey, &grounds)?;
    decisions.blockers.extend(blockers);
    let patience = TimeDelta::from_std(request.limits.min_age).unwrap_or(TimeDelta::MAX);
    let missing = match &memory {
        Some(memory) if request.rules.on(Rule::S04) => memory.missing(&survey, world, patience).await?,
        _ => Missing::nothing()?,
    };
    decisions.findings.extend(missing.findings.iter().cloned());
    decisions.live_places.extend(missing.directories.iter().cloned());
    if let Some(memory) = &mut memory {
        grace(&survey, &mut decisions, world, request, &mut memory.sightings)?;
    }
    let mut outcome =
        classes::classify(&survey, &decisions, world, request, &missing.files, sightings_of(&mut memory))?;
    let waiting = guard::too_many(&survey, &decisions, &outcome, request.limits.max_objects);
    if !waiting.is_empty() {
        for number in &waiting {
            if let Some(decision) = decisions.of.get_mut(number.0 as usize) {
                let reason = format!(
                    "S-26: waits for the next run, which takes {} objects at the most",
                    request.limits.max_objects
                );
                *decision = Decision { decision: GcDecision::Keep, reasons: vec![reason] };
            }
        }
        outcome = classes::classify(&survey, &decisions, world, request, &missing.files, sightings_of(&mut memory))?;
    }
    decisions.blockers.extend(guard::refusals(&survey, &decisions, &outcome, request));
    if !decisions.blockers.is_empty() {
        for decision in decisions.of.iter_mut().filter(|decision| decision.decision == GcDecision::Delete) {
            *decision = Decision { decision: GcDecision::Blocked, reasons: vec!["the run is blocked".to_owned()] };
        }
    }
    let header = header(planning, &survey, &protections);
    let report = report(header, &survey, &decisions, &outcome, *as_of);
    if !decisions.blockers.is_empty() {
        return Ok(report);
    }
    let digest = write(&report, outcome, out()?)?;
    if let Some(memory) = memory {
        memory.note(&survey, missing).await?;
    }
    Ok(GcPlanReport { digest: Some(digest), ..report })
}

fn sightings_of<'m>(memory: &'m mut Option<Memory<'_>>) -> Option<&'m mut dyn Sightings> {
    memory.as_mut().map(|memory| &mut memory.sightings as _)
}

/// S-25: what the policy has retired may be made to stay for a while longer.
fn grace(
    survey: &Survey,
    decisions: &mut Decisions,
    world: &World,
    request: &GcRequest,
    sightings: &mut dyn Sightings,
) -> io::Result<()> {
    let grace = TimeDelta::from_std(request.limits.retire_grace).unwrap_or(TimeDelta::MAX);
    if grace.is_zero() {
        return Ok(());
    }
    for (snapshot, decision) in survey.snapshots.iter().zip(&mut decisions.of) {
        if decision.decision != GcDecision::Delete {
            continue;
        }
        let retired = sightings.seen_dead(&of_place(&world.canonical(&snapshot.facts.location)), survey.as_of)?;
        if survey.as_of - retired < grace {
            let reason = format!("S-25: retired since {}, and may yet be wanted", retired.format("%Y-%m-%dT%H:%M:%SZ"));
            *decision = Decision { decision: GcDecision::Keep, reasons: vec![reason] };
        }
    }
    Ok(())
}

/// S-18: a source is read completely, or it blocks, or the operator has waived it by its name.
pub(super) async fn protections(
    sources: &[Box<dyn ProtectionSource>],
    waived: &[String],
    request: &GcRequest,
    as_of: DateTime<Utc>,
) -> (Vec<Protection>, Vec<Finding>) {
    let (mut protections, mut blockers) = (Vec::new(), Vec::new());
    for source in sources {
        match source.read().await {
            Ok(protection) => protections.push(protection),
            Err(_) if waived.contains(&source.name()) => {
                protections.push(Protection::waived(source.name(), as_of));
            }
            Err(_) if !request.rules.on(Rule::S18) => {}
            Err(error) => blockers.push(Finding {
                code: "PROTECTION_NOT_READ".to_owned(),
                severity: Severity::Unknown.into(),
                location: error.place.clone(),
                message: format!("{}; what it protects is not known (S-18)", error.cause),
                action: Some(error.hint),
                ..Finding::default()
            }),
        }
    }
    (protections, blockers)
}

fn header(planning: &Planning<'_>, survey: &Survey, protections: &[Protection]) -> GcPlanHeader {
    let Planning { world, request, as_of, .. } = planning;
    let (policy, limits) = (request.policy_lines(), request.limit_lines());
    let also_read: Vec<String> = world.also_read().iter().map(|opened| opened.place.to_string()).collect();
    let mut digest = Sha256::new();
    let places = world.roots().iter().map(|opened| opened.place.to_string());
    let sources = planning.sources.iter().map(|source| source.name());
    for line in
        policy.iter().cloned().chain(limits.iter().cloned()).chain(places).chain(also_read.clone()).chain(sources)
    {
        digest.update(line.as_bytes());
        digest.update([0]);
    }
    let configuration_digest = hex(&digest.finalize());
    let holds = |until: Option<DateTime<Utc>>| until.is_none_or(|until| until > *as_of);
    let acknowledged = request.acknowledged.iter().filter(|one| holds(one.expires_at));
    let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    GcPlanHeader {
        format: FORMAT,
        schema: SCHEMA.to_owned(),
        tool_version: TOOL_VERSION.to_owned(),
        plan_id: format!("{}-{}", as_of.format("%Y%m%dT%H%M%S%3fZ"), configuration_digest.get(..8).unwrap_or("")),
        created_at: Some(timestamp_from_millis(as_of.timestamp_millis())),
        roots: survey
            .roots
            .iter()
            .map(|root| GcRoot {
                location: root.place.to_string(),
                files: root.files,
                bytes: root.bytes,
                identity: Some(identity(&world.canonical(&root.place))),
                ..GcRoot::default()
            })
            .collect(),
        also_read,
        configuration_digest,
        policy,
        limits,
        protections: protections.iter().map(protection).collect(),
        statements: statements(planning, survey),
        ledger: planning.ledger.clone(),
        purpose: match request.purpose {
            Purpose::Retention(_) | Purpose::Planned(_) => GcPurpose::Retention.into(),
            Purpose::Dispose(_) => GcPurpose::Dispose.into(),
        },
        flink_retained: request.retained(),
        acknowledged: acknowledged.map(|one| one.lineage.to_string()).collect(),
        checkpoint_timeout_ms: millis(request.limits.checkpoint_timeout),
        settling_ms: millis(request.limits.settling),
        quarantine: request.quarantine.as_ref().map(ToString::to_string),
        ..GcPlanHeader::default()
    }
}

/// What identifies the store of a place: a plan is for this one.
pub(super) fn identity(canonical: &StorageUri) -> String {
    let authority = canonical.authority().map(|authority| format!("//{authority}"));
    format!("{}:{}", canonical.store(), authority.unwrap_or_default())
}

fn protection(protection: &Protection) -> GcProtection {
    GcProtection {
        source: protection.source.clone(),
        read_at: Some(timestamp_from_millis(protection.read_at.timestamp_millis())),
        entries: protection.snapshots.len() as u64,
        jobs: protection.jobs.len() as u64,
        waived: protection.waived,
    }
}

/// What the plan takes for granted (S-34, S-11, S-12).
fn statements(planning: &Planning<'_>, survey: &Survey) -> Vec<String> {
    let mut statements = vec![
        "only the roots and the places that are also read were searched for snapshots; nothing outside of them is assumed to name files in the roots"
            .to_owned(),
        "ages are told by the times that the stores keep of objects".to_owned(),
    ];
    if planning.request.orphans {
        statements.push(match planning.ledger {
            Some(_) => "residue counts as dead since it was first seen so".to_owned(),
            None => "there is no ledger: residue counts as dead since it was last written".to_owned(),
        });
    }
    let outbound: u64 = survey.outbound.iter().map(|(_, files)| files).sum();
    if let Some((first, _)) = survey.outbound.first() {
        statements.push(format!(
            "snapshots name {outbound} files in {} directories outside of these places, such as {first}",
            survey.outbound.len()
        ));
    }
    statements
}

fn report(
    header: GcPlanHeader,
    survey: &Survey,
    decisions: &Decisions,
    outcome: &Outcome,
    as_of: DateTime<Utc>,
) -> GcPlanReport {
    let numbered = (0..).map(SnapshotNumber).zip(&survey.snapshots).zip(&decisions.of);
    let mut snapshots: Vec<GcSnapshot> = numbered
        .filter(|((_, snapshot), _)| snapshot.is_in_roots)
        .map(|((number, snapshot), decision)| of_snapshot(survey, number, snapshot, decision, outcome))
        .collect();
    snapshots.sort_by(|one, other| one.location.cmp(&other.location));
    snapshots.dedup_by(|one, other| one.location == other.location);
    let count = |decision: GcDecision| snapshots.iter().filter(|one| one.decision() == decision).count() as u64;
    let totals = GcTotals {
        snapshots: snapshots.len() as u64,
        snapshots_kept: count(GcDecision::Keep),
        snapshots_deleted: count(GcDecision::Delete),
        snapshots_blocked: count(GcDecision::Blocked),
        files: survey.roots.iter().map(|root| root.files).sum(),
        bytes: survey.roots.iter().map(|root| root.bytes).fold(0, u64::saturating_add),
        files_deleted: if decisions.blockers.is_empty() { outcome.files } else { 0 },
        bytes_deleted: if decisions.blockers.is_empty() { outcome.bytes } else { 0 },
        shares: if decisions.blockers.is_empty() { outcome.shares(survey) } else { Vec::new() },
        as_of: Some(timestamp_from_millis(as_of.timestamp_millis())),
    };
    GcPlanReport {
        plan: Some(header),
        not_taken: outcome.not_taken(survey),
        blockers: decisions.blockers.clone(),
        findings: findings(survey, decisions),
        totals: Some(totals),
        snapshots,
        ..GcPlanReport::stamped()
    }
}

fn of_snapshot(
    survey: &Survey,
    number: SnapshotNumber,
    snapshot: &Surveyed,
    decision: &Decision,
    outcome: &Outcome,
) -> GcSnapshot {
    let facts = &snapshot.facts;
    let lineage = survey.lineage(facts.lineage);
    let goes = decision.decision == GcDecision::Delete;
    let (files_freed, bytes_freed) = outcome.freed.get(&number).copied().filter(|_| goes).unwrap_or_default();
    let modified_at = facts.metadata.modified_at.map(|time| timestamp_from_millis(time.timestamp_millis()));
    let (status, restorable) = match facts.condition {
        Condition::Restorable => (SnapshotStatus::Completed, Some(true)),
        Condition::Damaged { .. } => (SnapshotStatus::Damaged, Some(false)),
        Condition::NotChecked => (SnapshotStatus::Completed, None),
        Condition::Unreadable => (SnapshotStatus::Unreadable, Some(false)),
        Condition::NotUnderstood => (SnapshotStatus::Unreadable, None),
    };
    GcSnapshot {
        location: facts.location.to_string(),
        decision: decision.decision.into(),
        reasons: decision.reasons.clone(),
        job_id: lineage.and_then(|lineage| lineage.job_id.clone()),
        checkpoint_id: facts.checkpoint_id,
        kind: facts.kind.map(Into::into),
        status: status.into(),
        completed_at: modified_at,
        lineage: lineage.map_or_else(String::new, |lineage| lineage.place.to_string()),
        ended: lineage.is_some_and(|lineage| lineage.ended.is_some()),
        restorable,
        files: facts.files,
        files_freed,
        bytes_freed,
        metadata: facts.metadata.place.to_string(),
        metadata_bytes: facts.metadata.length,
        metadata_modified_at: modified_at,
        metadata_tag: facts.metadata.tag.clone(),
        metadata_digest: hex(&facts.metadata.digest),
        metadata_version: facts.metadata_version,
    }
}

/// What is worth saying. Whether something is not known is said by blockers and blocked lineages; the facts behind them are warnings.
fn findings(survey: &Survey, decisions: &Decisions) -> Vec<Finding> {
    let mut findings: Vec<Finding> = survey.findings.clone();
    for finding in &mut findings {
        if matches!(finding.severity(), Severity::Unknown | Severity::Error) {
            finding.severity = Severity::Warning.into();
        }
    }
    findings.extend(decisions.findings.iter().cloned());
    let mut damaged: HashMap<LineageNumber, u64> = HashMap::new();
    for (snapshot, decision) in survey.snapshots.iter().zip(&decisions.of) {
        let Condition::Damaged { files } = snapshot.facts.condition else { continue };
        *damaged.entry(snapshot.facts.lineage).or_default() += 1;
        if decision.decision == GcDecision::Delete || snapshot.has_vanished {
            continue;
        }
        // Where snapshots of another job use files of this lineage, that job owns them since it claimed them, and deletes them.
        let is_claimed = survey.used_elsewhere.contains(&snapshot.facts.lineage);
        let severity = if is_claimed { Severity::Warning } else { Severity::Error };
        findings.push(Finding {
            code: "SNAPSHOT_DAMAGED".to_owned(),
            severity: severity.into(),
            location: snapshot.facts.location.to_string(),
            message: format!("{files} or more of its files are not there as it says: no Flink can restore it (S-09)"),
            action: Some("`keepoint verify` names them; `--drop-damaged` lets it go".to_owned()),
            ..Finding::default()
        });
    }
    findings.sort_by(|one, other| (&one.location, &one.code).cmp(&(&other.location, &other.code)));
    findings.dedup();
    findings
}

/// Writes the plan as a stream.
fn write(report: &GcPlanReport, outcome: Outcome, out: Box<dyn Write + Send>) -> Result<String, PlanningError> {
    let mut writer = PlanWriter::new(out);
    writer.write(&GcPlanRecord { header: report.plan.clone(), ..GcPlanRecord::default() })?;
    for snapshot in &report.snapshots {
        writer.write(&GcPlanRecord { snapshot: Some(snapshot.clone()), ..GcPlanRecord::default() })?;
    }
    let items = outcome.into_items()?;
    let mut records = items.read()?;
    while let Some(record) = records.next()? {
        let item = classes::item_of(record)?;
        writer.write(&GcPlanRecord { item: Some(item), ..GcPlanRecord::default() })?;
    }
    for not_taken in &report.not_taken {
        writer.write(&GcPlanRecord { not_taken: Some(not_taken.clone()), ..GcPlanRecord::default() })?;
    }
    writer.write(&GcPlanRecord { totals: report.totals.clone(), ..GcPlanRecord::default() })?;
    Ok(writer.seal()?)
}
