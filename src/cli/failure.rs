//! Why a command has no result, and how that is told: one line with the chain of causes, and a line with a hint.

use std::error::Error;
use std::io::{self, Write};

use super::exit_code::ExitCode;
use crate::render::escaped;

/// The end of a command that has no result. Findings about the user's data are part of a report, never a failure.
#[derive(Debug)]
pub enum Failure {
    /// The arguments or the environment make no sense together.
    Usage {
        /// What is wrong.
        message: String,
        /// What to write instead.
        hint: String,
    },
    /// The command could not do its work.
    NoResult {
        /// The error, with its sources.
        error: Box<dyn Error + Send + Sync>,
        /// What to do about it.
        hint: Option<String>,
    },
    /// What was asked for is not there, and that is certain.
    NothingFound {
        /// The error, with its sources.
        error: Box<dyn Error + Send + Sync>,
        /// What to do about it.
        hint: Option<String>,
    },
    /// Whether what was asked for is there is not known.
    NotKnown {
        /// The error, with its sources.
        error: Box<dyn Error + Send + Sync>,
        /// What to do about it.
        hint: Option<String>,
    },
    /// It was told to end while it was deleting, and then to end at once.
    Interrupted(ExitCode),
    /// The result could not be written.
    Output(io::Error),
}

impl Failure {
    /// The code to end with.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage { .. } => ExitCode::Usage,
            Self::NothingFound { .. } => ExitCode::No,
            Self::NotKnown { .. } => ExitCode::NotKnown,
            Self::Interrupted(code) => *code,
            Self::NoResult { .. } | Self::Output(_) => ExitCode::NoResult,
        }
    }

    /// Writes `keepoint: …` and, where there is something to advise, `hint: …`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let (message, hint) = match self {
            Self::Usage { message, hint } => (message.clone(), Some(hint)),
            Self::NoResult { error, hint } | Self::NothingFound { error, hint } | Self::NotKnown { error, hint } => {
                (chain(error.as_ref()), hint.as_ref())
            }
            Self::Interrupted(_) => {
                ("ended at once, with deletions under way; the same command goes on".to_owned(), None)
            }
            Self::Output(error) => (format!("standard output: {error}"), None),
        };
        writeln!(out, "keepoint: {}", escaped(&message))?;
        match hint {
            Some(hint) => writeln!(out, "hint: {}", escaped(hint)),
            None => Ok(()),
        }
    }
}

/// The error and its sources, joined by colons.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("s3://b/chk-7/_metadata: cannot be read")]
    struct Outer(#[source] io::Error);

    #[test]
    fn a_failure_is_one_line_with_its_causes_and_one_with_a_hint() {
        let failure = Failure::NoResult {
            error: Box::new(Outer(io::Error::other("connection\nreset"))),
            hint: Some("try again".to_owned()),
        };
        let mut out = Vec::new();
        failure.write(&mut out).expect("a vector takes everything");
        let expected = "keepoint: s3://b/chk-7/_metadata: cannot be read: connection\\nreset\nhint: try again\n";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }
}
