//! `keepoint dispose`: one snapshot goes, and no file that another one needs.

use super::run::{self, How};
use crate::cli::args::{DisposeArguments, ResidueArguments, UnsafeResidueArguments};
use crate::cli::confirm;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::gc_settings::{self, Given};
use crate::cli::session::Session;
use crate::cli::settings;

/// Runs the command.
pub fn run(arguments: &DisposeArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, session.environment)?;
    confirm::can_be_confirmed(arguments.yes, session.environment)?;
    let given = Given {
        residue: &ResidueArguments::default(),
        world: &arguments.world,
        limits: &arguments.limits,
        loosened: &arguments.loosened,
        loosened_residue: &UnsafeResidueArguments::default(),
    };
    let question = gc_settings::dispose(&arguments.snapshot, &given)?;
    let how = How { yes: arguments.yes, format, pace: &arguments.pace, told: &arguments.told };
    run::all(&[question], &how, session)
}
