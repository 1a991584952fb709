//! The real binary against storage that fails: whatever goes wrong with any single request, a command ends with a code that is not
//! zero and names the place, or its result is the whole one.

#[path = "../support/fixtures.rs"]
mod fixtures;
#[path = "../support/golden.rs"]
mod golden;
#[path = "../support/s3_double/mod.rs"]
mod s3_double;

mod bad_input;
mod clocks;
mod commands;
mod each_request;
mod tree;
