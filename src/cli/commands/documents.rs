//! `keepoint completions` and `keepoint man`: what the command line says of itself, for shells and for `man`.

use std::io;

use super::no_result;
use crate::cli::args::{self, CompletionsArguments, ManArguments};
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::write_result;

/// Runs `keepoint completions`.
pub fn completions(arguments: &CompletionsArguments) -> Result<ExitCode, Failure> {
    // The generator cannot tell that its output is closed.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut args::command(), "keepoint", &mut script);
    write_result(|out| out.write_all(&script))?;
    Ok(ExitCode::Fine)
}

/// Runs `keepoint man`.
pub fn man(arguments: &ManArguments) -> Result<ExitCode, Failure> {
    let Some(directory) = &arguments.out else {
        write_result(|out| clap_mangen::Man::new(args::command()).render(out))?;
        return Ok(ExitCode::Fine);
    };
    clap_mangen::generate_to(args::command(), directory).map_err(|error| {
        let hint = (error.kind() == io::ErrorKind::NotFound).then(|| "create the directory first".to_owned());
        no_result(hint, io::Error::new(error.kind(), format!("{}: {error}", directory.display())))
    })?;
    Ok(ExitCode::Fine)
}
