//! Why a plan could not be applied at all.

use crate::gc::plan::PlanError;
use crate::storage;

/// Why there is no outcome. Nothing of the plan was applied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The plan is not one, was changed, or breaks the rules of plans.
    #[error(transparent)]
    Plan(PlanError),
    /// The ledger cannot be written, and without it nothing is deleted.
    #[error("the ledger cannot be written: {0}")]
    Ledger(storage::Error),
}

impl ApplyError {
    /// What a user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Plan(error) => Some(error.hint()),
            Self::Ledger(error) => error.hint(),
        }
    }
}
