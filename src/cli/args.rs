//! What may be written on the command line. Nothing is resolved here: see [`super::settings`].

use std::ffi::OsString;

use clap::builder::PossibleValue;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use super::exit_code;
use crate::render::Section;

/// Inspects, judges and cleans the places where Apache Flink keeps checkpoints and savepoints.
#[derive(Debug, Parser)]
#[command(name = "keepoint", version, max_term_width = 100)]
#[command(subcommand_required = true, arg_required_else_help = true)]
#[command(disable_help_subcommand = true)]
pub struct Arguments {
    /// The question that is asked.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what is inside a snapshot: operators, states, sizes and files.
    Inspect(InspectArguments),
}

const INSPECT_EXAMPLES: &str = "\
Examples:
  keepoint inspect /flink/checkpoints/<job id>/chk-42
  keepoint inspect s3://bucket/savepoints/savepoint-1a2b3c-0123456789ab --output wide
  keepoint inspect chk-42/_metadata --output json | jq '.operators[].uid'
  keepoint inspect chk-42 --output csv --section files > files.csv
";

/// Arguments of `keepoint inspect`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct InspectArguments {
    /// URI or path of a checkpoint, a savepoint or a metadata file
    pub snapshot: String,

    /// How to write the result
    ///
    /// The default is `table`, on a terminal and elsewhere, unless the environment variable KEEPOINT_OUTPUT says
    /// otherwise.
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<OutputName>,

    /// The part of the report to write as CSV
    ///
    /// The default is `operators`. Only with `--output csv`.
    #[arg(long, value_name = "SECTION")]
    pub section: Option<Section>,
}

/// Names of the outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputName {
    /// Facts, operators and findings for people
    Table,
    /// As the table, with more columns, the states and the files
    Wide,
    /// One JSON object
    Json,
    /// One JSON object per record and line
    Jsonl,
    /// One section, with a header row
    Csv,
    /// The message keepoint.v1.InspectReport
    Protobuf,
}

// Written out, because the renderers do not know the command line.
impl ValueEnum for Section {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Snapshot, Self::Operators, Self::Files, Self::Findings]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Snapshot => PossibleValue::new("snapshot").help("The snapshot as a whole"),
            Self::Operators => PossibleValue::new("operators").help("One row per operator"),
            Self::Files => PossibleValue::new("files").help("One row per file"),
            Self::Findings => PossibleValue::new("findings").help("One row per finding"),
        })
    }
}

/// Parses the arguments; the error is also the answer to `--help` and `--version`.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    let matches = command().try_get_matches_from(arguments)?;
    Arguments::from_arg_matches(&matches)
}

/// The command line with the table of exit codes at the end of every help text.
fn command() -> clap::Command {
    let codes = exit_code::help();
    let with_examples = format!("{INSPECT_EXAMPLES}\n{codes}");
    Arguments::command().after_help(codes).mut_subcommand("inspect", |inspect| inspect.after_help(with_examples))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn every_help_ends_with_the_exit_codes() {
        let codes = exit_code::help();
        let ends_so = |command: &clap::Command| {
            let text = command.get_after_help().map(ToString::to_string);
            text.is_some_and(|text| text.ends_with(&codes))
        };
        assert!(ends_so(&command()));
        assert!(command().get_subcommands().all(ends_so));
    }
}
