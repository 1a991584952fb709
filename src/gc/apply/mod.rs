//! Applying a plan (`docs/gc-safety.md`, section 8).
//!
//! ```text
//! accept (seal, rules of plans) → checks (age, version, share) → lease → mark → choose
//!   → retire (copy, compare, delete metadata) → mark → sweep (compare, delete files) → tidy (directories, sample)
//! ```
//!
//! Every step is in the journal before it is taken. What is decided here only ever takes away from the plan (I4): whatever is not as it was,
//! is needed, is held, or cannot be looked at stays. The same plan can be applied again after whatever end.

mod accept;
mod checks;
mod choose;
mod disposal;
mod error;
mod fresh;
mod options;
mod outcome;
mod pace;
mod remark;
mod retire;
mod run;
mod sweep;
mod tidy;

use std::collections::{BTreeSet, HashMap};
use std::io::Read;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::gc::ledger::audit::AuditLog;
use crate::gc::ledger::journal::{Journal, Step};
use crate::gc::ledger::lease::{Holder, Lease};
use crate::gc::ledger::{Ledger, bundle};
use crate::gc::rules::Rule;
use crate::report::{Finding, GcEnd, GcOutcomeReport, Severity, timestamp_from_millis};
use crate::uri::StorageUri;

use accept::Accepted;
use disposal::Disposal;
use outcome::Outcome;
use pace::Pace;
use run::{Run, Stop};

pub use error::ApplyError;
pub(in crate::gc) use fresh::{Seen, look};
pub use options::{
    ApplyOptions, Clock, Interrupt, MAX_OBJECTS, MAX_PLAN_AGE, MAX_RESIDUE_SHARE, OLDEST_PLAN, REMARK_EVERY, Tools,
};
pub use remark::{Gone, Remark, Remarked};

/// Applies a plan.
///
/// An error means that nothing was begun. What was refused, or ended early, has an outcome that says so.
pub async fn apply(
    plan: impl Read + Send,
    remark: &mut dyn Remark,
    tools: Tools<'_>,
    options: &ApplyOptions,
) -> Result<GcOutcomeReport, ApplyError> {
    let started_at = (tools.clock)();
    let plan = accept::accept(plan)?;
    let mut audit = AuditLog::open(tools.ledger, &options.run_id).await.map_err(ApplyError::Ledger)?;
    note_begin(&mut audit, &plan, options, started_at);
    audit.flush().await.map_err(ApplyError::Ledger)?;
    let blockers = checks::blockers(&plan, tools, options, started_at);
    if !blockers.is_empty() || plan.is_empty() {
        let end = if blockers.is_empty() { GcEnd::NothingToDo } else { GcEnd::Refused };
        let mut outcome = Outcome::default();
        note_end(&mut audit, (tools.clock)(), end, &blockers, &outcome);
        if let Err(error) = audit.flush().await {
            outcome.warn("GC_AUDIT_INCOMPLETE", Severity::Warning, &audit.place(), error.to_string());
        }
        return Ok(report(&plan, tools, options, started_at, end, blockers, outcome, &audit));
    }
    let (journal, deleted) = Journal::open(tools.ledger, &plan.header.plan_id).await.map_err(ApplyError::Ledger)?;
    let disposal =
        quarantine_of(&plan).map_or(Disposal::Delete, |place| Disposal::quarantine(&place, &plan.header.plan_id));
    let mut run = Run {
        tools,
        options,
        plan: &plan,
        remark,
        audit,
        journal,
        leases: Vec::new(),
        disposal,
        deleted,
        mark: None,
        started_at,
        marked_at: started_at,
        fates: HashMap::new(),
        residue_left: 0,
        directories: BTreeSet::new(),
        planned_directories: Vec::new(),
        paces: plan.roots.iter().map(|root| Pace::of(root, options.deletes_per_second)).collect(),
        stopped: vec![false; plan.roots.len()],
        outcome: Outcome::default(),
    };
    let stop = run.all().await.err();
    run.finish(stop).await
}

