//! Any text as a plan of REST or of `flink info`: a target whose edges lead to vertices, an error of one line, or neither.
#![no_main]

use keepoint::compat::target::{Target, TargetError, execution_plan, job_plan};
use libfuzzer_sys::fuzz_target;

fn told(read: Result<Option<Target>, TargetError>) {
    match read {
        Err(error) => assert!(!error.cause.contains('\n') && !error.hint.is_empty(), "{error}"),
        Ok(None) => {}
        Ok(Some(target)) => {
            let inputs = target.vertices.iter().flat_map(|vertex| vertex.inputs.iter().flatten());
            assert!(inputs.into_iter().all(|input| input.from < target.vertices.len()));
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    told(execution_plan(text, "plan"));
    if let Ok(json) = serde_json::from_str(text) {
        told(job_plan(&json, "plan"));
    }
});
