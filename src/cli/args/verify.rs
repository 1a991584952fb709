//! `keepoint verify`.

use clap::Args;

use super::{OutputName, StorageArguments};
use crate::render::VerifySection;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepoint verify s3://bucket/flink/<job id>/chk-42
  keepoint verify /flink/checkpoints /flink/savepoints --output wide
  keepoint verify s3://bucket/flink --output json | jq -r '.snapshots[] | select(.restorable == false).location'
  keepoint verify /backup/flink --relocate hdfs://nameservice/flink=/backup/flink --read-through
";

/// Arguments of `keepoint verify`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct VerifyArguments {
    /// URIs or paths of snapshots, or of places to search for them
    #[arg(value_name = "ROOT", required = true)]
    pub roots: Vec<String>,

    /// Look into the files: whether states begin, and tables end, as Flink and RocksDB write them
    ///
    /// A few bytes are read of each state and each table.
    #[arg(long)]
    pub deep: bool,

    /// Read every byte of every file
    ///
    /// A file that the store shows and cannot give is found no other way. It takes as long as reading all state does.
    #[arg(long)]
    pub read_through: bool,

    /// Where files are that metadata names in another place; may be repeated
    ///
    /// For snapshots that were copied: FROM is the directory as the metadata has it, TO the one that stands for it now. The
    /// answer is then about the copy; Flink itself would look in the old place.
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
    /// The default is `snapshots`. Only with `--output csv`.
    #[arg(long, value_name = "SECTION")]
    pub section: Option<VerifySection>,

    /// How the stores are reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}
