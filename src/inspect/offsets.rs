//! Where sources stood and what sinks had begun (`keepoint inspect --offsets`): from the bytes of connectors to a report.
//!
//! Which connector it is, the bytes must prove: of all pieces of an operator, each must be one that this connector writes, and there must be
//! no other connector of which that is true.

use std::collections::{BTreeMap, BTreeSet};

use crate::format::connector::{
    ConnectorPlace, Versioned, coordinator_state, decode_committables, list_element, readings,
};
use crate::model::{
    CheckpointMetadata, CommittableState, Connector, ConnectorContent, KafkaOffset, OperatorState,
    SourceSplit as ModelSplit,
};
use crate::report::{
    CommitState, ConnectorName, ConnectorRole, ConnectorState, SinkFile, SinkFileRole, SinkTransaction,
    SourceEnumerator, SourceSplit, UnknownConnectorState, timestamp_from_millis,
};

/// What the state of a coordinator is called in reports; it has no name.
const COORDINATOR: &str = "coordinator";

/// A state that Flink's own operators keep for connectors, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConnectorStateKind {
    /// Splits (`SourceOperator.SPLITS_STATE_DESC`).
    Reader,
    /// A writer (`StatefulSinkWriterStateHandler.WRITER_RAW_STATES_DESC`).
    Writer,
    /// Committables (`CommitterOperator.STREAMING_COMMITTER_RAW_STATES_DESC`).
    Committer,
    /// Offsets of `FlinkKafkaConsumer`, written by Kryo, which says nothing of their fields.
    LegacyKafkaConsumer,
}

impl ConnectorStateKind {
    const ALL: [Self; 4] = [Self::Reader, Self::Writer, Self::Committer, Self::LegacyKafkaConsumer];

    /// The state's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reader => "SourceReaderState",
            Self::Writer => "writer_raw_states",
            Self::Committer => "streaming_committer_raw_states",
            Self::LegacyKafkaConsumer => "topic-partition-offset-states",
        }
    }

    /// The state of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its elements are byte arrays that begin with a version.
    #[must_use]
    pub fn is_versioned(self) -> bool {
        self != Self::LegacyKafkaConsumer
    }
}

/// An element of a state that is a connector's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The position of the operator in the metadata.
    pub operator: usize,
    /// The subtask's index.
    pub subtask: i32,
    /// The state.
    pub kind: ConnectorStateKind,
    /// The bytes of one element, or how many there are and why they could not be had.
    pub element: Result<Vec<u8>, NotRead>,
}

/// Elements that were not taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRead {
    /// How many.
    pub elements: u64,
    /// Bytes of all.
    pub bytes: u64,
    /// Why.
    pub reason: String,
}

/// What connectors keep in a snapshot, in the order of the metadata.
#[must_use]
pub fn connectors(metadata: &CheckpointMetadata<'_>, pieces: &[Piece]) -> Vec<ConnectorState> {
    let mut by_operator: BTreeMap<usize, Vec<&Piece>> = BTreeMap::new();
    for piece in pieces {
        by_operator.entry(piece.operator).or_default().push(piece);
    }
    let mut found: Vec<(ConnectorState, Vec<Reading>)> = Vec::new();
    for (index, operator) in metadata.operator_states.iter().enumerate() {
        let kinds = kinds(operator);
        if operator.coordinator_state.is_none() && kinds.is_empty() {
            continue;
        }
        let pieces = by_operator.remove(&index).unwrap_or_default();
        found.push(of_operator(operator, &kinds, &pieces));
    }
    let transactions: BTreeSet<String> = found
        .iter()
        .flat_map(|(state, _)| &state.pending_transactions)
        .map(|each| each.transactional_id.clone())
        .collect();
    found.into_iter().map(|(state, texts)| with_texts(state, texts, &transactions)).collect()
}

/// The states for connectors that an operator has, whether or not anything is in them.
#[must_use]
pub fn kinds(operator: &OperatorState<'_>) -> BTreeSet<ConnectorStateKind> {
    let handles = operator.running().filter_map(|subtask| subtask.managed_operator_state.as_ref());
    handles
        .flat_map(|handle| &handle.states)
        .filter_map(|state| ConnectorStateKind::of_name(&state.name.to_str()))
        .collect()
}

