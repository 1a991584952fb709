//! `DynamicKafkaSource` of flink-connector-kafka: splits of several clusters.
//!
//! ```text
//! split 1   utf cluster, i32 version, bytes of a Kafka split to the end                          3.1 to 5.0
//! split 2   utf cluster, bool, [i64 kept until], i32 version, bytes of a Kafka split to the end  after 5.0
//! ```
//!
//! Its enumerator keeps offsets initializers as Java objects and is not decoded.
//!
//! Source: `DynamicKafkaSourceSplitSerializer`.

use super::frame::Versioned;
use super::kafka::boolean;
use super::registry::{ConnectorPlace, Row, reading};
use crate::codec::DataInput;
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::{Connector, ConnectorContent, KafkaSplit, SourceSplit};

pub(super) const ROWS: &[Row] = &[
    Row { connector: Connector::DynamicKafka, place: ConnectorPlace::Split, version: 1, decode: split },
    Row { connector: Connector::DynamicKafka, place: ConnectorPlace::Split, version: 2, decode: retained_split },
];

fn split(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    let cluster = input.utf().within(|| Step::Field("cluster"))?.to_str().into_owned();
    inside(input, cluster, None)
}

fn retained_split(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    let cluster = input.utf().within(|| Step::Field("cluster"))?.to_str().into_owned();
    let retained_until = if boolean(input)? { Some(input.i64()?) } else { None };
    inside(input, cluster, retained_until)
}

fn inside(input: &mut DataInput<'_>, cluster: String, retained_until: Option<i64>) -> Result<ConnectorContent, Error> {
    let version = input.i32()?;
    let start = input.position();
    let bytes = input.bytes(input.remaining())?;
    match reading(Connector::Kafka, ConnectorPlace::Split, Versioned { version, bytes }) {
        Some(ConnectorContent::Split(SourceSplit::Kafka(split))) => {
            let split = KafkaSplit { cluster: Some(cluster), retained_until, ..split };
            Ok(ConnectorContent::Split(SourceSplit::Kafka(split)))
        }
        _ => Err(Error::new(start, ErrorKind::Contradiction("bytes that are no split of a Kafka source"))),
    }
}
