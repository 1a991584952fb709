//! `keepoint inspect`.

use clap::Args;

use super::{InspectStatesArguments, NameArguments, OutputName, StorageArguments};
use crate::render::InspectSection;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepoint inspect /flink/checkpoints/<job id>/chk-42
  keepoint inspect s3://bucket/savepoints/savepoint-1a2b3c-0123456789ab --output wide
  keepoint inspect chk-42/_metadata --output json | jq '.operators[].uid'
  keepoint inspect chk-42 --output csv --section files > files.csv
  keepoint inspect s3://bucket/flink/<job id>/chk-42 --states
  diff <(keepoint inspect chk-41 --schema) <(keepoint inspect chk-42 --schema)
  keepoint inspect chk-42 --offsets --output csv --section offsets
  keepoint inspect chk-42 --jar app.jar --plan plan.json
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
    pub section: Option<InspectSection>,

    /// What is read of state files.
    #[command(flatten)]
    pub states: InspectStatesArguments,

    /// Also read where sources stood and what sinks had begun, as far as the connector is known
    #[arg(long)]
    pub offsets: bool,

    /// Files about the job.
    #[command(flatten)]
    pub names: NameArguments,

    /// Another snapshot of the job, written by Flink 2.0 or later, which has the names; may be given several times
    #[arg(long, value_name = "URI", help_heading = "Names")]
    pub names_from: Vec<String>,

    /// How the store is reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}
