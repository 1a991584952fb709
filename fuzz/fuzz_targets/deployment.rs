//! Any text as a deployment: a target without operators, or an error of one line.
#![no_main]

use keepoint::compat::target::deployment;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match deployment(text, "deployment") {
        Err(error) => assert!(!error.cause.contains('\n') && !error.hint.is_empty(), "{error}"),
        Ok(target) => assert!(target.vertices.is_empty()),
    }
});
