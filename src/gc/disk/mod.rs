//! What does not fit into memory: records in temporary files, which vanish with the process.
//!
//! A root may hold a hundred million objects. What is kept of each goes to a file, in the order in which it came or in order of its
//! bytes; memory is bounded by the constants here, whatever the number.

mod sequence;
mod sorted;
mod table;

pub(super) use sequence::{Sequence, SequenceWriter};
pub(super) use sorted::{Merge, Sorted, Sorter};
pub(super) use table::{Key, Table};

use std::io;

/// A record longer than this is refused: nothing that Flink names is so long.
const LONGEST: usize = 16 << 20;

/// Writes a record with its length in front.
fn write_record(out: &mut dyn io::Write, record: &[u8]) -> io::Result<()> {
    let length = u32::try_from(record.len()).ok().filter(|length| *length as usize <= LONGEST);
    let length = length.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a record is too long"))?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(record)
}

/// Reads a record into `record`; `false` at the end.
fn read_record(source: &mut dyn io::Read, record: &mut Vec<u8>) -> io::Result<bool> {
    let mut length = [0; 4];
    let mut got = 0;
    while got < length.len() {
        let Some(rest) = length.get_mut(got..) else { break };
        match source.read(rest) {
            Ok(0) if got == 0 => return Ok(false),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(bytes) => got += bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a record is too long"));
    }
    record.clear();
    record.resize(length, 0);
    source.read_exact(record)?;
    Ok(true)
}
