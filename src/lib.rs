//! keepoint reads, judges and cleans the places where Apache Flink keeps checkpoints and savepoints.

pub mod cli;
pub mod codec;
pub mod format;
pub mod model;
pub mod references;
pub mod render;
pub mod report;
pub mod uri;
