//! Finding snapshots, and what their places tell of them.

pub mod layout;
mod load;

pub use load::{Error, LoadedMetadata, load};
