//! `keepoint completions` and `keepoint man`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  keepoint completions bash > /etc/bash_completion.d/keepoint
  keepoint completions zsh > ~/.zfunc/_keepoint
  keepoint completions fish > ~/.config/fish/completions/keepoint.fish
";

pub(super) const MAN_EXAMPLES: &str = "\
Examples:
  keepoint man | man -l -
  keepoint man --out /usr/local/share/man/man1
";

/// Arguments of `keepoint completions`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct CompletionsArguments {
    /// The shell
    pub shell: Shell,
}

/// Arguments of `keepoint man`.
#[derive(Debug, Args)]
pub struct ManArguments {
    /// Write a page for each command into this directory, which must exist
    ///
    /// Without it, the page of keepoint itself goes to standard output.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
