//! Each piece of a connector's state against what the connector's own serializer read from it.

use std::collections::BTreeSet;
use std::fs;

use keepoint::format::connector::{
    ConnectorPlace, Versioned, coordinator_state, decode_committables, known, list_element, readings,
};
use keepoint::format::metadata::decode;
use keepoint::model::state_handle::StreamStateHandle;
use keepoint::model::{
    CommittableState, Connector, ConnectorContent, Enumerator, KafkaOffset, SinkFile, SourceSplit, SubtaskState,
    TransactionOwnership,
};
use serde_json::{Value, json};

use crate::fixtures::{self, Snapshot, snapshots};

/// A piece of state where it stands in a fixture.
pub(crate) struct Found {
    pub(crate) operator: String,
    pub(crate) subtask: Option<i32>,
    pub(crate) state: String,
    pub(crate) bytes: Vec<u8>,
}

/// The snapshots with state of connectors that are known.
pub(crate) fn with_connectors() -> Vec<Snapshot> {
    let found: Vec<_> =
        snapshots().into_iter().filter(|each| each.scenario_and_path().0.join("connectors.json").is_file()).collect();
    assert!(found.len() >= 8, "two scenarios of two releases have a checkpoint and a savepoint each");
    found
}

/// The pieces of a snapshot whose state is in the metadata.
pub(crate) fn pieces(snapshot: &Snapshot) -> Vec<Found> {
    let bytes = fs::read(&snapshot.metadata).expect("a fixture");
    let decoded = decode(&bytes).expect("it decodes");
    let mut found = Vec::new();
    for operator in &decoded.metadata.operator_states {
        let id = operator.operator_id.to_string();
        if let Some(coordinator) = &operator.coordinator_state {
            let bytes = coordinator.data.to_vec();
            found.push(Found { operator: id.clone(), subtask: None, state: "coordinator".to_owned(), bytes });
        }
        for entry in operator.entries() {
            let SubtaskState::Running(state) = &entry.state else { continue };
            let Some(handle) = &state.managed_operator_state else { continue };
            let StreamStateHandle::ByteStream(stream) = &handle.delegate else { continue };
            for state in &handle.states {
                for offset in state.offsets.iter() {
                    let at = usize::try_from(offset).expect("an offset");
                    let length = i32::from_be_bytes(*stream.data[at..].first_chunk().expect("a length"));
                    let bytes = stream.data[at + 4..][..usize::try_from(length).expect("a length")].to_vec();
                    let state = state.name.to_str().into_owned();
                    found.push(Found { operator: id.clone(), subtask: Some(entry.index), state, bytes });
                }
            }
        }
    }
    found
}

#[test]
fn each_piece_decodes_to_what_the_connectors_own_serializer_reads() {
    let (mut compared, mut rows) = (0, BTreeSet::new());
    for snapshot in with_connectors() {
        let (scenario, path) = snapshot.scenario_and_path();
        let truth = fixtures::json(&scenario.join("connectors.json"));
        let all = truth["snapshots"].as_array().expect("snapshots");
        let this = all.iter().find(|entry| entry["path"] == path.as_str()).expect("the snapshot");
        let mut theirs = this["states"].as_array().expect("states").clone();
        for piece in pieces(&snapshot) {
            let is_it = |each: &Value| {
                each["operator"] == piece.operator.as_str()
                    && each["subtask"].as_i64() == piece.subtask.map(i64::from)
                    && each["state"] == piece.state.as_str()
            };
            // Elements of one state are in the order of its offsets, here and there.
            let Some(index) = theirs.iter().position(is_it) else { continue };
            let expected = theirs.remove(index);
            let name = format!("{} {} {:?} {}", snapshot.name, piece.operator, piece.subtask, piece.state);
            let (version, ours) = view(&piece, &mut rows);
            assert_eq!(Some(i64::from(version)), expected["version"].as_i64(), "{name}");
            assert_eq!(ours, normal(expected["value"].clone()), "{name}");
            compared += 1;
        }
        assert_eq!(theirs, Vec::<Value>::new(), "{}: not found", snapshot.name);
    }
    assert!(compared > 50, "only {compared} pieces");
    for row in [
        (Connector::Kafka, ConnectorPlace::Split),
        (Connector::Kafka, ConnectorPlace::Enumerator),
        (Connector::Kafka, ConnectorPlace::Writer),
        (Connector::Kafka, ConnectorPlace::Committable),
        (Connector::File, ConnectorPlace::Split),
        (Connector::File, ConnectorPlace::Enumerator),
        (Connector::File, ConnectorPlace::Writer),
        (Connector::File, ConnectorPlace::Committable),
        (Connector::NumberSequence, ConnectorPlace::Split),
        (Connector::NumberSequence, ConnectorPlace::Enumerator),
    ] {
        assert!(rows.contains(&row), "no fixture has {row:?}");
    }
}

