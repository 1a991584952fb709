//! `keepoint gc run`: a plan, and its application.

use std::io;
use std::path::Path;

use chrono::Utc;

use super::apply::{Application, Applied, apply, ask};
use super::making::{self, Made};
use super::{telling, verdict};
use crate::cli::args::{GcRunArguments, PaceArguments, ToldArguments};
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::gc_settings::{self, GcQuestion, Given, LedgerPlace};
use crate::cli::session::Session;
use crate::cli::settings;
use crate::cli::{confirm, write_result};
use crate::gc::Purpose;
use crate::render::{self, GcOutcomeSection, OutputFormat};
use crate::report::{Finding, GcEnd, GcOutcomeReport, GcPlanReport, GcSnapshot, Severity, timestamp_from_millis};

/// Runs the command.
pub fn run(arguments: &GcRunArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, session.environment)?;
    confirm::can_be_confirmed(arguments.yes, session.environment)?;
    let GcRunArguments { roots, policy, residue, world, limits, loosened, loosened_residue, .. } = arguments;
    let given = Given { residue, world, limits, loosened, loosened_residue };
    let questions = gc_settings::retention(roots, policy, &given, session)?;
    let how = How { yes: arguments.yes, format, pace: &arguments.pace, told: &arguments.told };
    all(&questions, &how, session)
}

/// How plans are applied, whatever they are about.
pub(super) struct How<'a> {
    /// Nobody is asked.
    pub(super) yes: bool,
    /// How results are written.
    pub(super) format: OutputFormat<GcOutcomeSection>,
    /// How fast.
    pub(super) pace: &'a PaceArguments,
    /// What is told to others.
    pub(super) told: &'a ToldArguments,
}

/// Plans and applies one question after the other. What one of them could not do does not stop the next.
pub(super) fn all(questions: &[GcQuestion], how: &How<'_>, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let mut runs = Vec::new();
    let mut failed = None;
    for question in questions {
        match one(question, how, session) {
            Ok(run) => runs.push(run),
            Err(failure) if questions.len() == 1 => return Err(failure),
            Err(failure) => {
                // Nobody left to tell when this fails; the exit code still says it.
                let _ = failure.write(&mut io::stderr().lock());
                failed = Some(verdict::worst([failed.unwrap_or(ExitCode::Fine), failure.exit_code()]));
            }
        }
    }
    telling::tell(how.told, &runs, session);
    Ok(verdict::worst(runs.iter().map(|(_, code)| *code).chain(failed)))
}

/// Plans and applies one question, and writes what came of it.
fn one(question: &GcQuestion, how: &How<'_>, session: &Session<'_>) -> Result<(GcOutcomeReport, ExitCode), Failure> {
    let ledger = match &question.ledger {
        Some(ledger) => ledger.clone(),
        None => LedgerPlace::of_user(session.environment)?,
    };
    let directory = tempfile::tempdir().map_err(|error| Failure::NoResult { error: Box::new(error), hint: None })?;
    let file = directory.path().join("plan");
    let made = making::make(question, Some(&file), session)?;
    let applied = go_on(made, &file, question, how, &ledger, session)?;
    write_result(|out| render::gc_outcome(&applied.report, how.format, out))?;
    let code = applied.code(question.strict);
    Ok((applied.report, code))
}

/// A plan that is blocked is not applied. Where nothing goes nobody is asked, and the audit log has the run all the same.
fn go_on(
    made: Made,
    file: &Path,
    question: &GcQuestion,
    how: &How<'_>,
    ledger: &LedgerPlace,
    session: &Session<'_>,
) -> Result<Applied, Failure> {
    let is_blocked = made.file.is_none();
    let plan = making::keep(made, file)?;
    // The file is gone when the run is over.
    let shown = GcPlanReport { plan_file: None, ..plan.clone() };
    if is_blocked {
        return Ok(Applied { report: refused(shown), signal: None });
    }
    if verdict::has_items(&plan) {
        ask(&shown, how.yes, session)?;
    }
    let application = Application {
        plan: &plan,
        file,
        ledger,
        max_share: question.request.limits.max_share,
        max_plan_age: gc_settings::plan_age(None)?,
        max_objects: question.request.limits.max_objects,
        deletes_per_second: how.pace.deletes_per_second,
        request: Some(&question.request),
    };
    let Applied { report, signal } = apply(&application, session)?;
    let report = match still_there(&shown, question) {
        Some(blocker) => GcOutcomeReport { end: GcEnd::Refused.into(), blockers: vec![blocker], ..report },
        None => report,
    };
    Ok(Applied { report: GcOutcomeReport { plan: Some(shown), ..report }, signal })
}

/// What is told of a plan that is blocked.
fn refused(plan: GcPlanReport) -> GcOutcomeReport {
    let plan_id = plan.plan.as_ref().map(|header| header.plan_id.clone()).unwrap_or_default();
    GcOutcomeReport {
        // There is no record of it but this report.
        run_id: plan_id.clone(),
        plan_id,
        end: GcEnd::Refused.into(),
        started_at: plan.totals.as_ref().and_then(|totals| totals.as_of),
        ended_at: Some(timestamp_from_millis(Utc::now().timestamp_millis())),
        plan: Some(plan),
        ..GcOutcomeReport::stamped()
    }
}

/// Of a snapshot that was to be disposed of, and stays: that is a refusal, and no run with nothing to do.
fn still_there(plan: &GcPlanReport, question: &GcQuestion) -> Option<Finding> {
    let Purpose::Dispose(place) = &question.request.purpose else { return None };
    if verdict::has_items(plan) {
        return None;
    }
    let is_it = |snapshot: &&GcSnapshot| settings::place(&snapshot.location).is_ok_and(|location| location == *place);
    let snapshot = plan.snapshots.iter().find(is_it)?;
    Some(Finding {
        code: "DISPOSE_REFUSED".to_owned(),
        severity: Severity::Unknown.into(),
        location: snapshot.location.clone(),
        message: format!("it stays: {}", snapshot.reasons.join("; ")),
        action: Some(
            "`--ended JOB-URI` says that its job will not need it; a pin or a cluster must let it go itself".to_owned(),
        ),
        ..Finding::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gc::GcRequest;
    use crate::uri::StorageUri;

    fn question(place: &str) -> GcQuestion {
        let place = StorageUri::parse(place).expect("a place");
        GcQuestion {
            roots: vec![place.parent().expect("it lies somewhere")],
            also_read: Vec::new(),
            protect: Vec::new(),
            waived: Vec::new(),
            ledger: None,
            request: GcRequest::new(Purpose::Dispose(place)),
            strict: false,
        }
    }

    #[test]
    fn a_snapshot_that_was_named_and_stays_is_a_refusal_with_its_reasons() {
        let snapshot = GcSnapshot {
            location: "s3a://b/c/chk-7".to_owned(),
            reasons: vec!["S-35: the newest".to_owned()],
            ..GcSnapshot::default()
        };
        let plan = GcPlanReport { snapshots: vec![snapshot], ..GcPlanReport::default() };
        let refusal = still_there(&plan, &question("s3://b/c/chk-7")).expect("it stays");
        assert_eq!(refusal.message, "it stays: S-35: the newest");
        assert!(still_there(&plan, &question("s3://b/c/chk-8")).is_none());
    }
}
