//! Timers in raw keyed state: where RocksDB and ForSt keep timers that live on the heap, in checkpoints.
//!
//! ```text
//! 4 bytes F1 CD 85 9F, i32 version = 2
//! i32 n, n × service
//!
//! service: utf name, snapshot of keys, snapshot of namespaces
//!          i32 n, n × (key, namespace, i64 time)      event time
//!          i32 n, n × (key, namespace, i64 time)      processing time
//! ```
//!
//! Timers have no length: they can be passed over only when keys and namespaces have a fixed one.
//!
//! Source: `InternalTimerServiceSerializationProxy`, `InternalTimersSnapshotReaderWriters`, `PostVersionedIOReadableWritable`.

use crate::codec::DataInput;
use crate::format::error::Within;
use crate::format::serializer::{self, Reader};
use crate::format::{Error, ErrorKind, Step};
use crate::model::{SerializerBody, SerializerSnapshot, TimerService, TimerServices};

/// `PostVersionedIOReadableWritable.VERSIONED_IDENTIFIER`.
const VERSIONED_IDENTIFIER: [u8; 4] = [0xF1, 0xCD, 0x85, 0x9F];
const TIME: usize = 8;

/// Decodes the timer services at the start of a key group of raw keyed state; `None` when these bytes are something else, as raw state of
/// a user's operator is.
pub fn decode_timer_services(bytes: &[u8]) -> Result<Option<TimerServices<'_>>, Error> {
    let mut reader = Reader::new(DataInput::new(bytes));
    if !VERSIONED_IDENTIFIER.starts_with(bytes.first_chunk::<4>().map_or(bytes, |first| first)) {
        return Ok(None);
    }
    reader.input.bytes(VERSIONED_IDENTIFIER.len())?;
    let start = reader.input.position();
    match reader.input.i32().within(|| Step::Field("version"))? {
        2 => {}
        number @ 1 => {
            return Err(Error::new(start, ErrorKind::HeaderVersionTooOld { what: "timer services", number }));
        }
        number => {
            return Err(Error::new(
                start,
                ErrorKind::UnknownHeaderVersion { what: "timer services", number, newest: 2 },
            ));
        }
    }
    let start = reader.input.position();
    let announced = reader.input.i32().within(|| Step::Field("number of timer services"))?;
    let announced = usize::try_from(announced).map_err(|_| {
        Error::new(start, ErrorKind::InvalidValue { what: "number of timer services", value: i64::from(announced) })
    })?;
    let mut services = TimerServices { announced, services: Vec::new() };
    for index in 0..announced {
        services.services.push(service(&mut reader).within(|| Step::Element("timer service", index))?);
        if services.services.last().is_some_and(|service| service.timers.is_none()) {
            break;
        }
    }
    Ok(Some(services))
}

fn service<'a>(reader: &mut Reader<'a>) -> Result<TimerService<'a>, Error> {
    let name = reader.input.utf()?;
    let key = serializer::decode(reader).within(|| Step::Field("key serializer"))?;
    if reader.has_stopped() {
        return Ok(TimerService { name, key, namespace: None, timers: None });
    }
    let namespace = serializer::decode(reader).within(|| Step::Field("namespace serializer"))?;
    let width = fixed_width(&key).zip(fixed_width(&namespace)).map(|(key, namespace)| key + namespace + TIME);
    let mut timers = None;
    if !reader.has_stopped() {
        timers = timer_counts(reader, width)?;
    }
    Ok(TimerService { name, key, namespace: Some(namespace), timers })
}

/// How many timers of event time and of processing time there are; `None` when those of event time cannot be passed over.
fn timer_counts(reader: &mut Reader<'_>, width: Option<usize>) -> Result<Option<(usize, usize)>, Error> {
    let Some(event_time) = timers(reader, width)? else { return Ok(None) };
    let Some(processing_time) = timers(reader, width)? else { return Ok(None) };
    Ok(Some((event_time, processing_time)))
}

fn timers(reader: &mut Reader<'_>, width: Option<usize>) -> Result<Option<usize>, Error> {
    let count = reader.input.count(width.unwrap_or(TIME)).within(|| Step::Field("number of timers"))?;
    let Some(width) = width.or((count == 0).then_some(0)) else { return Ok(None) };
    reader.input.bytes(count.saturating_mul(width))?;
    Ok(Some(count))
}

/// Bytes of each value, of types that are always as long.
fn fixed_width(snapshot: &SerializerSnapshot<'_>) -> Option<usize> {
    let SerializerBody::Simple(java) = snapshot.body else { return None };
    match java {
        "java.lang.Boolean"
        | "java.lang.Byte"
        | "org.apache.flink.runtime.state.VoidNamespace"
        | "org.apache.flink.streaming.api.windowing.windows.GlobalWindow" => Some(1),
        "java.lang.Short" | "java.lang.Character" => Some(2),
        "java.lang.Integer" | "java.lang.Float" => Some(4),
        "java.lang.Long" | "java.lang.Double" => Some(8),
        "org.apache.flink.streaming.api.windowing.windows.TimeWindow" => Some(16),
        _ => None,
    }
}
