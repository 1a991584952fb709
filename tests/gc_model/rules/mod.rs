//! Each rule of planning is needed: with it left out, and only then, a plan takes something that somebody may need.
//!
//! What leaving out the rules of applying does is in `tests/gc_apply`; `table.rs` has where each of them is tried.

mod ages;
mod metadata;
mod registries;
mod running_jobs;
mod scene;
mod table;
