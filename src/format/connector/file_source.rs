//! `FileSource` of flink-connector-files.
//!
//! ```text
//! split 1        utf id, path, i64 offset, i64 length, i64 modified, i64 file size, i32 n, n × utf host,
//!                bool, [i64 offset, i64 records after it]
//! path           bool, [string scheme, string user, string host, i32 port, string path, string query, string fragment]
//! string         bool, [Flink's own encoding of strings]                  StringUtils.writeNullableString
//! enumerator 1   EF BE AD DE, and all numbers in little-endian order: i32 version of splits, i32 n, i32 m,
//!                n × (i32 n, n bytes of a split), m × (i32 n, n bytes of a path in UTF-8)
//! ```
//!
//! Source: `FileSourceSplitSerializer`, `Path.serializeToDataOutputView`, `PendingSplitsCheckpointSerializer`.

use super::frame::{Versioned, little_endian, little_endian_count, little_endian_text, magic};
use super::kafka::boolean;
use super::registry::{ConnectorPlace, Row, reading};
use crate::codec::DataInput;
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step, string_value};
use crate::model::{Connector, ConnectorContent, Enumerator, FileSplit, OpaqueSplits, ReaderPosition, SourceSplit};

pub(super) const ROWS: &[Row] = &[
    Row { connector: Connector::File, place: ConnectorPlace::Split, version: 1, decode: split },
    Row { connector: Connector::File, place: ConnectorPlace::Enumerator, version: 1, decode: enumerator },
];

/// `PendingSplitsCheckpointSerializer.VERSION_1_MAGIC_NUMBER`, in the order of the file.
const PENDING_SPLITS: u32 = 0xEFBE_ADDE;

fn split(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    let id = input.utf().within(|| Step::Field("id"))?.to_str().into_owned();
    let path = path(input).within(|| Step::Field("path"))?;
    let (offset, length, modified_at, file_size) = (input.i64()?, input.i64()?, input.i64()?, input.i64()?);
    let hosts = input.count(2).within(|| Step::Field("number of hosts"))?;
    for _ in 0..hosts {
        input.utf()?;
    }
    let position = if boolean(input)? {
        Some(ReaderPosition { offset: input.i64()?, records_after_offset: input.i64()? })
    } else {
        None
    };
    let split = FileSplit { id, path, offset, length, modified_at, file_size, position };
    Ok(ConnectorContent::Split(SourceSplit::File(split)))
}

/// A path as `URI.toString` writes it.
fn path(input: &mut DataInput<'_>) -> Result<String, Error> {
    let start = input.position();
    if !boolean(input)? {
        return Err(Error::new(start, ErrorKind::Contradiction("a split without a path")));
    }
    let scheme = nullable(input)?;
    let user = nullable(input)?;
    let host = nullable(input)?;
    let port = input.i32()?;
    let path = nullable(input)?;
    let query = nullable(input)?;
    let fragment = nullable(input)?;
    let mut text = String::new();
    if let Some(scheme) = scheme {
        text.push_str(&scheme);
        text.push(':');
    }
    if let Some(host) = host {
        text.push_str("//");
        if let Some(user) = user {
            text.push_str(&user);
            text.push('@');
        }
        text.push_str(&host);
        if port >= 0 {
            text.push(':');
            text.push_str(&port.to_string());
        }
    }
    text.push_str(path.as_deref().unwrap_or_default());
    for (mark, part) in [('?', query), ('#', fragment)] {
        if let Some(part) = part {
            text.push(mark);
            text.push_str(&part);
        }
    }
    Ok(text)
}

fn nullable(input: &mut DataInput<'_>) -> Result<Option<String>, Error> {
    if boolean(input)? { Ok(Some(string_value::read_text(input)?)) } else { Ok(None) }
}

fn enumerator(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    magic(input, PENDING_SPLITS, "bytes that are no checkpoint of pending splits")?;
    let version = little_endian(input)?;
    let start = input.position();
    let splits = little_endian(input)?;
    let paths = little_endian(input)?;
    let splits = input.check_count(start, i64::from(splits), 4)?;
    let paths = input.check_count(start, i64::from(paths), 4)?;
    let mut enumerator = Enumerator { processed_paths: Some(paths as u64), ..Enumerator::default() };
    let mut opaque = OpaqueSplits { version, count: 0, bytes: 0 };
    for index in 0..splits {
        let length = little_endian_count(input, 1).within(|| Step::Element("split", index))?;
        let bytes = input.bytes(length)?;
        let split = reading(Connector::File, ConnectorPlace::Split, Versioned { version, bytes });
        if let Some(ConnectorContent::Split(split)) = split {
            enumerator.splits.push((split, Some(false)));
        } else {
            // A format with splits of its own, such as Hive's, keeps them in the same checkpoint.
            opaque.count += 1;
            opaque.bytes += length as u64;
        }
    }
    for index in 0..paths {
        little_endian_text(input).within(|| Step::Element("path", index))?;
    }
    enumerator.opaque = (opaque.count > 0).then_some(opaque);
    Ok(ConnectorContent::Enumerator(enumerator))
}
