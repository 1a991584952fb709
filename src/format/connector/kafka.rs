//! `KafkaSource` and `KafkaSink` of flink-connector-kafka.
//!
//! ```text
//! split 0          utf topic, i32 partition, i64 start, i64 stop                  KafkaPartitionSplitSerializer, all releases
//! enumerator 0     i32 n, n × (i32 subtask, i32 version, i32 n, n × (i32 n, n bytes of a split))       SerdeUtils, 1.12
//! enumerator 1     i32 n, n × (utf topic, i32 partition)                          until 3.0
//! enumerator 2     i32 n, n × (utf topic, i32 partition, i32 status), bool        3.1 to 4.0
//! enumerator 3     i32 n, i32 version, n × (i32 n, n bytes of a split, i32 status), bool               since 5.0
//! writer 1         utf prefix of transactional ids                                until 3.4
//! writer 2         utf prefix, i32 subtask, i32 subtasks, i32 ownership, i32 n, n × (utf id, i64 checkpoint)  since 4.0
//! committable 1    i16 epoch, i64 producer id, utf transactional id               KafkaCommittableSerializer, all releases
//! ```
//!
//! The bool is "initial discovery finished", the status 0 "assigned" or 1 "unassigned" (`AssignmentStatus`).
//!
//! Source: `KafkaSourceEnumStateSerializer`, `KafkaWriterStateSerializer`, `KafkaPartitionSplit.verifyInitialOffset`.

use super::frame::{Versioned, refused};
use super::registry::{ConnectorPlace, Row, reading};
use crate::codec::DataInput;
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::{
    Connector, ConnectorContent, Enumerator, KafkaOffset, KafkaSplit, KafkaTransaction, KafkaWriter,
    PrecommittedTransaction, SourceSplit, TransactionOwnership,
};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    Row { connector: Connector::Kafka, place: ConnectorPlace::Split, version: 0, decode: split },
    Row { connector: Connector::Kafka, place: ConnectorPlace::Enumerator, version: 0, decode: assignments },
    Row { connector: Connector::Kafka, place: ConnectorPlace::Enumerator, version: 1, decode: partitions },
    Row { connector: Connector::Kafka, place: ConnectorPlace::Enumerator, version: 2, decode: partitions_with_status },
    Row { connector: Connector::Kafka, place: ConnectorPlace::Enumerator, version: 3, decode: splits_with_status },
    Row { connector: Connector::Kafka, place: ConnectorPlace::Writer, version: 1, decode: writer_with_prefix },
    Row { connector: Connector::Kafka, place: ConnectorPlace::Writer, version: 2, decode: writer_with_transactions },
    Row { connector: Connector::Kafka, place: ConnectorPlace::Committable, version: 1, decode: committable },
];

/// `KafkaPartitionSplit.NO_STOPPING_OFFSET` and `MIGRATED`.
const NONE: i64 = i64::MIN;
const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const COMMITTED: i64 = -3;

/// `org.apache.kafka.common.internals.Topic.MAX_NAME_LENGTH`.
const LONGEST_TOPIC: usize = 249;

fn split(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    Ok(ConnectorContent::Split(SourceSplit::Kafka(kafka_split(input)?)))
}

pub(super) fn kafka_split(input: &mut DataInput<'_>) -> Result<KafkaSplit, Error> {
    let (topic, partition) = partition(input)?;
    let start = start_offset(input)?;
    let stop = stop_offset(input)?;
    Ok(KafkaSplit { cluster: None, retained_until: None, topic, partition, start, stop })
}

/// `KafkaPartitionSplit.VALID_STARTING_OFFSET_MARKERS`.
fn start_offset(input: &mut DataInput<'_>) -> Result<KafkaOffset, Error> {
    let at = input.position();
    Ok(match input.i64()? {
        offset @ 0.. => KafkaOffset::At(offset),
        LATEST => KafkaOffset::Latest,
        EARLIEST => KafkaOffset::Earliest,
        COMMITTED => KafkaOffset::Committed,
        NONE => KafkaOffset::None,
        other => return Err(refused(at, "start offset", other)),
    })
}

/// `KafkaPartitionSplit.VALID_STOPPING_OFFSET_MARKERS`.
fn stop_offset(input: &mut DataInput<'_>) -> Result<KafkaOffset, Error> {
    let at = input.position();
    Ok(match input.i64()? {
        offset @ 0.. => KafkaOffset::At(offset),
        LATEST => KafkaOffset::Latest,
        COMMITTED => KafkaOffset::Committed,
        NONE => KafkaOffset::None,
        other => return Err(refused(at, "stop offset", other)),
    })
}

fn partition(input: &mut DataInput<'_>) -> Result<(String, i32), Error> {
    let start = input.position();
    let topic = input.utf().within(|| Step::Field("topic"))?.to_str().into_owned();
    // `Topic.validate`.
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if topic.is_empty() || topic.len() > LONGEST_TOPIC || !topic.bytes().all(is_legal) {
        return Err(Error::new(start, ErrorKind::Contradiction("a text that is no name of a topic")));
    }
    let start = input.position();
    let partition = input.i32().within(|| Step::Field("partition"))?;
    if partition < 0 {
        return Err(refused(start, "partition", partition));
    }
    Ok((topic, partition))
}

/// A partition whose offsets the enumerator does not keep.
fn without_offsets((topic, partition): (String, i32)) -> SourceSplit {
    let start = KafkaOffset::None;
    SourceSplit::Kafka(KafkaSplit {
        cluster: None,
        retained_until: None,
        topic,
        partition,
        start,
        stop: KafkaOffset::None,
    })
}