#[test]
fn given_bytes_of_one_connector_no_other_one_fits_unless_they_hold_nothing() {
    for snapshot in with_connectors() {
        for piece in pieces(&snapshot) {
            let (place, inside) = inside(&piece);
            if place == ConnectorPlace::Committable {
                continue;
            }
            let fits = readings(place, inside);
            let is_empty_list = inside.bytes == [0; 4];
            assert!(fits.len() == 1 || is_empty_list, "{} {}: {fits:?}", snapshot.name, piece.state);
        }
    }
}

#[test]
fn given_a_version_that_nobody_writes_nothing_fits() {
    for snapshot in with_connectors() {
        for piece in pieces(&snapshot) {
            let (place, inside) = inside(&piece);
            let newest = known().filter(|(_, known, _)| *known == place).map(|(_, _, version)| version).max();
            let version = newest.expect("a version") + 1;
            assert_eq!(readings(place, Versioned { version, ..inside }), [], "{} {}", snapshot.name, piece.state);
        }
    }
}

pub(crate) fn inside(piece: &Found) -> (ConnectorPlace, Versioned<'_>) {
    match piece.state.as_str() {
        "coordinator" => (ConnectorPlace::Enumerator, coordinator_state(&piece.bytes).expect("a coordinator")),
        "SourceReaderState" => (ConnectorPlace::Split, list_element(&piece.bytes).expect("a split")),
        "writer_raw_states" => (ConnectorPlace::Writer, list_element(&piece.bytes).expect("a writer")),
        "streaming_committer_raw_states" => {
            (ConnectorPlace::Committable, list_element(&piece.bytes).expect("committables"))
        }
        other => panic!("{other} is not in connectors.json"),
    }
}

fn view(piece: &Found, rows: &mut BTreeSet<(Connector, ConnectorPlace)>) -> (i32, Value) {
    let (place, inside) = inside(piece);
    if place != ConnectorPlace::Committable {
        return (inside.version, one(place, inside, rows));
    }
    let committables = decode_committables(inside).expect("committables");
    let committables: Vec<Value> = committables
        .iter()
        .map(|each| {
            let state = match each.state.expect("it is recorded") {
                CommittableState::Received => "RECEIVED",
                CommittableState::Retry => "RETRY",
                CommittableState::Failed => "FAILED",
                CommittableState::Committed => "COMMITTED",
            };
            let inside = Versioned { version: each.version, bytes: each.bytes };
            let value = one(place, inside, rows);
            json!({"checkpoint_id": each.checkpoint_id, "subtask": each.subtask, "state": state, "value": value})
        })
        .collect();
    (inside.version, normal(json!({"committables": committables})))
}

