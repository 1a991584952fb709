//! `keepoint gc`: what is asked, in groups that `plan`, `run` and `dispose` share.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::gc_policy::PolicyArguments;
use super::gc_world::{
    LimitArguments, PaceArguments, ResidueArguments, ToldArguments, UnsafeArguments, UnsafeResidueArguments,
    WorldArguments,
};
use super::values::{duration, percent};
use super::{DocumentName, OutputName, StorageArguments};
use crate::render::{GcOutcomeSection, GcPlanSection};

pub(super) const EXAMPLES: &str = "\
Examples:
  keepoint gc plan s3://bucket/flink --keep-last 5
  keepoint gc plan s3://bucket/flink --keep-last 5 --out plan
  keepoint gc show plan
  keepoint gc apply plan
  keepoint gc run s3://bucket/flink --keep-last 5 --yes
";

pub(super) const PLAN_EXAMPLES: &str = "\
Examples:
  keepoint gc plan s3://bucket/flink --keep-last 5
  keepoint gc plan /flink/checkpoints /flink/savepoints --keep-last 5 --keep savepoint:within=90d
  keepoint gc plan s3://bucket/flink --keep-last 3 --protect flink:https://flink:8081 --out plan
  keepoint gc plan s3://bucket/flink --keep-daily 7 --orphans --ledger s3://ops/keepoint
  keepoint gc plan --policy policy.yaml --strict --detailed-exitcode
  keepoint gc plan s3://bucket/flink --keep-last 5 --output html > plan.html

Nothing is deleted, and nothing is written below a ROOT. Savepoints are kept unless a rule names
them.
";

pub(super) const SHOW_EXAMPLES: &str = "\
Examples:
  keepoint gc show plan
  keepoint gc show plan --output markdown > plan.md
  keepoint gc show plan --output jsonl | jq -r 'select(.item).item.path'
  keepoint gc show plan --output csv --section items > items.csv
";

pub(super) const APPLY_EXAMPLES: &str = "\
Examples:
  keepoint gc apply plan
  keepoint gc apply plan --yes --output json
  keepoint gc apply plan --yes --ledger s3://ops/keepoint --max-share 60%

What is needed is computed again before anything is deleted, and only what the plan names and
what is still not needed goes. A run that was interrupted is resumed by the same command.
";

pub(super) const RUN_EXAMPLES: &str = "\
Examples:
  keepoint gc run s3://bucket/flink --keep-last 5 --yes
  keepoint gc run --policy policy.yaml --ledger s3://ops/keepoint --yes --output json
  keepoint gc run hdfs://nameservice/flink --keep-last 5 --orphans --ledger s3://ops/keepoint --yes \\
    --metrics-file /var/lib/node_exporter/keepoint.prom
";

/// Arguments of `keepoint gc`.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct GcArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: GcCommand,
}

/// The commands of `keepoint gc`.
#[derive(Debug, Subcommand)]
pub enum GcCommand {
    /// Say what can go, and write it into a plan; nothing is deleted.
    Plan(Box<GcPlanArguments>),
    /// Show a plan.
    Show(GcShowArguments),
    /// Delete what a plan names, as far as it is still not needed.
    Apply(Box<GcApplyArguments>),
    /// Plan and apply at once, for schedulers.
    Run(Box<GcRunArguments>),
}

/// Arguments of `keepoint gc plan`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct GcPlanArguments {
    /// URIs or paths to clean, such as a checkpoint directory, a savepoint directory or a bucket
    ///
    /// With `--policy`, those of the file, and without any all of them.
    #[arg(value_name = "ROOT", required_unless_present = "policy")]
    pub roots: Vec<String>,

    /// Write the plan into this file, for `keepoint gc apply`
    #[arg(long, value_name = "PLAN")]
    pub out: Option<PathBuf>,

    /// End with 10 where something can go, and with 0 only where nothing can
    #[arg(long)]
    pub detailed_exitcode: bool,

    /// How to write the result
    ///
    /// The default is `table`, on a terminal and elsewhere, unless the environment variable KEEPOINT_OUTPUT says
    /// otherwise.
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<DocumentName>,

    /// The part of the report to write as CSV
    ///
    /// The default is `snapshots`. Only with `--output csv`. What goes, object by object, is shown by `keepoint gc show`.
    #[arg(long, value_name = "SECTION")]
    pub section: Option<GcPlanSection>,

    /// What is kept.
    #[command(flatten)]
    pub policy: PolicyArguments,

    /// What is taken besides.
    #[command(flatten)]
    pub residue: ResidueArguments,

    /// What else is read.
    #[command(flatten)]
    pub world: WorldArguments,

    /// Bounds.
    #[command(flatten)]
    pub limits: LimitArguments,

    /// What allows bounds below their floors.
    #[command(flatten)]
    pub loosened: UnsafeArguments,

    /// The same for residue.
    #[command(flatten)]
    pub loosened_residue: UnsafeResidueArguments,

    /// How the stores are reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}