impl Run<'_> {
    /// All steps in their order.
    async fn all(&mut self) -> Result<(), Stop> {
        self.take_leases().await?;
        let begin = Step::Begin { run: self.options.run_id.clone(), digest: self.plan.digest.clone() };
        self.journal.begin(&[begin]).await.map_err(Stop::Ledger)?;
        let chosen = self.up_to_the_cap();
        self.mark(choose::metadata_of(&chosen)).await?;
        self.same_roots()?;
        let chosen = self.still_unneeded(chosen);
        self.retire(&chosen).await?;
        // From here on nothing counts as gone that could not be deleted.
        self.journal.begin(&[Step::Barrier { run: self.options.run_id.clone() }]).await.map_err(Stop::Ledger)?;
        self.mark(BTreeSet::new()).await?;
        self.sweep().await?;
        self.remove_directories().await?;
        self.look_for_sample().await
    }

    /// One collector at a time in each root (S-27), always in the same order, so that two never wait for one another.
    async fn take_leases(&mut self) -> Result<(), Stop> {
        if !self.options.takes_lease || !self.holds(Rule::S27) {
            return Ok(());
        }
        // By their canonical names: two runs may call one root by different ones.
        let roots: BTreeSet<StorageUri> =
            self.plan.roots.iter().map(|root| self.tools.stores.canonical(root)).collect();
        for root in roots {
            let holder = Holder { run: self.options.run_id.clone(), actor: self.options.actor.clone() };
            let lease = Lease::take(self.tools.ledger, &root, holder, self.now()).await.map_err(run::of_lease)?;
            self.audit.note(self.now(), "lease taken", [("root", root.to_string().into())]);
            self.leases.push(lease);
        }
        Ok(())
    }

    /// The roots are in the stores that the plan was made for (S-20).
    fn same_roots(&self) -> Result<(), Stop> {
        let Some(mark) = self.mark.as_ref().filter(|_| self.holds(Rule::S20)) else { return Ok(()) };
        let others = self.plan.header.roots.iter().zip(&self.plan.roots);
        let others = others.filter_map(|(root, place)| checks::other_identity(root, mark.identity(place).as_deref()));
        let others: Vec<Finding> = others.collect();
        if others.is_empty() { Ok(()) } else { Err(Stop::Blocked(others)) }
    }

    async fn finish(mut self, stop: Option<Stop>) -> Result<GcOutcomeReport, ApplyError> {
        let has_deleted = self.outcome.has_deleted();
        let mut blockers = Vec::new();
        let mut ledger_error = None;
        let end = match stop {
            None if self.outcome.is_in_part => GcEnd::InPart,
            None => GcEnd::Done,
            Some(Stop::Interrupted) => GcEnd::Interrupted,
            Some(Stop::Blocked(findings)) => {
                blockers = findings;
                if has_deleted { GcEnd::InPart } else { GcEnd::Refused }
            }
            Some(Stop::Ledger(error)) => {
                let place = self.tools.ledger.place().to_string();
                self.outcome.warn("GC_LEDGER_FAILED", Severity::Error, &place, error.to_string());
                ledger_error = Some(error);
                GcEnd::InPart
            }
        };
        self.say_what_stays_in_versions();
        let now = self.now();
        note_end(&mut self.audit, now, end, &blockers, &self.outcome);
        let last = Step::End { run: self.options.run_id.clone(), end: end.as_str_name().to_owned() };
        let closed = self.journal.begin(&[last]).await.and(self.audit.flush().await);
        if let Err(error) = closed {
            self.outcome.warn("GC_AUDIT_INCOMPLETE", Severity::Warning, &self.audit.place(), error.to_string());
        }
        for lease in std::mem::take(&mut self.leases) {
            // One that cannot be given back runs out by itself.
            if let Err(error) = lease.release((self.tools.clock)()).await {
                self.outcome.warn("GC_LEASE_NOT_RELEASED", Severity::Info, "", error.to_string());
            }
        }
        match ledger_error {
            Some(error) if !has_deleted => Err(ApplyError::Ledger(error)),
            _ => Ok(report(
                self.plan,
                self.tools,
                self.options,
                self.started_at,
                end,
                blockers,
                self.outcome,
                &self.audit,
            )),
        }
    }

    /// S-29: what is deleted where versions are kept still takes space.
    fn say_what_stays_in_versions(&mut self) {
        if !self.outcome.has_deleted() {
            return;
        }
        let versioned = self.plan.header.roots.iter().filter(|root| root.versioned == Some(true));
        let versioned: Vec<String> = versioned.map(|root| root.location.clone()).collect();
        for root in versioned {
            let message = "the store keeps versions: what was deleted is hidden behind markers and still takes space";
            self.outcome.warn("GC_VERSIONS_KEPT", Severity::Info, &root, message.to_owned());
        }
    }
}

