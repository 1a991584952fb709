//! Values of one state of one operator (`keepoint state`), a key group or a list at a time.

use std::fmt::{self, Write as _};
use std::ops::ControlFlow;

use serde_json::{Map, Value, json};

use super::elements::decompressed;
use super::streams::{ReadError, Streams};
use crate::format;
use crate::format::metadata;
use crate::format::state_meta::{decode_keyed, decode_operator};
use crate::format::value::{KeyGroupReader, OperatorStateReader};
use crate::model::state_handle::{KeyGroupsForm, KeyGroupsStateHandle, KeyedStateHandle, OperatorStateHandle};
use crate::model::{OperatorState, StateEntry, StateHeader, StatePart, StateValue, SubtaskState};

/// Takes a line, and says when there are enough.
pub type ShowLine<'s> = &'s mut dyn FnMut(Value) -> ControlFlow<()>;

/// No key group and no list is read that is larger, compressed or not.
const LARGEST: u64 = 256 << 20;

/// Why there are no values, or no more of them.
#[derive(Debug)]
pub enum ValuesError {
    /// The metadata cannot be decoded.
    Metadata(format::Error),
    /// No operator has this id, uid or name.
    NoOperator {
        /// What there is instead.
        known: Vec<String>,
    },
    /// Several operators have this name.
    Operators(Vec<String>),
    /// The operator has no state of this name.
    NoState {
        /// Those that were found.
        known: Vec<String>,
    },
    /// The state is in RocksDB's own files, or in a changelog.
    OwnFormat(&'static str),
    /// Bytes could not be had.
    Read(ReadError),
    /// Bytes are not what they have to be.
    Bytes {
        /// Where.
        place: String,
        /// What.
        error: String,
    },
}

/// What came out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ValuesSummary {
    /// Lines that were shown.
    pub lines: u64,
    /// Lines with a part that was not decoded.
    pub undecoded: u64,
}

impl fmt::Display for ValuesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Metadata(error) => error.fmt(f),
            Self::NoOperator { known } => write!(f, "no such operator; there are {}", known.join(", ")),
            Self::Operators(ids) => write!(f, "several operators have that name: {}", ids.join(", ")),
            Self::NoState { known } if known.is_empty() => f.write_str("the operator has no state with a name"),
            Self::NoState { known } => write!(f, "no such state; the operator has {}", known.join(", ")),
            Self::OwnFormat(what) => write!(f, "not readable: {what}"),
            Self::Read(error) => error.fmt(f),
            Self::Bytes { place, error } => write!(f, "{place}: {error}"),
        }
    }
}

impl std::error::Error for ValuesError {}

/// What is asked for.
struct Wanted<'w, 's> {
    state: &'w str,
    key: Option<&'w str>,
    streams: &'w Streams<'s>,
}

/// Shows the values of a state, subtask by subtask and key group by key group.
pub async fn values(
    metadata: &[u8],
    streams: &Streams<'_>,
    (operator, state, key): (&str, &str, Option<&str>),
    show: ShowLine<'_>,
) -> Result<ValuesSummary, ValuesError> {
    let decoded = metadata::decode(metadata).map_err(ValuesError::Metadata)?;
    let operator = find(&decoded.metadata.operator_states, operator)?;
    let wanted = Wanted { state, key, streams };
    let mut summary = ValuesSummary::default();
    let mut known = Vec::new();
    let mut own_format = None;
    let mut found = false;
    for entry in operator.entries() {
        let SubtaskState::Running(subtask) = &entry.state else { continue };
        if let Some(handle) = &subtask.managed_operator_state {
            known.extend(handle.states.iter().map(|state| state.name.to_str().into_owned()));
            found |= handle.states.iter().any(|each| each.name == *state);
            if operator_state(&wanted, entry.index, handle, &mut summary, show).await?.is_break() {
                return Ok(summary);
            }
        }
        match &subtask.managed_keyed_state {
            None => {}
            Some(KeyedStateHandle::KeyGroups(handle)) => {
                let header = streams.read(&handle.delegate, 0..header_end(handle)).await.map_err(ValuesError::Read)?;
                let header = decode_keyed(&header).map_err(|error| bytes_error(entry.index, "header", &error))?;
                known.extend(header.states.iter().map(|state| state.name.to_str().into_owned()));
                let Some(position) = header.states.iter().position(|each| each.name == *state) else { continue };
                found = true;
                let reader = KeyGroupReader::new(&header, position, operator.max_parallelism);
                let place = (entry.index, &**handle, &header);
                if keyed_state(&wanted, place, &reader, &mut summary, show).await?.is_break() {
                    return Ok(summary);
                }
            }
            Some(KeyedStateHandle::Incremental(_)) => {
                own_format = Some("RocksDB's or ForSt's own files; take a canonical savepoint");
            }
            Some(_) => own_format = Some("a changelog; take a canonical savepoint"),
        }
    }
    match own_format {
        _ if found => Ok(summary),
        Some(what) => Err(ValuesError::OwnFormat(what)),
        None => {
            known.sort();
            known.dedup();
            Err(ValuesError::NoState { known })
        }
    }
}

