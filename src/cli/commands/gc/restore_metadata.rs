//! `keepoint restore-metadata`: the metadata of a snapshot that was retired is put back.

use super::making;
use crate::cli::args::RestoreMetadataArguments;
use crate::cli::commands::no_result;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::settings;
use crate::cli::write_result;
use crate::gc::ledger::Ledger;
use crate::gc::restore_metadata::{RestoreError, restore_metadata};
use crate::render;
use crate::report::GcRestoredReport;
use crate::uri::StorageUri;

/// The directory of a ledger that holds metadata of retired snapshots.
const BUNDLE: &str = "bundle";

/// Runs the command.
pub fn run(arguments: &RestoreMetadataArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, session.environment)?;
    let (snapshot, bundle) = (settings::place(&arguments.snapshot)?, settings::place(&arguments.from)?);
    let report = restore(&snapshot, &bundle, session)?;
    write_result(|out| render::gc_restored(&report, format, out))?;
    Ok(if report.restored { ExitCode::Fine } else { ExitCode::No })
}

/// The one place where metadata is put back. What a run says of its bundle is a directory of its ledger.
fn restore(snapshot: &StorageUri, bundle: &StorageUri, session: &Session<'_>) -> Result<GcRestoredReport, Failure> {
    let place = match bundle.parent().filter(|_| bundle.file_name() == Some(BUNDLE)) {
        Some(ledger) => ledger,
        None => bundle.clone(),
    };
    session.block_on(async {
        let ledger = Ledger::open(&session.stores, &place).await.map_err(making::unusable)?;
        restore_metadata(&session.stores, &ledger, snapshot).await.map_err(failure)
    })
}

fn failure(error: RestoreError) -> Failure {
    let hint = error.hint();
    match error {
        RestoreError::NoCopy { .. } => Failure::NothingFound { error: Box::new(error), hint },
        other => no_result(hint, other),
    }
}
