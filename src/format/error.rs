//! Bytes that are not what Flink writes, and where in which structure.

use std::fmt;

use crate::codec;
use crate::model::OperatorId;

/// Why bytes could not be decoded: what, at which offset, in which structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Located>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Located {
    kind: ErrorKind,
    offset: usize,
    version: Option<i32>,
    /// Innermost first: a step is added by each structure that the error passes on its way out.
    path: Vec<Step>,
}

/// What is wrong with the bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes themselves cannot be read.
    #[error(transparent)]
    Bytes(#[from] codec::ErrorKind),
    /// The file does not start like Flink's metadata.
    #[error("not Flink's metadata: it starts with {found:08x}{}", known_start(*found))]
    NotMetadata {
        /// The first four bytes.
        found: i32,
    },
    /// Metadata of a release before 1.3, which no current Flink reads either.
    #[error("metadata version {number} (Flink 1.2 and older) is no longer supported by Flink itself")]
    VersionTooOld {
        /// The version as written.
        number: i32,
    },
    /// Metadata of a version that did not exist when this was written.
    #[error("unknown metadata version {number}; known are 2 to 7")]
    UnknownVersion {
        /// The version as written.
        number: i32,
    },
    /// The header of a file of state, of a release so old that no current Flink reads it either.
    #[error("version {number} of the header of {what}: Flink from 1.17 on no longer reads it")]
    HeaderVersionTooOld {
        /// Whose header.
        what: &'static str,
        /// The version as written.
        number: i32,
    },
    /// The header of a file of state, of a version that did not exist when this was written.
    #[error("unknown version {number} of the header of {what}; known are 1 to {newest}")]
    UnknownHeaderVersion {
        /// Whose header.
        what: &'static str,
        /// The version as written.
        number: i32,
        /// The newest that is known.
        newest: i32,
    },
    /// A state handle of a kind that exists and does not belong here.
    #[error("tag {tag} is none of a {what}")]
    MisplacedTag {
        /// Which of the tag spaces was to be read.
        what: &'static str,
        /// The tag as written.
        tag: u8,
    },
    /// A state handle of a kind that did not exist when this was written.
    #[error("unknown {what} tag {tag}")]
    UnknownTag {
        /// Which of the tag spaces.
        what: &'static str,
        /// The tag as written.
        tag: u8,
    },
    /// A number that is outside what Flink itself accepts.
    #[error("impossible {what}: {value}")]
    InvalidValue {
        /// Which number.
        what: &'static str,
        /// The value as written.
        value: i64,
    },
    /// More subtasks than key groups.
    #[error("parallelism {parallelism} is above max parallelism {max_parallelism}")]
    ParallelismAboveMax {
        /// Subtasks.
        parallelism: i32,
        /// Key groups.
        max_parallelism: i32,
    },
    /// A subtask that the operator does not have.
    #[error("subtask {index} of an operator with parallelism {parallelism}")]
    NoSuchSubtask {
        /// The subtask as written.
        index: i32,
        /// Subtasks that there are.
        parallelism: i32,
    },
    /// Something that Flink writes and keepoint does not read.
    #[error("{0} cannot be read")]
    Unsupported(&'static str),
    /// A value of a type that is not known, where nothing tells its length.
    #[error("a value that cannot be decoded ({0})")]
    UnknownType(String),
    /// Something is missing or present against Flink's own checks.
    #[error("{0}")]
    Contradiction(&'static str),
}

/// Files that people mistake for metadata, by their first four bytes.
fn known_start(found: i32) -> &'static str {
    match &found.to_be_bytes() {
        b"PAR1" => " (a Parquet file)",
        b"Obj\x01" => " (an Avro file)",
        b"PK\x03\x04" => " (a ZIP or JAR file)",
        [0xAC, 0xED, 0x00, 0x05] => " (a Java object, as files of Flink's high-availability store are)",
        _ => "",
    }
}

/// A structure that an error lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A field.
    Field(&'static str),
    /// An element of a list, counted from 0.
    Element(&'static str, usize),
    /// An operator by its id, as soon as that has been read.
    Operator(OperatorId),
    /// A subtask by its index.
    Subtask(i32),
    /// A state by its name.
    State(String),
    /// A serializer by its key or by the class of its snapshot.
    Serializer(String),
}

impl Error {
    /// An error at this offset.
    #[must_use]
    #[cold]
    pub fn new(offset: usize, kind: ErrorKind) -> Self {
        Self(Box::new(Located { kind, offset, version: None, path: Vec::new() }))
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// Bytes from the start of the file.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// The metadata version, when it had been read.
    #[must_use]
    pub fn version(&self) -> Option<i32> {
        self.0.version
    }

    /// Whether a newer Flink could have written this: then nobody can say that it is damaged.
    #[must_use]
    pub fn may_be_newer(&self) -> bool {
        match self.0.kind {
            ErrorKind::UnknownVersion { number } => number > 0,
            ErrorKind::UnknownHeaderVersion { number, newest, .. } => number > newest,
            ErrorKind::UnknownTag { .. } => true,
            _ => false,
        }
    }

    /// How many more bytes there would have to be, at the least, when the bytes have just come to their end: of the first part
    /// of a file, more may help.
    #[must_use]
    pub fn missing_bytes(&self) -> Option<usize> {
        match self.0.kind {
            ErrorKind::Bytes(
                codec::ErrorKind::UnexpectedEnd { needed, available }
                | codec::ErrorKind::CountExceedsInput { needed, available, .. },
            ) => Some(needed.saturating_sub(available)),
            _ => None,
        }
    }

    /// The structures around the place, outermost first; empty when it is in none. Of many, the innermost are left out.
    #[must_use]
    pub fn path(&self) -> String {
        const SHOWN: usize = 8;
        let mut steps: Vec<_> = self.0.path.iter().rev().map(ToString::to_string).collect();
        if steps.len() > SHOWN {
            let left_out = steps.len() - SHOWN;
            steps.truncate(SHOWN);
            steps.push(format!("{left_out} more"));
        }
        steps.join(" › ")
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    pub(crate) fn in_version(mut self, number: i32) -> Self {
        self.0.version = Some(number);
        self
    }
}

impl From<codec::Error> for Error {
    #[cold]
    fn from(error: codec::Error) -> Self {
        Self::new(error.offset(), ErrorKind::Bytes(error.kind().clone()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {}", self.0.kind, self.0.offset)?;
        if !self.0.path.is_empty() {
            write!(f, " ({})", self.path())?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => f.write_str(name),
            Self::Element(name, index) => write!(f, "{name} {index}"),
            Self::Operator(id) => write!(f, "{id}"),
            Self::Subtask(index) => write!(f, "subtask {index}"),
            Self::State(name) => write!(f, "{name:?}"),
            // The package of a class says nothing in a path.
            Self::Serializer(class) => f.write_str(class.rsplit('.').next().unwrap_or(class)),
        }
    }
}

/// Says in which structure an error happened.
pub(crate) trait Within<T> {
    /// Adds the structure; it is only made when there is an error.
    fn within(self, step: impl FnOnce() -> Step) -> Result<T, Error>;
}

impl<T, E: Into<Error>> Within<T> for Result<T, E> {
    #[inline]
    fn within(self, step: impl FnOnce() -> Step) -> Result<T, Error> {
        self.map_err(|error| {
            let mut error = error.into();
            error.0.path.push(step());
            error
        })
    }
}
