//! `keepoint inspect`: what one snapshot holds.

use super::{no_result, verdict};
use crate::cli::args::InspectArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::{names, settings, write_result};
use crate::discovery::{self, LoadedMetadata, load};
use crate::identify::identify;
use crate::inspect::inspect;
use crate::render;
use crate::uri::StorageUri;

/// Runs the command.
pub fn run(arguments: &InspectArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, session.environment)?;
    let pointer = settings::place(&arguments.snapshot)?;
    let loaded = fetch(session, &pointer)?;
    let mut report = inspect(&loaded);
    let mut sources = names::read(&arguments.names, &arguments.names_from, session)?;
    report.findings.extend(identify(&mut report.operators, &loaded.file.to_string(), &mut sources));
    write_result(|out| render::inspect(&report, format, out))?;
    Ok(verdict::of_findings(&report.findings))
}

/// The metadata that a place means.
pub(in crate::cli) fn fetch(session: &Session<'_>, pointer: &StorageUri) -> Result<LoadedMetadata, Failure> {
    let storage = session.open(pointer)?;
    session.block_on(load(&*storage, pointer)).map_err(|error| match error {
        discovery::Error::NoMetadata { .. } => Failure::NothingFound { hint: error.hint(), error: Box::new(error) },
        discovery::Error::Storage(_) => no_result(error.hint(), error),
    })
}
