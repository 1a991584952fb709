//! Descriptions that were cut off or changed end in a target or in an error of one line; never in a panic.

use std::fs;
use std::io::Read;
use std::path::Path;

use keepoint::compat::target;

/// So many places of each file are tried.
const PLACES: usize = 400;

fn fixture(name: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pairs/2.3.0/topology/base").join(name);
    let bytes = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return bytes;
    }
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).expect("gzip");
    plain
}

/// The bytes cut off at many places, and with a byte changed at many places.
fn damaged(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let step = (bytes.len() / PLACES).max(1);
    let cut = (0..bytes.len()).step_by(step).map(|end| bytes[..end].to_vec());
    let changed = (0..bytes.len()).step_by(step).flat_map(|at| {
        [0x00, 0x7F, 0x80, 0xFF].map(|value| {
            let mut bytes = bytes.to_vec();
            bytes[at] = value;
            bytes
        })
    });
    cut.chain(changed)
}

fn one_line(error: &target::TargetError) {
    let text = error.to_string();
    assert!(!text.contains('\n') && !text.is_empty() && !error.hint.is_empty(), "{text:?}");
}

#[test]
fn given_a_damaged_graph_then_there_is_a_target_or_an_error_of_one_line() {
    for name in ["job-graph.bin.gz", "stream-graph.bin.gz"] {
        let whole = fixture(name);
        assert!(target::job_graph(&whole, "graph").expect("a graph").is_some());
        let mut refused = 0;
        for bytes in damaged(&whole) {
            if let Err(error) = target::job_graph(&bytes, "graph") {
                one_line(&error);
                refused += 1;
            }
        }
        assert!(refused > PLACES / 2, "{name}: only {refused} were refused");
    }
}

/// Found by a fuzzer.
#[test]
fn given_a_manifest_with_a_key_of_several_lines_then_the_error_has_one() {
    let text = "manifest: keepoint/v1\nsource: {kind: job-graph, \"complet\\n\\nness\": full}\n";
    one_line(&target::manifest(text, "manifest", &|_| Err("no files".to_owned())).expect_err("no such field"));
}

#[test]
fn given_a_damaged_manifest_then_there_is_a_target_or_an_error_of_one_line() {
    let whole = fixture("manifest.yaml");
    let mut refused = 0;
    for bytes in damaged(&whole) {
        let text = String::from_utf8_lossy(&bytes);
        if let Err(error) = target::manifest(&text, "manifest", &|_| Err("no file".to_owned())) {
            one_line(&error);
            refused += 1;
        }
    }
    assert!(refused > PLACES / 2, "only {refused} were refused");
}

#[test]
fn given_a_damaged_answer_of_rest_then_there_is_a_target_or_an_error_of_one_line() {
    let whole = fixture("rest-job.json");
    let mut read = 0;
    for bytes in damaged(&whole) {
        let Ok(json) = serde_json::from_slice(&bytes) else { continue };
        read += 1;
        if let Err(error) = target::job_plan(&json, "plan") {
            one_line(&error);
        }
    }
    assert!(read > 0, "no damage leaves JSON");
}

#[test]
fn given_a_damaged_compiled_plan_then_there_is_a_target_or_an_error_of_one_line() {
    let whole = fixture("../../sql-plans/compiled-count/compiled-plan.json");
    let mut read = 0;
    for bytes in damaged(&whole) {
        let Ok(json) = serde_json::from_slice(&bytes) else { continue };
        read += 1;
        if let Err(error) = target::compiled_plan(&json, "plan") {
            one_line(&error);
        }
    }
    assert!(read > 0, "no damage leaves JSON");
}

/// Each task of a graph is written inside of the one in front of it.
#[test]
fn given_objects_in_objects_without_end_then_the_job_graph_is_refused() {
    let mut bytes = vec![0xAC, 0xED, 0x00, 0x05];
    for _ in 0..100_000 {
        // An array of objects with one element, whose class is written once more each time.
        bytes.extend([0x75, 0x72, 0x00, 0x13]);
        bytes.extend(b"[Ljava.lang.Object;");
        bytes.extend([0; 8]);
        bytes.extend([0x02, 0x00, 0x00, 0x78, 0x70, 0x00, 0x00, 0x00, 0x01]);
    }
    let error = target::job_graph(&bytes, "graph").expect_err("too deep");
    one_line(&error);
    assert!(error.to_string().contains("deep"), "{error}");
}
