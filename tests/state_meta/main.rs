//! Headers of state files against Flink: what Flink's own reader says of a header is what keepoint must say.

#[path = "../support/fixtures.rs"]
mod fixtures;
#[path = "../support/golden.rs"]
mod golden;

mod by_hand;
mod bytes;
mod changes;
mod corpus;
mod damage;
mod flink_reader;
mod flink_view;
mod headers;
mod opaque;
mod registry;
mod report;
mod timers;
