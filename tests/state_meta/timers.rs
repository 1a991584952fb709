//! Timer services in raw keyed state against what Flink's own reader said of them.

use std::fs;

use keepoint::format::metadata::decode;
use keepoint::format::state_meta::decode_timer_services;
use keepoint::model::state_handle::KeyedStateHandle;
use keepoint::model::{SubtaskState, TimerServices};
use serde_json::{Value, json};

use crate::fixtures::snapshots;
use crate::flink_reader::expected;
use crate::flink_view::tree;
use crate::headers::stream;

#[test]
fn the_timer_services_of_every_key_group_are_those_that_flinks_reader_sees() {
    let mut compared = 0;
    for snapshot in snapshots().iter().filter(|snapshot| snapshot.name.starts_with("flink/")) {
        let (handles, flinks) = expected(snapshot);
        let metadata = fs::read(&snapshot.metadata).expect("a readable fixture");
        let decoded = decode(&metadata).unwrap_or_else(|error| panic!("{}: {error}", snapshot.name));
        for operator in &decoded.metadata.operator_states {
            for entry in operator.entries() {
                let SubtaskState::Running(state) = &entry.state else { continue };
                let Some(KeyedStateHandle::KeyGroups(raw)) = &state.raw_keyed_state else { continue };
                let directory = snapshot.metadata.parent().expect("it has one");
                let bytes = stream(&raw.delegate, snapshot, directory, false);
                for (index, offset) in (0..).zip(raw.offsets.iter()) {
                    let Ok(offset) = usize::try_from(offset) else { continue };
                    let place =
                        format!("{}/{}/raw_keyed/{}", operator.operator_id, entry.index, raw.key_groups.start + index);
                    let ours =
                        decode_timer_services(&bytes[offset..]).unwrap_or_else(|error| panic!("{place}: {error}"));
                    let theirs = handles.iter().find(|handle| handle["place"] == place.as_str()).map(|handle| {
                        flinks[usize::try_from(handle["header"].as_u64().expect("an index")).expect("it fits")].clone()
                    });
                    compare(&format!("{} {place}", snapshot.name), ours.as_ref(), theirs.as_ref());
                    compared += usize::from(theirs.is_some());
                }
            }
        }
    }
    assert!(compared > 20, "only {compared} key groups");
}

/// Behind timers whose keys have no fixed length nothing can be reached: what was read must be the first of what Flink sees.
fn compare(place: &str, ours: Option<&TimerServices<'_>>, theirs: Option<&Value>) {
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        assert!(ours.is_none() && theirs.is_none(), "{place}: keepoint {ours:?}, Flink {theirs:?}");
        return;
    };
    let services = theirs["services"].as_array().expect("services");
    assert_eq!(ours.announced, services.len(), "{place}");
    for (ours, theirs) in ours.services.iter().zip(services) {
        let mut theirs = theirs.clone();
        let (event_time, processing_time) = ours.timers.unzip();
        if ours.timers.is_none() {
            theirs["event_time_timers"] = Value::Null;
            theirs["processing_time_timers"] = Value::Null;
        }
        let ours = json!({
            "name": ours.name.to_string(),
            "key": tree(&ours.key),
            "namespace": ours.namespace.as_ref().map(tree),
            "event_time_timers": event_time,
            "processing_time_timers": processing_time,
        });
        assert_eq!(ours, theirs, "{place}");
    }
    let all = ours.services.len() == services.len();
    assert!(all || ours.services.last().is_some_and(|last| last.timers.is_none()), "{place}: stopped for no reason");
}

#[test]
fn raw_state_of_a_users_operator_is_no_timer_service_and_a_cut_one_says_so() {
    assert_eq!(decode_timer_services(b"\x00\x00\x00\x05hello").expect("no error"), None);
    let head = b"\xF1\xCD\x85\x9F\x00\x00\x00\x02\x00\x00\x00\x01";
    for length in 0..head.len() {
        let missing = decode_timer_services(&head[..length]).expect_err("it is cut").missing_bytes();
        assert!(missing.is_some_and(|missing| missing > 0), "at {length}");
    }
    let old = b"\xF1\xCD\x85\x9F\x00\x00\x00\x01";
    let error = decode_timer_services(old).expect_err("too old").to_string();
    assert_eq!(error, "version 1 of the header of timer services: Flink from 1.17 on no longer reads it at offset 4");
}
