//! `keepoint diff`.

use clap::Args;

use super::{OutputName, StorageArguments};
use crate::render::DiffSection;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepoint diff chk-41 chk-42
  keepoint diff s3://bucket/flink/<job id>/chk-41 s3://bucket/flink/<job id>/chk-42 --output wide
  keepoint diff before-upgrade after-upgrade --output json | jq '.states[]'
  keepoint diff chk-41 chk-42 --output csv --section offsets
  keepoint diff chk-41 chk-42 --no-states --exit-code
";

/// Arguments of `keepoint diff`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct DiffArguments {
    /// URI or path of the first snapshot: a checkpoint, a savepoint or a metadata file
    #[arg(value_name = "A")]
    pub before: String,

    /// URI or path of the second snapshot
    #[arg(value_name = "B")]
    pub after: String,

    /// Compare metadata only: no state file is read
    ///
    /// Keyed states, types and offsets are then not compared, and no renamed operator is guessed.
    #[arg(long)]
    pub no_states: bool,

    /// Read also those headers of state files that are taken to be equal to one that was read
    #[arg(long, conflicts_with = "no_states")]
    pub every_header: bool,

    /// End with 3 when something differs
    #[arg(long)]
    pub exit_code: bool,

    /// Where files are that metadata names in another place; may be repeated
    ///
    /// For snapshots that were copied: FROM is the directory as the metadata has it, TO the one that stands for it now. It holds
    /// for both snapshots.
    #[arg(long = "relocate", value_name = "FROM=TO")]
    pub relocations: Vec<String>,

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
    pub section: Option<DiffSection>,

    /// How the stores are reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}