fn one(place: ConnectorPlace, inside: Versioned<'_>, rows: &mut BTreeSet<(Connector, ConnectorPlace)>) -> Value {
    let mut fits = readings(place, inside);
    // An empty enumerator can be of several; the truth of all of them is the same.
    let (connector, content) = fits.pop().unwrap_or_else(|| panic!("nothing fits {inside:?}"));
    rows.insert((connector, place));
    match content {
        ConnectorContent::Split(split) => self::split(&split),
        ConnectorContent::Enumerator(found) => enumerator(connector, &found),
        ConnectorContent::KafkaWriter(writer) => json!({
            "prefix": writer.transactional_id_prefix,
            "owned_subtask": writer.owned_subtask,
            "owning_subtasks": writer.owning_subtasks,
            "ownership": writer.ownership.map(|ownership| match ownership {
                TransactionOwnership::Implicit => "IMPLICIT_BY_SUBTASK_ID",
                TransactionOwnership::Explicit => "EXPLICIT_BY_WRITER_STATE",
            }),
            "precommitted": writer.precommitted.iter().map(|each| json!({
                "transactional_id": each.transactional_id,
                "checkpoint_id": each.checkpoint_id,
            })).collect::<Vec<_>>(),
        }),
        ConnectorContent::Transaction(transaction) => json!({
            "transactional_id": transaction.transactional_id,
            "producer_id": transaction.producer_id,
            "epoch": transaction.epoch,
        }),
        ConnectorContent::Bucket(bucket) => json!({
            "id": bucket.id,
            "path": bucket.path,
            "created_at": bucket.created_at,
            "in_progress": bucket.in_progress.as_ref().map(file),
        }),
        ConnectorContent::Files(files) => json!({
            "bucket": files.bucket,
            "pending": files.pending.as_ref().map(file),
            "to_clean_up": files.to_clean_up.as_ref().map(file),
            "compacted": files.compacted,
        }),
    }
}

fn file(file: &SinkFile) -> Value {
    json!({"path": file.path, "bytes": file.bytes})
}

fn split(split: &SourceSplit) -> Value {
    let offset = |offset: KafkaOffset| match offset {
        KafkaOffset::At(offset) => json!(offset),
        KafkaOffset::Latest => json!(-1),
        KafkaOffset::Earliest => json!(-2),
        KafkaOffset::Committed => json!(-3),
        KafkaOffset::None => Value::Null,
    };
    match split {
        SourceSplit::Kafka(split) => json!({
            "topic": split.topic,
            "partition": split.partition,
            "start": offset(split.start),
            "stop": offset(split.stop),
        }),
        SourceSplit::File(split) => json!({
            "id": split.id,
            "path": split.path,
            "offset": split.offset,
            "length": split.length,
            "modified_at": split.modified_at,
            "file_size": split.file_size,
            "position": split.position.map(|position| json!({
                "offset": position.offset,
                "records_after_offset": position.records_after_offset,
            })),
        }),
        SourceSplit::Numbers(split) => json!({"id": split.id, "from": split.from, "to": split.to}),
    }
}

fn enumerator(connector: Connector, enumerator: &Enumerator) -> Value {
    assert_eq!(enumerator.opaque, None);
    match connector {
        Connector::Kafka | Connector::DynamicKafka => normal(json!({
            "splits": enumerator.splits.iter().map(|(each, assigned)| json!({
                "split": split(each),
                "status": if *assigned == Some(true) { "ASSIGNED" } else { "UNASSIGNED" },
            })).collect::<Vec<_>>(),
            "initial_discovery_finished": enumerator.initial_discovery_finished,
        })),
        Connector::File => normal(json!({
            "splits": enumerator.splits.iter().map(|(each, _)| split(each)).collect::<Vec<_>>(),
            "processed_paths": enumerator.processed_paths,
        })),
        Connector::NumberSequence => normal(json!({
            "splits": enumerator.splits.iter().map(|(each, _)| split(each)).collect::<Vec<_>>(),
        })),
    }
}

/// Java reads some of these lists into sets: their order is that of a hash table.
fn normal(mut value: Value) -> Value {
    for list in ["splits", "committables"] {
        if let Some(elements) = value.get_mut(list).and_then(Value::as_array_mut) {
            elements.sort_by_key(ToString::to_string);
        }
    }
    value
}
