//! The hash of a uid: MurmurHash3, 128 bits in its form for 64-bit machines, seed 0, over UTF-8.
//!
//! `StreamGraphHasherV2.generateUserSpecifiedHash` takes Guava's `Hashing.murmur3_128(0)` and the 16 bytes in the order in which
//! Guava emits them. The function is short and will not change ("DO NOT MODIFY THIS CLASS", says Flink's); the crates that have
//! it read through pointers.

use crate::model::OperatorId;

const C1: u64 = 0x87c3_7b91_1142_53d5;
const C2: u64 = 0x4cf5_ad43_2745_937f;

/// The operator id that Flink gives to an operator with this uid.
#[must_use]
pub fn operator_id_of(uid: &str) -> OperatorId {
    OperatorId(murmur3_128(uid.as_bytes()))
}

/// `Hashing.murmur3_128(0).hashBytes(bytes).asBytes()`.
pub(super) fn murmur3_128(bytes: &[u8]) -> [u8; 16] {
    let (blocks, tail) = bytes.as_chunks::<16>();
    let (mut h1, mut h2) = (0_u64, 0_u64);
    for block in blocks {
        let [low, high] = halves(block);
        h1 ^= mix1(low);
        h1 = h1.rotate_left(27).wrapping_add(h2).wrapping_mul(5).wrapping_add(0x52dc_e729);
        h2 ^= mix2(high);
        h2 = h2.rotate_left(31).wrapping_add(h1).wrapping_mul(5).wrapping_add(0x3849_5ab5);
    }
    let mut last = [0; 16];
    for (to, from) in last.iter_mut().zip(tail) {
        *to = *from;
    }
    // Of a tail that ends earlier these are zero, and so is what they are mixed to.
    let [low, high] = halves(&last);
    h1 ^= mix1(low);
    h2 ^= mix2(high);

    let length = bytes.len() as u64;
    h1 ^= length;
    h2 ^= length;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    h1 = finish(h1);
    h2 = finish(h2);
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    (u128::from(h1) | u128::from(h2) << 64).to_le_bytes()
}

fn halves(block: &[u8; 16]) -> [u64; 2] {
    let whole = u128::from_le_bytes(*block);
    // The lower and the upper half are what is wanted.
    #[expect(clippy::cast_possible_truncation, reason = "each half is taken")]
    [whole as u64, (whole >> 64) as u64]
}

fn mix1(k: u64) -> u64 {
    k.wrapping_mul(C1).rotate_left(31).wrapping_mul(C2)
}

fn mix2(k: u64) -> u64 {
    k.wrapping_mul(C2).rotate_left(33).wrapping_mul(C1)
}

fn finish(mut k: u64) -> u64 {
    k ^= k >> 33;
    k = k.wrapping_mul(0xff51_afd7_ed55_8ccd);
    k ^= k >> 33;
    k = k.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    k ^ k >> 33
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn uids_whose_ids_flink_has_written_are_hashed_to_them() {
        let known = [
            ("orders-source", "45b0254a46cabbc3efeea5d2e170ea5b"),
            ("enrich", "9c32e3838cee893dbb2fc90ccad79598"),
            ("Sink Committer: clicks-sink", "7b6d423a1b8ae742434156c185745527"),
        ];
        for (uid, id) in known {
            assert_eq!(operator_id_of(uid).to_string(), id, "{uid}");
        }
    }

    #[test]
    fn the_well_known_ids_of_sources_without_uid_are_hashes_of_their_number() {
        let id = |bytes: &[u8]| OperatorId(murmur3_128(bytes)).to_string();
        assert_eq!(id(&[0; 4]), "bc764cd8ddf7a0cff126f51c16239658");
        assert_eq!(id(&[0; 8]), "cbc357ccb763df2852fee8c4fc7d55f2");
    }

    proptest! {
        #[test]
        fn any_bytes_are_hashed_as_another_implementation_does(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (low, high) = mur3::murmurhash3_x64_128(&bytes, 0);
            let mut other = [0; 16];
            other[..8].copy_from_slice(&low.to_le_bytes());
            other[8..].copy_from_slice(&high.to_le_bytes());
            prop_assert_eq!(murmur3_128(&bytes), other);
        }
    }
}
