//! `NumberSequenceSource` of Flink itself.
//!
//! ```text
//! split 1        utf id, i64 from, i64 to
//! enumerator 1   i32 n, n × split                  splits that no reader has
//! ```
//!
//! Source: `NumberSequenceSource.SplitSerializer`, `NumberSequenceSource.CheckpointSerializer`.

use super::frame::refused;
use super::registry::{ConnectorPlace, Row};
use crate::codec::DataInput;
use crate::format::error::Within;
use crate::format::{Error, Step};
use crate::model::{Connector, ConnectorContent, Enumerator, NumberSplit, SourceSplit};

pub(super) const ROWS: &[Row] = &[
    Row { connector: Connector::NumberSequence, place: ConnectorPlace::Split, version: 1, decode: split },
    Row { connector: Connector::NumberSequence, place: ConnectorPlace::Enumerator, version: 1, decode: enumerator },
];

fn split(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    Ok(ConnectorContent::Split(number_split(input)?))
}

fn number_split(input: &mut DataInput<'_>) -> Result<SourceSplit, Error> {
    let id = input.utf().within(|| Step::Field("id"))?.to_str().into_owned();
    let start = input.position();
    let from = input.i64().within(|| Step::Field("from"))?;
    let to = input.i64().within(|| Step::Field("to"))?;
    // `NumberSequenceSplit` checks it.
    if from > to {
        return Err(refused(start, "first number behind the last one", from));
    }
    Ok(SourceSplit::Numbers(NumberSplit { id, from, to }))
}

fn enumerator(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    let count = input.count(2 + 8 + 8).within(|| Step::Field("number of splits"))?;
    let mut splits = input.vec_for(count);
    for index in 0..count {
        splits.push((number_split(input).within(|| Step::Element("split", index))?, Some(false)));
    }
    Ok(ConnectorContent::Enumerator(Enumerator { splits, ..Enumerator::default() }))
}
