//! `keepoint latest`.

use clap::Args;

use super::StorageArguments;
use super::values::job_id;
use crate::report::SnapshotKind;

pub(super) const EXAMPLES: &str = "\
Examples:
  flink run -s \"$(keepoint latest s3://bucket/flink/<job id>)\" job.jar
  keepoint latest /flink/checkpoints /flink/savepoints --job 6e1f8b1c --verify
  keepoint latest /flink/savepoints --job 6e1f8b --kind savepoint

One line goes to standard output: the location of the newest completed snapshot. With exit
code 4 it is the newest of those that are known, and standard error says what may be newer; with
any other code but 0 there is none.
";

/// Arguments of `keepoint latest`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct LatestArguments {
    /// URIs or paths to search
    #[arg(value_name = "ROOT", required = true)]
    pub roots: Vec<String>,

    /// The job, by its id or the beginning of it
    ///
    /// Needed where there are snapshots of several. Of a savepoint, the six digits of the id in its name must fit.
    #[arg(long, value_name = "ID", value_parser = job_id)]
    pub job: Option<String>,

    /// Only snapshots of this kind
    #[arg(long, value_name = "KIND")]
    pub kind: Option<SnapshotKind>,

    /// Make sure that its files are there; if not, go on to the next older one and say so
    #[arg(long)]
    pub verify: bool,

    /// How the stores are reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}