/// A piece with all that it could be.
struct Reading {
    subtask: Option<i32>,
    state: &'static str,
    version: i32,
    bytes: u64,
    committable: Option<(Option<i64>, Option<CommittableState>)>,
    fits: Vec<(Connector, ConnectorContent)>,
}

fn of_operator(
    operator: &OperatorState<'_>,
    kinds: &BTreeSet<ConnectorStateKind>,
    pieces: &[&Piece],
) -> (ConnectorState, Vec<Reading>) {
    let mut state = ConnectorState {
        operator_id: operator.operator_id.to_string(),
        uid: operator.uid.map(|uid| uid.to_str().into_owned()),
        name: operator.name.map(|name| name.to_str().into_owned()),
        kind: role(kinds).map(Into::into),
        ..ConnectorState::default()
    };
    let mut unknown = Unknown::default();
    let mut readings = Vec::new();
    if let Some(coordinator) = &operator.coordinator_state {
        enumerator(coordinator.data, &mut readings, &mut unknown);
    }
    for piece in pieces {
        match &piece.element {
            Ok(bytes) => element(piece, bytes, &mut readings, &mut unknown),
            Err(not_read) => unknown.add(piece.kind.name(), None, not_read.elements, not_read.bytes, &not_read.reason),
        }
    }
    let texts = attribute(readings, &mut state, &mut unknown);
    state.unknown = unknown.into_report();
    (state, texts)
}

fn role(kinds: &BTreeSet<ConnectorStateKind>) -> Option<ConnectorRole> {
    match kinds.first()? {
        ConnectorStateKind::Reader | ConnectorStateKind::LegacyKafkaConsumer => Some(ConnectorRole::Source),
        ConnectorStateKind::Writer => Some(ConnectorRole::SinkWriter),
        ConnectorStateKind::Committer => Some(ConnectorRole::SinkCommitter),
    }
}

fn enumerator(bytes: &[u8], into: &mut Vec<Reading>, unknown: &mut Unknown) {
    match coordinator_state(bytes) {
        Ok(inside) => into.push(reading(ConnectorPlace::Enumerator, None, COORDINATOR, None, inside)),
        Err(_) => unknown.add(COORDINATOR, None, 1, bytes.len() as u64, "not the state of a source coordinator"),
    }
}

fn element(piece: &Piece, bytes: &[u8], into: &mut Vec<Reading>, unknown: &mut Unknown) {
    let state = piece.kind.name();
    let place = match piece.kind {
        ConnectorStateKind::Reader => ConnectorPlace::Split,
        ConnectorStateKind::Writer => ConnectorPlace::Writer,
        ConnectorStateKind::Committer => ConnectorPlace::Committable,
        ConnectorStateKind::LegacyKafkaConsumer => {
            return unknown.add(state, None, 1, bytes.len() as u64, "written by Kryo");
        }
    };
    let Ok(inside) = list_element(bytes) else {
        return unknown.add(state, None, 1, bytes.len() as u64, "no version, length and bytes of that length");
    };
    if place != ConnectorPlace::Committable {
        return into.push(reading(place, Some(piece.subtask), state, None, inside));
    }
    match decode_committables(inside) {
        Ok(committables) => into.extend(committables.into_iter().map(|each| {
            let inside = Versioned { version: each.version, bytes: each.bytes };
            reading(place, Some(piece.subtask), state, Some((each.checkpoint_id, each.state)), inside)
        })),
        Err(error) => unknown.add(state, Some(inside.version), 1, bytes.len() as u64, &error.to_string()),
    }
}

fn reading(
    place: ConnectorPlace,
    subtask: Option<i32>,
    state: &'static str,
    committable: Option<(Option<i64>, Option<CommittableState>)>,
    inside: Versioned<'_>,
) -> Reading {
    let (version, bytes) = (inside.version, inside.bytes.len() as u64);
    Reading { subtask, state, version, bytes, committable, fits: readings(place, inside) }
}

