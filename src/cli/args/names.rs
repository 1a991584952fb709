//! Where names and uids of operators may be learnt: the same for every command that shows operators.

use std::path::PathBuf;

use clap::Args;

/// Files about the job.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Names")]
pub struct NameArguments {
    /// A file with uids, a line for each; text in double quotes is tried as well
    ///
    /// Lines that are the uid of no operator do no harm. May be given several times, as `--jar` and `--plan`.
    #[arg(long, value_name = "FILE")]
    pub uids: Vec<PathBuf>,

    /// The jar of the job: every constant in it is tried as a uid, jars inside of it included
    #[arg(long, value_name = "FILE")]
    pub jar: Vec<PathBuf>,

    /// A saved plan of the job: of the REST API (/jobs/:id, /jobs/:id/plan), of `flink info`, or a compiled plan of SQL
    #[arg(long, value_name = "FILE")]
    pub plan: Vec<PathBuf>,
}
