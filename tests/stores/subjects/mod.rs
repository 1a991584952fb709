//! The stores that the laws are held against, one file each.

pub(crate) mod double;
pub(crate) mod hdfs;
pub(crate) mod local;
pub(crate) mod memory;
pub(crate) mod s3_server;

use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// What a script of `tests/servers/` has written into its `env`.
pub(crate) fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: source the env of the server in tests/servers"))
}

/// A name that no other test of any process takes.
pub(crate) fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_nanos());
    format!("suite-{nanos:x}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}
