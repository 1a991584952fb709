//! Which snapshots are kept: rules as arguments, or a file of them.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values::{duration, positive};

/// What a file says, too, and what may not be said twice.
const RULES: [&str; 19] = [
    "keep_last",
    "keep_within",
    "keep_hourly",
    "keep_daily",
    "keep_weekly",
    "keep_monthly",
    "keep_yearly",
    "keep_within_hourly",
    "keep_within_daily",
    "keep_within_weekly",
    "keep_within_monthly",
    "keep_within_yearly",
    "keep",
    "group_by",
    "time_zone",
    "expire_ended_after",
    "select",
    "allow_empty_group",
    "drop_damaged",
];

/// Rules. A snapshot is kept if any of them keeps it.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What is kept")]
pub struct PolicyArguments {
    /// The newest N checkpoints of each job that can be restored
    #[arg(long, value_name = "N", value_parser = positive)]
    pub keep_last: Option<u32>,

    /// Checkpoints within this time of the newest one of their job
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub keep_within: Option<Duration>,

    /// The newest checkpoint of each of the last N hours that have one
    #[arg(long, value_name = "N", value_parser = positive)]
    pub keep_hourly: Option<u32>,

    /// The newest checkpoint of each of the last N days that have one
    #[arg(long, value_name = "N", value_parser = positive)]
    pub keep_daily: Option<u32>,

    /// The newest checkpoint of each of the last N weeks that have one
    #[arg(long, value_name = "N", value_parser = positive)]
    pub keep_weekly: Option<u32>,

    /// The newest checkpoint of each of the last N months that have one
    #[arg(long, value_name = "N", value_parser = positive)]
    pub keep_monthly: Option<u32>,

    /// The newest checkpoint of each of the last N years that have one
    #[arg(long, value_name = "N", value_parser = positive)]
    pub keep_yearly: Option<u32>,

    /// One checkpoint an hour, within this time of the newest one of their job
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub keep_within_hourly: Option<Duration>,

    /// One checkpoint a day, within this time of the newest one of their job
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub keep_within_daily: Option<Duration>,

    /// One checkpoint a week, within this time of the newest one of their job
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub keep_within_weekly: Option<Duration>,

    /// One checkpoint a month, within this time of the newest one of their job
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub keep_within_monthly: Option<Duration>,

    /// One checkpoint a year, within this time of the newest one of their job
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub keep_within_yearly: Option<Duration>,

    /// A rule for a kind: the kind, a colon, and a rule of the above without its `keep-`; may be repeated
    ///
    /// Kinds are checkpoint, savepoint and native. `savepoint:last=3` keeps the newest 3 savepoints of each job and lets older
    /// ones go; without such a rule all savepoints are kept. `kind=savepoint` keeps all of a kind, `origin=user-request` what
    /// was taken for a reason.
    #[arg(long = "keep", value_name = "KIND:RULE=VALUE")]
    pub keep: Vec<String>,

    /// A file with rules for many roots (YAML)
    #[arg(long, value_name = "FILE", conflicts_with_all = RULES)]
    pub policy: Option<PathBuf>,

    /// What snapshots are grouped by: some of root, lineage, kind, directory, job, operators
    ///
    /// Each group has its own quotas. The default is all of them; checkpoints and savepoints are never in one group.
    #[arg(long, value_name = "PARTS")]
    pub group_by: Option<String>,

    /// Where days, weeks and months begin, such as +08:00; UTC by default
    #[arg(long, value_name = "OFFSET", allow_hyphen_values = true)]
    pub time_zone: Option<String>,

    /// Take snapshots that miss files, whatever their age
    ///
    /// Otherwise they go when the policy retires them and everything newer can be restored.
    #[arg(long)]
    pub drop_damaged: bool,

    /// Take all checkpoints of a job that has ended when its newest snapshot is older than this
    ///
    /// Needs `--select` and `--allow-empty-group`.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub expire_ended_after: Option<Duration>,

    /// A job of which nothing may be left: its id, its URI, or `all`; may be repeated
    #[arg(long = "select", value_name = "JOB")]
    pub select: Vec<String>,

    /// Nothing may be left of what `--select` names
    #[arg(long)]
    pub allow_empty_group: bool,
}
