//! keepoint reads, judges and cleans the places where Apache Flink keeps checkpoints and savepoints.

pub mod cli;
pub mod render;
pub mod report;
