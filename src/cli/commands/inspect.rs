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
use crate::references::Relocations;
use crate::render;
use crate::report::ConnectorState;
use crate::state_data::{Streams, connector_states};
use crate::uri::StorageUri;

/// Runs the command.
pub fn run(arguments: &InspectArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, session.environment)?;
    let pointer = settings::place(&arguments.snapshot)?;
    let loaded = fetch(session, &pointer)?;
    let mut report = inspect(&loaded);
    if arguments.offsets {
        report.connectors = offsets(session, &loaded);
    }
    write_result(|out| render::inspect(&report, format, out))?;
    Ok(verdict::of_findings(&report.findings))
}

/// What connectors keep. Metadata that cannot be decoded is a finding of the report already.
fn offsets(session: &Session<'_>, loaded: &LoadedMetadata) -> Vec<ConnectorState> {
    let relocations = Relocations::default();
    let streams = Streams::new(&session.stores, &loaded.directory, &relocations);
    session.block_on(connector_states(loaded, &streams)).unwrap_or_default()
}

/// Fetches the metadata that a pointer means.
pub(super) fn fetch(session: &Session<'_>, pointer: &StorageUri) -> Result<LoadedMetadata, Failure> {
    let storage = session.open(pointer)?;
    session.block_on(load(&*storage, pointer)).map_err(|error| match error {
        discovery::Error::NoMetadata { .. } => Failure::NothingFound { hint: error.hint(), error: Box::new(error) },
        discovery::Error::Storage(_) => no_result(error.hint(), error),
    })
}
