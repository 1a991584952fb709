//! Patterns of events (flink-cep).

use super::composite::empty;
use super::reader::Reader;
use super::registry::{Entry, composite, simple};
use crate::format::Error;
use crate::model::{CompositeKind, Outer};

#[rustfmt::skip]
pub(super) const CLASSES: &[Entry] = &[
    simple("org.apache.flink.cep.nfa.sharedbuffer.EventId$EventIdSerializer$EventIdSerializerSnapshot", "org.apache.flink.cep.nfa.sharedbuffer.EventId"),
    simple("org.apache.flink.cep.nfa.DeweyNumber$DeweyNumberSerializer$DeweyNumberSerializerSnapshot", "org.apache.flink.cep.nfa.DeweyNumber"),
    composite("org.apache.flink.cep.nfa.sharedbuffer.NodeId$NodeIdSerializer$NodeIdSerializerSnapshot", CompositeKind::NodeId, empty),
    composite("org.apache.flink.cep.nfa.sharedbuffer.SharedBufferEdge$SharedBufferEdgeSerializer$SharedBufferEdgeSerializerSnapshot", CompositeKind::SharedBufferEdge, empty),
    composite("org.apache.flink.cep.nfa.sharedbuffer.SharedBufferNodeSerializerSnapshotV2", CompositeKind::SharedBufferNode, empty),
    composite("org.apache.flink.cep.nfa.sharedbuffer.LockableTypeSerializerSnapshot", CompositeKind::Lockable, empty),
    composite("org.apache.flink.cep.nfa.NFAStateSerializerSnapshot", CompositeKind::NfaState, previous_timestamp),
];

/// `NFAStateSerializerSnapshot.FIRST_VERSION_WITH_PREVIOUS_TIMESTAMP`.
const FIRST_VERSION_WITH_PREVIOUS_TIMESTAMP: i32 = 2;

fn previous_timestamp<'a>(outer_version: i32, reader: &mut Reader<'a>) -> Result<Outer<'a>, Error> {
    let present = outer_version >= FIRST_VERSION_WITH_PREVIOUS_TIMESTAMP && reader.input.bool()?;
    Ok(Outer::PreviousTimestamp(present))
}
