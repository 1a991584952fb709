//! Flink restores what the collector kept. A real Flink runs jobs that find out by themselves whether their state is whole
//! (`fixtures/generate`, package `proof`), `keepoint gc run` cleans up behind them, and Flink starts from everything that is left.
//!
//! ```text
//! tests/servers/s3 start /tmp/s3 && . /tmp/s3/env
//! tests/servers/hdfs start /tmp/hdfs && . /tmp/hdfs/env
//! cargo test --test gc_flink -- --ignored --test-threads 3          # or with a part of a test's name, such as on_a_local_disk
//! ```
//!
//! Each store has a Flink of its own, and tests on one store wait for each other. Needs JDK 17 and Maven. `KEEPOINT_TEST_FLINK=1.20.5` takes another release of `fixtures/generate`, `KEEPOINT_TEST_FLINK_ALL=1` runs every
//! kind of state on every store and longer loops. `tests/gc_flink/run-all` runs all releases on all stores and keeps what they say.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what a real Flink was seen to do is recorded")]

mod chains;
mod collected;
mod disposal;
mod flink;
mod kinds;
mod naming;
#[path = "../support/place.rs"]
mod place;
mod running;
mod store;
mod stored;