/// Arguments of `keepoint gc show`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct GcShowArguments {
    /// A plan that `keepoint gc plan --out` wrote
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,

    /// How to write the plan
    ///
    /// The objects that go, which may be millions, are in `json`, `jsonl`, `protobuf` and `csv --section items`. The default
    /// is `table`, on a terminal and elsewhere, unless the environment variable KEEPOINT_OUTPUT says otherwise.
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<DocumentName>,

    /// The part of the plan to write as CSV
    ///
    /// The default is `snapshots`. Only with `--output csv`.
    #[arg(long, value_name = "SECTION")]
    pub section: Option<GcPlanSection>,
}

/// Arguments of `keepoint gc apply`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct GcApplyArguments {
    /// A plan that `keepoint gc plan --out` wrote
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,

    /// Delete without asking; needed where there is no terminal to ask on
    #[arg(long)]
    pub yes: bool,

    /// The share of a root's objects and bytes that may go, such as 60%
    ///
    /// Repeats a plan that was refused because of its share.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub max_share: Option<f64>,

    /// Where the ledger, the lease, the journal, the audit log and retired metadata are kept: a directory or URI outside of
    /// what is cleaned
    ///
    /// The default is that of the plan, and where it has none the directory of the plan, without a lease.
    #[arg(long, value_name = "DIR-OR-URI")]
    pub ledger: Option<String>,

    /// The age up to which a plan is applied; at the most 7d
    ///
    /// The default is 24h.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub max_plan_age: Option<Duration>,

    /// How to write the result
    ///
    /// The default is `table`, on a terminal and elsewhere, unless the environment variable KEEPOINT_OUTPUT says
    /// otherwise.
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<OutputName>,

    /// The part of the report to write as CSV
    ///
    /// The default is `run`. Only with `--output csv`.
    #[arg(long, value_name = "SECTION")]
    pub section: Option<GcOutcomeSection>,

    /// How fast.
    #[command(flatten)]
    pub pace: PaceArguments,

    /// Exit codes and numbers for others.
    #[command(flatten)]
    pub told: ToldArguments,

    /// How the stores are reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}

/// Arguments of `keepoint gc run`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct GcRunArguments {
    /// URIs or paths to clean, such as a checkpoint directory, a savepoint directory or a bucket
    ///
    /// With `--policy`, those of the file, and without any all of them.
    #[arg(value_name = "ROOT", required_unless_present = "policy")]
    pub roots: Vec<String>,

    /// Delete without asking; needed where there is no terminal to ask on
    #[arg(long)]
    pub yes: bool,

    /// How to write the result
    ///
    /// The default is `table`, on a terminal and elsewhere, unless the environment variable KEEPOINT_OUTPUT says
    /// otherwise.
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<OutputName>,

    /// The part of the report to write as CSV
    ///
    /// The default is `run`. Only with `--output csv`.
    #[arg(long, value_name = "SECTION")]
    pub section: Option<GcOutcomeSection>,

    /// What is kept.
    #[command(flatten)]
    pub policy: PolicyArguments,

    /// What is taken besides.
    #[command(flatten)]
    pub residue: ResidueArguments,

    /// What else is read.
    #[command(flatten)]
    pub world: WorldArguments,

    /// Bounds.
    #[command(flatten)]
    pub limits: LimitArguments,

    /// How fast.
    #[command(flatten)]
    pub pace: PaceArguments,

    /// Exit codes and numbers for others.
    #[command(flatten)]
    pub told: ToldArguments,

    /// What allows bounds below their floors.
    #[command(flatten)]
    pub loosened: UnsafeArguments,

    /// The same for residue.
    #[command(flatten)]
    pub loosened_residue: UnsafeResidueArguments,

    /// How the stores are reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}
