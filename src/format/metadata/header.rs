//! The first eight bytes.
//!
//! ```text
//! i32 magic = 0x4960672d
//! i32 version
//! ```

use crate::codec::{DataInput, DataOutput};
use crate::format::error::Within;
use crate::format::{Error, ErrorKind, Step};
use crate::model::MetadataVersion;

/// `org.apache.flink.runtime.checkpoint.Checkpoints.HEADER_MAGIC_NUMBER`.
const MAGIC: i32 = 0x4960_672D;

pub(super) fn decode(input: &mut DataInput<'_>) -> Result<MetadataVersion, Error> {
    let found = input.i32().within(|| Step::Field("magic number"))?;
    if found != MAGIC {
        return Err(Error::new(0, ErrorKind::NotMetadata { found }));
    }
    let start = input.position();
    let number = input.i32().within(|| Step::Field("version"))?;
    MetadataVersion::from_number(number).ok_or_else(|| {
        let kind = match number {
            0 | 1 => ErrorKind::VersionTooOld { number },
            _ => ErrorKind::UnknownVersion { number },
        };
        Error::new(start, kind).in_version(number)
    })
}

pub(super) fn has_magic(bytes: &[u8]) -> bool {
    bytes.iter().zip(MAGIC.to_be_bytes()).all(|(found, expected)| *found == expected)
}

pub(super) fn encode(version: MetadataVersion, output: &mut DataOutput) {
    output.i32(MAGIC);
    output.i32(version.number());
}
