//! Timers that RocksDB and ForSt keep on the heap stand in raw keyed state: they are states, too.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::fixtures::{json, snapshots};
use crate::{Copy, all, findings, inspect};

/// An operator and the name of a timer.
type Identity = (String, String);

/// The timers of the services that Flink's reader saw in raw keyed state, with the classes of the snapshots for key and namespace.
pub(crate) fn in_raw_state(headers: &Value, path: &str) -> BTreeMap<Identity, [Value; 2]> {
    let snapshot = all(headers, "snapshots").iter().find(|snapshot| snapshot["path"] == path).expect("the snapshot");
    let mut timers = BTreeMap::new();
    for handle in all(snapshot, "handles") {
        let place = handle["place"].as_str().expect("a place");
        if !place.contains("/raw_keyed/") {
            continue;
        }
        let operator = place.split('/').next().expect("an operator");
        let index = usize::try_from(handle["header"].as_u64().expect("an index")).expect("it fits");
        for service in all(&headers["headers"][index], "services") {
            let name = service["name"].as_str().expect("a name");
            let classes = ["key", "namespace"].map(|part| service[part]["class"].clone());
            for prefix in ["_timer_state/event_", "_timer_state/processing_"] {
                timers.insert((operator.to_owned(), format!("{prefix}{name}")), classes.clone());
            }
        }
    }
    timers
}

#[test]
fn timers_on_the_heap_of_rocksdb_are_told_as_those_of_the_services_that_flink_reads() {
    let (mut compared, mut key_groups) = (0, 0);
    for snapshot in snapshots().iter().filter(|snapshot| snapshot.name.contains("/rocksdb-heap-timers/")) {
        let (scenario, path) = snapshot.scenario_and_path();
        let metadata = snapshot.metadata.to_str().expect("UTF-8");
        let (code, report) = inspect(&[metadata, "--states", "--relocate", &snapshot.relocation()]);
        assert_eq!(code, Some(0), "{}: {}", snapshot.name, report["findings"]);
        let truth = in_raw_state(&json(&scenario.join("headers.json")), &path);
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let mut ours = BTreeMap::new();
        for operator in all(&report, "operators") {
            assert_eq!(operator["states_complete"], true, "{}", snapshot.name);
            for state in all(operator, "states").iter().filter(|state| state["kind"] == "timer") {
                let classes = ["key", "namespace"].map(|part| state[part]["serializer_snapshot"].clone());
                ours.insert((text(&operator["operator_id"]), text(&state["name"])), classes);
            }
        }
        // A canonical savepoint has timers in managed state: there Flink sees none in raw state.
        if truth.is_empty() {
            assert!(!ours.is_empty(), "{}", snapshot.name);
            continue;
        }
        assert_eq!(ours, truth, "{}", snapshot.name);
        compared += ours.len();
        key_groups += report["state_headers"]["timers_read"].as_u64().unwrap_or(0);
    }
    assert!(compared > 4 && key_groups > 1, "{compared} timers, {key_groups} key groups");
}

#[test]
fn raw_keyed_state_that_is_gone_or_cut_off_is_a_finding_and_the_other_states_are_there() {
    let copy = Copy::of("2.3.0/rocksdb-heap-timers/checkpoints");
    let raw = copy.files_with(&[0xF1, 0xCD, 0x85, 0x9F]);
    if raw.is_empty() {
        // It stands in the metadata: nothing can be gone.
        let (_, report) = copy.inspect(&["--states"]);
        assert!(report["state_headers"]["timers_read"].as_u64().is_some_and(|read| read > 0), "{report}");
        return;
    }
    for file in &raw {
        fs::write(file, [0xF1, 0xCD, 0x85, 0x9F, 0]).expect("room");
    }
    let (code, report) = copy.inspect(&["--states"]);
    assert_eq!(code, Some(3));
    assert!(!findings(&report, "STATE_TIMERS_UNREADABLE").is_empty());
    for file in raw {
        fs::remove_file(file).expect("a file");
    }
    let (code, report) = copy.inspect(&["--states"]);
    assert_eq!(code, Some(3));
    assert!(!findings(&report, "FILE_MISSING").is_empty());
}
