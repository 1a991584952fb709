//! `keepoint gc show`: a plan that was made before.

use super::plan_file;
use crate::cli::args::GcShowArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::settings::{self, Environment};
use crate::cli::write_result;
use crate::render;

/// Runs the command.
pub fn run(arguments: &GcShowArguments, environment: &Environment) -> Result<ExitCode, Failure> {
    let format = settings::document(arguments.output, arguments.section, environment)?;
    let report = plan_file::read(&arguments.plan)?;
    write_result(|out| {
        render::gc_plan(&report, Some(&|show| plan_file::each_item(&arguments.plan, show)), format, out)
    })?;
    Ok(ExitCode::Fine)
}
