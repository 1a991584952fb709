//! `keepoint gc apply`: what a plan names goes, as far as it is still not needed.

use std::io;
use std::path::Path;
use std::time::Duration;

use chrono::Utc;

use super::{making, plan_file, telling, verdict};
use crate::cli::args::GcApplyArguments;
use crate::cli::commands::{no_result, roots};
use crate::cli::confirm;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::gc_settings::{self, LedgerPlace};
use crate::cli::session::Session;
use crate::cli::settings;
use crate::cli::signals::{self, Ended};
use crate::cli::write_result;
use crate::gc::apply::{self, ApplyError, ApplyOptions, Interrupt, Tools};
use crate::gc::ledger::Ledger;
use crate::gc::{GcRequest, Limits, Marking};
use crate::render;
use crate::report::{GcOutcomeReport, GcPlanReport};
use crate::storage::read_local;

/// What is applied, with what.
pub(super) struct Application<'a> {
    /// What the plan says.
    pub(super) plan: &'a GcPlanReport,
    /// Its file.
    pub(super) file: &'a Path,
    /// Where journal, audit log and copies of metadata go.
    pub(super) ledger: &'a LedgerPlace,
    /// The share that the operator allows.
    pub(super) max_share: Option<f64>,
    /// A plan that is older is refused.
    pub(super) max_plan_age: Duration,
    /// Objects that go at the most.
    pub(super) max_objects: u64,
    /// Objects that go in a second, where that was given.
    pub(super) deletes_per_second: Option<u32>,
    /// What was asked; a plan of another process says it itself.
    pub(super) request: Option<&'a GcRequest>,
}

/// What came of it.
pub(super) struct Applied {
    /// What was done.
    pub(super) report: GcOutcomeReport,
    /// The code of the signal by which it was asked to end.
    pub(super) signal: Option<ExitCode>,
}

impl Applied {
    /// The code to end with, for a signal that of the signal.
    pub(super) fn code(&self, strict: bool) -> ExitCode {
        match verdict::of_outcome(&self.report, strict) {
            ExitCode::Interrupted => self.signal.unwrap_or(ExitCode::Interrupted),
            code => code,
        }
    }
}

/// Runs the command.
pub fn run(arguments: &GcApplyArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, session.environment)?;
    confirm::can_be_confirmed(arguments.yes, session.environment)?;
    let max_plan_age = gc_settings::plan_age(arguments.max_plan_age)?;
    let plan = plan_file::read(&arguments.plan)?;
    let of_plan = plan.plan.as_ref().and_then(|header| header.ledger.as_deref());
    let ledger = match arguments.ledger.as_deref().or(of_plan) {
        Some(place) => LedgerPlace::given(place)?,
        None => LedgerPlace::beside(&arguments.plan)?,
    };
    if verdict::has_items(&plan) {
        ask(&plan, arguments.yes, session)?;
    }
    // How many may go was bounded when the plan was made, and somebody has looked at it since.
    let planned = plan.totals.as_ref().map_or(0, |totals| totals.files_deleted);
    let application = Application {
        plan: &plan,
        file: &arguments.plan,
        ledger: &ledger,
        max_share: arguments.max_share,
        max_plan_age,
        max_objects: Limits::default().max_objects.max(planned),
        deletes_per_second: arguments.pace.deletes_per_second,
        request: None,
    };
    let applied = apply(&application, session)?;
    write_result(|out| render::gc_outcome(&applied.report, format, out))?;
    let code = applied.code(false);
    let with_plan = GcOutcomeReport { plan: Some(plan), ..applied.report };
    telling::tell(&arguments.told, &[(with_plan, code)], session);
    Ok(code)
}

/// Shows a plan and asks, unless somebody has said yes; then it is one line.
pub(super) fn ask(plan: &GcPlanReport, yes: bool, session: &Session<'_>) -> Result<(), Failure> {
    // Nobody left to tell when this fails; the answer is then no.
    let _ = telling::show(plan, yes, session.environment, &mut io::stderr().lock());
    confirm::confirm("Delete this?", yes)
}

/// The one place where a plan is applied.
pub(super) fn apply(application: &Application<'_>, session: &Session<'_>) -> Result<Applied, Failure> {
    let header = application.plan.plan.clone().unwrap_or_default();
    let roots = header.roots.iter().map(|root| settings::place(&root.location)).collect::<Result<Vec<_>, _>>()?;
    let also_read = header.also_read.iter().map(|place| settings::place(place)).collect::<Result<Vec<_>, _>>()?;
    making::lies_outside(&application.ledger.place, &roots)?;
    let world = making::world(&roots, &also_read, session)?;
    let texts: Vec<String> = header.protections.iter().map(|from| from.source.clone()).collect();
    let sources = making::sources(&texts, session)?;
    let waived = header.protections.iter().filter(|from| from.waived).map(|from| from.source.clone());
    let waived: Vec<String> = waived.collect();
    let request = match application.request {
        Some(request) => request.clone(),
        None => GcRequest::of_plan(&header, &application.plan.snapshots),
    };
    let file = read_local(application.file).map_err(|error| no_result(None, error))?;
    let progress = roots::progress(session);
    let interrupt = Interrupt::default();
    let work = async {
        let ledger = Ledger::open(&session.stores, &application.ledger.place).await.map_err(making::unusable)?;
        let snapshots = application.plan.snapshots.iter().cloned();
        let mut marking = Marking::new(&world, &request, &sources, &waived, snapshots, &Utc::now, &*progress);
        let tools = Tools {
            stores: &session.stores,
            ledger: &ledger,
            clock: &Utc::now,
            interrupt: &interrupt,
            progress: &*progress,
        };
        let options = ApplyOptions {
            actor: actor(),
            plan_digest: application.plan.digest.clone(),
            max_plan_age: application.max_plan_age,
            max_objects: application.max_objects,
            max_share: application.max_share,
            takes_lease: application.ledger.is_given,
            deletes_per_second: application.deletes_per_second,
            ..ApplyOptions::new(apply::new_run_id(Utc::now(), &ledger, &actor()))
        };
        apply::apply(file, &mut marking, tools, &options).await.map_err(|error| failure(application.file, error))
    };
    let ended = session.block_on(signals::until_signalled(work, || interrupt.raise()));
    match ended.map_err(|error| no_result(None, error))? {
        Ended::ByItself(report, signal) => Ok(Applied { report: report?, signal }),
        Ended::AtOnce(code) => Err(Failure::Interrupted(code)),
    }
}

/// Who deletes, for the audit log.
fn actor() -> String {
    let or_unknown = |name: Result<String, whoami::Error>| name.unwrap_or_else(|_| "unknown".to_owned());
    format!("{}@{}, process {}", or_unknown(whoami::username()), or_unknown(whoami::hostname()), std::process::id())
}

fn failure(file: &Path, error: ApplyError) -> Failure {
    let hint = error.hint();
    match error {
        ApplyError::Plan(error) => plan_file::failure(file, &error),
        other => no_result(hint, other),
    }
}
