//! What connectors keep in the state of their operators: where sources stand and what sinks have begun.
//!
//! Texts are owned: they come in several encodings, and there are few of them.

/// A connector whose bytes can be told from those of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Connector {
    /// `flink-connector-kafka`: `KafkaSource`, `KafkaSink`.
    Kafka,
    /// `flink-connector-kafka`: `DynamicKafkaSource`, over several clusters.
    DynamicKafka,
    /// `flink-connector-files`: `FileSource`, `FileSink`.
    File,
    /// `NumberSequenceSource`, and `DataGeneratorSource`, which keeps the same.
    NumberSequence,
}

/// What a piece of a connector's state says.
#[derive(Debug, Clone, PartialEq)]
pub enum ConnectorContent {
    /// A split that a reader had.
    Split(SourceSplit),
    /// What the enumerator of a source knew.
    Enumerator(Enumerator),
    /// A writer of a Kafka sink.
    KafkaWriter(KafkaWriter),
    /// A transaction of a Kafka sink.
    Transaction(KafkaTransaction),
    /// A bucket of a file sink.
    Bucket(Bucket),
    /// Files of a file sink that are to be committed.
    Files(SinkFiles),
}

/// A part of what a source reads.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceSplit {
    /// A partition of a topic (`KafkaPartitionSplit`).
    Kafka(KafkaSplit),
    /// A part of a file (`FileSourceSplit`).
    File(FileSplit),
    /// A part of a sequence (`NumberSequenceSplit`).
    Numbers(NumberSplit),
}

/// A partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KafkaSplit {
    /// The cluster, of a source that reads several.
    pub cluster: Option<String>,
    /// Until when the split is kept though its topic is gone, in milliseconds since 1970.
    pub retained_until: Option<i64>,
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// Where reading goes on.
    pub start: KafkaOffset,
    /// Where reading ends.
    pub stop: KafkaOffset,
}

/// An offset, or what stands for one (`KafkaPartitionSplit`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KafkaOffset {
    /// The offset of the next record.
    At(i64),
    /// The latest one, at the time of the first read.
    Latest,
    /// The earliest one.
    Earliest,
    /// The one that the consumer group has committed.
    Committed,
    /// None: not known to the enumerator, or no end.
    None,
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSplit {
    /// Id of the split.
    pub id: String,
    /// The file.
    pub path: String,
    /// First byte.
    pub offset: i64,
    /// Bytes.
    pub length: i64,
    /// When the file was last written, in milliseconds since 1970; 0 in splits of old releases.
    pub modified_at: i64,
    /// Bytes of the whole file.
    pub file_size: i64,
    /// Where reading goes on; absent before the first record.
    pub position: Option<ReaderPosition>,
}

/// Where the reader of a file stands (`CheckpointedPosition`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReaderPosition {
    /// A byte to start from; -1 (`NO_OFFSET`) is the start of the split.
    pub offset: i64,
    /// Records behind it that have been read.
    pub records_after_offset: i64,
}

/// A part of a sequence of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberSplit {
    /// Id of the split.
    pub id: String,
    /// The next number.
    pub from: i64,
    /// The last number.
    pub to: i64,
}

/// What an enumerator knew.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Enumerator {
    /// Splits, with whether they are assigned to a reader, where that is recorded.
    pub splits: Vec<(SourceSplit, Option<bool>)>,
    /// The first discovery of splits is over; absent where that is not recorded.
    pub initial_discovery_finished: Option<bool>,
    /// Paths that need not be looked at again; absent where there are none by nature.
    pub processed_paths: Option<u64>,
    /// Splits of another serializer than the connector's own.
    pub opaque: Option<OpaqueSplits>,
}

/// Splits that a subclass of a source keeps in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpaqueSplits {
    /// Version of their serializer.
    pub version: i32,
    /// How many.
    pub count: u64,
    /// Bytes of all.
    pub bytes: u64,
}

/// A writer of a Kafka sink (`KafkaWriterState`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KafkaWriter {
    /// What the ids of its transactions begin with.
    pub transactional_id_prefix: String,
    /// The subtask whose transactions it owns; recorded since 4.0 of the connector.
    pub owned_subtask: Option<i32>,
    /// Subtasks that own transactions; recorded since 4.0 of the connector.
    pub owning_subtasks: Option<i32>,
    /// How transactions find their owner; recorded since 4.0 of the connector.
    pub ownership: Option<TransactionOwnership>,
    /// Transactions that are to be committed.
    pub precommitted: Vec<PrecommittedTransaction>,
    /// Nothing in the bytes is peculiar to Kafka: a version and a text.
    pub is_only_a_text: bool,
}

/// How transactions find their owner (`TransactionOwnership`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionOwnership {
    /// By the number of the subtask (`IMPLICIT_BY_SUBTASK_ID`).
    Implicit,
    /// By the state of the writer (`EXPLICIT_BY_WRITER_STATE`).
    Explicit,
}

/// A transaction that its writer knows to be committed soon (`CheckpointTransaction`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrecommittedTransaction {
    /// Its id.
    pub transactional_id: String,
    /// The checkpoint that it belongs to.
    pub checkpoint_id: i64,
}

/// A transaction that is to be committed (`KafkaCommittable`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KafkaTransaction {
    /// Its id.
    pub transactional_id: String,
    /// Id that the broker gave the producer.
    pub producer_id: i64,
    /// Epoch of the producer.
    pub epoch: i16,
}

/// A bucket of a file sink (`FileWriterBucketState`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its id.
    pub id: String,
    /// Its directory.
    pub path: String,
    /// When the file in progress was begun, in milliseconds since 1970.
    pub created_at: i64,
    /// The file that is being written.
    pub in_progress: Option<SinkFile>,
}

/// Files that are to be committed, or cleaned up (`FileSinkCommittable`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkFiles {
    /// The bucket; version 1 does not record it.
    pub bucket: Option<String>,
    /// The file that becomes visible.
    pub pending: Option<SinkFile>,
    /// A file in progress that is removed.
    pub to_clean_up: Option<SinkFile>,
    /// A compacted file that is removed.
    pub compacted: Option<String>,
}

/// A file of a file sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkFile {
    /// Where it becomes visible; absent where only the file system's own bytes would tell.
    pub path: Option<String>,
    /// Bytes, where recorded.
    pub bytes: Option<i64>,
}

/// Something that a committer has to commit, still in the connector's own bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committable<'a> {
    /// The checkpoint that it belongs to; absent in what releases before 1.15 wrote.
    pub checkpoint_id: Option<i64>,
    /// The writer's subtask, where recorded.
    pub subtask: Option<i32>,
    /// How far it came; absent in what releases before 1.15 wrote.
    pub state: Option<CommittableState>,
    /// Version of the connector's serializer.
    pub version: i32,
    /// The connector's bytes.
    pub bytes: &'a [u8],
}

/// How far a committable came (`CommitRequestState`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommittableState {
    /// Not tried.
    Received,
    /// Tried, to be tried again.
    Retry,
    /// Given up.
    Failed,
    /// Done.
    Committed,
}
