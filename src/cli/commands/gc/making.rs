//! Making a plan: the one place where planning is called.

use std::io;
use std::path::Path;
use std::sync::Arc;

use chrono::Utc;

use crate::cli::commands::{no_result, roots};
use crate::cli::failure::Failure;
use crate::cli::gc_settings::GcQuestion;
use crate::cli::session::Session;
use crate::flink_rest::Asking;
use crate::gc::ledger::Ledger;
use crate::gc::protect::{ProtectError, ProtectionSource, Reach, spec};
use crate::gc::world::{Opened, World};
use crate::gc::{Memory, Planning, PlanningError, make_plan};
use crate::report::GcPlanReport;
use crate::storage::{Error, NewFile};
use crate::uri::StorageUri;

/// A plan and the file that it was written into, which is not kept yet.
pub(super) struct Made {
    /// What the plan says.
    pub(super) report: GcPlanReport,
    /// The file, unless the plan is blocked or was not to be written.
    pub(super) file: Option<NewFile>,
}

/// Makes a plan and writes it beside a path, where there is one.
pub(super) fn make(question: &GcQuestion, out: Option<&Path>, session: &Session<'_>) -> Result<Made, Failure> {
    let world = world(&question.roots, &question.also_read, session)?;
    let ledger = question.ledger.as_ref();
    if let Some(ledger) = ledger {
        lies_outside(&ledger.place, &question.roots)?;
    }
    let sources = sources(&question.protect, session)?;
    let waived = sources_waived(question, &sources);
    let file = out.map(NewFile::begin).transpose().map_err(|error| not_written(out, &error))?;
    let planning = Planning {
        world: &world,
        request: &question.request,
        sources: &sources,
        waived: &waived,
        ledger: question.ledger.as_ref().map(|ledger| ledger.place.to_string()),
        as_of: Utc::now(),
    };
    let written = || file.as_ref().map_or_else(|| Ok(Box::new(io::sink()) as _), NewFile::writer);
    let made = {
        let progress = roots::progress(session);
        session.block_on(async {
            let ledger = match ledger {
                Some(ledger) => Some(Ledger::open(&session.stores, &ledger.place).await.map_err(unusable)?),
                None => None,
            };
            let canonical: Vec<StorageUri> = question.roots.iter().map(|root| session.stores.canonical(root)).collect();
            let memory = match &ledger {
                Some(ledger) => Some(Memory::open(ledger, &canonical).await.map_err(unusable)?),
                None => None,
            };
            make_plan(&planning, memory, written, &*progress).await.map_err(failure)
        })
    };
    let report = made?;
    let is_written = report.digest.is_some();
    match file {
        Some(file) if is_written => Ok(Made { report, file: Some(file) }),
        // What was written to nowhere has no seal that anybody could look at.
        _ => Ok(Made { report: GcPlanReport { digest: None, ..report }, file: None }),
    }
}

/// A ledger that cannot be read or written: nothing is planned without the memory that was asked for.
pub(super) fn unusable(error: Error) -> Failure {
    no_result(error.hint().or_else(|| Some("`--ledger` must name a place that can be written".to_owned())), error)
}

/// The places of a run, opened.
pub(super) fn world(roots: &[StorageUri], also_read: &[StorageUri], session: &Session<'_>) -> Result<World, Failure> {
    let world = World::new(open(roots, session)?, open(also_read, session)?, Arc::clone(&session.stores));
    world.map_err(|error| Failure::Usage {
        message: error.to_string(),
        hint: "places to clean and places to read may not lie in one another".to_owned(),
    })
}

/// What outlasts a run lies outside of what it cleans (I9).
pub(super) fn lies_outside(ledger: &StorageUri, roots: &[StorageUri]) -> Result<(), Failure> {
    match roots.iter().find(|root| ledger.is_within(root)) {
        None => Ok(()),
        Some(root) => Err(Failure::Usage {
            message: format!("{ledger}: lies in {root}, where nothing but what goes is touched"),
            hint: "choose a place outside of it by `--ledger DIR-or-URI`".to_owned(),
        }),
    }
}

/// Keeps the file of a plan; the report then says where it is.
pub(super) fn keep(made: Made, path: &Path) -> Result<GcPlanReport, Failure> {
    let Some(file) = made.file else { return Ok(made.report) };
    file.keep().map_err(|error| not_written(Some(path), &error))?;
    Ok(GcPlanReport { plan_file: Some(path.display().to_string()), ..made.report })
}

/// The sources that texts name. Nothing is asked of anybody yet.
pub(super) fn sources(texts: &[String], session: &Session<'_>) -> Result<Vec<Box<dyn ProtectionSource>>, Failure> {
    let Asking { token: flink_token, timeout } = session.asking();
    let reach = Reach { stores: Arc::clone(&session.stores), clock: Arc::new(Utc::now), flink_token, timeout };
    let usage = |error: ProtectError| Failure::Usage { message: error.to_string(), hint: error.hint };
    texts.iter().map(|text| spec::parse(text, &reach).map_err(usage)).collect()
}

/// The names by which sources are known that need not be read.
fn sources_waived(question: &GcQuestion, sources: &[Box<dyn ProtectionSource>]) -> Vec<String> {
    let texts = question.protect.iter().zip(sources);
    texts.filter(|(text, _)| question.waived.contains(text)).map(|(_, source)| source.name()).collect()
}

fn open(places: &[StorageUri], session: &Session<'_>) -> Result<Vec<Opened>, Failure> {
    let opened = places.iter().map(|place| Ok(Opened { place: place.clone(), storage: session.open(place)? }));
    opened.collect()
}

fn failure(error: PlanningError) -> Failure {
    match error {
        PlanningError::Policy(error) => Failure::Usage {
            message: error.to_string(),
            hint: "nothing was planned; `keepoint list` shows what is there".to_owned(),
        },
        PlanningError::Plan(error) => no_result(Some(error.hint()), error),
        other => no_result(None, other),
    }
}

fn not_written(path: Option<&Path>, error: &io::Error) -> Failure {
    let path = path.map(|path| path.display().to_string()).unwrap_or_default();
    Failure::NoResult {
        error: format!("{path}: the plan cannot be written: {error}").into(),
        hint: Some("check the directory and the rights".to_owned()),
    }
}
