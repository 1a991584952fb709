//! Any bytes as the end of a table of RocksDB: its properties, a place further to the front, or an error inside.
#![no_main]

use keepoint::format::sorted_table::{Tail, decode_tail};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let length = bytes.len() as u64;
    for before in [0, 1, 1 << 40] {
        match decode_tail(bytes, length + before) {
            Ok(Tail::BeginsAt(place)) => assert!(place < before),
            Ok(Tail::Properties(_)) => {}
            Err(error) => assert!(error.offset() <= bytes.len()),
        }
    }
});
