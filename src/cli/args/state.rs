//! `keepoint state`.

use clap::Args;

use super::StorageArguments;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepoint state s3://bucket/savepoints/savepoint-1a2b3c-0123456789ab --operator orders-uid --name totals
  keepoint state chk-42 --operator orders-uid --name totals --key 'customer 7'
  keepoint state chk-42 --operator 6d2677a0ecc3fd8df0b72ec675edf8f4 --name offsets --limit 10 | jq .value

One JSON object goes to standard output for each value, element or entry of a map. What cannot be
decoded is shown as bytes with the reason, and the exit code is then 4.
";

/// Arguments of `keepoint state`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct StateArguments {
    /// URI or path of a checkpoint, a savepoint or a metadata file
    pub snapshot: String,

    /// The operator, by id, uid or name
    ///
    /// Metadata before version 5 (Flink 1.x) holds neither uids nor names; there, too, a uid finds its operator, by its hash.
    #[arg(long, value_name = "OPERATOR")]
    pub operator: String,

    /// The state, by name
    #[arg(long, value_name = "STATE")]
    pub name: String,

    /// Only entries with this key: a text as it is, anything else as it stands in the output
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,

    /// Stop after so many lines
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,

    /// Where files are that metadata names in another place; may be repeated
    ///
    /// For snapshots that were copied: FROM is the directory as the metadata has it, TO the one that stands for it now.
    #[arg(long = "relocate", value_name = "FROM=TO")]
    pub relocations: Vec<String>,

    /// How the store is reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}