/// Finds the connector and enters what it says. What is nothing but a text is given back: others must prove what it is.
fn attribute(readings: Vec<Reading>, state: &mut ConnectorState, unknown: &mut Unknown) -> Vec<Reading> {
    if readings.is_empty() {
        return Vec::new();
    }
    let connectors = |reading: &Reading| reading.fits.iter().map(|(connector, _)| *connector).collect::<BTreeSet<_>>();
    let mut candidates = readings.iter().map(connectors);
    let first = candidates.next().unwrap_or_default();
    let common = candidates.fold(first, |common, next| &common & &next);
    let mut common = common.into_iter();
    let (Some(connector), None) = (common.next(), common.next()) else {
        for reading in readings {
            let reason = match reading.fits.len() {
                0 => "no connector that is known writes these bytes in this version",
                1 => "other state of this operator is not of the connector that these bytes fit",
                _ => "more than one connector could have written these bytes",
            };
            unknown.add(reading.state, Some(reading.version), 1, reading.bytes, reason);
        }
        return Vec::new();
    };
    let is_text = |reading: &Reading| matches!(&reading.fits[..], [(_, ConnectorContent::KafkaWriter(writer))] if writer.is_only_a_text);
    if readings.iter().all(is_text) {
        return readings;
    }
    state.connector = Some(self::connector(connector).into());
    for mut reading in readings {
        let position = reading.fits.iter().position(|(fit, _)| *fit == connector);
        if let Some(position) = position {
            let (_, content) = reading.fits.swap_remove(position);
            enter(content, &reading, state, unknown);
        }
    }
    Vec::new()
}

/// A text is the prefix of transactional ids when a transaction of the same snapshot begins with it, followed by what the connector puts
/// behind it: the numbers of a subtask and of a checkpoint (`TransactionalIdFactory`).
fn with_texts(mut state: ConnectorState, texts: Vec<Reading>, transactions: &BTreeSet<String>) -> ConnectorState {
    let mut unknown = Unknown::default();
    for mut text in texts {
        let Some((_, ConnectorContent::KafkaWriter(writer))) = text.fits.pop() else { continue };
        if transactions.iter().any(|id| is_of_prefix(id, &writer.transactional_id_prefix)) {
            state.connector = Some(ConnectorName::Kafka.into());
            enter(ConnectorContent::KafkaWriter(writer), &text, &mut state, &mut unknown);
        } else {
            unknown.add(
                text.state,
                Some(text.version),
                1,
                text.bytes,
                "a text, which more than one connector could have written",
            );
        }
    }
    state.unknown.extend(unknown.into_report());
    state
}

fn is_of_prefix(transactional_id: &str, prefix: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let rest = transactional_id.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'));
    rest.and_then(|rest| rest.split_once('-')).is_some_and(|(subtask, offset)| is_number(subtask) && is_number(offset))
}

fn connector(connector: Connector) -> ConnectorName {
    match connector {
        Connector::Kafka => ConnectorName::Kafka,
        Connector::DynamicKafka => ConnectorName::DynamicKafka,
        Connector::File => ConnectorName::File,
        Connector::NumberSequence => ConnectorName::NumberSequence,
    }
}

