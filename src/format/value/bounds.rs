//! What a single value may cost: bytes bound the rest, but a class may contain itself, and some elements take no bytes.

use crate::codec::{self, DataInput};
use crate::format::{Error, ErrorKind};
use crate::model::StateValue;

/// Values inside values: a class that contains itself has no other end.
const DEEPEST: usize = 200;

/// Values without a byte of their own, such as a tuple without fields or a field of Avro that is always null, in one value.
const MOST_EMPTY: usize = 65_536;

/// A vector that grows as it is filled. What is left of the bytes justifies no more: lists in lists could each ask for all of it.
pub(super) fn few<T>(count: usize) -> Vec<T> {
    Vec::with_capacity(count.min(16))
}

/// What is left of the bounds.
#[derive(Debug)]
pub(super) struct Bounds {
    depth: usize,
    empty: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { depth: DEEPEST, empty: MOST_EMPTY }
    }
}

impl Bounds {
    /// Reads something inside.
    pub(super) fn value(
        &mut self,
        input: &mut DataInput<'_>,
        read: impl FnOnce(&mut DataInput<'_>, &mut Self) -> Result<StateValue, Error>,
    ) -> Result<StateValue, Error> {
        let start = input.position();
        let depth = self.depth.checked_sub(1);
        self.depth =
            depth.ok_or_else(|| Error::new(start, ErrorKind::Bytes(codec::ErrorKind::TooDeep { limit: DEEPEST })))?;
        let value = read(input, self)?;
        self.depth += 1;
        if input.position() == start {
            let empty = self.empty.checked_sub(1);
            self.empty = empty
                .ok_or_else(|| Error::new(start, ErrorKind::Unsupported("a value of so many parts without bytes")))?;
        }
        Ok(value)
    }

    /// Reads a count of elements that may take no bytes.
    pub(super) fn count(&self, input: &mut DataInput<'_>) -> Result<usize, Error> {
        let start = input.position();
        let count = input.count(0)?;
        self.check_count(start, count, input)?;
        Ok(count)
    }

    /// More elements than bytes must be such as take none.
    pub(super) fn check_count(&self, start: usize, count: usize, input: &DataInput<'_>) -> Result<(), Error> {
        let most = input.remaining().max(self.empty);
        if count > most {
            input.check_count(start, i64::try_from(count).unwrap_or(i64::MAX), 1)?;
        }
        Ok(())
    }
}
