//! `keepoint gc`, `dispose` and `restore-metadata`: from a question to a plan, and from a plan to what is gone.
//!
//! What goes and what stays is decided by [`crate::gc`]; here are places, questions to a person, and files.

pub mod apply;
pub mod dispose;
mod making;
pub mod plan;
mod plan_file;
pub mod restore_metadata;
pub mod run;
pub mod show;
mod telling;
mod verdict;