fn find<'o, 'a>(operators: &'o [OperatorState<'a>], wanted: &str) -> Result<&'o OperatorState<'a>, ValuesError> {
    if let Some(operator) = operators.iter().find(|operator| operator.operator_id.to_string() == wanted) {
        return Ok(operator);
    }
    let with =
        |is_it: &dyn Fn(&OperatorState<'a>) -> bool| operators.iter().filter(|each| is_it(each)).collect::<Vec<_>>();
    let uid = with(&|operator| operator.uid.is_some_and(|uid| uid == *wanted));
    let name = with(&|operator| operator.name.is_some_and(|name| name == *wanted));
    for matches in [uid, name] {
        match &matches[..] {
            [] => {}
            [operator] => return Ok(operator),
            several => {
                return Err(ValuesError::Operators(several.iter().map(|each| each.operator_id.to_string()).collect()));
            }
        }
    }
    let label = |operator: &OperatorState<'_>| {
        operator
            .uid
            .or(operator.name)
            .map_or_else(|| operator.operator_id.to_string(), |text| text.to_str().into_owned())
    };
    Err(ValuesError::NoOperator { known: operators.iter().map(label).collect() })
}

fn bytes_error(subtask: i32, what: impl fmt::Display, error: &impl fmt::Display) -> ValuesError {
    ValuesError::Bytes { place: format!("subtask {subtask}, {what}"), error: error.to_string() }
}

fn header_end(handle: &KeyGroupsStateHandle<'_>) -> u64 {
    let length = u64::try_from(handle.delegate.state_size()).unwrap_or(0);
    let offsets = handle.offsets.iter().filter_map(|offset| u64::try_from(offset).ok()).filter(|offset| *offset > 0);
    offsets.min().map_or(length, |first| first.min(length)).min(LARGEST)
}

async fn keyed_state(
    wanted: &Wanted<'_, '_>,
    (subtask, handle, header): (i32, &KeyGroupsStateHandle<'_>, &StateHeader<'_>),
    reader: &KeyGroupReader,
    summary: &mut ValuesSummary,
    show: ShowLine<'_>,
) -> Result<ControlFlow<()>, ValuesError> {
    let length = u64::try_from(handle.delegate.state_size()).unwrap_or(0);
    let mut borders: Vec<u64> = handle.offsets.iter().filter_map(|offset| u64::try_from(offset).ok()).collect();
    borders.push(length);
    borders.sort_unstable();
    for (index, offset) in handle.offsets.iter().enumerate() {
        let Some(start) = u64::try_from(offset).ok().filter(|offset| *offset > 0) else { continue };
        let group = i64::from(handle.key_groups.start) + i64::try_from(index).unwrap_or(0);
        let place = format!("key group {group}");
        let end = borders.get(borders.partition_point(|border| *border <= start)).copied().unwrap_or(start);
        if end - start > LARGEST {
            return Err(bytes_error(subtask, place, &"larger than 256 MiB, which is not read"));
        }
        let bytes = wanted.streams.read(&handle.delegate, start..end).await.map_err(ValuesError::Read)?;
        let compressed = header.compression == Some(true);
        let mut stopped = ControlFlow::Continue(());
        let mut show_entry = |entry: StateEntry| {
            stopped = line(wanted, &[("subtask", json!(subtask)), ("key_group", json!(group))], entry, summary, show);
            stopped
        };
        let result = match handle.form {
            KeyGroupsForm::Savepoint => {
                let data = if compressed { decompressed(&bytes, LARGEST) } else { Ok(bytes.into_owned()) };
                let data = data.map_err(|error| bytes_error(subtask, &place, &error))?;
                reader.canonical(&data, &mut show_entry)
            }
            KeyGroupsForm::V1 | KeyGroupsForm::V2 { .. } => {
                // RocksDB before 1.13 wrote the other layout under the same tag; the number of the key group tells.
                let (number, rest) = bytes
                    .split_first_chunk()
                    .map_or((-1, &[][..]), |(number, rest)| (i32::from_be_bytes(*number), rest));
                if i64::from(number) != group {
                    let error = "no key group as a heap backend writes it; take a canonical savepoint";
                    return Err(bytes_error(subtask, place, &error));
                }
                let data = if compressed { decompressed(rest, LARGEST) } else { Ok(rest.to_vec()) };
                let data = data.map_err(|error| bytes_error(subtask, &place, &error))?;
                reader.heap(&data, &mut show_entry)
            }
        };
        result.map_err(|error| bytes_error(subtask, place, &error))?;
        if stopped.is_break() {
            return Ok(stopped);
        }
    }
    Ok(ControlFlow::Continue(()))
}

