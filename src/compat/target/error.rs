//! Why a description of a job cannot be used.

/// A description that cannot be used, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {cause}")]
pub struct TargetError {
    /// A path or URI, with line and column where there is one.
    pub place: String,
    /// What is wrong.
    pub cause: String,
    /// What to do about it.
    pub hint: String,
}

impl TargetError {
    pub(super) fn new(place: &str, cause: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { place: place.to_owned(), cause: cause.into(), hint: hint.into() }
    }
}
