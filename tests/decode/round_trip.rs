//! The encoder against files that Flink wrote.

use std::fs;

use keepoint::format::metadata::{decode, encode};

use crate::fixtures::snapshots;

#[test]
fn every_fixture_decoded_and_encoded_is_the_same_file_again() {
    for snapshot in snapshots() {
        let bytes = fs::read(&snapshot.metadata).expect("a readable fixture");
        let decoded = decode(&bytes).unwrap_or_else(|error| panic!("{}: {error}", snapshot.name));
        let again = encode(&decoded.metadata).expect("what was read can be written");
        assert!(again == bytes, "{}: first difference at {:?}", snapshot.name, first_difference(&again, &bytes));
    }
}

pub(crate) fn first_difference(a: &[u8], b: &[u8]) -> Option<usize> {
    let common = a.iter().zip(b).position(|(a, b)| a != b);
    common.or_else(|| (a.len() != b.len()).then(|| a.len().min(b.len())))
}