async fn operator_state(
    wanted: &Wanted<'_, '_>,
    subtask: i32,
    handle: &OperatorStateHandle<'_>,
    summary: &mut ValuesSummary,
    show: ShowLine<'_>,
) -> Result<ControlFlow<()>, ValuesError> {
    let Some(state) = handle.states.iter().find(|state| state.name == *wanted.state) else {
        return Ok(ControlFlow::Continue(()));
    };
    let length = u64::try_from(handle.state_size()).unwrap_or(0);
    let offsets = handle.states.iter().flat_map(|state| state.offsets.iter());
    let mut borders: Vec<u64> = offsets.filter_map(|offset| u64::try_from(offset).ok()).collect();
    borders.push(length);
    borders.sort_unstable();
    let header_end = borders.first().copied().unwrap_or(0).min(LARGEST);
    let header = wanted.streams.read(&handle.delegate, 0..header_end).await.map_err(ValuesError::Read)?;
    let header = decode_operator(&header).map_err(|error| bytes_error(subtask, "header", &error))?;
    let info = header.states.iter().find(|each| each.name == *wanted.state);
    let Some(reader) = info.map(OperatorStateReader::new) else {
        return Err(bytes_error(subtask, "header", &"the state is not in it"));
    };
    for offset in state.offsets.iter() {
        let Some(start) = u64::try_from(offset).ok() else { continue };
        let end = borders.get(borders.partition_point(|border| *border <= start)).copied().unwrap_or(start);
        let place = format!("partition at {start}");
        if end - start > LARGEST {
            return Err(bytes_error(subtask, place, &"larger than 256 MiB, which is not read"));
        }
        let bytes = wanted.streams.read(&handle.delegate, start..end).await.map_err(ValuesError::Read)?;
        let data = if header.compression == Some(true) {
            decompressed(&bytes, LARGEST).map_err(|error| bytes_error(subtask, &place, &error))?
        } else {
            bytes.into_owned()
        };
        let mut stopped = ControlFlow::Continue(());
        let mut show_entry = |entry: StateEntry| {
            stopped = line(wanted, &[("subtask", json!(subtask))], entry, summary, show);
            stopped
        };
        reader.read(&data, &mut show_entry).map_err(|error| bytes_error(subtask, place, &error))?;
        if stopped.is_break() {
            return Ok(stopped);
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn line(
    wanted: &Wanted<'_, '_>,
    place: &[(&str, Value)],
    entry: StateEntry,
    summary: &mut ValuesSummary,
    show: ShowLine<'_>,
) -> ControlFlow<()> {
    let is_undecoded = |part: &StatePart| matches!(part, StatePart::Undecoded { .. });
    let undecoded = [Some(&entry.key), Some(&entry.namespace), entry.map_key.as_ref(), Some(&entry.value)]
        .into_iter()
        .flatten()
        .any(is_undecoded);
    let key = part(entry.key);
    let is_wanted = |wanted: &str| key.as_str().map_or_else(|| key.to_string(), ToOwned::to_owned).as_str() == wanted;
    if !wanted.key.is_none_or(is_wanted) {
        return ControlFlow::Continue(());
    }
    let mut line: Map<String, Value> = place.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    for (name, value) in [("key", key), ("namespace", part(entry.namespace))] {
        if !value.is_null() {
            line.insert(name.to_owned(), value);
        }
    }
    if let Some(map_key) = entry.map_key {
        line.insert("map_key".to_owned(), part(map_key));
    }
    line.insert("value".to_owned(), part(entry.value));
    summary.lines += 1;
    summary.undecoded += u64::from(undecoded);
    show(Value::Object(line))
}

fn part(part: StatePart) -> Value {
    match part {
        StatePart::Value(value) => json_of(value),
        StatePart::Undecoded { bytes, length, reason } => {
            json!({"undecoded": {"reason": reason, "bytes": length, "hex": hex(&bytes)}})
        }
    }
}

/// Maps are lists of pairs: their keys may be of any type. Numbers that JSON does not have are texts.
#[must_use]
pub fn json_of(value: StateValue) -> Value {
    match value {
        StateValue::Null => Value::Null,
        StateValue::Bool(value) => json!(value),
        StateValue::Integer(value) => json!(value),
        StateValue::Float(value) => {
            serde_json::Number::from_f64(value).map_or_else(|| json!(value.to_string()), Value::Number)
        }
        StateValue::Text(text) => json!(text),
        StateValue::Constant(name) => json!(name.as_str()),
        StateValue::Bytes(bytes) => json!({"hex": hex(&bytes)}),
        StateValue::List(elements) => elements.into_iter().map(json_of).collect(),
        StateValue::Map(entries) => {
            entries.into_iter().map(|(key, value)| json!({"key": json_of(key), "value": json_of(value)})).collect()
        }
        StateValue::Fields(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name.as_str().to_owned(), json_of(value))).collect())
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // A string takes everything.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
