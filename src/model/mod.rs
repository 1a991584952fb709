//! What a snapshot holds, in Flink's own terms and under Flink's own names.
//!
//! The types borrow their strings and byte arrays from the `_metadata` file they describe. They know neither how they are
//! encoded ([`crate::format`]) nor where files lie ([`crate::references`]).

mod checkpoint_metadata;
mod checkpoint_properties;
mod connector_state;
mod key_group_range;
mod metadata_version;
mod operator_id;
mod operator_state;
mod operator_subtask_state;
mod serializer_snapshot;
pub mod state_handle;
mod state_meta_info;
mod state_value;

pub use checkpoint_metadata::{CheckpointMetadata, MasterState};
pub use checkpoint_properties::{
    CheckpointProperties, PostCheckpointAction, SavepointFormatType, SharingFilesStrategy, SnapshotType,
};
pub use connector_state::{
    Bucket, Committable, CommittableState, Connector, ConnectorContent, Enumerator, FileSplit, KafkaOffset, KafkaSplit,
    KafkaTransaction, KafkaWriter, NumberSplit, OpaqueSplits, PrecommittedTransaction, ReaderPosition, SinkFile,
    SinkFiles, SourceSplit, TransactionOwnership,
};
pub use key_group_range::KeyGroupRange;
pub use metadata_version::MetadataVersion;
pub use operator_id::OperatorId;
pub use operator_state::{OperatorState, SubtaskEntry, SubtaskState, Subtasks};
pub use operator_subtask_state::OperatorSubtaskState;
pub use serializer_snapshot::{
    ArrayDataSerializer, AvroSerializer, Composite, CompositeKind, EnumSerializer, KryoRegistration,
    KryoRegistrationSerializer, KryoSerializer, LogicalField, LogicalType, LogicalTypeParameters, MapDataSerializer,
    Outer, PojoField, PojoSerializer, PojoSubclass, RowDataSerializer, ScalaEnumeration, SerializerBody,
    SerializerSnapshot, SortedMapSerializer, TtlAwareSerializer,
};
pub use state_meta_info::{
    BackendStateType, OpaqueSnapshot, StateBackendScope, StateHeader, StateKind, StateMetaInfoSnapshot, TimerService,
    TimerServices,
};
pub use state_value::{Name, StateEntry, StatePart, StateValue, UnknownType};
