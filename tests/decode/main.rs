//! The decoder against Flink: what Flink's own loader says of a file is what keepoint must say.

#[path = "../support/fixtures.rs"]
mod fixtures;
#[path = "../support/golden.rs"]
mod golden;

mod corpus;
mod damage;
mod damaged;
mod flink_loader;
mod flink_view;
mod flinks_sizes;
mod laws;
mod round_trip;
