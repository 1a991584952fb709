//! `keepoint inspect`: what one snapshot holds.

// To be replaced by `use crate::inspect::load_and_inspect;`.
use super::stand_in::load_and_inspect;
use super::verdict;
use crate::cli::args::InspectArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::settings::{self, Environment};
use crate::cli::write_result;
use crate::render;

/// Runs the command.
pub fn run(arguments: &InspectArguments, environment: &Environment) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, environment)?;
    let report = load_and_inspect(&arguments.snapshot)
        .map_err(|error| Failure::Command { hint: error.hint(), error: Box::new(error) })?;
    write_result(|out| render::inspect(&report, format, out))?;
    Ok(verdict::of_findings(&report.findings))
}
