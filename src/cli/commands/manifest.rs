//! `keepoint manifest init`: a first manifest of a job.

use crate::cli::args::ManifestInitArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::{settings, targets, write_result};
use crate::compat::target::manifest_of;

/// Runs the command.
pub fn init(arguments: &ManifestInitArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let relocations = settings::relocations(&arguments.relocations)?;
    let job = arguments.job.as_deref();
    let described = targets::read(&arguments.sources, job, &relocations, session)?;
    let mut target = described.without_archives()?.unwrap_or_default();
    target.flink_version = arguments.flink_version.or(target.flink_version);
    let text = manifest_of(&target);
    write_result(|out| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::Fine)
}
