//! `FileSink` of flink-connector-files.
//!
//! ```text
//! writer 3        1E 76 4B 79, framed bucket id, utf path of the bucket, i64 created, bool, [framed file in progress]
//! committable 1   1E 76 5C 80, bool, [framed pending file], bool, [framed file in progress]
//! committable 2   1E 76 5C 80, utf bucket id, bool, [framed pending file], bool, [framed file in progress], bool, [utf path]
//! bucket id 1     i32 n in little-endian order, n bytes in UTF-8           SimpleVersionedStringSerializer
//! in progress 1   B3 A4 07 3D, framed bytes of the file system
//! in progress 2   B3 A4 07 3D, bool, [utf path], framed bytes of the file system
//! pending 1       2C 85 3C 89, framed bytes of the file system
//! pending 2       2C 85 3C 89, bool, [utf path, i64 bytes], framed bytes of the file system
//! framed          i32 version, i32 n, n bytes
//! ```
//!
//! The bytes of the file system (`RecoverableWriter`) are passed over. A sink with bucket ids that are no texts, and buckets of version 1
//! and 2, which releases before 1.15 wrote, are not decoded.
//!
//! Source: `FileWriterBucketStateSerializer`, `FileSinkCommittableSerializer`, `OutputStreamBasedPartFileWriter`.

use super::frame::{Versioned, end, little_endian_text, magic, refused, versioned};
use super::kafka::boolean;
use super::registry::{ConnectorPlace, Row};
use crate::codec::DataInput;
use crate::format::error::Within;
use crate::format::{Error, Step};
use crate::model::{Bucket, Connector, ConnectorContent, SinkFile, SinkFiles};

pub(super) const ROWS: &[Row] = &[
    Row { connector: Connector::File, place: ConnectorPlace::Writer, version: 3, decode: bucket },
    Row { connector: Connector::File, place: ConnectorPlace::Committable, version: 1, decode: committable },
    Row { connector: Connector::File, place: ConnectorPlace::Committable, version: 2, decode: committable_of_a_bucket },
];

const BUCKET: u32 = 0x1E76_4B79;
const COMMITTABLE: u32 = 0x1E76_5C80;
const IN_PROGRESS: u32 = 0xB3A4_073D;
const PENDING: u32 = 0x2C85_3C89;

fn bucket(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    magic(input, BUCKET, "bytes that are no bucket of a file sink")?;
    let id = bucket_id(versioned(input)?).within(|| Step::Field("bucket id"))?;
    let path = input.utf().within(|| Step::Field("path"))?.to_str().into_owned();
    let created_at = input.i64()?;
    let in_progress = optional(input, in_progress)?;
    Ok(ConnectorContent::Bucket(Bucket { id, path, created_at, in_progress }))
}

fn committable(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    magic(input, COMMITTABLE, "bytes that are no committable of a file sink")?;
    let pending = optional(input, pending)?;
    let to_clean_up = optional(input, in_progress)?;
    Ok(ConnectorContent::Files(SinkFiles { bucket: None, pending, to_clean_up, compacted: None }))
}

fn committable_of_a_bucket(input: &mut DataInput<'_>) -> Result<ConnectorContent, Error> {
    magic(input, COMMITTABLE, "bytes that are no committable of a file sink")?;
    let bucket = Some(input.utf().within(|| Step::Field("bucket id"))?.to_str().into_owned());
    let pending = optional(input, pending)?;
    let to_clean_up = optional(input, in_progress)?;
    let compacted = if boolean(input)? { Some(input.utf()?.to_str().into_owned()) } else { None };
    Ok(ConnectorContent::Files(SinkFiles { bucket, pending, to_clean_up, compacted }))
}

fn optional(
    input: &mut DataInput<'_>,
    read: fn(Versioned<'_>) -> Result<SinkFile, Error>,
) -> Result<Option<SinkFile>, Error> {
    if boolean(input)? { read(versioned(input)?).map(Some) } else { Ok(None) }
}

fn bucket_id(framed: Versioned<'_>) -> Result<String, Error> {
    match framed.version {
        1 => {
            let mut input = DataInput::new(framed.bytes);
            let id = little_endian_text(&mut input)?;
            end(&input)?;
            Ok(id)
        }
        other => Err(refused(0, "version of a bucket id", other)),
    }
}

/// Where the versions of both kinds of files differ: the second one can hold the path.
fn records_path(version: i32, what: &'static str) -> Result<bool, Error> {
    match version {
        1 => Ok(false),
        2 => Ok(true),
        other => Err(refused(0, what, other)),
    }
}

fn in_progress(framed: Versioned<'_>) -> Result<SinkFile, Error> {
    let mut input = DataInput::new(framed.bytes);
    magic(&mut input, IN_PROGRESS, "bytes that are no file in progress of a file sink")?;
    let has_path = records_path(framed.version, "version of a file in progress")? && boolean(&mut input)?;
    let path = if has_path { Some(input.utf()?.to_str().into_owned()) } else { None };
    versioned(&mut input).within(|| Step::Field("bytes of the file system"))?;
    end(&input)?;
    Ok(SinkFile { path, bytes: None })
}

fn pending(framed: Versioned<'_>) -> Result<SinkFile, Error> {
    let mut input = DataInput::new(framed.bytes);
    magic(&mut input, PENDING, "bytes that are no pending file of a file sink")?;
    let has_path = records_path(framed.version, "version of a pending file")? && boolean(&mut input)?;
    let path = if has_path { Some(input.utf()?.to_str().into_owned()) } else { None };
    let bytes = if has_path { Some(input.i64()?) } else { None };
    versioned(&mut input).within(|| Step::Field("bytes of the file system"))?;
    end(&input)?;
    Ok(SinkFile { path, bytes })
}
