//! Reading a plan: once to its seal for what is said of it, and again for what goes.

use std::io;
use std::path::Path;

use crate::cli::commands::no_result;
use crate::cli::failure::Failure;
use crate::gc::plan::{PlanError, PlanReader};
use crate::report::{GcItem, GcPlanReport};
use crate::storage::read_local;

/// What a plan says, without what goes: that may be millions of objects. The seal is looked at.
pub(super) fn read(path: &Path) -> Result<GcPlanReport, Failure> {
    let mut report = GcPlanReport { plan_file: Some(path.display().to_string()), ..GcPlanReport::stamped() };
    for record in PlanReader::open(open(path).map_err(|error| failure(path, &error))?) {
        let record = record.map_err(|error| failure(path, &error))?;
        report.plan = report.plan.or(record.header);
        report.snapshots.extend(record.snapshot);
        report.not_taken.extend(record.not_taken);
        report.totals = report.totals.or(record.totals);
        report.digest = report.digest.or(record.seal.map(|seal| seal.digest));
    }
    Ok(report)
}

/// Shows each object that goes.
pub(super) fn each_item(path: &Path, show: &mut dyn FnMut(&GcItem) -> io::Result<()>) -> io::Result<()> {
    let records = PlanReader::open(open(path).map_err(io::Error::other)?);
    for record in records {
        if let Some(item) = record.map_err(io::Error::other)?.item {
            show(&item)?;
        }
    }
    Ok(())
}

/// Whether a file begins as a plan does.
pub(super) fn is_plan(path: &Path) -> bool {
    let Ok(file) = open(path) else { return false };
    PlanReader::open(file).next().is_some_and(|first| first.is_ok())
}

fn open(path: &Path) -> Result<impl io::Read + use<>, PlanError> {
    read_local(path).map_err(PlanError::Io)
}

/// A plan that cannot be read is the operator's to look at (2); one that was changed or is cut off is refused (4).
pub(super) fn failure(path: &Path, error: &PlanError) -> Failure {
    let hint = error.hint();
    let message = format!("{}: {error}", path.display());
    match error {
        PlanError::NotAPlan(_) => Failure::Usage { message, hint },
        PlanError::Io(_) => no_result(Some(hint), io::Error::other(message)),
        _ => Failure::NotKnown { error: message.into(), hint: Some(hint) },
    }
}
