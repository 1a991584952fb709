//! Serializers made of serializers (`CompositeTypeSerializerSnapshot`).

use super::{LogicalType, SerializerSnapshot};
use crate::codec::JavaStr;

/// A serializer made of serializers.
#[derive(Debug, Clone, PartialEq)]
pub struct Composite<'a> {
    /// Which one.
    pub kind: CompositeKind,
    /// Version of what stands beside the nested serializers (`getCurrentOuterSnapshotVersion`).
    pub outer_version: i32,
    /// What stands beside the nested serializers.
    pub outer: Outer<'a>,
    /// The nested serializers in order; when one of them is opaque, it is the last.
    pub nested: Vec<SerializerSnapshot<'a>>,
}

/// What a composite serializer writes. The comment names the nested serializers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CompositeKind {
    /// `java.util.List`: element.
    List,
    /// `java.util.ArrayList` in operator state: element.
    ArrayList,
    /// `java.util.Set`: element.
    Set,
    /// `java.util.Map`: key, value.
    Map,
    /// A map with null keys of the Table API: key, value.
    NullAwareMap,
    /// `ListView` of an aggregate function: the list.
    ListView,
    /// `MapView` of an aggregate function: the map.
    MapView,
    /// An array of objects: component.
    GenericArray,
    /// A tuple: fields.
    Tuple,
    /// `org.apache.flink.types.Row`: fields.
    Row,
    /// `Either` of Java or Scala: left, right.
    Either,
    /// A wrapper that adds null: the wrapped.
    Nullable,
    /// A value with the time of its last access (`TtlValue`): that time, value.
    Ttl,
    /// A timer: key, namespace.
    Timer,
    /// A record or watermark of a stream: record.
    StreamElement,
    /// A buffered record of an interval join: record.
    BufferEntry,
    /// A record of one of two inputs (`TaggedUnion`): one, two.
    Union,
    /// State of `TwoPhaseCommitSinkFunction`: transaction, context.
    TwoPhaseCommit,
    /// A serializer guarded against use by two threads: the guarded.
    SingleThreadAccess,
    /// A Scala case class: fields.
    CaseClass,
    /// `scala.Option`: element.
    Option,
    /// `scala.util.Try`: element, throwable.
    Try,
    /// A Scala collection: element.
    Traversable,
    /// `RawValueData`: the wrapped.
    RawValue,
    /// A data type of the Table API in its external form: internal serializer.
    External,
    /// `java.util.LinkedList` of the Table API: element.
    LinkedList,
    /// `WindowKey` of the Table API: key.
    WindowKey,
    /// `MetaSqnInfo` of a sequenced multiset: two numbers.
    MetaSqnInfo,
    /// `RowSqnInfo` of a sequenced multiset: two numbers.
    RowSqnInfo,
    /// `Node` of a sequenced multiset: fields.
    LinkedNode,
    /// `NodeId` of a pattern's buffer: event id.
    NodeId,
    /// An edge of a pattern's buffer: node id, Dewey number.
    SharedBufferEdge,
    /// A node of a pattern's buffer: edge.
    SharedBufferNode,
    /// A counted reference of a pattern's buffer: element.
    Lockable,
    /// State of a pattern's automaton: Dewey number, node id, event id.
    NfaState,
}

/// What stands beside the nested serializers.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Outer<'a> {
    /// Nothing.
    Empty,
    /// Class of a tuple or a case class.
    TupleClass(JavaStr<'a>),
    /// Class of an array's components.
    ComponentClass(JavaStr<'a>),
    /// The row has a kind (insert, delete, …).
    RowKind(bool),
    /// Bytes that stand for null.
    NullPadding(i32),
    /// The transaction can be null.
    NullTransaction(bool),
    /// Nulls are marked in a mask.
    NullMask(bool),
    /// The time of the previous event is kept.
    PreviousTimestamp(bool),
    /// Scala source that makes the builder of the collection.
    BuilderCode(JavaStr<'a>),
    /// A data type of the Table API.
    DataType {
        /// The logical type in it; absent when the Java object cannot be interpreted.
        logical_type: Option<Box<LogicalType<'a>>>,
        /// Values come in their internal form.
        internal_input: bool,
    },
}
