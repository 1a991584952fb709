//! Flink's formats: bytes in, [`crate::model`] out, and back.
//!
//! Nothing here does I/O or knows where bytes come from.

pub mod connector;
mod error;
pub mod metadata;
pub mod serializer;
pub mod sorted_table;
pub mod state_meta;
mod string_value;
pub mod value;

pub use error::{Error, ErrorKind, Step};
