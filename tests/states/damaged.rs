//! State files that are gone, cut off, closed or something else: each is a finding, and the others are read all the same.

use std::fs;

use crate::{Copy, VERSION_6, all, findings, state, states};

#[test]
fn a_state_file_that_is_gone_is_one_finding_with_its_place_and_the_other_states_are_there() {
    let copy = Copy::of("2.3.0/every-serializer");
    let file = copy.files_with(&VERSION_6).into_iter().max_by_key(|file| fs::metadata(file).expect("a file").len());
    let file = file.expect("there is one");
    fs::remove_file(&file).expect("a file");
    let (code, report) = copy.inspect(&["--states"]);
    assert_eq!(code, Some(3), "{report}");
    let missing = findings(&report, "FILE_MISSING");
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0]["location"], format!("file:{}", file.display()));
    assert_eq!(missing[0]["uid"], "every-serializer-uid");
    assert!(missing[0]["action"].as_str().is_some_and(|action| action.contains("verify")));
    assert_eq!(state(&report, "a list")["value"]["text"], "Shape");
    assert_eq!((&report["state_headers"]["failed"], &report["state_headers"]["read"]), (&1.into(), &2.into()));
}

#[test]
fn a_header_cut_off_anywhere_is_said_to_be_cut_off_and_never_ends_the_command() {
    let copy = Copy::of("2.3.0/max-parallelism/savepoints");
    let file = copy.files_with(&VERSION_6).into_iter().next().expect("a state file");
    let bytes = fs::read(&file).expect("a file");
    let whole = copy.inspect(&["--states", "--every-header"]).1;
    for length in [0, 1, 3, 4, 5, 40, bytes.len() / 4] {
        fs::write(&file, &bytes[..length]).expect("room");
        let (code, report) = copy.inspect(&["--states", "--every-header"]);
        assert_eq!(code, Some(3), "{length}: {report}");
        let cut = findings(&report, "STATE_HEADER_UNREADABLE");
        assert_eq!(cut.len(), 1, "{length}: {report}");
        let message = cut[0]["message"].as_str().expect("a message");
        assert!(message.contains(&format!("ends after {length} of them")), "{message}");
        // The sibling tells the same states.
        assert_eq!(states(&report).len(), states(&whole).len(), "{length}");
    }
}

#[test]
fn any_byte_of_a_header_changed_ends_in_states_or_in_a_finding() {
    let copy = Copy::of("2.3.0/max-parallelism/savepoints");
    let file = copy.files_with(&VERSION_6).into_iter().next().expect("a state file");
    let bytes = fs::read(&file).expect("a file");
    for position in (0..bytes.len().min(2_000)).step_by(97) {
        let mut changed = bytes.clone();
        changed[position] ^= 0xff;
        fs::write(&file, &changed).expect("room");
        let (code, report) = copy.inspect(&["--states", "--every-header"]);
        assert!(matches!(code, Some(0 | 3 | 4)), "{position}: {code:?}");
        assert!(!states(&report).is_empty(), "{position}");
    }
}

#[test]
fn headers_of_versions_that_are_not_read_are_unknown_and_no_damage() {
    let copy = Copy::of("2.3.0/max-parallelism/savepoints");
    for (version, code) in [(4, "HEADER_VERSION_UNSUPPORTED"), (9, "STATE_HEADER_UNREADABLE")] {
        for file in copy.files_with(&[0, 0, 0]) {
            let mut bytes = fs::read(&file).expect("a file");
            bytes[3] = version;
            fs::write(&file, bytes).expect("room");
        }
        let (exit_code, report) = copy.inspect(&["--states"]);
        assert_eq!(exit_code, Some(4), "{report}");
        assert!(!findings(&report, code).is_empty(), "{report}");
        let failed = report["state_headers"]["failed"].as_u64().expect("a number");
        assert!(failed > 0);
        assert!(findings(&report, "FILE_MISSING").is_empty());
    }
}

#[test]
fn a_directory_in_the_place_of_a_state_file_is_a_finding() {
    let copy = Copy::of("2.3.0/every-serializer");
    let file = copy.files_with(&VERSION_6).into_iter().next().expect("a state file");
    fs::remove_file(&file).expect("a file");
    fs::create_dir(&file).expect("room");
    let (code, report) = copy.inspect(&["--states"]);
    assert_eq!(code, Some(3));
    assert_eq!(findings(&report, "FILE_MISSING").len(), 1);
}

#[test]
fn without_a_relocation_a_copy_says_where_it_looked_and_how_to_name_the_new_place() {
    let copy = Copy::of("2.3.0/rocksdb-incremental/checkpoints");
    let (code, report) = crate::inspect(&[copy.snapshot(), "--states"]);
    // Where Flink wrote it, there is nothing on this machine; what is beside the metadata is found.
    let missing = findings(&report, "FILE_MISSING");
    assert_eq!(code, Some(if missing.is_empty() { 0 } else { 3 }));
    for finding in missing {
        assert!(finding["action"].as_str().is_some_and(|action| action.contains("--relocate")));
    }
}

#[test]
fn a_serializer_that_is_not_flinks_hides_what_it_must_and_the_states_behind_it_are_found_by_name() {
    let copy = Copy::of("2.3.0/every-serializer");
    let known = b"org.apache.flink.api.common.typeutils.base.BigIntSerializer$BigIntSerializerSnapshot";
    for file in copy.files_with(&VERSION_6) {
        let mut bytes = fs::read(&file).expect("a file");
        let Some(at) = bytes.windows(known.len()).position(|window| window == known) else { continue };
        bytes[at..at + 3].copy_from_slice(b"com");
        fs::write(&file, bytes).expect("room");
    }
    let whole = Copy::of("2.3.0/every-serializer").inspect(&["--states"]).1;
    let (code, report) = copy.inspect(&["--states"]);
    assert_eq!(code, Some(4), "{}", report["findings"]);
    let unknown = findings(&report, "SERIALIZER_UNKNOWN");
    assert_eq!(unknown.len(), 1);
    assert!(unknown[0]["evidence"].as_str().is_some_and(|class| class.starts_with("com.apache.flink")));
    assert_eq!(states(&report).len(), states(&whole).len(), "all of them are found by name");
    let opaque = state(&report, "api.common.typeutils.base.BigIntSerializer");
    assert_eq!(opaque["value"]["opaque"], true);
    let recovered = states(&report).into_iter().filter(|state| state["recovered"] == true).count();
    assert!(recovered > 0 && recovered < states(&report).len(), "{recovered}");
    let behind = states(&report).into_iter().find(|state| state["recovered"] == true).expect("one");
    let name = behind["name"].as_str().expect("a name");
    assert_eq!(behind["value"], state(&whole, name)["value"], "what is found is what is there");
}

#[test]
fn findings_have_a_place_a_cause_and_a_next_step() {
    let copy = Copy::of("2.3.0/every-serializer");
    for file in copy.files_with(&VERSION_6) {
        fs::write(file, b"").expect("room");
    }
    let (_, report) = copy.inspect(&["--states"]);
    assert!(all(&report, "findings").len() >= 2);
    for finding in all(&report, "findings") {
        for field in ["location", "message", "action", "operator_id"] {
            assert!(finding[field].as_str().is_some_and(|text| !text.is_empty() && !text.contains('\n')), "{finding}");
        }
    }
}
