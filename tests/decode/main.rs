//! The decoder against Flink: what Flink's own loader says of a file is what keepoint must say.

#[path = "../support/fixtures.rs"]
mod fixtures;

mod corpus;
mod damage;
mod flink_loader;
mod flink_view;
mod laws;
mod round_trip;