fn assignments(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    let subtasks = input.count(4 + 4 + 4).within(|| Step::Field("number of subtasks"))?;
    let mut splits = Vec::new();
    for index in 0..subtasks {
        let start = input.position();
        let subtask = input.i32().within(|| Step::Element("subtask", index))?;
        if subtask < 0 {
            return Err(refused(start, "subtask", subtask));
        }
        let version = input.i32()?;
        let count = input.count(4)?;
        for index in 0..count {
            splits.push((nested_split(input, version).within(|| Step::Element("split", index))?, Some(true)));
        }
    }
    Ok(ConnectorContent::Enumerator(Enumerator { splits, ..Enumerator::default() }))
}

fn partitions(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    let count = input.count(2 + 4).within(|| Step::Field("number of partitions"))?;
    let mut splits = input.vec_for(count);
    for index in 0..count {
        let partition = partition(input).within(|| Step::Element("partition", index))?;
        splits.push((without_offsets(partition), Some(true)));
    }
    Ok(ConnectorContent::Enumerator(Enumerator { splits, ..Enumerator::default() }))
}

fn partitions_with_status(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    let count = input.count(2 + 4 + 4).within(|| Step::Field("number of partitions"))?;
    let mut splits = input.vec_for(count);
    for index in 0..count {
        let partition = partition(input).within(|| Step::Element("partition", index))?;
        splits.push((without_offsets(partition), Some(is_assigned(input)?)));
    }
    Ok(ConnectorContent::Enumerator(Enumerator {
        splits,
        initial_discovery_finished: Some(boolean(input)?),
        ..Enumerator::default()
    }))
}

fn splits_with_status(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    let start = input.position();
    let count = i64::from(input.i32()?);
    let version = input.i32().within(|| Step::Field("version of splits"))?;
    let count = input.check_count(start, count, 4 + 4)?;
    let mut splits = input.vec_for(count);
    for index in 0..count {
        let split = nested_split(input, version).within(|| Step::Element("split", index))?;
        splits.push((split, Some(is_assigned(input)?)));
    }
    Ok(ConnectorContent::Enumerator(Enumerator {
        splits,
        initial_discovery_finished: Some(boolean(input)?),
        ..Enumerator::default()
    }))
}

fn nested_split(input: &mut DataInput<'_>, version: i32) -> Result<SourceSplit, Error> {
    let start = input.position();
    let bytes = input.length_prefixed()?;
    match reading(Connector::Kafka, ConnectorPlace::Split, Versioned { version, bytes }) {
        Some(ConnectorContent::Split(split)) => Ok(split),
        _ => Err(Error::new(start, ErrorKind::Contradiction("bytes that are no split of a Kafka source"))),
    }
}

/// `AssignmentStatus`.
fn is_assigned(input: &mut DataInput<'_>) -> Result<bool, Error> {
    let start = input.position();
    match input.i32()? {
        0 => Ok(true),
        1 => Ok(false),
        other => Err(refused(start, "assignment status", other)),
    }
}

/// A boolean as Java writes it: 0 or 1 and nothing else.
pub(super) fn boolean(input: &mut DataInput<'_>) -> Result<bool, Error> {
    let start = input.position();
    match input.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(refused(start, "boolean", other)),
    }
}

fn writer_with_prefix(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    Ok(ConnectorContent::KafkaWriter(KafkaWriter {
        transactional_id_prefix: input.utf()?.to_str().into_owned(),
        owned_subtask: None,
        owning_subtasks: None,
        ownership: None,
        precommitted: Vec::new(),
        is_only_a_text: true,
    }))
}

fn writer_with_transactions(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    let transactional_id_prefix = input.utf().within(|| Step::Field("prefix"))?.to_str().into_owned();
    let owned_subtask = known_subtask(input)?;
    let owning_subtasks = known_subtask(input)?;
    let start = input.position();
    let ownership = match input.i32()? {
        0 => TransactionOwnership::Implicit,
        1 => TransactionOwnership::Explicit,
        other => return Err(refused(start, "transaction ownership", other)),
    };
    let count = input.count(2 + 8).within(|| Step::Field("number of transactions"))?;
    let mut precommitted = input.vec_for(count);
    for _ in 0..count {
        let transactional_id = input.utf()?.to_str().into_owned();
        precommitted.push(PrecommittedTransaction { transactional_id, checkpoint_id: input.i64()? });
    }
    Ok(ConnectorContent::KafkaWriter(KafkaWriter {
        transactional_id_prefix,
        owned_subtask,
        owning_subtasks,
        ownership: Some(ownership),
        precommitted,
        is_only_a_text: false,
    }))
}

/// A number of a subtask or of subtasks; -1 (`KafkaWriterState.UNKNOWN`) is none.
fn known_subtask(input: &mut DataInput<'_>) -> Result<Option<i32>, Error> {
    let start = input.position();
    match input.i32()? {
        -1 => Ok(None),
        number @ 0.. => Ok(Some(number)),
        other => Err(refused(start, "subtask", other)),
    }
}

fn committable(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    let epoch = input.u16()?.cast_signed();
    let producer_id = input.i64()?;
    let start = input.position();
    let transactional_id = input.utf()?.to_str().into_owned();
    if transactional_id.is_empty() {
        return Err(Error::new(start, ErrorKind::Contradiction("a transaction without an id")));
    }
    Ok(ConnectorContent::Transaction(KafkaTransaction { transactional_id, producer_id, epoch }))
}
