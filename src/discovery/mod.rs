//! Finding snapshots, and what their places tell of them.

pub mod layout;
mod load;
mod scan;

pub use load::{Error, LoadedMetadata, load};
pub use scan::{Found, GivenUp, PassedOver, Residue, scan};