fn enter(content: ConnectorContent, reading: &Reading, state: &mut ConnectorState, unknown: &mut Unknown) {
    let subtask = reading.subtask.and_then(|subtask| u32::try_from(subtask).ok());
    let (checkpoint_id, commit_state) = reading.committable.unwrap_or_default();
    match content {
        ConnectorContent::Split(split) => state.splits.push(SourceSplit { subtask, ..self::split(split) }),
        ConnectorContent::Enumerator(found) => {
            if let Some(opaque) = found.opaque {
                let reason = "splits in a format of their own";
                unknown.add(COORDINATOR, Some(opaque.version), opaque.count, opaque.bytes, reason);
            }
            let split = |(split, assigned)| SourceSplit { assigned, ..self::split(split) };
            state.enumerator = Some(SourceEnumerator {
                version: reading.version,
                initial_discovery_finished: found.initial_discovery_finished,
                splits: found.splits.into_iter().map(split).collect(),
                processed_paths: found.processed_paths,
            });
        }
        ConnectorContent::KafkaWriter(writer) => {
            if !state.transactional_id_prefixes.contains(&writer.transactional_id_prefix) {
                state.transactional_id_prefixes.push(writer.transactional_id_prefix);
            }
            state.pending_transactions.extend(writer.precommitted.into_iter().map(|each| SinkTransaction {
                transactional_id: each.transactional_id,
                checkpoint_id: Some(each.checkpoint_id),
                subtask: subtask.unwrap_or_default(),
                ..SinkTransaction::default()
            }));
        }
        ConnectorContent::Transaction(transaction) => state.pending_transactions.push(SinkTransaction {
            transactional_id: transaction.transactional_id,
            producer_id: Some(transaction.producer_id),
            epoch: Some(i32::from(transaction.epoch)),
            checkpoint_id,
            subtask: subtask.unwrap_or_default(),
            state: commit_state.map(|state| self::commit_state(state).into()),
        }),
        ConnectorContent::Bucket(bucket) => state.files.extend(bucket.in_progress.map(|file| SinkFile {
            role: SinkFileRole::InProgress.into(),
            bucket: Some(bucket.id),
            path: file.path,
            bytes: file.bytes,
            created_at: Some(timestamp_from_millis(bucket.created_at)),
            checkpoint_id,
            subtask: subtask.unwrap_or_default(),
        })),
        ConnectorContent::Files(files) => {
            let file = |role: SinkFileRole, path, bytes| SinkFile {
                role: role.into(),
                bucket: files.bucket.clone(),
                path,
                bytes,
                created_at: None,
                checkpoint_id,
                subtask: subtask.unwrap_or_default(),
            };
            state.files.extend(files.pending.map(|each| file(SinkFileRole::Pending, each.path, each.bytes)));
            state.files.extend(files.to_clean_up.map(|each| file(SinkFileRole::ToCleanUp, each.path, each.bytes)));
            state.files.extend(files.compacted.clone().map(|path| file(SinkFileRole::ToCleanUp, Some(path), None)));
        }
    }
}

fn commit_state(state: CommittableState) -> CommitState {
    match state {
        CommittableState::Received => CommitState::Received,
        CommittableState::Retry => CommitState::Retry,
        CommittableState::Failed => CommitState::Failed,
        CommittableState::Committed => CommitState::Committed,
    }
}

fn split(split: ModelSplit) -> SourceSplit {
    match split {
        ModelSplit::Kafka(split) => {
            let (start_offset, start_position) = offset(split.start);
            let (stop_offset, stop_position) = offset(split.stop);
            SourceSplit {
                cluster: split.cluster,
                topic: Some(split.topic),
                partition: Some(split.partition),
                start_offset,
                start_position,
                stop_offset,
                stop_position,
                ..SourceSplit::default()
            }
        }
        ModelSplit::File(split) => SourceSplit {
            split_id: Some(split.id),
            path: Some(split.path),
            split_offset: Some(split.offset),
            split_length: Some(split.length),
            file_size: Some(split.file_size),
            // `CheckpointedPosition.NO_OFFSET` is -1.
            reader_offset: split.position.map(|position| position.offset).filter(|offset| *offset >= 0),
            reader_records: split.position.map(|position| position.records_after_offset),
            ..SourceSplit::default()
        },
        ModelSplit::Numbers(split) => SourceSplit {
            split_id: Some(split.id),
            start_offset: Some(split.from),
            stop_offset: Some(split.to),
            ..SourceSplit::default()
        },
    }
}

fn offset(offset: KafkaOffset) -> (Option<i64>, Option<String>) {
    let word = |word: &str| (None, Some(word.to_owned()));
    match offset {
        KafkaOffset::At(offset) => (Some(offset), None),
        KafkaOffset::Latest => word("latest"),
        KafkaOffset::Earliest => word("earliest"),
        KafkaOffset::Committed => word("committed"),
        KafkaOffset::None => (None, None),
    }
}

/// What is not known, added up.
#[derive(Default)]
struct Unknown {
    sums: BTreeMap<(String, Option<i32>, String), (u64, u64)>,
}

impl Unknown {
    fn add(&mut self, state: &str, version: Option<i32>, elements: u64, bytes: u64, reason: &str) {
        let sum = self.sums.entry((state.to_owned(), version, reason.to_owned())).or_default();
        sum.0 += elements;
        sum.1 += bytes;
    }

    fn into_report(self) -> Vec<UnknownConnectorState> {
        let row = |((state, version, reason), (elements, bytes))| UnknownConnectorState {
            state,
            version,
            elements,
            bytes,
            reason,
        };
        self.sums.into_iter().map(row).collect()
    }
}
