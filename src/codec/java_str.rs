//! Strings as Java writes them.

use std::borrow::Cow;
use std::fmt;

/// A string in modified UTF-8 (`java.io.DataInput`), borrowed from the bytes it was read from.
///
/// The bytes are kept, so writing it again gives the same bytes, and two are equal only when they were written alike.
/// U+0000 may stand as two bytes and characters above U+FFFF stand as two surrogates of three bytes each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct JavaStr<'a>(&'a [u8]);

impl<'a> JavaStr<'a> {
    /// Takes the bytes if `DataInputStream.readUTF` would: it looks at the bit pattern only, so longer forms than needed pass.
    #[must_use]
    pub fn from_modified_utf8(bytes: &'a [u8]) -> Option<Self> {
        (is_ascii(bytes) || is_modified_utf8(bytes)).then_some(Self(bytes))
    }

    /// The bytes as written.
    #[must_use]
    pub fn as_modified_utf8(&self) -> &'a [u8] {
        self.0
    }

    /// Whether there is no character.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text. A surrogate without its partner, which Java allows and Unicode does not, becomes U+FFFD.
    #[must_use]
    pub fn to_str(&self) -> Cow<'a, str> {
        match std::str::from_utf8(self.0) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(String::from_utf16_lossy(&self.utf16())),
        }
    }

    fn utf16(&self) -> Vec<u16> {
        let mut units = Vec::with_capacity(self.0.len());
        let mut rest = self.0;
        loop {
            rest = match *rest {
                [a, ref tail @ ..] if a < 0x80 => {
                    units.push(u16::from(a));
                    tail
                }
                [a, b, ref tail @ ..] if a & 0xE0 == 0xC0 => {
                    units.push(u16::from(a & 0x1F) << 6 | u16::from(b & 0x3F));
                    tail
                }
                [a, b, c, ref tail @ ..] => {
                    units.push(u16::from(a & 0x0F) << 12 | u16::from(b & 0x3F) << 6 | u16::from(c & 0x3F));
                    tail
                }
                // The end: construction has checked that nothing else can stand here.
                _ => return units,
            };
        }
    }

    /// Writes text as modified UTF-8; borrowed when the two forms are the same.
    #[must_use]
    pub fn encode(text: &str) -> Cow<'_, [u8]> {
        if !text.bytes().any(|byte| byte == 0 || byte >= 0xF0) {
            return Cow::Borrowed(text.as_bytes());
        }
        let mut bytes = Vec::with_capacity(text.len() + text.len() / 2);
        for unit in text.encode_utf16() {
            let [high, low] = unit.to_be_bytes();
            match unit {
                0x01..=0x7F => bytes.push(low),
                0 | 0x80..=0x7FF => {
                    bytes.extend([0xC0 | high << 2 | low >> 6, 0x80 | low & 0x3F]);
                }
                _ => bytes.extend([0xE0 | high >> 4, 0x80 | (high & 0x0F) << 2 | low >> 6, 0x80 | low & 0x3F]),
            }
        }
        Cow::Owned(bytes)
    }
}

/// `<[u8]>::is_ascii` (Rust 1.95, x86-64) goes through what is left behind its chunks byte by byte; for paths that is a quarter of
/// the time of a decode. Here the last chunk overlaps the one before it.
#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
    const CHUNK: usize = size_of::<u128>();
    const HIGH_BITS: u128 = u128::from_ne_bytes([0x80; CHUNK]);
    let Some(last) = bytes.last_chunk::<CHUNK>() else {
        return bytes.is_ascii();
    };
    let chunks = bytes.as_chunks::<CHUNK>().0.iter();
    let bits = chunks.chain([last]).fold(0, |bits, chunk| bits | u128::from_ne_bytes(*chunk));
    bits & HIGH_BITS == 0
}

fn is_modified_utf8(mut rest: &[u8]) -> bool {
    const fn continues(byte: u8) -> bool {
        byte & 0xC0 == 0x80
    }
    loop {
        rest = match *rest {
            [] => return true,
            [a, ref tail @ ..] if a < 0x80 => tail,
            [a, b, ref tail @ ..] if a & 0xE0 == 0xC0 && continues(b) => tail,
            [a, b, c, ref tail @ ..] if a & 0xF0 == 0xE0 && continues(b) && continues(c) => tail,
            _ => return false,
        };
    }
}

impl fmt::Display for JavaStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_str())
    }
}

impl fmt::Debug for JavaStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_str(), f)
    }
}

impl PartialEq<str> for JavaStr<'_> {
    fn eq(&self, other: &str) -> bool {
        self.to_str() == other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_null_character_and_a_supplementary_one_are_read_as_java_writes_them() {
        let bytes = [b'a', 0xC0, 0x80, 0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80];
        let text = JavaStr::from_modified_utf8(&bytes).expect("well formed");
        assert_eq!(text.to_str(), "a\u{0}\u{1F600}");
        assert_eq!(JavaStr::encode("a\u{0}\u{1F600}").as_ref(), bytes);
    }

    #[test]
    fn the_four_byte_form_of_ordinary_utf8_is_refused() {
        assert_eq!(JavaStr::from_modified_utf8("\u{1F600}".as_bytes()), None);
    }

    #[test]
    fn a_lone_surrogate_is_shown_as_a_replacement_character_and_kept_as_bytes() {
        let bytes = [0xED, 0xA0, 0xBD];
        let text = JavaStr::from_modified_utf8(&bytes).expect("Java allows it");
        assert_eq!(text.to_str(), "\u{FFFD}");
        assert_eq!(text.as_modified_utf8(), bytes);
    }

    #[test]
    fn a_byte_that_no_text_has_is_found_at_every_place_of_every_length() {
        for length in 0..70 {
            let mut bytes = vec![b'a'; length];
            assert!(JavaStr::from_modified_utf8(&bytes).is_some());
            for place in 0..length {
                bytes[place] = 0xFF;
                assert_eq!(JavaStr::from_modified_utf8(&bytes), None, "byte {place} of {length}");
                bytes[place] = b'a';
            }
        }
    }

    proptest! {
        #[test]
        fn text_encoded_and_read_again_is_the_same(text in any::<String>()) {
            let bytes = JavaStr::encode(&text);
            let read = JavaStr::from_modified_utf8(&bytes).expect("what we write is well formed");
            prop_assert_eq!(read.to_str(), text.as_str());
        }

        #[test]
        fn any_bytes_are_either_refused_or_readable(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Some(text) = JavaStr::from_modified_utf8(&bytes) {
                let _ = text.to_str();
            }
        }
    }
}