fn quarantine_of(plan: &Accepted) -> Option<StorageUri> {
    StorageUri::parse(plan.header.quarantine.as_ref()?).ok()
}

fn note_begin(audit: &mut AuditLog, plan: &Accepted, options: &ApplyOptions, now: DateTime<Utc>) {
    let roots: Vec<String> = plan.header.roots.iter().map(|root| root.location.clone()).collect();
    let facts = [
        ("plan", plan.header.plan_id.clone().into()),
        ("digest", plan.digest.clone().into()),
        ("actor", options.actor.clone().into()),
        ("configuration", plan.header.configuration_digest.clone().into()),
        ("tool_version", crate::report::TOOL_VERSION.into()),
        ("roots", roots.into()),
        ("quarantine", plan.header.quarantine.clone().map_or(Value::Null, Value::from)),
    ];
    audit.note(now, "begin", facts);
}

fn note_end(audit: &mut AuditLog, now: DateTime<Utc>, end: GcEnd, blockers: &[Finding], outcome: &Outcome) {
    let codes: Vec<String> = blockers.iter().map(|finding| format!("{}: {}", finding.code, finding.message)).collect();
    let facts = [
        ("end", end.as_str_name().into()),
        ("blockers", codes.into()),
        ("snapshots", outcome.snapshots_deleted.len().into()),
        ("files", outcome.gone.files.into()),
        ("bytes", outcome.gone.bytes.into()),
        ("absent", outcome.absent.into()),
        ("directories", outcome.directories.into()),
        ("failures", outcome.failures.into()),
    ];
    audit.note(now, "end", facts);
}

#[expect(clippy::too_many_arguments, reason = "it is what a report is made of")]
fn report(
    plan: &Accepted,
    tools: Tools<'_>,
    options: &ApplyOptions,
    started_at: DateTime<Utc>,
    end: GcEnd,
    blockers: Vec<Finding>,
    outcome: Outcome,
    audit: &AuditLog,
) -> GcOutcomeReport {
    let ended_at = (tools.clock)();
    GcOutcomeReport {
        run_id: options.run_id.clone(),
        plan_id: plan.header.plan_id.clone(),
        end: end.into(),
        files_deleted: outcome.gone.files,
        bytes_deleted: outcome.gone.bytes,
        files_absent: outcome.absent,
        directories_removed: outcome.directories,
        skipped: outcome.not_taken(),
        snapshots_deleted: outcome.snapshots_deleted,
        failed: outcome.failed,
        blockers,
        findings: outcome.findings,
        audit_log: Some(audit.place()),
        bundle: Some(bundle::place(tools.ledger)),
        started_at: Some(timestamp_from_millis(started_at.timestamp_millis())),
        ended_at: Some(timestamp_from_millis(ended_at.timestamp_millis())),
        ..GcOutcomeReport::stamped()
    }
}

/// Names a run: no two of a ledger have the same name.
#[must_use]
pub fn new_run_id(now: DateTime<Utc>, ledger: &Ledger, salt: &str) -> String {
    let digest = crate::gc::ledger::digest_of(format!("{}{salt}{}", now.timestamp_micros(), ledger.place()).as_bytes());
    format!("{}-{}", now.format("%Y%m%dT%H%M%S%3fZ"), digest.get(..8).unwrap_or_default())
}
