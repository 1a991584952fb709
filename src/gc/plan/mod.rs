//! The plan file: what is to go, sealed so that nothing else can.
//!
//! ```text
//! header, snapshots by location, items by path, what was not taken, totals │ seal
//! └──────────────── each: length as varint, message ─────────────────────┘ │ SHA-256 of every byte before it
//! ```
//!
//! It is written, shown and applied as a stream; nothing of it but the locations of snapshots is held in memory. What is written and what
//! is read obeys the same `rules`: order, and that nothing is to go that lies outside of the roots.

mod error;
mod read;
mod rules;
mod write;

pub use error::PlanError;
pub use read::{PlanFacts, PlanReader, check_seal};
pub use write::PlanWriter;

/// Version of the layout of plan files.
pub const FORMAT: u32 = 1;

/// A message longer than this is refused. The longest is the header, with a line for each root.
const LONGEST: usize = 64 << 20;

/// A digest as it is written into plans.
pub(in crate::gc) fn hex(digest: &[u8]) -> String {
    digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}
