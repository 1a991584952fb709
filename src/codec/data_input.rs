//! The only reader of bytes: `java.io.DataInput` over a slice.

use super::{Error, ErrorKind, JavaStr, LongArray};

/// A cursor over bytes in the order of `java.io.DataInput`: big endian, strings in modified UTF-8.
///
/// Strings, byte arrays and offset arrays are borrowed from the input, so what a reader builds costs no copy of them.
#[derive(Debug, Clone)]
pub struct DataInput<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> DataInput<'a> {
    /// Starts at the first byte.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// Bytes read so far, which is the offset of the next one.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// Bytes that are left.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.bytes.len().saturating_sub(self.position)
    }

    /// A reader of the next `longest` bytes at most, from here on.
    #[must_use]
    pub fn limited(&self, longest: usize) -> Self {
        let end = self.position.saturating_add(longest).min(self.bytes.len());
        Self { bytes: self.bytes.get(..end).unwrap_or(self.bytes), position: self.position }
    }

    /// Goes on where another reader of the same bytes has stopped.
    pub fn skip_to(&mut self, other: &Self) {
        self.position = other.position;
    }

    /// The bytes that are left, without reading them.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }

    /// The bytes from an earlier position up to here.
    #[must_use]
    pub fn since(&self, start: usize) -> &'a [u8] {
        self.bytes.get(start..self.position).unwrap_or_default()
    }

    /// Reads `n` bytes.
    #[inline]
    pub fn bytes(&mut self, n: usize) -> Result<&'a [u8], Error> {
        let Some(taken) = self.rest().get(..n) else {
            return Err(self.unexpected_end(n));
        };
        self.position += n;
        Ok(taken)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let Some(taken) = self.rest().first_chunk::<N>() else {
            return Err(self.unexpected_end(N));
        };
        self.position += N;
        Ok(*taken)
    }

    #[cold]
    fn unexpected_end(&self, needed: usize) -> Error {
        let available = self.remaining();
        Error::new(self.position, ErrorKind::UnexpectedEnd { needed, available })
    }

    /// Reads an unsigned byte.
    #[inline]
    pub fn u8(&mut self) -> Result<u8, Error> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Reads a boolean: any byte but 0 is true, as in `DataInputStream.readBoolean`.
    #[inline]
    pub fn bool(&mut self) -> Result<bool, Error> {
        self.u8().map(|byte| byte != 0)
    }

    /// Reads two bytes without sign.
    #[inline]
    pub fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_be_bytes)
    }

    /// Reads four bytes with sign.
    #[inline]
    pub fn i32(&mut self) -> Result<i32, Error> {
        self.array().map(i32::from_be_bytes)
    }

    /// Reads eight bytes with sign.
    #[inline]
    pub fn i64(&mut self) -> Result<i64, Error> {
        self.array().map(i64::from_be_bytes)
    }

    /// Reads sixteen bytes as they stand.
    #[inline]
    pub fn bytes16(&mut self) -> Result<[u8; 16], Error> {
        self.array()
    }

    /// Reads a string: two bytes of length in bytes, then modified UTF-8 (`DataInputStream.readUTF`).
    #[inline]
    pub fn utf(&mut self) -> Result<JavaStr<'a>, Error> {
        let start = self.position;
        let length = usize::from(self.u16()?);
        let bytes = self.bytes(length)?;
        JavaStr::from_modified_utf8(bytes).ok_or_else(|| Error::new(start, ErrorKind::MalformedUtf8))
    }

    /// Reads a count of four bytes whose elements take at least `element` bytes each, and refuses it when the rest of
    /// the input cannot hold that many.
    #[inline]
    pub fn count(&mut self, element: usize) -> Result<usize, Error> {
        let start = self.position;
        let value = self.i32()?;
        self.check_count(start, i64::from(value), element)
    }

    /// Checks a count that was read at `start` as [`DataInput::count`] does.
    #[inline]
    pub fn check_count(&self, start: usize, value: i64, element: usize) -> Result<usize, Error> {
        let count = usize::try_from(value).map_err(|_| Error::new(start, ErrorKind::NegativeCount { value }))?;
        let needed = count.saturating_mul(element);
        if needed > self.remaining() {
            let available = self.remaining();
            return Err(Error::new(start, ErrorKind::CountExceedsInput { count, needed, available }));
        }
        Ok(count)
    }

    /// A vector for `count` elements that reserves no more memory than there are bytes left to fill it with. A file in
    /// which elements are written longer than they are held, which is every real one, gets its exact size at once.
    #[must_use]
    pub fn vec_for<T>(&self, count: usize) -> Vec<T> {
        let justified = self.remaining() / size_of::<T>().max(1);
        Vec::with_capacity(count.min(justified + 1))
    }

    /// Reads a byte array: four bytes of length, then the bytes.
    #[inline]
    pub fn length_prefixed(&mut self) -> Result<&'a [u8], Error> {
        let length = self.count(1)?;
        self.bytes(length)
    }

    /// Reads `n` times eight bytes.
    #[inline]
    pub fn longs(&mut self, n: usize) -> Result<LongArray<'a>, Error> {
        self.bytes(n.saturating_mul(LongArray::ELEMENT)).map(LongArray::from_big_endian)
    }

    /// Reads an array of longs: four bytes of count, then the values.
    #[inline]
    pub fn length_prefixed_longs(&mut self) -> Result<LongArray<'a>, Error> {
        let count = self.count(LongArray::ELEMENT)?;
        self.longs(count)
    }
}
