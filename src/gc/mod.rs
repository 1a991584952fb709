//! `keepoint gc`: what can go, and is that proven?
//!
//! ```text
//! survey (everything below the roots, every metadata) ─┐
//! protect (pins, clusters, high availability) ─────────┼→ decide (which snapshots go) → classes (which files go with them) → guard → plan
//! retention (the policy) ──────────────────────────────┘
//! plan → apply: re-mark → delete metadata → re-mark → re-check and delete files → remove empty directories; journal and audit log
//! ```
//!
//! The rules are those of `docs/gc-safety.md`; comments name them (`S-nn`, `R-nn`). What is not known keeps what it could name.

pub mod apply;
mod classes;
mod decide;
mod disk;
mod fingerprint;
mod guard;
pub mod ledger;
pub mod lineage;
mod marking;
mod memory;
pub mod plan;
mod planner;
pub mod protect;
mod request;
pub mod restore_metadata;
pub mod retention;
pub mod rules;
mod survey;
pub mod world;

pub use classes::Sightings;
pub use marking::Marking;
pub use memory::Memory;
pub use planner::{Planning, PlanningError, make_plan};
pub use request::{Acknowledged, GcRequest, Limits, Purpose};
pub use survey::SurveyError;
