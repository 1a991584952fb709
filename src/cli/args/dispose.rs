//! `keepoint dispose`.

use clap::Args;

use super::gc_world::{LimitArguments, PaceArguments, ToldArguments, UnsafeArguments, WorldArguments};
use super::{OutputName, StorageArguments};
use crate::render::GcOutcomeSection;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepoint dispose s3://bucket/savepoints/savepoint-6e1f8b-0a1b2c3d4e5f
  keepoint dispose /flink/checkpoints/<job id>/chk-42 --also-read /flink/savepoints
  keepoint dispose s3://bucket/flink/<job id>/chk-42 --ended s3://bucket/flink/<job id> --yes

Files that other snapshots need stay, which `flink savepoint -d` would delete for an incremental
checkpoint. The newest checkpoint of a job that may run is refused.
";

/// Arguments of `keepoint dispose`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct DisposeArguments {
    /// URI or path of the snapshot that shall go: its directory or its metadata file
    ///
    /// For references are read: the directory that holds the job's directory, or that holds the savepoint, and what
    /// `--also-read` names.
    #[arg(value_name = "SNAPSHOT")]
    pub snapshot: String,

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

    /// How the stores are reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}
