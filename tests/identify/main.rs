//! Who operators are, against what Flink itself says.
//!
//! `fixtures/uids/` has jobs as Flink's graphs have them, and the application that defines them as a jar; the metadata of Flink 2 has
//! uids, which can be hidden and looked for.

#[path = "../support/fixtures.rs"]
mod fixtures;
mod hostile;
mod metadata;
mod truth;
