//! What writes: plan files, ledgers, and the application of plans.

#![expect(
    clippy::format_collect,
    clippy::similar_names,
    clippy::single_match_else,
    clippy::unused_self,
    clippy::let_and_return,
    reason = "scenes are told in the shortest words"
)]

#[path = "../support/s3_double/mod.rs"]
mod s3_double;

mod crashes;
mod ledgers;
mod memory;
mod on_disk;
mod plan;
mod rules;
mod s3;
mod scene;
