//! The states that Flink's operators keep for connectors, read for `keepoint inspect --offsets`.

use futures::StreamExt as _;
use futures::stream;

use super::elements::byte_array;
use super::streams::{ReadError, Streams};
use crate::discovery::LoadedMetadata;
use crate::format::metadata;
use crate::format::state_meta::decode_operator;
use crate::inspect::offsets::{ConnectorStateKind, NotRead, Piece, connectors, kinds};
use crate::model::state_handle::OperatorStateHandle;
use crate::model::{CheckpointMetadata, SerializerBody, StateHeader, StateMetaInfoSnapshot, SubtaskState};
use crate::report::{ConnectorState, Finding, Severity};

/// Up to this size, a stream is read at once; of a larger one the header and what the states for connectors span.
const AT_ONCE: u64 = 1 << 20;

/// The states for connectors in one stream may span this much.
const LARGEST: u64 = 256 << 20;

/// Streams that are asked for at a time; each is a request or two.
const AT_A_TIME: usize = 16;

/// What connectors keep in a snapshot, and a finding for each stream of theirs that could not be read; `None` when its metadata cannot be
/// decoded.
pub async fn connector_states(
    loaded: &LoadedMetadata,
    streams: &Streams<'_>,
) -> Option<(Vec<ConnectorState>, Vec<Finding>)> {
    let decoded = metadata::decode(&loaded.bytes).ok()?;
    let (pieces, failures) = pieces(&decoded.metadata, streams).await;
    let findings = failures.iter().map(|failure| finding(loaded, &decoded.metadata, failure)).collect();
    Some((connectors(&decoded.metadata, &pieces), findings))
}

/// A stream of an operator, by its position, and why it could not be read.
type NoStream = (usize, ReadError);

fn finding(loaded: &LoadedMetadata, metadata: &CheckpointMetadata<'_>, (operator, error): &NoStream) -> Finding {
    let hint = match error {
        ReadError::Storage(error) => error.hint(),
        ReadError::Path(_) | ReadError::TooShort { .. } => None,
    };
    Finding {
        code: "STATE_NOT_READ".to_owned(),
        severity: Severity::Unknown.into(),
        location: loaded.directory.to_string(),
        operator_id: metadata.operator_states.get(*operator).map(|operator| operator.operator_id.to_string()),
        message: format!("what its connector keeps was not read: {error}"),
        action: Some(hint.unwrap_or_else(|| "`keepoint verify` says what else is missing".to_owned())),
        ..Finding::default()
    }
}

/// Reads the elements of all states for connectors, in the order of the metadata. What could not be read is among them.
async fn pieces(metadata: &CheckpointMetadata<'_>, streams: &Streams<'_>) -> (Vec<Piece>, Vec<NoStream>) {
    let mut handles = Vec::new();
    for (index, operator) in metadata.operator_states.iter().enumerate() {
        if kinds(operator).is_empty() {
            continue;
        }
        for entry in operator.entries() {
            let SubtaskState::Running(state) = &entry.state else { continue };
            if let Some(handle) = &state.managed_operator_state {
                handles.push((index, entry.index, handle));
            }
        }
    }
    let read = |(operator, subtask, handle)| async move { of_handle(operator, subtask, handle, streams).await };
    let read: Vec<(Vec<Piece>, Option<NoStream>)> =
        stream::iter(handles.into_iter().map(read)).buffered(AT_A_TIME).collect().await;
    let (pieces, failures): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    (pieces.into_iter().flatten().collect(), failures.into_iter().flatten().collect())
}

