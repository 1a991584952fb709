//! The options that matter here, with all names that they have had.
//!
//! Source: `CheckpointingOptions` (flink-core) and `FsStateChangelogOptions` (flink-dstl-dfs) of Flink 1.18 to 2.3. Flink takes the
//! first name that is set, in this order (`Configuration.applyWithOption`).

use std::fmt;

use super::Entries;

/// An option: its names, the current one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ConfigOption {
    pub(super) names: &'static [&'static str],
    /// The release in which the first of several names came.
    pub(super) since: Option<&'static str>,
}

pub(super) const CHECKPOINTS_DIRECTORY: ConfigOption = ConfigOption {
    names: &["execution.checkpointing.dir", "state.checkpoints.dir", "state.backend.fs.checkpointdir"],
    since: Some("1.20"),
};

pub(super) const SAVEPOINT_DIRECTORY: ConfigOption = ConfigOption {
    names: &["execution.checkpointing.savepoint-dir", "state.savepoints.dir", "savepoints.state.backend.fs.dir"],
    since: Some("1.20"),
};

pub(super) const MAX_RETAINED_CHECKPOINTS: ConfigOption = ConfigOption {
    names: &["execution.checkpointing.num-retained", "state.checkpoints.num-retained"],
    since: Some("1.20"),
};

pub(super) const CREATE_CHECKPOINT_SUB_DIR: ConfigOption = ConfigOption {
    names: &["execution.checkpointing.create-subdir", "state.checkpoints.create-subdir"],
    since: Some("1.20"),
};

pub(super) const CHECKPOINTING_TIMEOUT: ConfigOption =
    ConfigOption { names: &["execution.checkpointing.timeout"], since: None };

pub(super) const CHANGELOG_BASE_PATH: ConfigOption =
    ConfigOption { names: &["state.changelog.dstl.dfs.base-path", "dstl.dfs.base-path"], since: None };

pub(super) const DEFAULT_FILESYSTEM_SCHEME: ConfigOption = ConfigOption { names: &["fs.default-scheme"], since: None };

impl ConfigOption {
    /// The names that are set, with their values; the first one counts.
    pub(super) fn set(self, entries: &Entries) -> impl Iterator<Item = (&'static str, &str)> {
        self.names.iter().filter_map(|name| Some((*name, entries.values.get(*name)?.as_str())))
    }
}

impl fmt::Display for ConfigOption {
    /// "execution.checkpointing.dir (state.checkpoints.dir before Flink 1.20)".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.names[0])?;
        match (self.names.get(1), self.since) {
            (Some(old), Some(since)) => write!(f, " ({old} before Flink {since})"),
            _ => Ok(()),
        }
    }
}
