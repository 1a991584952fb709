//! Any bytes as a `_metadata` file: decoded or refused inside the file, and what decodes can be written and read again.
#![no_main]

use keepoint::format::metadata::{decode, encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match decode(bytes) {
        Err(error) => assert!(error.offset() <= bytes.len()),
        Ok(decoded) => {
            let _ = decoded.metadata.state_size();
            let _ = decoded.metadata.checkpointed_size();
            let again = encode(&decoded.metadata).expect("what was read can be written");
            let twice = decode(&again).expect("what was written can be read");
            assert_eq!(twice.metadata, decoded.metadata);
        }
    }
});
