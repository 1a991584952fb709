//! Values of states against what Flink's own classes read from the same files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::ControlFlow;

use keepoint::references::Relocations;
use keepoint::state_data::{Streams, ValuesError, ValuesSummary, values};
use keepoint::storage::{StorageSettings, Stores};
use keepoint::uri::StorageUri;
use serde_json::Value;

use crate::fixtures::{Snapshot, snapshots};

fn ask(
    snapshot: &Snapshot,
    metadata: &[u8],
    question: (&str, &str, Option<&str>),
    limit: usize,
) -> (Vec<Value>, Result<ValuesSummary, ValuesError>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let stores = Stores::new(StorageSettings::default()).expect("stores");
    let uri = |text: &str| StorageUri::parse(text).expect("a place");
    let directory = uri(snapshot.metadata.parent().expect("a directory").to_str().expect("text"));
    let relocation = snapshot.relocation();
    let (from, to) = relocation.split_once('=').expect("a pair");
    let relocations = Relocations::new(vec![(uri(from), uri(to))]);
    let streams = Streams::new(&stores, &directory, &relocations);
    let mut lines = Vec::new();
    let summary = runtime.block_on(values(metadata, &streams, question, &mut |line| {
        lines.push(line);
        if lines.len() == limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }));
    (lines, summary)
}

/// Lines of a scenario's snapshot as Flink reads them, by operator and state.
fn truth(snapshot: &Snapshot) -> Option<BTreeMap<(String, String), Vec<Value>>> {
    let (scenario, path) = snapshot.scenario_and_path();
    let text = fs::read_to_string(scenario.join("values.jsonl")).ok()?;
    let mut states: BTreeMap<_, Vec<Value>> = BTreeMap::new();
    for line in text.lines() {
        let mut line: Value = serde_json::from_str(line).expect("a line of JSON");
        let mut take = |name: &str| line.as_object_mut().expect("an object").remove(name).expect("it is there");
        if take("snapshot") == path.as_str() {
            let name = |value: Value| value.as_str().expect("a name").to_owned();
            states.entry((name(take("operator")), name(take("state")))).or_default().push(line);
        }
    }
    Some(states)
}

/// Maps of Java have no order.
pub(crate) fn sorted(mut lines: Vec<Value>) -> Vec<String> {
    fn sort(value: &mut Value) {
        match value {
            Value::Array(elements) => {
                elements.iter_mut().for_each(sort);
                if elements.iter().all(|each| each.get("key").is_some()) {
                    elements.sort_by_key(ToString::to_string);
                }
            }
            Value::Object(fields) => fields.values_mut().for_each(sort),
            _ => {}
        }
    }
    lines.iter_mut().for_each(sort);
    let mut lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    lines.sort();
    lines
}

#[test]
fn every_state_has_the_values_that_flink_reads_from_it() {
    let (mut lines, mut states, mut kinds) = (0, 0, BTreeSet::new());
    for snapshot in snapshots() {
        let Some(truth) = truth(&snapshot) else { continue };
        let metadata = fs::read(&snapshot.metadata).expect("a fixture");
        for ((operator, state), theirs) in truth {
            let (ours, summary) = ask(&snapshot, &metadata, (&operator, &state, None), usize::MAX);
            let place = format!("{} {operator} {state}", snapshot.name);
            let summary = summary.unwrap_or_else(|error| panic!("{place}: {error}"));
            assert_eq!(summary.undecoded, 0, "{place}");
            lines += ours.len();
            states += 1;
            kinds.insert(format!("{} {}", snapshot.kind().expect("a kind"), state));
            assert_eq!(sorted(ours), sorted(theirs), "{place}");
        }
    }
    assert!(lines > 500 && states > 100, "{lines} values of {states} states: {kinds:?}");
}

#[test]
fn given_a_limit_or_a_key_no_more_is_shown() {
    let all = snapshots();
    let snapshot = all.iter().find(|each| each.name.contains("2.3.0/types/savepoints")).expect("a fixture");
    let metadata = fs::read(&snapshot.metadata).expect("a fixture");
    let (lines, summary) = ask(snapshot, &metadata, ("string-keys-uid", "long", None), 2);
    assert_eq!((lines.len(), summary.expect("a summary").lines), (2, 2));
    let (lines, _) = ask(snapshot, &metadata, ("string-keys-uid", "long", Some("key 1")), usize::MAX);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["key"], "key 1");
    let (lines, _) = ask(snapshot, &metadata, ("pojo-keys-uid", "pojo", Some(r#"{"x":1,"y":1}"#)), usize::MAX);
    assert_eq!(lines.len(), 1);
}

#[test]
fn given_a_value_of_kryo_it_is_shown_as_bytes_and_counted() {
    let all = snapshots();
    let snapshot = all.iter().find(|each| each.name.contains("2.3.0/types/savepoints")).expect("a fixture");
    let metadata = fs::read(&snapshot.metadata).expect("a fixture");
    let (lines, summary) = ask(snapshot, &metadata, ("int-keys-uid", "kryo", None), usize::MAX);
    assert_eq!(summary.expect("a summary").undecoded, lines.len() as u64);
    assert!(lines.iter().all(|line| line["value"]["undecoded"]["hex"].is_string()), "{lines:?}");
}
