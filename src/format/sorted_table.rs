//! What a table of RocksDB or ForSt says of itself at its end: to which column family it belongs, how many entries it has.
//!
//! ```text
//! blocks of data, filters, index
//! block of properties        where the block of blocks says
//! block of blocks            where the footer says: "rocksdb.properties" → its place
//! footer                     u8 checksum, place, place, padding to 41 bytes, u32 version, u64 magic       version 1 to 5
//!                            place, place, padding to 40 bytes, u64 magic                                 before that
//!
//! place:  varint offset, varint size (without the trailer of five bytes)
//! block:  entries, u32 × n restarts, u32 n
//! entry:  varint shared bytes of the key before, varint other bytes, varint bytes of value, key, value
//! ```
//!
//! Numbers are little-endian. Both blocks are never compressed (`BlockBasedTableBuilder::WritePropertiesBlock`,
//! `WriteRawBlock(..., kNoCompression)`). Flink gives each state a column family with its name (`RocksDBOperationUtils.createColumnFamilyDescriptor`).
//!
//! Source: RocksDB `table/format.cc`, `table/block_based/block_builder.cc`, `table/meta_blocks.cc`.

use super::{Error, ErrorKind};

/// `kBlockBasedTableMagicNumber`.
const MAGIC: u64 = 0x88e2_41b7_85f4_cff7;
/// `kLegacyBlockBasedTableMagicNumber`.
const LEGACY_MAGIC: u64 = 0xdb47_7524_8b80_fb57;
/// Footers with a version, and without.
const FOOTER: usize = 53;
const LEGACY_FOOTER: usize = 48;
/// Versions of which the footer has this layout.
const VERSIONS: std::ops::RangeInclusive<u32> = 1..=5;
const PROPERTIES: [&[u8]; 2] = [b"rocksdb.properties", b"rocksdb.stats"];

/// Bytes from the end that nearly always hold everything.
pub const TAIL: u64 = 4096;

/// What a table says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableProperties {
    /// Name of the column family, which is the state's; absent in tables of old releases.
    pub column_family: Option<String>,
    /// Entries, deletions among them.
    pub entries: Option<u64>,
    /// Entries that say that something was deleted.
    pub deletions: Option<u64>,
    /// Bytes of all keys before compression.
    pub raw_key_bytes: Option<u64>,
    /// Bytes of all values before compression.
    pub raw_value_bytes: Option<u64>,
}

/// What came of the end of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tail {
    /// The properties.
    Properties(TableProperties),
    /// They begin further to the front: so many bytes into the table.
    BeginsAt(u64),
}

/// Decodes the properties of a table with so many bytes from the last of these.
pub fn decode_tail(tail: &[u8], length: u64) -> Result<Tail, Error> {
    let start = length.checked_sub(tail.len() as u64).ok_or_else(|| wrong(0, "the table is shorter than its end"))?;
    let blocks = footer(tail)?;
    let Some(bytes) = part(tail, start, blocks, length)? else { return Ok(Tail::BeginsAt(blocks.0)) };
    let mut place = None;
    entries(bytes, &mut |key, value| {
        if PROPERTIES.contains(&key) {
            place = handle(&mut &*value);
        }
    })?;
    let place = place.ok_or_else(|| wrong(tail.len(), "a table without properties"))?;
    let Some(bytes) = part(tail, start, place, length)? else { return Ok(Tail::BeginsAt(place.0)) };
    let mut properties = TableProperties::default();
    entries(bytes, &mut |key, value| {
        let number = || varint(&mut &*value);
        match key {
            b"rocksdb.column.family.name" => {
                properties.column_family = Some(String::from_utf8_lossy(value).into_owned());
            }
            b"rocksdb.num.entries" => properties.entries = number(),
            b"rocksdb.deleted.keys" => properties.deletions = number(),
            b"rocksdb.raw.key.size" => properties.raw_key_bytes = number(),
            b"rocksdb.raw.value.size" => properties.raw_value_bytes = number(),
            _ => {}
        }
    })?;
    Ok(Tail::Properties(properties))
}

/// The place of the block of blocks.
fn footer(tail: &[u8]) -> Result<(u64, u64), Error> {
    let magic = tail.last_chunk().map(|magic| u64::from_le_bytes(*magic));
    let from_end = |bytes: usize| tail.len().checked_sub(bytes).and_then(|start| tail.get(start..));
    let mut places = match magic {
        Some(MAGIC) => {
            let footer = from_end(FOOTER).ok_or_else(|| wrong(0, "a table without a whole footer"))?;
            let version =
                footer.get(41..45).and_then(|version| version.first_chunk()).copied().map_or(0, u32::from_le_bytes);
            if !VERSIONS.contains(&version) {
                return Err(Error::new(
                    tail.len(),
                    ErrorKind::Unsupported("a table of RocksDB with another version of its footer than 1 to 5"),
                ));
            }
            footer.get(1..).unwrap_or_default()
        }
        Some(LEGACY_MAGIC) => from_end(LEGACY_FOOTER).ok_or_else(|| wrong(0, "a table without a whole footer"))?,
        _ => return Err(wrong(tail.len(), "the end is that of no table of RocksDB")),
    };
    handle(&mut places).ok_or_else(|| wrong(tail.len(), "a footer without the place of the block of blocks"))
}

/// The bytes of a block; `None` when it begins in front of the tail.
fn part(tail: &[u8], start: u64, (offset, size): (u64, u64), length: u64) -> Result<Option<&[u8]>, Error> {
    let end = offset.checked_add(size).filter(|end| *end <= length);
    let end = end.ok_or_else(|| wrong(tail.len(), "a block that ends behind its table"))?;
    let position = |place: u64| place.checked_sub(start).and_then(|place| usize::try_from(place).ok());
    Ok(position(offset).zip(position(end)).and_then(|(from, until)| tail.get(from..until)))
}

fn entries<'b>(block: &'b [u8], show: &mut dyn FnMut(&[u8], &'b [u8])) -> Result<(), Error> {
    let damaged = || wrong(0, "a block of properties that is damaged");
    let (rest, restarts) = block.split_last_chunk::<4>().ok_or_else(damaged)?;
    let restarts = usize::try_from(u32::from_le_bytes(*restarts)).ok().and_then(|count| count.checked_mul(4));
    let end = restarts.and_then(|bytes| rest.len().checked_sub(bytes)).ok_or_else(damaged)?;
    let mut rest = rest.get(..end).unwrap_or_default();
    let mut key: Vec<u8> = Vec::new();
    while !rest.is_empty() {
        let mut length = || varint(&mut rest).and_then(|length| usize::try_from(length).ok());
        let (Some(shared), Some(other), Some(value)) = (length(), length(), length()) else { return Err(damaged()) };
        if shared > key.len() {
            return Err(damaged());
        }
        key.truncate(shared);
        let (own, behind) = rest.split_at_checked(other).ok_or_else(damaged)?;
        key.extend_from_slice(own);
        let (value, behind) = behind.split_at_checked(value).ok_or_else(damaged)?;
        show(&key, value);
        rest = behind;
    }
    Ok(())
}

fn handle(bytes: &mut &[u8]) -> Option<(u64, u64)> {
    Some((varint(bytes)?, varint(bytes)?))
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn wrong(offset: usize, what: &'static str) -> Error {
    Error::new(offset, ErrorKind::Contradiction(what))
}
