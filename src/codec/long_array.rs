//! Arrays of longs that stay where they were written.

/// An array of 64-bit numbers in big-endian bytes: key-group and partition offsets, of which a metadata file holds so many
/// that copying them would be most of the work.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct LongArray<'a>(&'a [u8]);

impl<'a> LongArray<'a> {
    /// Bytes that one number takes.
    pub const ELEMENT: usize = 8;

    /// Takes bytes as numbers; a rest shorter than a number is not part of the array.
    #[must_use]
    pub fn from_big_endian(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// How many numbers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len() / Self::ELEMENT
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = i64> + use<'a> {
        self.0.as_chunks().0.iter().map(|chunk| i64::from_be_bytes(*chunk))
    }

    /// The bytes as written.
    #[must_use]
    pub fn as_big_endian(&self) -> &'a [u8] {
        self.0
    }
}

impl std::fmt::Debug for LongArray<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
