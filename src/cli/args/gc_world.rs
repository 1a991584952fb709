//! What `gc plan`, `gc run` and `dispose` know and may do, besides which snapshots are kept.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values::{duration, percent, positive};

/// What is taken besides snapshots that the policy retires.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Residue")]
pub struct ResidueArguments {
    /// Also plan what nothing refers to; otherwise it is only counted
    #[arg(long)]
    pub orphans: bool,

    /// How long something must have been dead to go; at least 1h
    ///
    /// The default is 7d. With a ledger it counts from when it was first seen dead, without one from when it was last written.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub min_age: Option<Duration>,

    /// How long nothing must have been written to a snapshot without metadata for it to go; at least 24h
    ///
    /// The default is 7d.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub unfinished_age: Option<Duration>,
}

/// What else is read, and what the operator knows.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What else is known")]
pub struct WorldArguments {
    /// A place that is read for references and never cleaned; may be repeated
    ///
    /// Nothing outside of the roots and of these is assumed to name files in the roots.
    #[arg(long = "also-read", value_name = "URI")]
    pub also_read: Vec<String>,

    /// Something that may need snapshots: its kind, a colon, and where it is; may be repeated
    ///
    /// `pin:FILE` is a file that lists snapshots, `flink:URL` the REST API of a cluster, `ha:DIR` the high-availability storage
    /// of one. What cannot be read completely stops the run.
    #[arg(long = "protect", value_name = "SOURCE")]
    pub protect: Vec<String>,

    /// Go on without a source that `--protect` names and that cannot be read; may be repeated
    #[arg(long = "waive", value_name = "SOURCE")]
    pub waive: Vec<String>,

    /// The directory of a job that has ended and will not recover; may be repeated
    #[arg(long = "ended", value_name = "JOB-URI")]
    pub ended: Vec<String>,

    /// What nothing was written to for so long, and nothing names, has ended; at least 7d
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub ended_if_idle: Option<Duration>,

    /// A job's directory that is left alone, though something in it cannot be understood; may be repeated
    ///
    /// Without it such a directory may stop the clean-up of others.
    #[arg(long = "acknowledge", value_name = "URI")]
    pub acknowledge: Vec<String>,

    /// How many completed checkpoints Flink itself retains (`state.checkpoints.num-retained`)
    ///
    /// So many of a job that may run are never taken. The default is what `--protect` tells, else the policy's `keep-last`.
    #[arg(long, value_name = "N", value_parser = positive)]
    pub flink_retained: Option<u32>,

    /// Where the ledger, the lease, the journal, the audit log and retired metadata are kept: a directory or URI outside of
    /// what is cleaned
    ///
    /// Schedulers should give one: residue then goes only after it was seen dead twice, and one run at a time works in a
    /// root. Without one, files lie beside the plan, or with `keepoint gc run` in the user's state directory.
    #[arg(long, value_name = "DIR-OR-URI")]
    pub ledger: Option<String>,
}

/// Bounds of what a run may do.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArguments {
    /// The share of a root's objects and bytes that may go, such as 60%
    ///
    /// Without it residue may be 30% of them, and what the policy retires is not bounded.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub max_share: Option<f64>,

    /// Objects that one run takes at the most; the rest is left to the next one
    ///
    /// The default is 1000000.
    #[arg(long, value_name = "N", value_parser = positive)]
    pub max_objects: Option<u32>,

    /// How long a checkpoint may take; at least 10min
    ///
    /// The default is 1h. What may belong to a checkpoint in progress stays.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub checkpoint_timeout: Option<Duration>,

    /// How long it may take every task to hear that a checkpoint was completed; at least 10min
    ///
    /// The default is 10min. Whatever was the newest checkpoint within this time and that of `--checkpoint-timeout` stays: one
    /// under way may build on it.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub settling: Option<Duration>,

    /// How far clocks may be apart; where they are farther, the run is refused
    ///
    /// The default is 5min.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub skew: Option<Duration>,

    /// How long a snapshot stays after the policy has retired it; needs a ledger
    ///
    /// The default is 0s.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub retire_grace: Option<Duration>,

    /// How long the tasks of a job that has ended may still write; at least 1h
    ///
    /// The default is 24h.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub cancel_grace: Option<Duration>,

    /// Move things into this directory, outside of what is cleaned, instead of deleting them
    #[arg(long, value_name = "URI")]
    pub quarantine: Option<String>,

    /// End with 3 for warnings and for what was acknowledged, too
    #[arg(long)]
    pub strict: bool,
}

/// Words that allow bounds below their floors; each is named in the plan, and none comes from the environment.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Unsafe")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct UnsafeArguments {
    /// Allow an `--ended-if-idle` below 7d
    #[arg(long)]
    pub unsafe_ended_if_idle: bool,

    /// Allow a `--checkpoint-timeout` below 10min
    #[arg(long)]
    pub unsafe_checkpoint_timeout: bool,

    /// Allow a `--settling` below 10min
    #[arg(long)]
    pub unsafe_settling: bool,

    /// Allow a `--cancel-grace` below 1h
    #[arg(long)]
    pub unsafe_cancel_grace: bool,
}

/// The same where residue may be planned.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Unsafe")]
pub struct UnsafeResidueArguments {
    /// Allow a `--min-age` below 1h
    #[arg(long)]
    pub unsafe_min_age: bool,

    /// Allow an `--unfinished-age` below 24h
    #[arg(long)]
    pub unsafe_unfinished_age: bool,
}

/// How fast a run deletes.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Limits")]
pub struct PaceArguments {
    /// Objects to delete in a second at the most, in each root
    ///
    /// The default is 3000 where a store has keys, 500 in HDFS, and no limit on a local disk. Where a store asks for fewer
    /// requests there are fewer.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub deletes_per_second: Option<u32>,
}

/// What a run tells besides its report.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Metrics")]
pub struct ToldArguments {
    /// Write the numbers of the run into this file, for the textfile collector of Prometheus
    #[arg(long, value_name = "FILE")]
    pub metrics_file: Option<PathBuf>,

    /// Send the numbers of the run to this Pushgateway, such as http://pushgateway:9091
    ///
    /// The group is the job `keepoint`, unless the path of the URL names one, as in
    /// http://pushgateway:9091/metrics/job/keepoint/cluster/blue.
    #[arg(long, value_name = "URL")]
    pub push_gateway: Option<String>,
}
