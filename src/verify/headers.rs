//! Whether bytes begin or end as Flink's own do.

use std::fmt;

/// What is known of the contents of a file, or of a part of one, by the handle that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeaderKind {
    /// Managed operator state, which begins with a version and the names of the states (`OperatorBackendSerializationProxy`).
    OperatorBackend,
    /// Managed keyed state in one stream, or the part of an incremental handle that describes it; both begin with a version, the key
    /// serializer and the names of the states (`KeyedBackendSerializationProxy`).
    KeyedBackend,
    /// Changes of the changelog backend, which begin with a byte that says whether they are compressed
    /// (`AbstractStateChangeFsUploader`).
    Changelog,
    /// A table of RocksDB or ForSt, which ends with a number that says what it is.
    SortedTable,
}

/// What is wrong with a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderFault {
    /// In a few words.
    pub message: String,
    /// It may be of a newer Flink, or of an option that keepoint does not know: then nobody can say.
    pub may_be_fine: bool,
}

impl fmt::Display for HeaderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Bytes that a table of RocksDB ends with, the last eight of its footer, read as a little-endian number: the block-based format and the
/// plain one, each with what it had before version 1 of the footer (`table/block_based/block_based_table_builder.cc`,
/// `table/plain/plain_table_builder.cc`).
const TABLE_MAGIC: [u64; 4] =
    [0x88e2_41b7_85f4_cff7, 0xdb47_7524_8b80_fb57, 0x8242_2296_63bf_9564, 0x4f34_18eb_7a8f_13b8];

/// Versions of both proxies. Flink 1.17 and later read version 6 of the keyed one alone; that is for the check of a target.
const PROXY_VERSIONS: std::ops::RangeInclusive<i32> = 1..=6;

/// A version above those that are known and not above this may be that of a newer Flink.
const IMAGINABLE_VERSION: i32 = 64;

impl HeaderKind {
    /// Bytes that are looked at.
    #[must_use]
    pub fn length(self) -> u64 {
        match self {
            Self::OperatorBackend | Self::KeyedBackend => 4,
            Self::Changelog => 1,
            Self::SortedTable => 8,
        }
    }

    /// Whether these are the last bytes and not the first.
    #[must_use]
    pub fn is_at_the_end(self) -> bool {
        self == Self::SortedTable
    }
}

/// Judges the bytes at the beginning, or at the end, of what a handle names.
pub fn header_is_readable(kind: HeaderKind, bytes: &[u8]) -> Result<(), HeaderFault> {
    let wrong = |message: String| Err(HeaderFault { message, may_be_fine: false });
    let wanted = kind.length();
    if (bytes.len() as u64) < wanted {
        return wrong(format!("{} bytes where {wanted} belong to its header", bytes.len()));
    }
    match (kind, bytes) {
        (HeaderKind::OperatorBackend | HeaderKind::KeyedBackend, &[a, b, c, d, ..]) => {
            let version = i32::from_be_bytes([a, b, c, d]);
            if PROXY_VERSIONS.contains(&version) {
                return Ok(());
            }
            let may_be_fine = version > *PROXY_VERSIONS.end() && version <= IMAGINABLE_VERSION;
            Err(HeaderFault { message: format!("begins with version {version} of a state header"), may_be_fine })
        }
        (HeaderKind::Changelog, [0 | 1, ..]) => Ok(()),
        (HeaderKind::Changelog, [flag, ..]) => {
            wrong(format!("begins with {flag} where 0 or 1 says whether changes are compressed"))
        }
        (HeaderKind::SortedTable, [.., _]) => {
            let magic = bytes.last_chunk().copied().map_or(0, u64::from_le_bytes);
            if TABLE_MAGIC.contains(&magic) {
                return Ok(());
            }
            wrong(format!("ends with {magic:#018x}, which is the end of no table of RocksDB"))
        }
        _ => wrong("no header".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_flink_has_written_are_readable_and_others_are_not() {
        for kind in [HeaderKind::KeyedBackend, HeaderKind::OperatorBackend] {
            assert_eq!(header_is_readable(kind, &[0, 0, 0, 6, 1]), Ok(()));
            let fault = |bytes: &[u8]| header_is_readable(kind, bytes).expect_err("it is none");
            assert!(fault(&[0, 0, 0, 7]).may_be_fine, "a newer Flink may write it");
            assert!(!fault(&[0, 0, 0, 0]).may_be_fine);
            assert!(!fault(&[0x49, 0x60, 0x67, 0x2d]).may_be_fine);
            assert!(!fault(&[0, 0, 6]).may_be_fine, "cut off");
        }
    }

    #[test]
    fn a_table_is_known_by_its_last_bytes_and_changes_by_their_first() {
        let table = [&[9; 40][..], &0x88e2_41b7_85f4_cff7_u64.to_le_bytes()].concat();
        assert_eq!(header_is_readable(HeaderKind::SortedTable, &table), Ok(()));
        assert!(header_is_readable(HeaderKind::SortedTable, &table[..47]).is_err());
        assert_eq!(header_is_readable(HeaderKind::Changelog, &[1]), Ok(()));
        assert!(header_is_readable(HeaderKind::Changelog, &[2, 0]).is_err());
        assert!(header_is_readable(HeaderKind::Changelog, &[]).is_err());
    }
}
