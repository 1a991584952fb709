//! The stores, and which kinds of state are tried on each.

use std::env;
use std::path::Path;
use std::process;

use super::place::Place;

/// All that `Kind.java` knows.
const EVERY_KIND: [&str; 6] =
    ["hashmap", "rocksdb-full", "rocksdb-incremental", "file-merging", "file-merging-across", "changelog"];

/// A store that Flink writes onto and keepoint cleans.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Store {
    Local,
    S3,
    Hdfs,
}

/// Whether every kind of state is asked for on every store.
pub(crate) fn everything() -> bool {
    env::var_os("KEEPOINT_TEST_FLINK_ALL").is_some()
}

impl Store {
    /// As `tests/servers/flink` has it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::S3 => "s3",
            Self::Hdfs => "hdfs",
        }
    }

    /// A place that nobody has used, on a local disk in that directory.
    pub(crate) fn place(self, test: &str, directory: &Path) -> Place {
        let path = format!("gc-flink-{}/{test}", process::id());
        match self {
            Self::Local => Place::local(&directory.join(path)),
            Self::S3 => Place::s3(&path),
            Self::Hdfs => Place::hdfs(&path),
        }
    }

    /// The kinds that are tried on it.
    pub(crate) fn kinds(self) -> Vec<&'static str> {
        let kinds: &[&str] = match self {
            _ if everything() => &EVERY_KIND,
            Self::Local => &["hashmap", "rocksdb-incremental", "file-merging", "changelog"],
            Self::S3 => &["rocksdb-incremental", "file-merging"],
            Self::Hdfs => &["rocksdb-incremental", "file-merging-across", "changelog"],
        };
        kinds.iter().copied().filter(|kind| self.is_sound(kind)).collect()
    }

    /// A file that checkpoints share while it is written is not there on S3 before it is closed: Flink itself cannot restore from it.
    fn is_sound(self, kind: &str) -> bool {
        !(matches!(self, Self::S3) && kind == "file-merging-across")
    }
}
