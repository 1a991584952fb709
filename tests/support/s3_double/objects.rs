//! What a bucket holds, however it is kept.

use hyper::body::Bytes;

use super::errors::ErrorCode;

/// A version of an object, as a listing shows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    /// The key.
    pub(crate) key: &'a str,
    /// Its version; `null` in a bucket without versions. In a list of uploads, the id of the upload.
    pub(crate) version: &'a str,
    /// Whether it is the current version.
    pub(crate) latest: bool,
    /// Whether it is a delete marker and not an object.
    pub(crate) delete_marker: bool,
    /// Bytes.
    pub(crate) size: u64,
    /// Milliseconds since 1970.
    pub(crate) modified: i64,
    /// Without quotes.
    pub(crate) etag: &'a str,
}

/// How a walk goes on after an entry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Next,
    /// At the first key that is not less.
    SkipTo(String),
    Stop,
}

/// Whether a walk shows every version or the objects alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    Objects,
    Versions,
}

/// The bytes of an object.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Bytes(Bytes),
    /// So many zeros.
    Zeros(u64),
}

impl Content {
    /// Bytes `start..end`.
    pub(crate) fn slice(&self, start: u64, end: u64) -> Bytes {
        let index = |offset: u64| usize::try_from(offset).expect("an object of a test fits in memory");
        match self {
            Self::Bytes(bytes) => bytes.slice(index(start)..index(end)),
            Self::Zeros(_) => Bytes::from(vec![0; index(end - start)]),
        }
    }

    /// Bytes.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Zeros(size) => *size,
        }
    }
}

/// A version of an object, to be read.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Nothing for a delete marker.
    pub(crate) content: Option<Content>,
    /// Milliseconds since 1970.
    pub(crate) modified: i64,
    /// Without quotes.
    pub(crate) etag: String,
    /// In a bucket with versions.
    pub(crate) version: Option<String>,
}

/// What became of a deletion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Deleted {
    /// The version that was removed, or the delete marker that was added.
    pub(crate) version: Option<String>,
    /// Whether that version is a delete marker.
    pub(crate) delete_marker: bool,
}

/// What a bucket holds, in the order of the bytes of its keys.
pub(crate) trait Objects: Send + Sync {
    /// Shows what begins at `from`, inclusive: keys in order, versions of a key from the newest to the oldest.
    fn walk(&self, from: &str, show: Show, visit: &mut dyn FnMut(&Entry<'_>) -> Step);

    /// The current version, or the one that is asked for.
    fn get(&self, key: &str, version: Option<&str>) -> Option<Found>;

    /// Writes an object.
    fn put(&self, key: &str, data: Bytes) -> Result<Found, ErrorCode>;

    /// Deletes; what is not there counts as deleted.
    fn delete(&self, key: &str, version: Option<&str>) -> Deleted;

    /// Whether it keeps versions.
    fn versioned(&self) -> bool {
        false
    }
}

/// A mixing function that spreads consecutive numbers over all 64 bits, one to one (SplitMix64's finalizer).
pub(crate) fn spread(number: u64) -> u64 {
    let mut bits = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
