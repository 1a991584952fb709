//! `keepoint list`.

use std::time::Duration;

use clap::Args;

use super::values::{duration, interval, job_id, size};
use super::{OutputName, StorageArguments};
use crate::list::SortKey;
use crate::render::{GroupBy, ListSection};
use crate::report::{SnapshotKind, SnapshotStatus};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepoint list /flink/checkpoints /flink/savepoints
  keepoint list --flink-conf /opt/flink/conf/config.yaml
  keepoint list s3://bucket/flink --job 6e1f8b1c --kind checkpoint --newer-than 1h
  keepoint list s3://bucket/flink --older-than 30d --min-size 1GiB --sort size --group-by none
  keepoint list s3://bucket/flink --output json | jq -r '.jobs[].newest_completed_checkpoint'
  keepoint list /flink/checkpoints/<job id> --watch=30s
";

/// Arguments of `keepoint list`.
#[derive(Debug, Args)]
pub struct ListArguments {
    /// URIs or paths to search, such as a checkpoint directory, a savepoint directory or a bucket
    #[arg(value_name = "ROOT")]
    pub roots: Vec<String>,

    /// A Flink configuration, flink-conf.yaml or config.yaml, whose directories are searched as well
    ///
    /// The number of retained checkpoints and the checkpoint timeout are taken from it, too.
    #[arg(long, value_name = "FILE")]
    pub flink_conf: Option<String>,

    /// Only snapshots of this job, by its id or the beginning of it; may be repeated
    ///
    /// Of a savepoint whose job is not known, the six digits of the id in its name must fit.
    #[arg(long = "job", value_name = "ID", value_parser = job_id, help_heading = "Filters")]
    pub jobs: Vec<String>,

    /// Only snapshots of this kind
    #[arg(long = "kind", value_name = "KIND", help_heading = "Filters")]
    pub kinds: Vec<SnapshotKind>,

    /// Only snapshots with this status; may be repeated
    #[arg(long = "status", value_name = "STATUS", help_heading = "Filters")]
    pub statuses: Vec<SnapshotStatus>,

    /// Only snapshots completed within this time, such as 90min or 7d
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Filters")]
    pub newer_than: Option<Duration>,

    /// Only snapshots completed at least this long ago
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Filters")]
    pub older_than: Option<Duration>,

    /// Only snapshots with at least so many bytes of state, such as 500MB or 1.5GiB
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Filters")]
    pub min_size: Option<u64>,

    /// Only snapshots with at most so many bytes of state
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Filters")]
    pub max_size: Option<u64>,

    /// What comes first
    #[arg(long, value_name = "KEY", default_value = "time")]
    pub sort: SortKey,

    /// The other way round
    #[arg(long)]
    pub reverse: bool,

    /// How to divide the tables
    #[arg(long, value_name = "WHAT", default_value = "job")]
    pub group_by: GroupBy,

    /// List again and again, every 10 s or at the interval that is given
    ///
    /// On a terminal each table takes the place of the one before; elsewhere one report follows the other.
    #[arg(
        long,
        value_name = "INTERVAL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "10s",
        value_parser = interval
    )]
    pub watch: Option<Duration>,

    /// How old data files without `_metadata` must be to be an abandoned checkpoint
    ///
    /// The default is that of the Flink configuration, and without one 10 minutes, as in Flink.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub checkpoint_timeout: Option<Duration>,

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
    pub section: Option<ListSection>,

    /// How the stores are reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}
