//! The commands: each loads, has a report made, has it rendered and judges the exit code.

pub mod inspect;
mod verdict;
