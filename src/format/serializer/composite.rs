//! Serializers made of serializers (`CompositeTypeSerializerSnapshot`).
//!
//! ```text
//! i32 magic = 911108, i32 outer version      version 3
//! outer body                                  by class and outer version; often nothing
//! list of nested snapshots
//! ```
//!
//! Versions 1 and 2, of classes that were composite before there was this class, have no magic number: their own version is the
//! outer version.

use super::nested;
use super::reader::Reader;
use crate::format::Error;
use crate::format::Step;
use crate::format::error::Within;
use crate::model::{Composite, CompositeKind, Outer, SerializerBody};

const MAGIC: i32 = 911_108;
/// `CompositeTypeSerializerSnapshot.HIGHEST_LEGACY_READ_VERSION`.
const LEGACY_VERSIONS: std::ops::RangeInclusive<i32> = 1..=2;

/// Reads what stands beside the nested serializers, in this outer version.
pub(super) type OuterDecoder = for<'a> fn(i32, &mut Reader<'a>) -> Result<Outer<'a>, Error>;

pub(super) fn decode<'a>(
    version: i32,
    kind: CompositeKind,
    outer: OuterDecoder,
    reader: &mut Reader<'a>,
) -> Result<SerializerBody<'a>, Error> {
    let outer_version = if LEGACY_VERSIONS.contains(&version) {
        version
    } else {
        nested::magic(reader, MAGIC, "a composite serializer without its magic number")?;
        reader.input.i32()?
    };
    let outer = outer(outer_version, reader).within(|| Step::Field("outer snapshot"))?;
    let nested = nested::decode(reader)?;
    Ok(SerializerBody::Composite(Box::new(Composite { kind, outer_version, outer, nested })))
}

/// Nothing.
#[expect(clippy::unnecessary_wraps, reason = "one of the functions of a table")]
pub(super) fn empty<'a>(_: i32, _: &mut Reader<'a>) -> Result<Outer<'a>, Error> {
    Ok(Outer::Empty)
}

/// A flag that was not there in versions below `since`, meaning false, was always true in that version, and is written from the
/// next one on.
pub(super) fn flag(outer_version: i32, since: i32, reader: &mut Reader<'_>) -> Result<bool, Error> {
    match outer_version.cmp(&since) {
        std::cmp::Ordering::Less => Ok(false),
        std::cmp::Ordering::Equal => Ok(true),
        std::cmp::Ordering::Greater => Ok(reader.input.bool()?),
    }
}

/// `utf` class of a tuple.
pub(super) fn tuple_class<'a>(_: i32, reader: &mut Reader<'a>) -> Result<Outer<'a>, Error> {
    Ok(Outer::TupleClass(reader.input.utf()?))
}