async fn of_handle(
    operator: usize,
    subtask: i32,
    handle: &OperatorStateHandle<'_>,
    streams: &Streams<'_>,
) -> (Vec<Piece>, Option<NoStream>) {
    let mut pieces = Vec::new();
    let mut wanted = Vec::new();
    for state in &handle.states {
        let Some(kind) = ConnectorStateKind::of_name(&state.name.to_str()) else { continue };
        let offsets: Vec<u64> = state.offsets.iter().filter_map(|offset| u64::try_from(offset).ok()).collect();
        if !offsets.is_empty() {
            wanted.push((kind, offsets));
        }
    }
    let piece = |kind, element| Piece { operator, subtask, kind, element };
    let data = match Data::read(handle, &wanted, streams).await {
        Ok(data) => data,
        Err(error) => {
            for (kind, offsets) in wanted {
                let element = NotRead { elements: offsets.len() as u64, bytes: 0, reason: error.to_string() };
                pieces.push(piece(kind, Err(element)));
            }
            return (pieces, Some((operator, error)));
        }
    };
    let header = decode_operator(&data.header);
    for (kind, offsets) in wanted {
        let bytes = offsets.iter().map(|offset| data.end_of(*offset) - offset).sum();
        let not_read = |reason: String| Err(NotRead { elements: offsets.len() as u64, bytes, reason });
        match &header {
            Err(error) => pieces.push(piece(kind, not_read(error.to_string()))),
            Ok(header) => match how_written(header, kind) {
                Err(reason) => pieces.push(piece(kind, not_read(reason.to_owned()))),
                Ok(compressed) => {
                    for offset in offsets {
                        let bytes = data.at(offset);
                        let element = byte_array(bytes, compressed).map_err(|reason| NotRead {
                            elements: 1,
                            bytes: bytes.len() as u64,
                            reason,
                        });
                        pieces.push(piece(kind, element));
                    }
                }
            },
        }
    }
    (pieces, None)
}

/// Whether the data is compressed; an error when the elements are no byte arrays.
fn how_written(header: &StateHeader<'_>, kind: ConnectorStateKind) -> Result<bool, &'static str> {
    if !kind.is_versioned() {
        return Err("written by Kryo, which says nothing of the fields");
    }
    let state = header.states.iter().find(|state| state.name == *kind.name());
    let value = state.and_then(|state| state.serializer(StateMetaInfoSnapshot::VALUE_SERIALIZER));
    match value.map(|value| &value.body) {
        Some(SerializerBody::Simple("byte[]")) => Ok(header.compression == Some(true)),
        Some(_) => Err("a state of this name that holds no byte arrays"),
        None => Err("the header does not tell how it is written"),
    }
}

/// The header, and the part of the data that was asked for.
struct Data {
    header: Vec<u8>,
    start: u64,
    bytes: Vec<u8>,
    /// Where elements of any state begin, and the end of the stream.
    borders: Vec<u64>,
}

impl Data {
    async fn read(
        handle: &OperatorStateHandle<'_>,
        wanted: &[(ConnectorStateKind, Vec<u64>)],
        streams: &Streams<'_>,
    ) -> Result<Self, ReadError> {
        let length = u64::try_from(handle.state_size()).unwrap_or(0);
        let all = handle.states.iter().flat_map(|state| state.offsets.iter());
        let mut borders: Vec<u64> = all.filter_map(|offset| u64::try_from(offset).ok()).collect();
        borders.push(length);
        borders.sort_unstable();
        let header_end = borders.first().copied().unwrap_or(0).min(length);
        let offsets = || wanted.iter().flat_map(|(_, offsets)| offsets).copied();
        let start = offsets().min().unwrap_or(length);
        let mut data = Self { header: Vec::new(), start, bytes: Vec::new(), borders };
        let end = offsets().max().map_or(length, |last| data.end_of(last));
        if length <= AT_ONCE {
            let stream = streams.read(&handle.delegate, 0..length).await?;
            let part = |from: u64, to: u64| {
                let range = usize::try_from(from).ok().zip(usize::try_from(to).ok());
                range.and_then(|(from, to)| stream.get(from..to)).unwrap_or_default().to_vec()
            };
            data.header = part(0, header_end);
            data.bytes = part(start, end);
        } else {
            data.header = streams.read(&handle.delegate, 0..header_end.min(LARGEST)).await?.into_owned();
            let end = end.min(start.saturating_add(LARGEST)).max(start);
            data.bytes = streams.read(&handle.delegate, start..end).await?.into_owned();
        }
        Ok(data)
    }

    /// Where the next element of any state begins, or the stream ends.
    fn end_of(&self, offset: u64) -> u64 {
        let next = self.borders.partition_point(|border| *border <= offset);
        self.borders.get(next).copied().unwrap_or(offset)
    }

    /// An element's bytes, as far as they are there.
    fn at(&self, offset: u64) -> &[u8] {
        let position = |offset: u64| usize::try_from(offset.saturating_sub(self.start)).unwrap_or(usize::MAX);
        let end = position(self.end_of(offset)).min(self.bytes.len());
        self.bytes.get(position(offset).min(end)..end).unwrap_or_default()
    }
}
