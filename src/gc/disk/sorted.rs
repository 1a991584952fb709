//! Records in the order of their bytes: sorted in memory piece by piece, and the pieces merged as they are read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufReader, BufWriter};
use std::sync::Arc;

use super::sequence::{At, end};
use super::{read_record, write_record};

/// Bytes that are sorted in memory at a time, the places of the records among them included.
const PIECE: usize = 48 << 20;

/// Pieces that are merged at a time; more than these are merged into one first.
const FAN_IN: usize = 64;

/// Bytes that are read of a piece at once.
const BUFFER: usize = 64 << 10;

/// Takes records in any order.
pub(in crate::gc) struct Sorter {
    bytes: Vec<u8>,
    /// Start and length of each record in `bytes`.
    records: Vec<(u32, u32)>,
    pieces: Vec<Piece>,
    piece_bytes: usize,
}

/// Records in order, on disk or in memory.
pub(in crate::gc) struct Sorted {
    bytes: Vec<u8>,
    records: Vec<(u32, u32)>,
    pieces: Vec<Piece>,
}

/// One sorted piece, in a file of its own.
struct Piece {
    file: Arc<File>,
}

/// Gives records in order.
pub(in crate::gc) struct Merge<'a> {
    heads: BinaryHeap<Reverse<Head>>,
    sources: Vec<Source<'a>>,
    current: Vec<u8>,
}

type Head = (Vec<u8>, usize);

enum Source<'a> {
    Memory { bytes: &'a [u8], records: std::slice::Iter<'a, (u32, u32)> },
    File(BufReader<At>),
}

impl Sorter {
    pub(in crate::gc) fn new() -> Self {
        Self::with_pieces_of(PIECE)
    }

    fn with_pieces_of(piece_bytes: usize) -> Self {
        Self { bytes: Vec::new(), records: Vec::new(), pieces: Vec::new(), piece_bytes }
    }

    pub(in crate::gc) fn push(&mut self, record: &[u8]) -> io::Result<()> {
        let is_full = self.bytes.len() + record.len() + self.records.len() * 8 > self.piece_bytes;
        if is_full && !self.records.is_empty() {
            self.write_piece()?;
        }
        let too_long = || io::Error::new(io::ErrorKind::InvalidInput, "a record is too long");
        let start = u32::try_from(self.bytes.len()).map_err(|_| too_long())?;
        let length = u32::try_from(record.len()).map_err(|_| too_long())?;
        self.bytes.extend_from_slice(record);
        self.records.push((start, length));
        Ok(())
    }

    pub(in crate::gc) fn finish(mut self) -> io::Result<Sorted> {
        if self.pieces.is_empty() {
            sort(&self.bytes, &mut self.records);
            return Ok(Sorted { bytes: self.bytes, records: self.records, pieces: Vec::new() });
        }
        if !self.records.is_empty() {
            self.write_piece()?;
        }
        let mut pieces = self.pieces;
        while pieces.len() > FAN_IN {
            let rest = pieces.split_off(FAN_IN);
            let merged = Sorted { bytes: Vec::new(), records: Vec::new(), pieces };
            let mut writer = BufWriter::with_capacity(BUFFER, tempfile::tempfile()?);
            let mut records = merged.read()?;
            while let Some(record) = records.next()? {
                write_record(&mut writer, record)?;
            }
            // What is merged comes last, so that all pieces grow alike.
            pieces = rest;
            pieces.push(Piece::of(writer)?);
        }
        Ok(Sorted { bytes: Vec::new(), records: Vec::new(), pieces })
    }

    fn write_piece(&mut self) -> io::Result<()> {
        sort(&self.bytes, &mut self.records);
        let mut writer = BufWriter::with_capacity(BUFFER, tempfile::tempfile()?);
        for record in &self.records {
            write_record(&mut writer, slice(&self.bytes, *record))?;
        }
        self.pieces.push(Piece::of(writer)?);
        self.bytes.clear();
        self.records.clear();
        Ok(())
    }
}

impl Piece {
    fn of(writer: BufWriter<File>) -> io::Result<Self> {
        let mut file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        end(&mut file)?;
        Ok(Self { file: Arc::new(file) })
    }
}

impl Sorted {
    /// From the smallest record on; several may read at a time.
    pub(in crate::gc) fn read(&self) -> io::Result<Merge<'_>> {
        let mut sources = vec![Source::Memory { bytes: &self.bytes, records: self.records.iter() }];
        sources.extend(self.pieces.iter().map(|piece| {
            let start = At { file: Arc::clone(&piece.file), position: 0 };
            Source::File(BufReader::with_capacity(BUFFER, start))
        }));
        let mut heads = BinaryHeap::with_capacity(sources.len());
        for (number, source) in sources.iter_mut().enumerate() {
            let mut record = Vec::new();
            if source.next(&mut record)? {
                heads.push(Reverse((record, number)));
            }
        }
        Ok(Merge { heads, sources, current: Vec::new() })
    }
}

impl Merge<'_> {
    /// The next record, `None` at the end.
    pub(in crate::gc) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        let Some(mut head) = self.heads.peek_mut() else { return Ok(None) };
        let (record, number) = &mut head.0;
        std::mem::swap(record, &mut self.current);
        let more = match self.sources.get_mut(*number) {
            Some(source) => source.next(record)?,
            None => false,
        };
        if !more {
            PeekMut::pop(head);
        }
        Ok(Some(&self.current))
    }
}

impl Source<'_> {
    fn next(&mut self, record: &mut Vec<u8>) -> io::Result<bool> {
        match self {
            Self::File(source) => read_record(source, record),
            Self::Memory { bytes, records } => {
                let Some(next) = records.next() else { return Ok(false) };
                record.clear();
                record.extend_from_slice(slice(bytes, *next));
                Ok(true)
            }
        }
    }
}

fn sort(bytes: &[u8], records: &mut [(u32, u32)]) {
    records.sort_unstable_by(|one, other| slice(bytes, *one).cmp(slice(bytes, *other)));
}

fn slice(bytes: &[u8], (start, length): (u32, u32)) -> &[u8] {
    bytes.get(start as usize..start as usize + length as usize).unwrap_or(&[])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(sorted: &Sorted) -> Vec<Vec<u8>> {
        let mut records = sorted.read().expect("readable");
        let mut all = Vec::new();
        while let Some(record) = records.next().expect("readable") {
            all.push(record.to_vec());
        }
        all
    }

    #[test]
    fn records_come_in_order_whether_they_fit_into_memory_or_into_more_pieces_than_are_merged_at_once() {
        for piece in [PIECE, 1024, 40] {
            let mut sorter = Sorter::with_pieces_of(piece);
            let mut expected: Vec<Vec<u8>> = (0..2000_u32).map(|n| (n * 7919 % 2003).to_be_bytes().to_vec()).collect();
            expected.push(Vec::new());
            expected.push(b"twice".to_vec());
            expected.push(b"twice".to_vec());
            for record in &expected {
                sorter.push(record).expect("room");
            }
            expected.sort();
            assert_eq!(all(&sorter.finish().expect("room")), expected, "pieces of {piece}");
        }
    }
}
