//! Who an operator is: the uid and the name behind an operator id, and whether the id was generated.
//!
//! Metadata from version 5 on says so itself. Otherwise a uid is proven by its hash ([`operator_id_of`]), wherever its text comes from: a
//! list, the constants of the job's archive ([`jar`]), a plan ([`plan`]), another snapshot, or Flink's own rules for sinks and for SQL.
//! That an id was generated is proven by undoing its hash ([`generated`]). Nothing is guessed: what is not proven stays unknown.
//!
//! Pure but for reading the archives that it is given.

mod answers;
mod derived;
pub mod generated;
pub mod jar;
pub mod plan;
mod search;
mod uid_hash;

pub use answers::{Archive, Source, Sources, Told, answer, identify};
pub use derived::{committers_of, sql_node_of};
pub use plan::{Plan, parse_operator_id};
pub use uid_hash::operator_id_of;
