//! Places as 128 bits: what is compared a hundred million times.
//!
//! Two places that are alike by chance would keep a file that could go, or let one go with a snapshot that does not name it; among 10⁸
//! places the odds are below 10⁻²². The key is fixed: fingerprints in a ledger must mean the same in the next run.

use std::borrow::Cow;
use std::hash::Hash;

use percent_encoding::percent_decode_str;
use siphasher::sip128::{Hasher128, SipHasher13};

use super::disk::Key;
use crate::uri::StorageUri;

/// Fingerprints of the files of one directory; the directory is taken in once.
#[derive(Clone)]
pub(super) struct Fingerprints {
    start: SipHasher13,
}

impl Fingerprints {
    /// Of files in a directory, which must be by its canonical name.
    pub(super) fn of(directory: &StorageUri) -> Self {
        let mut start = SipHasher13::new();
        directory.hash(&mut start);
        Self { start }
    }

    /// Of a file by its name.
    pub(super) fn file(&self, name: &str) -> Key {
        finish(self.start, name)
    }
}

/// Of a place by its canonical name.
pub(super) fn of_place(place: &StorageUri) -> Key {
    match (place.parent(), place.file_name()) {
        (Some(directory), Some(name)) => Fingerprints::of(&directory).file(name),
        _ => Fingerprints::of(place).file(""),
    }
}

/// Of the last two names of a path, whatever the store and the directories above, and however odd signs are written.
///
/// Flink names files by random UUIDs: where these two names agree the files are one, seen through another bucket name, mount, link or
/// encoding, or one is a copy of the other.
pub(super) fn of_tail(directory: &StorageUri, name: &str) -> Key {
    let mut hasher = SipHasher13::new_with_keys(1, 1);
    plainly(directory.file_name().unwrap_or("")).hash(&mut hasher);
    finish(hasher, &plainly(name))
}

/// With `%2F` and its like decoded and a plus sign as a blank: S-06 wants both readings of a key alive.
fn plainly(name: &str) -> Cow<'_, str> {
    if !name.contains(['%', '+']) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(percent_decode_str(&name.replace('+', " ")).decode_utf8_lossy().into_owned())
}

fn finish(mut hasher: SipHasher13, name: &str) -> Key {
    name.hash(&mut hasher);
    hasher.finish128().as_u128().to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> StorageUri {
        StorageUri::parse(text).expect("it names a place")
    }

    #[test]
    fn aliases_of_one_store_have_one_fingerprint_and_other_places_others() {
        assert_eq!(of_place(&uri("s3://b/j/shared/x")), of_place(&uri("s3a://b/j/shared/x")));
        assert_eq!(of_place(&uri("/j/x")), Fingerprints::of(&uri("file:/j")).file("x"));
        let others =
            ["s3://c/j/shared/x", "cos://b/j/shared/x", "s3://b/j/shared/y", "s3://b/j/shared", "s3://b/j/share/dx"];
        for other in others {
            assert_ne!(of_place(&uri("s3://b/j/shared/x")), of_place(&uri(other)), "{other}");
        }
    }

    #[test]
    fn a_tail_is_the_same_wherever_it_hangs() {
        assert_eq!(of_tail(&uri("s3://b/j/shared"), "x"), of_tail(&uri("/mnt/k/shared"), "x"));
        assert_ne!(of_tail(&uri("s3://b/j/shared"), "x"), of_tail(&uri("s3://b/j/chk-1"), "x"));
    }

    #[test]
    fn a_tail_with_a_percent_sign_or_a_plus_is_that_of_its_other_reading() {
        let blank = of_tail(&uri("s3://b/my job"), "a b");
        assert_eq!(of_tail(&uri("s3://b/my%20job"), "a+b"), blank);
        assert_ne!(of_tail(&uri("s3://b/my-job"), "a b"), blank);
    }
}
