//! Which connectors there are.

use super::frame::{Versioned, end};
use super::{dynamic_kafka, file_sink, file_source, kafka, number_sequence};
use crate::codec::DataInput;
use crate::format::Error;
use crate::model::{Connector, ConnectorContent};

/// Where bytes of a connector stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConnectorPlace {
    /// A split of a source reader.
    Split,
    /// The enumerator of a source.
    Enumerator,
    /// The writer of a sink.
    Writer,
    /// What a committer has to commit.
    Committable,
}

/// How a connector writes in one place.
pub(super) struct Row {
    /// The connector.
    pub(super) connector: Connector,
    /// The place.
    pub(super) place: ConnectorPlace,
    /// The version of its serializer.
    pub(super) version: i32,
    /// Reads what that wrote, without having to mind the end.
    pub(super) decode: fn(&mut DataInput<'_>) -> Result<ConnectorContent, Error>,
}

const CONNECTORS: &[&[Row]] =
    &[kafka::ROWS, dynamic_kafka::ROWS, file_source::ROWS, file_sink::ROWS, number_sequence::ROWS];

/// All readings of these bytes that fit, each of another connector.
#[must_use]
pub fn readings(place: ConnectorPlace, state: Versioned<'_>) -> Vec<(Connector, ConnectorContent)> {
    let rows = rows().filter(|row| row.place == place && row.version == state.version);
    rows.filter_map(|row| decode(row, state.bytes).ok().map(|content| (row.connector, content))).collect()
}

/// The connectors, places and versions that can be decoded.
pub fn known() -> impl Iterator<Item = (Connector, ConnectorPlace, i32)> {
    rows().map(|row| (row.connector, row.place, row.version))
}

/// The reading of one connector, of bytes that stand inside others of it.
pub(super) fn reading(connector: Connector, place: ConnectorPlace, state: Versioned<'_>) -> Option<ConnectorContent> {
    let mut rows = rows();
    let row = rows.find(|row| row.connector == connector && row.place == place && row.version == state.version)?;
    decode(row, state.bytes).ok()
}

fn rows() -> impl Iterator<Item = &'static Row> {
    CONNECTORS.iter().copied().flatten()
}

fn decode(row: &Row, bytes: &[u8]) -> Result<ConnectorContent, Error> {
    let mut input = DataInput::new(bytes);
    let content = (row.decode)(&mut input)?;
    end(&input)?;
    Ok(content)
}
