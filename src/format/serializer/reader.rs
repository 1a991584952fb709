//! Bytes of a header, and how far they can be understood.

use crate::codec::{self, DataInput};
use crate::format::{Error, ErrorKind};
use crate::model::OpaqueSnapshot;

/// Serializers inside serializers. Programs stay below twenty; a recursive reader needs an end, and so do readers of reports: JSON nests
/// three levels for each of these, and many a reader takes no more than 128.
const DEEPEST: usize = 40;

/// Bytes with the depth of what is being read and the opaque snapshot, if any, that ends it.
pub(in crate::format) struct Reader<'a> {
    pub(in crate::format) input: DataInput<'a>,
    depth: usize,
    stopped_at: Option<OpaqueSnapshot<'a>>,
}

impl<'a> Reader<'a> {
    pub(in crate::format) fn new(input: DataInput<'a>) -> Self {
        Self { input, depth: 0, stopped_at: None }
    }

    /// The snapshot behind which nothing can be read.
    pub(in crate::format) fn stopped_at(&self) -> Option<OpaqueSnapshot<'a>> {
        self.stopped_at
    }

    pub(in crate::format) fn has_stopped(&self) -> bool {
        self.stopped_at.is_some()
    }

    pub(super) fn stop(&mut self, at: OpaqueSnapshot<'a>) {
        self.stopped_at = Some(at);
    }

    /// Goes on behind an opaque snapshot, at the offset of something that was recognised there.
    pub(in crate::format) fn resume(&mut self, input: DataInput<'a>) {
        self.input = input;
        self.stopped_at = None;
    }

    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.depth == DEEPEST {
            let kind = codec::ErrorKind::TooDeep { limit: DEEPEST };
            return Err(Error::new(self.input.position(), ErrorKind::Bytes(kind)));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Reads what stands in a frame: four bytes of length, then the value. Being stopped by an opaque snapshot, or not reading
    /// everything, costs no more than the frame.
    pub(super) fn framed<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        let length = self.input.count(1)?;
        let mut frame = Self { input: self.input.limited(length), depth: self.depth, stopped_at: None };
        let value = read(&mut frame).map_err(beyond_frame)?;
        self.input.bytes(length)?;
        Ok(value)
    }
}

/// The end of a frame is no end of the file: more bytes would not help.
fn beyond_frame(error: Error) -> Error {
    if error.missing_bytes().is_none() {
        return error;
    }
    error.with_kind(ErrorKind::Contradiction("a value that is longer than the frame around it"))
}
