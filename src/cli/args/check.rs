//! `keepoint check`.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::{DocumentName, NameArguments, OutputName, StorageArguments};
use crate::compat::FlinkVersion;
use crate::compat::target::{BackendKind, ClaimMode, Platform};
use crate::render::CheckSection;
use crate::report::Coverage;

pub(super) const EXAMPLES: &str = "\
Examples:
  keepoint check s3://bucket/savepoints/savepoint-1a2b3c --flink-version 2.3
  keepoint check savepoint-1a2b3c --target manifest.yaml
  keepoint check savepoint-1a2b3c --target s3://bucket/staging/savepoint-4d5e6f --target deployment.yaml
  keepoint check savepoint-1a2b3c --target job-graph.bin --flink-version 1.20 --state-backend rocksdb
  keepoint check savepoint-1a2b3c --target https://jobmanager:8081 --job clicks
  keepoint check savepoint-1a2b3c --target manifest.yaml --require types --output junit > check.xml
  keepoint check savepoint-1a2b3c --target manifest.yaml --baseline accepted.json
";

/// Arguments of `keepoint check`.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct CheckArguments {
    /// URI or path of the snapshot: a checkpoint, a savepoint or a metadata file
    #[arg(value_name = "SNAPSHOT")]
    pub snapshot: String,

    /// What describes the job: a manifest, another snapshot, a serialized graph, a saved plan, a deployment, the jar of the job, or the REST
    /// API of a cluster that runs it (http://HOST:PORT); may be repeated
    ///
    /// Several descriptions are one: what an earlier one leaves open, a later one fills in. Without any, the job is the one that took the
    /// snapshot, on the release that `--flink-version` names.
    #[arg(short, long = "target", value_name = "FILE|URI", required_unless_present = "flink_version")]
    pub targets: Vec<String>,

    /// The job of the cluster that `--target http://HOST:PORT` names, by id or name; needed where not exactly one runs
    ///
    /// The environment variable KEEPOINT_FLINK_TOKEN may hold a bearer token, or a scheme and what belongs to it.
    #[arg(long, value_name = "ID|NAME")]
    pub job: Option<String>,

    /// The release of Flink that the job runs on, such as 2.3
    #[arg(long, value_name = "VERSION")]
    pub flink_version: Option<FlinkVersion>,

    /// The state backend of the job
    #[arg(long, value_name = "BACKEND")]
    pub state_backend: Option<BackendKind>,

    /// State without an operator may be dropped, as with `flink run --allowNonRestoredState`
    #[arg(long)]
    pub allow_non_restored_state: bool,

    /// How the snapshot is claimed, as with `flink run -claimMode`
    #[arg(long, value_name = "MODE")]
    pub claim_mode: Option<ClaimMode>,

    /// The platform that starts the job, where it has rules of its own
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Option<Platform>,

    /// Accept findings of this kind, of all operators or of one, by uid, name or id; may be repeated
    #[arg(long, value_name = "CODE[:OPERATOR]")]
    pub accept: Vec<String>,

    /// Accept the findings of an earlier report, in JSON
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// How far the check must reach: what could not be checked is otherwise no obstacle
    #[arg(long, value_name = "COVERAGE")]
    pub require: Option<Coverage>,

    /// Make sure that the files of the snapshot are there, too
    #[arg(long)]
    pub verify: bool,

    /// Read no state file: types are not compared
    #[arg(long)]
    pub no_states: bool,

    /// Where files are that metadata names in another place; may be repeated
    ///
    /// For snapshots that were copied: FROM is the directory as the metadata has it, TO the one that stands for it now. It holds for
    /// snapshots that describe the job, too.
    #[arg(long = "relocate", value_name = "FROM=TO")]
    pub relocations: Vec<String>,

    /// How to write the result
    ///
    /// The default is `table`, on a terminal and elsewhere, unless the environment variable KEEPOINT_OUTPUT says
    /// otherwise.
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<CheckOutputName>,

    /// The part of the report to write as CSV
    ///
    /// The default is `findings`. Only with `--output csv`.
    #[arg(long, value_name = "SECTION")]
    pub section: Option<CheckSection>,

    /// Files about the job that took the snapshot.
    #[command(flatten)]
    pub names: NameArguments,

    /// How the stores are reached.
    #[command(flatten)]
    pub storage: StorageArguments,
}

/// Names of the outputs of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckOutputName {
    /// Those of other documents
    Document(DocumentName),
    /// For the test report of a build
    Junit,
}

impl ValueEnum for CheckOutputName {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Document(DocumentName::Output(OutputName::Table)),
            Self::Document(DocumentName::Output(OutputName::Wide)),
            Self::Document(DocumentName::Output(OutputName::Json)),
            Self::Document(DocumentName::Output(OutputName::Jsonl)),
            Self::Document(DocumentName::Output(OutputName::Csv)),
            Self::Document(DocumentName::Output(OutputName::Protobuf)),
            Self::Document(DocumentName::Markdown),
            Self::Document(DocumentName::Html),
            Self::Junit,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Document(name) => name.to_possible_value(),
            Self::Junit => Some(PossibleValue::new("junit").help("For the test report of a build")),
        }
    }
}

impl ValueEnum for BackendKind {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::HashMap, Self::RocksDb, Self::ForSt]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for ClaimMode {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::NoClaim, Self::Claim, Self::Legacy]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.constant()))
    }
}

impl ValueEnum for Platform {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Alibaba]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Alibaba => Some(PossibleValue::new("alibaba").help("Alibaba Realtime Compute")),
        }
    }
}

impl ValueEnum for Coverage {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Types, Self::Full]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Types => Some(PossibleValue::new("types").help("The types of all states were compared")),
            Self::Full => Some(PossibleValue::new("full").help("Nothing was left unchecked")),
            _ => None,
        }
    }
}
