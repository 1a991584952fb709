//! Which files a snapshot refers to.
//!
//! Goes by what metadata says; whether the files are there is for others to find out.

mod closure;
mod graph;
mod names;
mod needs;
mod places;
mod relocate;
mod resolve;
mod state_headers;

pub use closure::{Owner, Role, StreamReference, visit_directories, visit_streams};
pub use graph::{ClaimNumber, FileNumber, Graph, SnapshotNumber, Users};
pub use names::Names;
pub use needs::{Length, Need, Needs};
pub use places::{FilePlace, Places};
pub use relocate::Relocations;
pub use resolve::{resolve, stored_path};
pub use state_headers::{StateHeaderPlace, visit_state_headers};
