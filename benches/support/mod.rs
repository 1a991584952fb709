//! What the benchmark and its tool share: the files that are measured.

pub(crate) mod synthetic;

#[path = "../../tests/support/fixtures.rs"]
mod fixtures;

use std::fs;
use std::path::PathBuf;

/// A checkpoint of RocksDB's files that a real Flink 2.3.0 wrote: the same kind of snapshot as the synthetic one, but small.
pub(crate) fn small_checkpoint() -> PathBuf {
    of_rocksdb("checkpoints")
}

/// A savepoint of the same job.
pub(crate) fn small_savepoint() -> PathBuf {
    of_rocksdb("savepoints")
}

fn of_rocksdb(directory: &str) -> PathBuf {
    let directory = format!("flink/2.3.0/rocksdb-incremental/{directory}/");
    let found = fixtures::snapshots().into_iter().rfind(|snapshot| snapshot.name.starts_with(&directory));
    found.unwrap_or_else(|| panic!("no fixture in {directory}")).metadata
}

/// The synthetic file, with the checkpoint properties of the small checkpoint.
pub(crate) fn synthetic_file() -> Vec<u8> {
    let real = fs::read(small_checkpoint()).expect("a readable fixture");
    let decoded = keepoint::format::metadata::decode(&real).expect("a well-formed fixture");
    synthetic::file(&decoded.metadata.properties.expect("properties since version 4"))
}
