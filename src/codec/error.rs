//! What can be wrong with bytes before anyone asks what they mean.

/// Bytes that cannot be read, and where they are.
///
/// Boxed, so that a `Result` of a primitive stays two words wide on the path that matters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Located>);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at offset {offset}")]
struct Located {
    offset: usize,
    kind: ErrorKind,
}

/// The ways in which bytes can be unreadable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input stops inside a value.
    #[error("the input ends: {needed} bytes wanted, {available} left")]
    UnexpectedEnd {
        /// Bytes that the value needs.
        needed: usize,
        /// Bytes that are left.
        available: usize,
    },
    /// A count or length below zero.
    #[error("negative count {value}")]
    NegativeCount {
        /// The value as written.
        value: i64,
    },
    /// A count that the rest of the input cannot hold, whatever the elements are.
    #[error("count {count} needs at least {needed} bytes, {available} left")]
    CountExceedsInput {
        /// The count as written.
        count: usize,
        /// Bytes that this many elements need at the least.
        needed: usize,
        /// Bytes that are left.
        available: usize,
    },
    /// Bytes that `DataInputStream.readUTF` refuses.
    #[error("malformed modified UTF-8")]
    MalformedUtf8,
    /// Structures inside structures, deeper than any writer makes them.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// The deepest level that is read.
        limit: usize,
    },
    /// Not a Java object serialization stream, or one with a construct that has no place in it.
    #[error("malformed Java object stream: {0}")]
    JavaObject(&'static str),
    /// A type code that the Java object serialization protocol does not define, or not here.
    #[error("malformed Java object stream: type code 0x{code:02x}")]
    JavaTypeCode {
        /// The code as written.
        code: u8,
    },
}

impl Error {
    /// An error of this kind at this offset from the start of the input.
    #[must_use]
    #[cold]
    pub fn new(offset: usize, kind: ErrorKind) -> Self {
        Self(Box::new(Located { offset, kind }))
    }

    /// Bytes between the start of the input and the value that could not be read.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.0.offset
    }

    /// What is wrong there.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }
}
