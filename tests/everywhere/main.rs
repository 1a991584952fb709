//! One tree on every store, and what a real Flink writes onto them.
//!
//! Needs the servers of `tests/servers`, which `tests/run` starts; their environment says where they are.

mod flink_writes;
#[path = "../support/place.rs"]
mod place;
mod quarantine;
mod same_answers;
