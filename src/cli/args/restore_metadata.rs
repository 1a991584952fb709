//! `keepoint restore-metadata`.

use clap::Args;

use super::{OutputName, StorageArguments};
use crate::render::GcRestoredSection;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepoint restore-metadata s3://bucket/flink/<job id>/chk-42 --from s3://ops/keepoint/bundle

The metadata is written only if every file that it names is there with the length that it says,
and only where there is none. Once its data is gone, a snapshot cannot be brought back.
";

/// Arguments of `keepoint restore-metadata`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct RestoreMetadataArguments {
    /// URI or path of the snapshot that was retired
    #[arg(value_name = "SNAPSHOT")]
    pub snapshot: String,

    /// Where the run that retired it has put its metadata, as its report says (`bundle`), or the ledger of that run
    #[arg(long, value_name = "BUNDLE")]
    pub from: String,

    /// How to write the result
    ///
    /// The default is `table`, on a terminal and elsewhere, unless the environment variable KEEPOINT_OUTPUT says
    /// otherwise.
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<OutputName>,

    /// The part of the report to write as CSV
    ///
    /// The default is `snapshot`. Only with `--output csv`.
    #[arg(long, value_name = "SECTION")]
    pub section: Option<GcRestoredSection>,

    /// How the stores are reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}
