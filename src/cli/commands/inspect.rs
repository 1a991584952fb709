//! `keepoint inspect`: what one snapshot holds.

use super::{no_result, verdict};
use crate::cli::args::InspectArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::settings;
use crate::cli::write_result;
use crate::discovery::{self, LoadedMetadata, load};
use crate::inspect::inspect;
use crate::render;
use crate::uri::StorageUri;

/// Runs the command.
pub fn run(arguments: &InspectArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, session.environment)?;
    let pointer = settings::place(&arguments.snapshot)?;
    let report = inspect(&fetch(session, &pointer)?);
    write_result(|out| render::inspect(&report, format, out))?;
    Ok(verdict::of_findings(&report.findings))
}

fn fetch(session: &Session<'_>, pointer: &StorageUri) -> Result<LoadedMetadata, Failure> {
    let storage = session.open(pointer)?;
    session.block_on(load(&*storage, pointer)).map_err(|error| match error {
        discovery::Error::NoMetadata { .. } => Failure::NothingFound { hint: error.hint(), error: Box::new(error) },
        discovery::Error::Storage(_) => no_result(error.hint(), error),
    })
}
