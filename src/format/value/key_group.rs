//! What is in a key group of keyed state, in its two layouts.
//!
//! ```text
//! heap        i32 key group, then for each state: i16 id, i32 n, n × (namespace, key, value) or n × timer
//! canonical   i16 id of a state, then pairs: i32 n, n bytes of key, i32 n, n bytes of value; the highest bit of the key says that
//!             the id of the next pair's state follows, and FF FF is the end
//! key         key group in 1 byte, or 2 above 128 of them; key, [its length], namespace, [its length], [key in the map]
//! value       of a list: elements with a comma between; of a map: whether it is null, value; else the value; of a timer: none
//! ```
//!
//! The lengths are there when key and namespace are both of a serializer without a fixed length; they take as many bytes as they need.
//!
//! Source: `HeapSnapshotStrategy`, `CopyOnWriteStateTableSnapshot`, `FullSnapshotAsyncWriter`, `FullSnapshotUtil`,
//! `CompositeKeySerializationUtils`, `ListDelimitedSerializer`, `HeapKeyValueStateIterator`.

use std::ops::ControlFlow;

use super::ValueDecoder;
use crate::codec::DataInput;
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::{
    BackendStateType, CompositeKind, SerializerBody, SerializerSnapshot, StateEntry, StateHeader, StateKind,
    StateMetaInfoSnapshot, StatePart, StateValue, UnknownType,
};

/// Takes entries as they come, and says when there are enough.
pub type Show<'s> = &'s mut dyn FnMut(StateEntry) -> ControlFlow<()>;

/// Reads one state in the key groups of a handle.
#[derive(Debug)]
pub struct KeyGroupReader {
    states: Vec<State>,
    wanted: usize,
    key: Result<ValueDecoder, UnknownType>,
    prefix: usize,
}

#[derive(Debug)]
struct State {
    namespace: Result<ValueDecoder, UnknownType>,
    /// As the heap writes it.
    whole: Result<ValueDecoder, UnknownType>,
    canonical: Canonical,
    /// Whether lengths stand behind key and namespace; absent when that is not known.
    lengths: Option<bool>,
}

#[derive(Debug)]
enum Canonical {
    Value(Result<ValueDecoder, UnknownType>),
    List(Result<ValueDecoder, UnknownType>),
    Map(Result<(ValueDecoder, ValueDecoder), UnknownType>),
    Timer(Result<ValueDecoder, UnknownType>),
}

/// `FullSnapshotUtil.END_OF_KEY_GROUP_MARK`.
const END_OF_KEY_GROUP: u16 = 0xFFFF;
/// `FullSnapshotUtil.FIRST_BIT_IN_BYTE_MASK`.
const STATE_FOLLOWS: u8 = 0x80;
/// `ListDelimitedSerializer.DELIMITER`.
const DELIMITER: u8 = b',';

impl KeyGroupReader {
    /// For the state at this position in the header of the handle.
    #[must_use]
    pub fn new(header: &StateHeader<'_>, wanted: usize, max_parallelism: i32) -> Self {
        let key = header.key_serializer.as_ref();
        Self {
            states: header.states.iter().map(|state| State::new(state, key)).collect(),
            wanted,
            key: decoder(key),
            prefix: if max_parallelism > 128 { 2 } else { 1 },
        }
    }

