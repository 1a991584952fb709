//! `keepoint inspect`: what one snapshot holds.

use std::io::{self, Write};

use chrono::Utc;

use super::{no_result, roots, verdict};
use crate::cli::args::InspectArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::{names, settings, write_result};
use crate::discovery::{self, LoadedMetadata, load};
use crate::identify::identify;
use crate::inspect::inspect_relocated;
use crate::list::ScanOptions;
use crate::references::Relocations;
use crate::render::{self, escaped};
use crate::report::{Finding, InspectReport, Severity};
use crate::sizes::{add_freed, add_sizes};
use crate::state_data::{Streams, connector_states};
use crate::states::{StatesOptions, add_states, schema_of};
use crate::uri::StorageUri;

/// Runs the command.
pub fn run(arguments: &InspectArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, session.environment)?;
    let pointer = settings::place(&arguments.snapshot)?;
    let loaded = fetch(session, &pointer)?;
    let relocations = settings::relocations(&arguments.states.relocations)?;
    let mut report = inspect_relocated(&loaded, &relocations);
    let mut sources = names::read(&arguments.names, &arguments.names_from, session)?;
    report.findings.extend(identify(&mut report.operators, &loaded.file.to_string(), &mut sources));
    if arguments.states.sizes {
        session.block_on(add_sizes(&mut report, &loaded, &session.stores, &relocations));
    }
    if !arguments.states.freed_within.is_empty() {
        let places = roots::without_nested(roots::places(&arguments.states.freed_within)?);
        let opened = roots::open(&places, session)?;
        let scan = ScanOptions { as_of: Utc::now(), checkpoint_timeout: roots::CHECKPOINT_TIMEOUT };
        let progress = roots::progress(session);
        add_freed(&mut report, &loaded, &opened, &relocations, &scan, session.handle(), &*progress);
    }
    if arguments.states.wanted() {
        let options = StatesOptions { relocations: relocations.clone(), every_header: arguments.states.every_header };
        session.block_on(add_states(&mut report, &loaded, &session.stores, &options));
    }
    if arguments.states.schema {
        say_what_is_not_in_it(&report);
        write_result(|out| render::state_schema(&schema_of(&report), out))?;
        return Ok(verdict::of_findings(&report.findings));
    }
    if arguments.offsets {
        add_offsets(&mut report, session, &loaded, &relocations);
    }
    write_result(|out| render::inspect(&report, format, out))?;
    Ok(verdict::of_findings(&report.findings))
}

/// A schema has no findings; whoever keeps it must learn elsewhere that something is missing in it.
fn say_what_is_not_in_it(report: &InspectReport) {
    let serious = |finding: &&Finding| !matches!(finding.severity(), Severity::Info | Severity::Warning);
    for finding in report.findings.iter().filter(serious) {
        let line = format!("{}: {}: {}", finding.location, finding.code, finding.message);
        // Nobody left to tell when this fails; the exit code still says it.
        let _ = writeln!(io::stderr().lock(), "keepoint: {}", escaped(&line));
    }
}

/// What connectors keep. Metadata that cannot be decoded is a finding of the report already.
pub(super) fn add_offsets(
    report: &mut InspectReport,
    session: &Session<'_>,
    loaded: &LoadedMetadata,
    relocations: &Relocations,
) {
    let streams = Streams::new(&session.stores, &loaded.directory, relocations);
    let (connectors, findings) = session.block_on(connector_states(loaded, &streams)).unwrap_or_default();
    report.connectors = connectors;
    report.findings.extend(findings);
}

/// Fetches the metadata that a pointer means.
pub(in crate::cli) fn fetch(session: &Session<'_>, pointer: &StorageUri) -> Result<LoadedMetadata, Failure> {
    let storage = session.open(pointer)?;
    session.block_on(load(&*storage, pointer)).map_err(|error| match error {
        discovery::Error::NoMetadata { .. } => Failure::NothingFound { hint: error.hint(), error: Box::new(error) },
        discovery::Error::Storage(_) => no_result(error.hint(), error),
    })
}
