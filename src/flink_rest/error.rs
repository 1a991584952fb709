//! Why a job manager gave no answer.

/// A question without an answer that can be used, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {cause}")]
pub struct RestError {
    /// The address that was asked, or the variable that cannot be used.
    pub place: String,
    /// What is wrong there, in one line.
    pub cause: String,
    /// What to do about it.
    pub hint: String,
}

impl RestError {
    /// An error from its three parts.
    #[must_use]
    pub fn new(place: impl Into<String>, cause: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { place: place.into(), cause: cause.into(), hint: hint.into() }
    }
}
