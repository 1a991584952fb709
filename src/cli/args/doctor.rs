//! `keepoint doctor`.

use clap::Args;

use super::{OutputName, StorageArguments};
use crate::render::DoctorSection;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepoint doctor s3://bucket/flink
  keepoint doctor cosn://bucket-1250000000/flink --region ap-guangzhou
  keepoint doctor hdfs://nameservice/flink --hadoop-conf /etc/hadoop/conf
  keepoint doctor s3://bucket/flink --probe-write s3://bucket/flink/keepoint-probe
";

/// Arguments of `keepoint doctor`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct DoctorArguments {
    /// URI or path that shall be reached
    #[arg(value_name = "URI")]
    pub place: String,

    /// Also try to create a file and to delete it again, in this directory
    ///
    /// Without it nothing is created or deleted anywhere. The file has a name of its own; nothing else is touched.
    #[arg(long, value_name = "PREFIX")]
    pub probe_write: Option<String>,

    /// How to write the result
    ///
    /// The default is `table`, on a terminal and elsewhere, unless the environment variable KEEPOINT_OUTPUT says
    /// otherwise.
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<OutputName>,

    /// The part of the report to write as CSV
    ///
    /// The default is `checks`. Only with `--output csv`.
    #[arg(long, value_name = "SECTION")]
    pub section: Option<DoctorSection>,

    /// How the store is reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}
