//! `keepoint files`.

use std::time::Duration;

use clap::Args;

use super::values::{duration, size};
use super::{OutputName, StorageArguments};
use crate::render::FilesSection;
use crate::report::FileClass;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepoint files s3://bucket/flink/<job id>
  keepoint files s3://bucket/flink --output jsonl > files.jsonl
  keepoint files /flink/checkpoints /flink/savepoints --class orphan --older-than 7d --min-size 100MiB
  keepoint files /flink/checkpoints --who /flink/checkpoints/<job id>/shared/0fbdaf63-ff76-4b9d-8a9c-5a35ffb4f0a1
  keepoint files s3://bucket/flink --uploads --versions --output json | jq .totals
";

/// Arguments of `keepoint files`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct FilesArguments {
    /// URIs or paths to search; they are one world, in which every reference is followed
    #[arg(value_name = "ROOT", required = true)]
    pub roots: Vec<String>,

    /// Say of one file who refers to it: which snapshots, operators and handles
    #[arg(long, value_name = "FILE", conflicts_with_all = ["classes", "older_than", "min_size", "versions", "uploads"])]
    pub who: Option<String>,

    /// Only files of this class; may be repeated
    #[arg(long = "class", value_name = "CLASS", help_heading = "Filters")]
    pub classes: Vec<FileClass>,

    /// Only files last written at least this long ago, such as 12h or 7d
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Filters")]
    pub older_than: Option<Duration>,

    /// Only files with at least so many bytes, such as 500MB or 1.5GiB
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Filters")]
    pub min_size: Option<u64>,

    /// Show versions of objects that are not the current ones, and markers of deletions
    #[arg(long)]
    pub versions: bool,

    /// Show uploads that were begun and not finished
    #[arg(long)]
    pub uploads: bool,

    /// Files that nobody refers to and that are younger than this may belong to a checkpoint in progress
    ///
    /// The default is 10 minutes, as in Flink. It is counted back from the newest completed checkpoint of a job, with 5
    /// minutes on top for clocks that differ.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub checkpoint_timeout: Option<Duration>,

    /// Where files are that metadata names in another place; may be repeated
    ///
    /// For snapshots that were copied: FROM is the directory as the metadata has it, TO the one that stands for it now.
    #[arg(long = "relocate", value_name = "FROM=TO")]
    pub relocations: Vec<String>,

    /// How to write the result
    ///
    /// The default is `table`, on a terminal and elsewhere, unless the environment variable KEEPOINT_OUTPUT says
    /// otherwise.
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<OutputName>,

    /// The part of the report to write as CSV
    ///
    /// The default is `files`. Only with `--output csv`.
    #[arg(long, value_name = "SECTION")]
    pub section: Option<FilesSection>,

    /// How the stores are reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}
