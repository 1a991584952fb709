//! The `keepoint` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    keepoint::cli::run(std::env::args_os()).into()
}
