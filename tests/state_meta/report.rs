//! The states of real snapshots as they stand in a report.

use std::collections::BTreeSet;
use std::path::Path;

use keepoint::format::state_meta::{decode_keyed, decode_operator};
use keepoint::inspect::states_of;
use keepoint::model::StateBackendScope;
use keepoint::report::State;

use crate::fixtures::snapshots;
use crate::golden;
use crate::headers::headers;

/// One line for each state: name, kind, scope, key, namespace, value.
fn line(state: &State) -> String {
    let text = |of: &Option<keepoint::report::Type>| of.as_ref().map_or("-".to_owned(), |of| of.text.clone());
    format!(
        "{}: {:?} {:?}{}, key {}, namespace {}, value {}\n",
        state.name,
        state.kind(),
        state.scope(),
        if state.ttl == Some(true) { " with TTL" } else { "" },
        text(&state.key),
        text(&state.namespace),
        text(&state.value),
    )
}

#[test]
fn the_states_of_each_scenario_are_told_in_the_words_of_a_report() {
    let mut failures = Vec::new();
    for (scenario, name) in [
        ("flink/2.3.0/hashmap-every-state/", "every-state.txt"),
        ("flink/2.3.0/every-serializer/", "every-serializer.txt"),
        ("flink/2.3.0/forst-async/", "asynchronous-api.txt"),
        ("flink/2.3.0/sql-aggregation/", "sql.txt"),
        ("flink/1.15.4/types/", "types.txt"),
    ] {
        let mut lines = BTreeSet::new();
        for snapshot in snapshots().iter().filter(|snapshot| snapshot.name.starts_with(scenario)) {
            for header in headers(snapshot) {
                let decoded = match header.backend {
                    StateBackendScope::Keyed => decode_keyed(&header.bytes),
                    StateBackendScope::Operator => decode_operator(&header.bytes),
                };
                for state in states_of(&decoded.expect("a good header")) {
                    lines.insert(line(&state));
                }
            }
        }
        assert!(!lines.is_empty(), "{scenario}");
        let text: String = lines.into_iter().collect();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/state_meta/cases").join(name);
        if let Err(failure) = golden::compare(&file, text.as_bytes()) {
            failures.push(failure);
        }
    }
    golden::report(&failures);
}

#[test]
fn a_type_in_json_has_the_fields_of_the_contract() {
    let snapshot =
        snapshots().into_iter().find(|snapshot| snapshot.name.starts_with("flink/2.3.0/types/")).expect("it is there");
    let all = headers(&snapshot);
    let states = all
        .iter()
        .filter(|header| header.backend == StateBackendScope::Keyed)
        .flat_map(|header| states_of(&decode_keyed(&header.bytes).expect("a good header")));
    let pojo = states.into_iter().find(|state| state.name == "pojo").expect("it has one");
    let json = serde_json::to_string_pretty(&pojo).expect("a report is JSON") + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/state_meta/cases/pojo.json");
    golden::report(&golden::compare(&file, json.as_bytes()).err().into_iter().collect::<Vec<_>>());
}
