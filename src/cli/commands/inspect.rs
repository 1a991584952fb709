//! `keepoint inspect`: what one snapshot holds.

use super::{block_on, no_result, verdict};
use crate::cli::args::InspectArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::settings::{self, Environment};
use crate::cli::write_result;
use crate::discovery::{self, LoadedMetadata, load};
use crate::inspect::inspect;
use crate::render;
use crate::storage;
use crate::uri::StorageUri;

/// Runs the command.
pub fn run(arguments: &InspectArguments, environment: &Environment) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, environment)?;
    let pointer = settings::place(&arguments.snapshot)?;
    let report = inspect(&fetch(&pointer)?);
    write_result(|out| render::inspect(&report, format, out))?;
    Ok(verdict::of_findings(&report.findings))
}

fn fetch(pointer: &StorageUri) -> Result<LoadedMetadata, Failure> {
    let storage = storage::open(pointer).map_err(|error| no_result(error.hint(), error))?;
    block_on(async {
        load(&*storage, pointer).await.map_err(|error| match error {
            discovery::Error::NoMetadata { .. } => Failure::NothingFound { hint: error.hint(), error: Box::new(error) },
            discovery::Error::Storage(_) => no_result(error.hint(), error),
        })
    })
}
