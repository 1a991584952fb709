//! Any bytes as a graph that Java has written: a target whose edges lead to vertices, or an error of one line.
#![no_main]

use keepoint::compat::target::{TargetError, job_graph};
use libfuzzer_sys::fuzz_target;

fn one_line(error: &TargetError) {
    let text = error.to_string();
    assert!(!text.contains('\n') && !error.hint.is_empty(), "{text}");
}

fuzz_target!(|bytes: &[u8]| match job_graph(bytes, "graph") {
    Err(error) => one_line(&error),
    Ok(None) => assert!(!bytes.starts_with(&[0xAC, 0xED, 0x00, 0x05])),
    Ok(Some(target)) => {
        let inputs = target.vertices.iter().flat_map(|vertex| vertex.inputs.iter().flatten());
        assert!(inputs.into_iter().all(|input| input.from < target.vertices.len()));
    }
});
