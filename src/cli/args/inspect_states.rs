//! What `keepoint inspect` reads of state files.

use clap::Args;

/// Arguments about states.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "States")]
#[expect(clippy::struct_excessive_bools, reason = "each is one flag")]
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

    /// Say where the bytes are: by subtask, by key group, and by state where tables of RocksDB or ForSt tell
    ///
    /// Reads the end of each table, a few kilobytes. Blocks of states in other files have no length: their sizes are not known.
    #[arg(long)]
    pub sizes: bool,

    /// Say how many bytes no other snapshot below ROOT needs; may be repeated
    ///
    /// So much would deleting this snapshot free, as far as these roots tell. It is no permission to delete it.
    #[arg(long = "freed-within", value_name = "ROOT")]
    pub freed_within: Vec<String>,

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
