//! `keepoint manifest`.

use clap::{Args, Subcommand};

use super::StorageArguments;
use crate::compat::FlinkVersion;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepoint manifest init s3://bucket/staging/savepoint-4d5e6f > manifest.yaml
";

pub(super) const INIT_EXAMPLES: &str = "\
Examples:
  keepoint manifest init s3://bucket/staging/savepoint-4d5e6f > manifest.yaml
  keepoint manifest init job-graph.bin savepoint-1a2b3c --flink-version 2.3 > manifest.yaml
  keepoint manifest init https://jobmanager:8081 --job clicks > manifest.yaml
";

/// Arguments of `keepoint manifest`.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct ManifestArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: ManifestCommand,
}

/// The commands of `keepoint manifest`.
#[derive(Debug, Subcommand)]
pub enum ManifestCommand {
    /// Write a first manifest of a job, from what describes it.
    Init(ManifestInitArguments),
}

/// Arguments of `keepoint manifest init`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct ManifestInitArguments {
    /// A snapshot, a serialized graph, a saved plan, a deployment, another manifest, or the REST API of a cluster (http://HOST:PORT)
    ///
    /// Several describe one job: what an earlier one leaves open, a later one fills in.
    #[arg(value_name = "FILE|URI", required = true)]
    pub sources: Vec<String>,

    /// The job of the cluster that http://HOST:PORT names, by id or name; needed where not exactly one runs
    #[arg(long, value_name = "ID|NAME")]
    pub job: Option<String>,

    /// The release of Flink that the job runs on, such as 2.3
    #[arg(long, value_name = "VERSION")]
    pub flink_version: Option<FlinkVersion>,

    /// Where files are that metadata names in another place; may be repeated
    ///
    /// For snapshots that were copied: FROM is the directory as the metadata has it, TO the one that stands for it now.
    #[arg(long = "relocate", value_name = "FROM=TO")]
    pub relocations: Vec<String>,

    /// How the stores are reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}
