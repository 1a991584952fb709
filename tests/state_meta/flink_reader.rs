//! Each header of each fixture against what Flink's own reader said of it.

use std::collections::BTreeSet;

use keepoint::format::state_meta::{decode_keyed, decode_operator};
use keepoint::model::{StateBackendScope, StateHeader};
use serde_json::Value;

use crate::fixtures::{Snapshot, json, snapshots};
use crate::flink_view::view;
use crate::headers::{Header, headers};

/// Compressed operator state begins with the identifier of the stream, before the first partition.
const SNAPPY_IDENTIFIER: usize = 10;

#[test]
fn every_header_decodes_to_what_flinks_reader_sees_and_ends_where_the_data_begins() {
    let (mut compared, mut releases) = (0, BTreeSet::new());
    for snapshot in snapshots().iter().filter(|snapshot| snapshot.name.starts_with("flink/")) {
        releases.extend(snapshot.name.split('/').nth(1).map(str::to_owned));
        let (handles, flinks) = expected(snapshot);
        let headers = headers(snapshot);
        let ours: BTreeSet<_> = headers.iter().map(|header| header.place.as_str()).collect();
        let theirs = handles.iter().map(|handle| handle["place"].as_str().expect("a place"));
        let theirs: BTreeSet<_> =
            theirs.filter(|place| !place.ends_with("/changes") && !place.contains("/raw_keyed/")).collect();
        assert_eq!(ours, theirs, "{}", snapshot.name);
        for header in &headers {
            let place = format!("{} {}", snapshot.name, header.place);
            let handle = handles.iter().find(|handle| handle["place"] == header.place.as_str()).expect("it was there");
            let decoded = decode(header, &header.stream).unwrap_or_else(|error| panic!("{place}: {error}"));
            assert_eq!(decoded.stopped_at, None, "{place}");
            let end = decoded.end.expect("it has an end");
            assert_eq!(Some(end as u64), handle["end"].as_u64(), "{place}");
            let compressed = decoded.backend == StateBackendScope::Operator && decoded.compression == Some(true);
            let between = if compressed && end < header.stream.len() { SNAPPY_IDENTIFIER } else { 0 };
            assert_eq!(end + between, header.bytes.len(), "{place}: the data begins elsewhere");
            assert!(decoded.states.iter().all(|state| state.complete && !state.recovered), "{place}");
            assert_eq!(decoded.announced_states, Some(decoded.states.len()), "{place}");
            let index = usize::try_from(handle["header"].as_u64().expect("an index")).expect("it fits");
            compare(&place, &view(&decoded), &flinks[index]);
            compared += 1;
        }
    }
    // Each release writes some three hundred; the oldest has fewer scenarios.
    assert!(!releases.is_empty() && compared > 200 * releases.len(), "only {compared} headers of {releases:?}");
}

fn decode<'a>(header: &Header, bytes: &'a [u8]) -> Result<StateHeader<'a>, keepoint::format::Error> {
    match header.backend {
        StateBackendScope::Keyed => decode_keyed(bytes),
        StateBackendScope::Operator => decode_operator(bytes),
    }
}

/// The handles of a snapshot and the headers of its scenario, as Flink's reader sees them.
pub(crate) fn expected(snapshot: &Snapshot) -> (Vec<Value>, Vec<Value>) {
    let (scenario, path) = snapshot.scenario_and_path();
    let all = json(&scenario.join("headers.json"));
    let snapshots = all["snapshots"].as_array().expect("snapshots");
    let this = snapshots.iter().find(|entry| entry["path"] == path.as_str());
    let this = this.unwrap_or_else(|| panic!("{} is not in headers.json", snapshot.name));
    (this["handles"].as_array().expect("handles").clone(), all["headers"].as_array().expect("headers").clone())
}

fn compare(place: &str, ours: &Value, flinks: &Value) {
    match (ours, flinks) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                // Releases before 1.18 have no getter for the compression of operator state, as it was never compressed.
                if key == "compression" && b.get(key) == Some(&Value::Null) {
                    continue;
                }
                let missing = Value::Null;
                compare(&format!("{place}.{key}"), a.get(key).unwrap_or(&missing), b.get(key).unwrap_or(&missing));
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                compare(&format!("{place}[{index}]"), a, b);
            }
        }
        _ => assert_eq!(ours, flinks, "{place}"),
    }
}
