//! Which files a snapshot refers to.
//!
//! Goes by what metadata says; whether the files are there is for others to find out.

mod closure;
mod resolve;

pub use closure::{Owner, Role, StreamReference, visit_streams};
pub use resolve::{resolve, stored_path};
