//! `keepoint uid`.

use clap::Args;

use super::names::NameArguments;
use super::{OutputName, StorageArguments};
use crate::render::UidSection;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepoint uid orders-source enrich
  keepoint uid --sinks clicks-sink
  keepoint uid --find 45b0254a46cabbc3efeea5d2e170ea5b --jar app.jar
  keepoint uid --find 45b0254a46cabbc3efeea5d2e170ea5b --uids uids.txt --snapshot s3://bucket/savepoints/savepoint-1a2b3c
";

/// Arguments of `keepoint uid`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct UidArguments {
    /// uids, of which the operator ids are wanted
    #[arg(value_name = "NAME", required_unless_present = "find", conflicts_with = "find")]
    pub names: Vec<String>,

    /// Also show the ids of the committers that Flink puts behind a sink with this uid
    #[arg(long, conflicts_with = "find")]
    pub sinks: bool,

    /// An operator id, of which the uid is wanted; may be given several times
    #[arg(long, value_name = "HASH")]
    pub find: Vec<String>,

    /// How to write the result
    ///
    /// The default is `table`, on a terminal and elsewhere, unless the environment variable KEEPOINT_OUTPUT says
    /// otherwise.
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<OutputName>,

    /// The part of the report to write as CSV
    ///
    /// The default is `answers`. Only with `--output csv`.
    #[arg(long, value_name = "SECTION")]
    pub section: Option<UidSection>,

    /// Files about the job.
    #[command(flatten)]
    pub sources: NameArguments,

    /// A snapshot whose operators may tell; may be given several times
    #[arg(long, value_name = "URI", help_heading = "Names")]
    pub snapshot: Vec<String>,

    /// How the store is reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}
