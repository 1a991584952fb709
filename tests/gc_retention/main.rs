//! Which snapshots a policy keeps: cases in files, laws, and a test for each rule that fails without it.

#[path = "../support/golden.rs"]
mod golden;

mod cases;
mod laws;
mod policy_files;
mod refused;
mod rules;
mod written;
