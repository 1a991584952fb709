//! The writing twin of [`super::DataInput`].

use super::{JavaStr, LongArray};

/// A value that the format has no room for: a count above 2^31-1 or a string above 65,535 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{length} elements do not fit a length field that ends at {limit}")]
pub struct TooLong {
    /// What was to be written.
    pub length: usize,
    /// What the field can hold.
    pub limit: usize,
}

/// Bytes in the order of `java.io.DataOutput`.
#[derive(Debug, Default)]
pub struct DataOutput {
    bytes: Vec<u8>,
}

impl DataOutput {
    /// What has been written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes bytes as they stand.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes a byte.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Writes a boolean as 0 or 1.
    pub fn bool(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    /// Writes four bytes.
    pub fn i32(&mut self, value: i32) {
        self.bytes(&value.to_be_bytes());
    }

    /// Writes eight bytes.
    pub fn i64(&mut self, value: i64) {
        self.bytes(&value.to_be_bytes());
    }

    /// Writes a string with two bytes of length.
    pub fn utf(&mut self, text: JavaStr<'_>) -> Result<(), TooLong> {
        let bytes = text.as_modified_utf8();
        let limit = usize::from(u16::MAX);
        let length = u16::try_from(bytes.len()).map_err(|_| TooLong { length: bytes.len(), limit })?;
        self.bytes(&length.to_be_bytes());
        self.bytes(bytes);
        Ok(())
    }

    /// Writes a count in four bytes.
    pub fn count(&mut self, count: usize) -> Result<(), TooLong> {
        const LIMIT: usize = i32::MAX as usize;
        let value = i32::try_from(count).map_err(|_| TooLong { length: count, limit: LIMIT })?;
        self.i32(value);
        Ok(())
    }

    /// Writes bytes with four bytes of length.
    pub fn length_prefixed(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        self.count(bytes.len())?;
        self.bytes(bytes);
        Ok(())
    }

    /// Writes numbers with four bytes of count.
    pub fn length_prefixed_longs(&mut self, longs: LongArray<'_>) -> Result<(), TooLong> {
        self.count(longs.len())?;
        self.bytes(longs.as_big_endian());
        Ok(())
    }
}
