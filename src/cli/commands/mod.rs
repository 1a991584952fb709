//! The commands: each loads, has a report made, has it rendered and judges the exit code.

pub mod check;
pub mod diff;
pub mod doctor;
pub mod documents;
pub mod files;
pub mod gc;
pub mod inspect;
pub mod latest;
pub mod list;
pub mod manifest;
mod roots;
pub mod state;
pub mod uid;
mod verdict;
pub mod verify;
mod watch;

use std::error::Error;

pub(super) use inspect::fetch;

use super::failure::Failure;

fn no_result(hint: Option<String>, error: impl Error + Send + Sync + 'static) -> Failure {
    Failure::NoResult { hint, error: Box::new(error) }
}
