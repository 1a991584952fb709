//! The real binary is killed (SIGKILL) while it applies a plan: at each request to the store that holds its ledger, and so at each step of
//! its journal. Whatever is left, each snapshot that has its metadata is whole, and the same command comes to the end of a run that
//! nobody disturbed.
//!
//! The server holds one request, and the process is killed while it waits for the answer: before the request is carried out, and after it.
//! No time decides what happens.

#![cfg(unix)]

#[path = "../support/flink_loader.rs"]
mod flink_loader;
#[path = "../support/planted.rs"]
mod planted;
#[path = "../support/s3_double/mod.rs"]
mod s3_double;

mod each_step;
mod world;