    /// Reads a key group as a heap backend writes it.
    pub fn heap(&self, bytes: &[u8], show: Show<'_>) -> Result<(), Error> {
        let mut input = DataInput::new(bytes);
        while input.remaining() > 0 {
            let start = input.position();
            let id = usize::from(input.u16()?);
            let state = self.states.get(id).ok_or_else(|| no_such_state(start, id))?;
            if let Canonical::Timer(timer) = &state.canonical {
                let timer = known(timer, start)?;
                let count = input.count(1)?;
                for index in 0..count {
                    let timer = timer.decode(&mut input).within(|| Step::Element("timer", index))?;
                    if id == self.wanted && show(StateEntry::of_timer(timer)).is_break() {
                        return Ok(());
                    }
                }
                continue;
            }
            let (namespace, key, value) =
                (known(&state.namespace, start)?, known(&self.key, start)?, known(&state.whole, start)?);
            let count = input.count(1)?;
            for index in 0..count {
                let mut entry = || {
                    let namespace = namespace.decode(&mut input).within(|| Step::Field("namespace"))?;
                    let key = key.decode(&mut input).within(|| Step::Field("key"))?;
                    Ok::<_, Error>((namespace, key, value.decode(&mut input).within(|| Step::Field("value"))?))
                };
                let (namespace, key, value) = entry().within(|| Step::Element("entry", index))?;
                if id == self.wanted && each_of(&state.canonical, (&key, &namespace), value, show).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Reads a key group of a canonical savepoint.
    pub fn canonical(&self, bytes: &[u8], show: Show<'_>) -> Result<(), Error> {
        let mut input = DataInput::new(bytes);
        let mut id = input.u16()?;
        while id != END_OF_KEY_GROUP {
            let start = input.position();
            let state = self.states.get(usize::from(id)).ok_or_else(|| no_such_state(start, usize::from(id)))?;
            let key = input.length_prefixed().within(|| Step::Field("key"))?;
            let value = input.length_prefixed().within(|| Step::Field("value"))?;
            let (first, rest) = key
                .split_first()
                .ok_or_else(|| Error::new(start, ErrorKind::Contradiction("a key without a key group")))?;
            if usize::from(id) == self.wanted {
                let key = [&[first & !STATE_FOLLOWS], rest].concat();
                if show(self.entry(state, &key, value)).is_break() {
                    return Ok(());
                }
            }
            if first & STATE_FOLLOWS != 0 {
                id = input.u16()?;
            }
        }
        match input.remaining() {
            0 => Ok(()),
            _ => Err(Error::new(input.position(), ErrorKind::Contradiction("bytes behind the end of a key group"))),
        }
    }

    fn entry(&self, state: &State, key: &[u8], value: &[u8]) -> StateEntry {
        let bytes = key.get(self.prefix..).unwrap_or_default();
        if let Canonical::Timer(timer) = &state.canonical {
            return match whole(timer, bytes) {
                StatePart::Value(timer) => StateEntry::of_timer(timer),
                undecoded @ StatePart::Undecoded { .. } => StateEntry { value: undecoded, ..StateEntry::default() },
            };
        }
        let mut entry = match self.key_parts(state, bytes) {
            Ok((key, namespace, map_key)) => StateEntry {
                key: StatePart::Value(key),
                namespace: StatePart::Value(namespace),
                map_key: map_key.map(StatePart::Value),
                ..StateEntry::default()
            },
            Err(reason) => StateEntry { key: StatePart::undecoded(bytes, reason), ..StateEntry::default() },
        };
        entry.value = match &state.canonical {
            Canonical::Value(decoder) | Canonical::Timer(decoder) => whole(decoder, value),
            Canonical::List(element) => list(element, value),
            Canonical::Map(pair) => match pair {
                Ok((_, decoder)) => map_value(decoder, value),
                Err(unknown) => StatePart::undecoded(value, unknown.to_string()),
            },
        };
        entry
    }

    fn key_parts(&self, state: &State, bytes: &[u8]) -> Result<(StateValue, StateValue, Option<StateValue>), String> {
        let text = |unknown: &UnknownType| unknown.to_string();
        let (key, namespace) = (self.key.as_ref().map_err(text)?, state.namespace.as_ref().map_err(text)?);
        let lengths = state.lengths.ok_or("whether lengths stand behind key and namespace is not known")?;
        let mut input = DataInput::new(bytes);
        let mut part = |decoder: &ValueDecoder| {
            let start = input.position();
            let value = decoder.decode(&mut input).map_err(|error| error.to_string())?;
            if lengths {
                skip_length(&mut input, start).map_err(|error| error.to_string())?;
            }
            Ok::<_, String>(value)
        };
        let (key, namespace) = (part(key)?, part(namespace)?);
        let map_key = match &state.canonical {
            Canonical::Map(pair) => {
                let (decoder, _) = pair.as_ref().map_err(text)?;
                Some(decoder.decode(&mut input).map_err(|error| error.to_string())?)
            }
            _ => None,
        };
        match input.remaining() {
            0 => Ok((key, namespace, map_key)),
            _ => Err("bytes behind the end of the key".to_owned()),
        }
    }
}

impl State {
    fn new(state: &StateMetaInfoSnapshot<'_>, key: Option<&SerializerSnapshot<'_>>) -> Self {
        let value = state.serializer(StateMetaInfoSnapshot::VALUE_SERIALIZER);
        let namespace = state.serializer(StateMetaInfoSnapshot::NAMESPACE_SERIALIZER);
        let in_parts = state.backend_state_type == BackendStateType::KeyValueV2;
        let nested = |kind: CompositeKind, index: usize| {
            value.and_then(|value| value.composite(kind)).and_then(|composite| composite.nested.get(index))
        };
        let canonical = match state.kind() {
            Some(StateKind::Timer) => Canonical::Timer(decoder(value)),
            Some(StateKind::List) if in_parts => Canonical::List(decoder(value)),
            Some(StateKind::List) => Canonical::List(decoder(nested(CompositeKind::List, 0))),
            Some(StateKind::Map) => {
                let (map_key, map_value) = if in_parts {
                    (state.serializer(StateMetaInfoSnapshot::USER_KEY_SERIALIZER), value)
                } else {
                    (nested(CompositeKind::Map, 0), nested(CompositeKind::Map, 1))
                };
                Canonical::Map(decoder(map_key).and_then(|key| Ok((key, decoder(map_value)?))))
            }
            _ => Canonical::Value(decoder(value)),
        };
        let both = key.and_then(is_variable).zip(namespace.and_then(is_variable));
        Self {
            namespace: decoder(namespace),
            whole: if in_parts {
                Err(UnknownType { snapshot: String::new(), reason: "state of the asynchronous API on a heap" })
            } else {
                decoder(value)
            },
            canonical,
            lengths: both.map(|(key, namespace)| key && namespace),
        }
    }
}

fn decoder(snapshot: Option<&SerializerSnapshot<'_>>) -> Result<ValueDecoder, UnknownType> {
    let missing = || UnknownType { snapshot: String::new(), reason: "a serializer that the header does not have" };
    ValueDecoder::new(snapshot.ok_or_else(missing)?)
}

/// Values have no length here: one that cannot be decoded ends the key group.
fn known(decoder: &Result<ValueDecoder, UnknownType>, start: usize) -> Result<&ValueDecoder, Error> {
    decoder.as_ref().map_err(|unknown| Error::new(start, ErrorKind::UnknownType(unknown.to_string())))
}

fn no_such_state(start: usize, id: usize) -> Error {
    Error::new(start, ErrorKind::InvalidValue { what: "id of a state", value: i64::try_from(id).unwrap_or(i64::MAX) })
}

/// Whether a serializer writes values of different length (`TypeSerializer.getLength` is below 0); `None` when that is not known.
fn is_variable(snapshot: &SerializerSnapshot<'_>) -> Option<bool> {
    match &snapshot.body {
        SerializerBody::Simple(java) => match *java {
            "java.lang.Boolean"
            | "java.lang.Byte"
            | "java.lang.Short"
            | "java.lang.Integer"
            | "java.lang.Long"
            | "java.lang.Float"
            | "java.lang.Double"
            | "java.lang.Character"
            | "org.apache.flink.runtime.state.VoidNamespace"
            | "org.apache.flink.streaming.api.windowing.windows.TimeWindow"
            | "org.apache.flink.streaming.api.windowing.windows.GlobalWindow"
            | "org.apache.flink.table.runtime.operators.window.CountWindow"
            | "org.apache.flink.table.runtime.operators.window.GlobalWindow"
            | "org.apache.flink.table.runtime.operators.window.TimeWindow" => Some(false),
            "java.lang.String" | "byte[]" | "java.math.BigInteger" | "java.math.BigDecimal" => Some(true),
            _ => None,
        },
        SerializerBody::Pojo(_)
        | SerializerBody::Avro(_)
        | SerializerBody::RowData(_)
        | SerializerBody::ArrayData(_)
        | SerializerBody::MapData(_)
        | SerializerBody::BinaryRowData { .. } => Some(true),
        SerializerBody::Composite(composite) => match composite.kind {
            // `TupleSerializerBase.getLength`: the sum, if all have one.
            CompositeKind::Tuple => {
                let parts: Option<Vec<bool>> = composite.nested.iter().map(is_variable).collect();
                Some(parts?.into_iter().any(|variable| variable))
            }
            CompositeKind::List | CompositeKind::Map | CompositeKind::Set | CompositeKind::Row => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// `CompositeKeySerializationUtils.readVariableIntBytes`.
fn skip_length(input: &mut DataInput<'_>, start: usize) -> Result<(), Error> {
    let mut length = input.position() - start;
    loop {
        input.u8()?;
        length >>= 8;
        if length == 0 {
            return Ok(());
        }
    }
}

fn whole(decoder: &Result<ValueDecoder, UnknownType>, bytes: &[u8]) -> StatePart {
    let decoder = match decoder {
        Ok(decoder) => decoder,
        Err(unknown) => return StatePart::undecoded(bytes, unknown.to_string()),
    };
    let mut input = DataInput::new(bytes);
    match decoder.decode(&mut input) {
        Ok(value) if input.remaining() == 0 => StatePart::Value(value),
        Ok(_) => StatePart::undecoded(bytes, "bytes behind the end of the value".to_owned()),
        Err(error) => StatePart::undecoded(bytes, error.to_string()),
    }
}

fn list(element: &Result<ValueDecoder, UnknownType>, bytes: &[u8]) -> StatePart {
    let element = match element {
        Ok(element) => element,
        Err(unknown) => return StatePart::undecoded(bytes, unknown.to_string()),
    };
    let mut input = DataInput::new(bytes);
    let mut read = || {
        let mut elements = Vec::new();
        while input.remaining() > 0 {
            if !elements.is_empty() {
                let start = input.position();
                let found = input.u8()?;
                if found != DELIMITER {
                    return Err(Error::new(start, ErrorKind::InvalidValue { what: "delimiter", value: found.into() }));
                }
            }
            elements.push(element.decode(&mut input)?);
        }
        Ok(StateValue::List(elements))
    };
    read().map_or_else(|error| StatePart::undecoded(bytes, error.to_string()), StatePart::Value)
}

/// `RocksDBMapState.serializeValueNullSensitive`.
fn map_value(decoder: &ValueDecoder, bytes: &[u8]) -> StatePart {
    let mut input = DataInput::new(bytes);
    let mut read = || if input.bool()? { Ok(StateValue::Null) } else { decoder.decode(&mut input) };
    match read() {
        // Behind a null there may stand what a serializer writes for it.
        Ok(value) if input.remaining() == 0 || value == StateValue::Null => StatePart::Value(value),
        Ok(_) => StatePart::undecoded(bytes, "bytes behind the end of the value".to_owned()),
        Err(error) => StatePart::undecoded(bytes, error.to_string()),
    }
}

/// An entry of the heap; each entry of a map by itself, as the canonical layout has them.
fn each_of(
    canonical: &Canonical,
    (key, namespace): (&StateValue, &StateValue),
    value: StateValue,
    show: Show<'_>,
) -> ControlFlow<()> {
    let entry = |map_key: Option<StateValue>, value: StateValue| StateEntry {
        key: StatePart::Value(key.clone()),
        namespace: StatePart::Value(namespace.clone()),
        map_key: map_key.map(StatePart::Value),
        value: StatePart::Value(value),
    };
    match (canonical, value) {
        (Canonical::Map(_), StateValue::Map(entries)) => {
            entries.into_iter().try_for_each(|(map_key, value)| show(entry(Some(map_key), value)))
        }
        (_, value) => show(entry(None, value)),
    }
}
