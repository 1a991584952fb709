//! The states that changelogs announce against what Flink's own reader said of them.

use std::fs;

use keepoint::format::metadata::decode;
use keepoint::format::state_meta::changelog::{META_KEY_GROUP, decode_change_set, decode_metadata_change};
use keepoint::model::SubtaskState;
use keepoint::model::state_handle::{ChangelogStateBackendHandle, KeyedStateHandle};
use serde_json::{Value, json};

use crate::fixtures::{Snapshot, snapshots};
use crate::flink_reader::expected;
use crate::flink_view::state;
use crate::headers::stream;

#[test]
fn the_states_that_changes_announce_are_those_that_flinks_reader_sees() {
    let mut compared = 0;
    for snapshot in snapshots().iter().filter(|snapshot| snapshot.name.starts_with("flink/")) {
        let (handles, flinks) = expected(snapshot);
        let metadata = fs::read(&snapshot.metadata).expect("a readable fixture");
        let decoded = decode(&metadata).unwrap_or_else(|error| panic!("{}: {error}", snapshot.name));
        for operator in &decoded.metadata.operator_states {
            for entry in operator.entries() {
                let SubtaskState::Running(state) = &entry.state else { continue };
                let Some(KeyedStateHandle::Changelog(changelog)) = &state.managed_keyed_state else { continue };
                let ours = announced(changelog, snapshot);
                let place = format!("{}/{}/keyed/changes", operator.operator_id, entry.index);
                let theirs = handles.iter().find(|handle| handle["place"] == place.as_str());
                let theirs = theirs.map_or(json!([]), |handle| {
                    let index = usize::try_from(handle["header"].as_u64().expect("an index")).expect("it fits");
                    flinks[index]["states"].clone()
                });
                assert_eq!(Value::Array(ours), theirs, "{} {place}", snapshot.name);
                compared += theirs.as_array().map_or(0, Vec::len);
            }
        }
    }
    assert!(compared > 20, "only {compared} states");
}

fn announced(changelog: &ChangelogStateBackendHandle<'_>, snapshot: &Snapshot) -> Vec<Value> {
    let mut states = Vec::new();
    for changes in changelog.non_materialized.iter().flatten() {
        match changes {
            KeyedStateHandle::InMemoryChangelog(changes) => {
                let metadata = changes.changes.iter().filter(|change| change.key_group == META_KEY_GROUP);
                states.extend(
                    metadata.map(|change| state(&decode_metadata_change(change.change).expect("a good change"))),
                );
            }
            KeyedStateHandle::ChangelogStream(changes) => {
                for change_set in &changes.streams {
                    let file =
                        stream(&change_set.handle, snapshot, snapshot.metadata.parent().expect("it has one"), true);
                    let offset = u64::try_from(change_set.offset).expect("a position");
                    let decoded = decode_change_set(&file, offset).expect("a good file");
                    states.extend(decoded.iter().map(state));
                    cut_anywhere_says_how_much_is_missing(&file, offset, decoded.len());
                }
            }
            other => panic!("{other:?}"),
        }
    }
    states
}

fn cut_anywhere_says_how_much_is_missing(file: &[u8], offset: u64, states: usize) {
    for length in 0..file.len() {
        match decode_change_set(&file[..length], offset) {
            // Behind the announced states nothing is needed.
            Ok(decoded) => assert_eq!(decoded.len(), states),
            Err(error) => {
                let missing = error.missing_bytes().unwrap_or_else(|| panic!("cut at {length}: {error}"));
                assert!(missing > 0 && length + missing <= file.len(), "{missing} at {length}: {error}");
            }
        }
    }
}
