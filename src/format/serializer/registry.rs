//! Which snapshot classes there are.
//!
//! A class is a row: name, versions, body. A new one is a row in the file of its family, and a function where no body fits.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::OnceLock;

use super::composite::{self, OuterDecoder};
use super::reader::Reader;
use super::{avro, basic, cep, flink_core, java, kryo, pojo, python, scala, streaming, table};
use crate::format::Error;
use crate::model::{CompositeKind, SerializerBody};

/// A class whose snapshots can be decoded.
pub(super) struct Entry {
    /// Binary name.
    pub(super) class: &'static str,
    /// Versions that releases write or wrote in this layout.
    pub(super) versions: RangeInclusive<i32>,
    /// Their layout.
    pub(super) body: Body,
}

/// How a body is read.
#[derive(Clone, Copy)]
pub(super) enum Body {
    /// `SimpleTypeSerializerSnapshot`, for this Java type.
    Simple(&'static str),
    /// `GenericTypeSerializerSnapshot`.
    GenericClass,
    /// `CompositeTypeSerializerSnapshot`.
    Composite(CompositeKind, OuterDecoder),
    /// Its own.
    Own(for<'a> fn(i32, &mut Reader<'a>) -> Result<SerializerBody<'a>, Error>),
}

impl Body {
    pub(super) fn decode<'a>(self, version: i32, reader: &mut Reader<'a>) -> Result<SerializerBody<'a>, Error> {
        match self {
            Self::Simple(java_type) => basic::simple(version, java_type, reader),
            Self::GenericClass => basic::generic_class(reader),
            Self::Composite(kind, outer) => composite::decode(version, kind, outer, reader),
            Self::Own(decode) => decode(version, reader),
        }
    }
}

/// Rows with the two versions that `SimpleTypeSerializerSnapshot` reads: 2 of release 1.7 and 3.
pub(super) const fn simple(class: &'static str, java_type: &'static str) -> Entry {
    Entry { class, versions: 2..=3, body: Body::Simple(java_type) }
}

/// A row with the only version of `GenericTypeSerializerSnapshot`.
pub(super) const fn generic_class(class: &'static str) -> Entry {
    Entry { class, versions: 2..=2, body: Body::GenericClass }
}

/// A row with the versions that `CompositeTypeSerializerSnapshot` reads.
pub(super) const fn composite(class: &'static str, kind: CompositeKind, outer: OuterDecoder) -> Entry {
    Entry { class, versions: 1..=3, body: Body::Composite(kind, outer) }
}

const FAMILIES: &[&[Entry]] = &[
    basic::CLASSES,
    flink_core::CLASSES,
    java::CLASSES,
    pojo::CLASSES,
    kryo::CLASSES,
    avro::CLASSES,
    streaming::CLASSES,
    table::CLASSES,
    cep::CLASSES,
    python::CLASSES,
    scala::CLASSES,
];

pub(super) fn find(class: &str) -> Option<&'static Entry> {
    static BY_NAME: OnceLock<HashMap<&'static str, &'static Entry>> = OnceLock::new();
    let entries = || FAMILIES.iter().copied().flatten().map(|entry| (entry.class, entry)).collect();
    BY_NAME.get_or_init(entries).get(class).copied()
}

/// Whether snapshots of this class can be decoded.
#[must_use]
pub fn is_known(class: &str) -> bool {
    find(class).is_some()
}

/// The classes whose snapshots can be decoded, with the versions of each.
pub fn known_classes() -> impl Iterator<Item = (&'static str, RangeInclusive<i32>)> {
    FAMILIES.iter().copied().flatten().map(|entry| (entry.class, entry.versions.clone()))
}
