//! What a snapshot says of a file, in 48 bytes.

use crate::gc::disk::Key;
use crate::gc::lineage::SnapshotNumber;
use crate::references::Length;

/// Bytes of a reference.
pub(in crate::gc) const REFERENCE: usize = 48;

/// A reference of a snapshot to a file below the roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::gc) struct Reference {
    /// The fingerprint of the file.
    pub(in crate::gc) file: Key,
    /// The fingerprint of the last two names of its path.
    pub(in crate::gc) tail: Key,
    pub(in crate::gc) snapshot: SnapshotNumber,
    pub(in crate::gc) length: Length,
    /// Parts are merged into the file.
    pub(in crate::gc) merged: bool,
}

impl Reference {
    /// Sorted by file, then by snapshot.
    pub(in crate::gc) fn encode(self) -> [u8; REFERENCE] {
        let mut record = [0; REFERENCE];
        let (kind, length) = match self.length {
            Length::Unknown => (0, 0),
            Length::AtLeast(bytes) => (1, bytes),
            Length::Exactly(bytes) => (2, bytes),
        };
        let parts: [(usize, &[u8]); 6] = [
            (0, &self.file),
            (16, &self.tail),
            (32, &self.snapshot.0.to_be_bytes()),
            (36, &[kind]),
            (37, &[u8::from(self.merged)]),
            (40, &u64::to_be_bytes(length)),
        ];
        for (start, part) in parts {
            if let Some(place) = record.get_mut(start..start + part.len()) {
                place.copy_from_slice(part);
            }
        }
        record
    }

    pub(in crate::gc) fn decode(record: &[u8; REFERENCE]) -> Self {
        let length = u64::from_be_bytes(part(record, 40));
        let [kind, merged] = part(record, 36);
        Self {
            file: part(record, 0),
            tail: part(record, 16),
            snapshot: SnapshotNumber(u32::from_be_bytes(part(record, 32))),
            length: match kind {
                1 => Length::AtLeast(length),
                2 => Length::Exactly(length),
                _ => Length::Unknown,
            },
            merged: merged != 0,
        }
    }
}

fn part<const N: usize>(record: &[u8; REFERENCE], start: usize) -> [u8; N] {
    record.get(start..start + N).and_then(|part| part.try_into().ok()).unwrap_or([0; N])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_comes_back_as_it_was() {
        for length in [Length::Unknown, Length::AtLeast(7), Length::Exactly(u64::MAX)] {
            for merged in [false, true] {
                let (file, tail) = ([7; 16], [9; 16]);
                let reference = Reference { file, tail, snapshot: SnapshotNumber(0x0102_0304), length, merged };
                assert_eq!(Reference::decode(&reference.encode()), reference);
            }
        }
    }
}
