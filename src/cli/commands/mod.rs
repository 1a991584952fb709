//! The commands: each loads, has a report made, has it rendered and judges the exit code.

pub mod documents;
pub mod inspect;
pub mod list;
mod verdict;
mod watch;

use std::error::Error;
use std::future::Future;

use super::failure::Failure;

/// Runs the part of a command that waits for storage.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| no_result(None, error))?;
    runtime.block_on(work)
}

fn no_result(hint: Option<String>, error: impl Error + Send + Sync + 'static) -> Failure {
    Failure::NoResult { hint, error: Box::new(error) }
}
