//! What is wrong with a plan file.

use std::io;

/// Why a plan is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The file cannot be read or written.
    #[error("the plan cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// It is something else.
    #[error("this is not a plan: {0}")]
    NotAPlan(&'static str),
    /// It ends too early.
    #[error("the plan is cut off at byte {at}")]
    CutOff {
        /// Where it ends.
        at: u64,
    },
    /// It is not what was sealed.
    #[error("the plan was changed after it was written: its digest is {found}, and its seal says {sealed}")]
    DigestDiffers {
        /// Of what is there.
        found: String,
        /// In the seal.
        sealed: String,
    },
    /// A later keepoint wrote it.
    #[error("the plan has format {format}, and this keepoint knows {}", super::FORMAT)]
    Newer {
        /// The format it names.
        format: u32,
    },
    /// A message cannot be decoded, or is longer than any is.
    #[error("the plan is damaged at byte {at}: {what}")]
    Damaged {
        /// Where the message begins.
        at: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// It asks for something that no plan may ask for.
    #[error("the plan breaks its own rules: {place}: {what}")]
    Refused {
        /// What it is about.
        place: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl PlanError {
    /// What a user can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Io(_) => "check the path and the rights".to_owned(),
            Self::NotAPlan(_) => "give the file that `keepoint gc plan --out FILE` wrote".to_owned(),
            Self::Newer { .. } => "apply it with the keepoint that made it".to_owned(),
            Self::CutOff { .. } | Self::DigestDiffers { .. } | Self::Damaged { .. } | Self::Refused { .. } => {
                "make a new plan; one that was changed is never applied".to_owned()
            }
        }
    }
}
