//! The same states through every output.

use std::path::Path;

use crate::{Copy, golden, run};

#[test]
fn states_are_told_in_every_text_output_as_they_were_reviewed() {
    let copy = Copy::of("2.3.0/types/checkpoints");
    let place = copy.path().to_str().expect("UTF-8");
    let mut failures = Vec::new();
    for (arguments, file) in [
        (&["--output", "table"][..], "types.table"),
        (&["--output", "jsonl"], "types.jsonl"),
        (&["--output", "csv", "--section", "states"], "types.states.csv"),
        (&["--output", "table", "--sizes"], "types.sizes.table"),
        (&["--output", "wide"], "types.wide"),
        (&["--output", "wide", "--sizes"], "types.sizes.wide"),
        (&["--output", "csv", "--section", "sizes", "--sizes"], "types.sizes.csv"),
    ] {
        let common = [copy.snapshot(), "--states", "--relocate", copy.relocation()];
        let output = run(&[&common[..], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("text");
        let text = text.replace(place, "{copy}").replace(env!("CARGO_PKG_VERSION"), "{version}");
        let lines = text.lines().filter(|line| !line.contains("Completed") && !line.starts_with("{\"snapshot\""));
        let text: String = lines.flat_map(|line| [line, "\n"]).collect();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/states/cases").join(file);
        failures.extend(golden::compare(&file, text.as_bytes()).err());
    }
    golden::report(&failures);
}

#[test]
fn without_the_flag_no_state_file_is_asked_for() {
    let copy = Copy::of("2.3.0/types/checkpoints");
    let output = run(&[copy.snapshot(), "--stats"]);
    let stderr = String::from_utf8(output.stderr).expect("text");
    assert!(stderr.starts_with("requests: 1 (read 1)"), "{stderr}");
}
