//! Records of one length in the order of their bytes, found by how they begin.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use super::Merge;
use super::sequence::read_at;

/// Bytes of the part of a record that it is found by.
const KEY: usize = 16;

/// Bytes that are kept in memory; a larger table is on disk.
const IN_MEMORY: usize = 32 << 20;

/// Records between two that are kept in memory of a table on disk.
const BLOCK: usize = 128;

/// What a record is found by.
pub(in crate::gc) type Key = [u8; KEY];

/// Records of `N` bytes.
pub(in crate::gc) struct Table<const N: usize> {
    records: u64,
    place: Place,
}

enum Place {
    Memory(Vec<u8>),
    Disk {
        file: Arc<File>,
        /// The key of the first record of each block.
        firsts: Vec<Key>,
    },
}

/// Looks things up, and remembers the block it read last: what is asked for in order is read once.
pub(in crate::gc) struct Lookup<'a, const N: usize> {
    table: &'a Table<N>,
    block: Option<usize>,
    bytes: Vec<u8>,
}

impl<const N: usize> Table<N> {
    /// Takes all records of a merge; those that are alike count once.
    pub(in crate::gc) fn of(records: &mut Merge<'_>) -> io::Result<Self> {
        Self::with_memory_of(records, IN_MEMORY)
    }

    fn with_memory_of(records: &mut Merge<'_>, in_memory: usize) -> io::Result<Self> {
        let mut memory: Vec<u8> = Vec::new();
        let mut last = [0; N];
        let mut count: u64 = 0;
        let mut disk: Option<(BufWriter<File>, Vec<Key>)> = None;
        while let Some(record) = records.next()? {
            let record: [u8; N] = record.try_into().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
            if count > 0 && record == last {
                continue;
            }
            last = record;
            if disk.is_none() && memory.len() + N > in_memory {
                let mut writer = BufWriter::with_capacity(1 << 20, tempfile::tempfile()?);
                writer.write_all(&memory)?;
                disk = Some((writer, memory.chunks(N * BLOCK).filter_map(key_of).collect()));
                memory = Vec::new();
            }
            match &mut disk {
                None => memory.extend_from_slice(&record),
                Some((writer, firsts)) => {
                    if count.is_multiple_of(BLOCK as u64) {
                        firsts.extend(key_of(&record));
                    }
                    writer.write_all(&record)?;
                }
            }
            count += 1;
        }
        let place = match disk {
            None => Place::Memory(memory),
            Some((writer, firsts)) => {
                let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
                Place::Disk { file: Arc::new(file), firsts }
            }
        };
        Ok(Self { records: count, place })
    }

    pub(in crate::gc) fn len(&self) -> u64 {
        self.records
    }

    pub(in crate::gc) fn lookup(&self) -> Lookup<'_, N> {
        Lookup { table: self, block: None, bytes: Vec::new() }
    }

    fn block(&self, block: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
        let Place::Disk { file, .. } = &self.place else { return Ok(()) };
        let first = (block * BLOCK) as u64;
        let records = self.records.saturating_sub(first).min(BLOCK as u64);
        bytes.clear();
        bytes.resize(usize::try_from(records).unwrap_or(0) * N, 0);
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match read_at(file, rest, first * N as u64 + filled as u64)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => filled += read,
            }
        }
        Ok(())
    }
}

impl<const N: usize> Lookup<'_, N> {
    /// Shows each record that begins with a key, with its number among all.
    pub(in crate::gc) fn find(&mut self, key: &Key, mut show: impl FnMut(u64, &[u8; N])) -> io::Result<()> {
        let firsts = match &self.table.place {
            Place::Memory(bytes) => {
                show_from(bytes, 0, key, &mut show);
                return Ok(());
            }
            Place::Disk { firsts, .. } => firsts,
        };
        // Records of one key may begin in the block before the first that starts with it.
        let mut block = firsts.partition_point(|first| first < key).saturating_sub(1);
        while firsts.get(block).is_some_and(|first| first <= key) {
            if self.block != Some(block) {
                self.block = None;
                self.table.block(block, &mut self.bytes)?;
                self.block = Some(block);
            }
            show_from(&self.bytes, (block * BLOCK) as u64, key, &mut show);
            block += 1;
        }
        Ok(())
    }

    /// Whether there is a record that begins with a key.
    pub(in crate::gc) fn has(&mut self, key: &Key) -> io::Result<bool> {
        let mut found = false;
        self.find(key, |_, _| found = true)?;
        Ok(found)
    }

    /// Shows every record in order.
    pub(in crate::gc) fn each(&mut self, mut show: impl FnMut(u64, &[u8; N])) -> io::Result<()> {
        let blocks = match &self.table.place {
            Place::Memory(bytes) => {
                (0..).zip(bytes.as_chunks::<N>().0).for_each(|(number, record)| show(number, record));
                return Ok(());
            }
            Place::Disk { firsts, .. } => firsts.len(),
        };
        for block in 0..blocks {
            self.block = None;
            self.table.block(block, &mut self.bytes)?;
            let records = self.bytes.as_chunks::<N>().0;
            (block as u64 * BLOCK as u64..).zip(records).for_each(|(number, record)| show(number, record));
        }
        Ok(())
    }
}

fn show_from<const N: usize>(bytes: &[u8], first: u64, key: &Key, show: &mut impl FnMut(u64, &[u8; N])) {
    let records = bytes.as_chunks::<N>().0;
    let start = records.partition_point(|record| record.get(..KEY).is_some_and(|start| start < key.as_slice()));
    for (position, record) in records.iter().enumerate().skip(start) {
        if record.get(..KEY) != Some(key.as_slice()) {
            break;
        }
        show(first + position as u64, record);
    }
}

fn key_of(record: &[u8]) -> Option<Key> {
    record.get(..KEY)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gc::disk::Sorter;

    fn record(key: u64, value: u8) -> [u8; 20] {
        let mut record = [0; 20];
        record[8..16].copy_from_slice(&key.to_be_bytes());
        record[19] = value;
        record
    }

    #[test]
    fn every_record_of_a_key_is_found_in_memory_and_on_disk_and_no_other() {
        for in_memory in [IN_MEMORY, 400] {
            let mut input = Sorter::new();
            for key in 0..1000_u64 {
                for value in 0..u8::try_from(key % 4).expect("small") {
                    input.push(&record(key * 2, value)).expect("room");
                }
            }
            // One key in many blocks, and a record twice.
            (0..=250).for_each(|value| input.push(&record(777, value)).expect("room"));
            input.push(&record(777, 3)).expect("room");
            let sorted = input.finish().expect("room");
            let table = Table::<20>::with_memory_of(&mut sorted.read().expect("readable"), in_memory).expect("room");
            assert_eq!(table.len(), 1500 + 251);
            let mut lookup = table.lookup();
            let mut all = Vec::new();
            lookup.each(|number, record| all.push((number, *record))).expect("readable");
            assert!(all.windows(2).all(|pair| pair[0].1 < pair[1].1 && pair[0].0 + 1 == pair[1].0));
            for key in 0..2001_u64 {
                let mut found = Vec::new();
                let wanted: Key = record(key, 0)[..16].try_into().expect("16 bytes");
                lookup.find(&wanted, |number, record| found.push((number, *record))).expect("readable");
                let expected: Vec<_> = all.iter().copied().filter(|(_, record)| record[..16] == wanted).collect();
                assert_eq!(found, expected, "key {key}");
            }
        }
    }
}
