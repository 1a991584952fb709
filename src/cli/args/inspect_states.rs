//! What `keepoint inspect` reads of state files.

use clap::Args;

/// Arguments about states.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "States")]
pub struct InspectStatesArguments {
    /// Read the names, kinds and types of all states from the headers of the state files
    ///
    /// A file of any size costs a few kilobytes. Of headers of one operator that are just as long, one is read; the others are counted.
    #[arg(long)]
    pub states: bool,

    /// Read also those headers that are taken to be equal to one that was read
    #[arg(long)]
    pub every_header: bool,

    /// Write all states with all that is recorded of their types as JSON, sorted and without places and sizes
    ///
    /// Two snapshots have the same schema when these texts are the same. Reads what `--states` reads.
    #[arg(long, conflicts_with_all = ["output", "section"])]
    pub schema: bool,

    /// Where files are that metadata names in another place; may be repeated
    ///
    /// For snapshots that were copied: FROM is the directory as the metadata has it, TO the one that stands for it now.
    #[arg(long = "relocate", value_name = "FROM=TO")]
    pub relocations: Vec<String>,
}

impl InspectStatesArguments {
    /// Whether headers are to be read.
    #[must_use]
    pub fn wanted(&self) -> bool {
        self.states || self.every_header || self.schema
    }
}
