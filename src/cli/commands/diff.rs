//! `keepoint diff`: what differs between two snapshots.

use super::inspect::{add_offsets, fetch};
use super::verdict;
use crate::cli::args::DiffArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::settings;
use crate::cli::write_result;
use crate::diff::{Depth, diff};
use crate::inspect::inspect_relocated;
use crate::render;
use crate::report::{DiffChange, DiffReport, InspectReport};
use crate::states::{StatesOptions, add_states};

/// Runs the command.
pub fn run(arguments: &DiffArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, session.environment)?;
    let depth = if arguments.no_states { Depth::Metadata } else { Depth::States };
    let relocations = settings::relocations(&arguments.relocations)?;
    let options = StatesOptions { relocations, every_header: arguments.every_header };
    let before = read(&arguments.before, depth, &options, session)?;
    let after = read(&arguments.after, depth, &options, session)?;
    let report = diff(&before, &after, depth);
    write_result(|out| render::diff(&report, format, out))?;
    Ok(verdict(&report, arguments.exit_code))
}

/// The report that `inspect` makes of a snapshot.
fn read(pointer: &str, depth: Depth, options: &StatesOptions, session: &Session<'_>) -> Result<InspectReport, Failure> {
    let loaded = fetch(session, &settings::place(pointer)?)?;
    let mut report = inspect_relocated(&loaded, &options.relocations);
    if depth == Depth::States {
        session.block_on(add_states(&mut report, &loaded, &session.stores, options));
        add_offsets(&mut report, session, &loaded, &options.relocations);
    }
    Ok(report)
}

/// A difference is an answer like another one, unless somebody wants to be told by the exit code. That something is not known is never fine.
fn verdict(report: &DiffReport, differences_count: bool) -> ExitCode {
    if differences_count && report.differs == Some(true) {
        return ExitCode::No;
    }
    let unknown = i32::from(DiffChange::Unknown);
    let changes = report.states.iter().map(|row| row.change).chain(report.offsets.iter().map(|row| row.change));
    match verdict::of_findings(&report.findings) {
        ExitCode::Fine if changes.into_iter().any(|change| change == unknown) => ExitCode::NotKnown,
        code => code,
    }
}
