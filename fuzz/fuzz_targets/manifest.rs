//! Any text as a manifest: a target whose edges lead to vertices, or an error of one line.
#![no_main]

use keepoint::compat::target::{kind_of_text, manifest, manifest_of};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = kind_of_text(text);
    match manifest(text, "manifest", &|_| Err("no files".to_owned())) {
        Err(error) => assert!(!error.cause.contains('\n') && !error.hint.is_empty(), "{error}"),
        Ok(target) => {
            let inputs = target.vertices.iter().flat_map(|vertex| vertex.inputs.iter().flatten());
            assert!(inputs.into_iter().all(|input| input.from < target.vertices.len()));
            assert!(!manifest_of(&target).is_empty());
        }
    }
});
