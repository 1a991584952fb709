//! Any bytes as a class file and as an archive: read or refused, within the bounds.
#![no_main]

use std::io::Cursor;

use keepoint::identify::jar::{ClassFileError, Limits, scan, texts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match texts(bytes) {
        Ok(read) => assert!(read.texts.len() + read.class_names.len() <= bytes.len()),
        Err(ClassFileError::Bytes(error)) => assert!(error.offset() <= bytes.len()),
        Err(ClassFileError::UnknownConstant { offset, .. }) => assert!(offset < bytes.len()),
        Err(ClassFileError::NotAClassFile) => {}
    }
    let limits =
        Limits { class_bytes: 1 << 16, nested_bytes: 1 << 18, total_bytes: 1 << 20, entries: 1_000, depth: 3 };
    let mut longest = 0;
    if let Ok(scan) = scan(Cursor::new(bytes), &limits, &mut |text, _| longest = longest.max(text.len())) {
        assert!(scan.examples.len() as u64 <= scan.unread);
    }
    // Text of modified UTF-8 may become longer, by a half at most.
    assert!(longest <= 2 << 16);
});
