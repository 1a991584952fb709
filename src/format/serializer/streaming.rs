//! Flink's runtime and streaming API: namespaces, windows, timers, time to live.
//!
//! ```text
//! bool time to live, snapshot          TtlAwareSerializerSnapshot (from 2.1)
//! ```

use super::composite::{empty, flag};
use super::reader::Reader;
use super::registry::{Body, Entry, composite, simple};
use crate::format::Error;
use crate::model::{CompositeKind, Outer, SerializerBody, TtlAwareSerializer};

#[rustfmt::skip]
pub(super) const CLASSES: &[Entry] = &[
    simple("org.apache.flink.runtime.state.VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot", "org.apache.flink.runtime.state.VoidNamespace"),
    simple("org.apache.flink.queryablestate.client.VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot", "org.apache.flink.queryablestate.client.VoidNamespace"),
    simple("org.apache.flink.streaming.api.windowing.windows.TimeWindow$Serializer$TimeWindowSerializerSnapshot", "org.apache.flink.streaming.api.windowing.windows.TimeWindow"),
    simple("org.apache.flink.streaming.api.windowing.windows.GlobalWindow$Serializer$GlobalWindowSerializerSnapshot", "org.apache.flink.streaming.api.windowing.windows.GlobalWindow"),
    composite("org.apache.flink.runtime.state.ArrayListSerializerSnapshot", CompositeKind::ArrayList, empty),
    composite("org.apache.flink.runtime.state.ttl.TtlStateFactory$TtlSerializerSnapshot", CompositeKind::Ttl, empty),
    composite("org.apache.flink.runtime.state.v2.ttl.TtlStateFactory$TtlSerializerSnapshot", CompositeKind::Ttl, empty),
    composite("org.apache.flink.streaming.api.operators.TimerSerializerSnapshot", CompositeKind::Timer, empty),
    composite("org.apache.flink.streaming.runtime.streamrecord.StreamElementSerializer$StreamElementSerializerSnapshot", CompositeKind::StreamElement, empty),
    composite("org.apache.flink.streaming.api.operators.co.IntervalJoinOperator$BufferEntrySerializerSnapshot", CompositeKind::BufferEntry, empty),
    composite("org.apache.flink.streaming.api.datastream.CoGroupedStreams$UnionSerializerSnapshot", CompositeKind::Union, empty),
    composite("org.apache.flink.streaming.api.functions.sink.TwoPhaseCommitSinkFunction$StateSerializerSnapshot", CompositeKind::TwoPhaseCommit, null_transaction),
    composite("org.apache.flink.streaming.api.functions.sink.legacy.TwoPhaseCommitSinkFunction$StateSerializerSnapshot", CompositeKind::TwoPhaseCommit, null_transaction),
    Entry { class: "org.apache.flink.runtime.state.ttl.TtlAwareSerializerSnapshot", versions: 1..=1, body: Body::Own(ttl_aware) },
];

/// `StateSerializerSnapshot.FIRST_VERSION_SUPPORTING_NULL_TRANSACTIONS`.
const FIRST_VERSION_SUPPORTING_NULL_TRANSACTIONS: i32 = 3;

fn null_transaction<'a>(outer_version: i32, reader: &mut Reader<'a>) -> Result<Outer<'a>, Error> {
    flag(outer_version, FIRST_VERSION_SUPPORTING_NULL_TRANSACTIONS, reader).map(Outer::NullTransaction)
}

fn ttl_aware<'a>(_: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
    let ttl_enabled = reader.input.bool()?;
    let original = super::decode(reader)?;
    Ok(SerializerBody::TtlAware(Box::new(TtlAwareSerializer { ttl_enabled, original })))
}
