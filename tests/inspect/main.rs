//! The report of `keepoint inspect` against what Flink's own loader said of the same file.

#[path = "../support/fixtures.rs"]
mod fixtures;

mod against_flink;
mod places;
mod resolution;
