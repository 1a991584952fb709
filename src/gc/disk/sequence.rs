//! Records in the order in which they came, read as often as wanted.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::sync::Arc;

use super::{read_record, write_record};

/// Bytes that are written or read at once.
const BUFFER: usize = 1 << 20;

/// Takes records.
pub(in crate::gc) struct SequenceWriter {
    out: BufWriter<File>,
    records: u64,
}

/// Records that were taken.
pub(in crate::gc) struct Sequence {
    file: Arc<File>,
    records: u64,
}

/// Gives records.
pub(in crate::gc) struct SequenceReader {
    source: BufReader<At>,
    record: Vec<u8>,
}

impl SequenceWriter {
    pub(in crate::gc) fn new() -> io::Result<Self> {
        Ok(Self { out: BufWriter::with_capacity(BUFFER, tempfile::tempfile()?), records: 0 })
    }

    pub(in crate::gc) fn push(&mut self, record: &[u8]) -> io::Result<()> {
        self.records += 1;
        write_record(&mut self.out, record)
    }

    pub(in crate::gc) fn finish(self) -> io::Result<Sequence> {
        let mut file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.flush()?;
        Ok(Sequence { file: Arc::new(file), records: self.records })
    }
}

impl Sequence {
    pub(in crate::gc) fn len(&self) -> u64 {
        self.records
    }

    /// From the first record on; several may read at a time.
    pub(in crate::gc) fn read(&self) -> SequenceReader {
        let start = At { file: Arc::clone(&self.file), position: 0 };
        SequenceReader { source: BufReader::with_capacity(BUFFER, start), record: Vec::new() }
    }
}

impl SequenceReader {
    /// The next record, `None` at the end.
    pub(in crate::gc) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        Ok(read_record(&mut self.source, &mut self.record)?.then_some(self.record.as_slice()))
    }
}

/// A file that is read from a position of its own.
pub(super) struct At {
    pub(super) file: Arc<File>,
    pub(super) position: u64,
}

impl io::Read for At {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = read_at(&self.file, buffer, self.position)?;
        self.position += bytes as u64;
        Ok(bytes)
    }
}

#[cfg(unix)]
pub(super) fn read_at(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, position)
}

#[cfg(windows)]
pub(super) fn read_at(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, position)
}

/// Where a file ends.
pub(super) fn end(file: &mut File) -> io::Result<u64> {
    file.seek(SeekFrom::End(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_in_their_order_as_often_as_they_are_read() {
        let mut writer = SequenceWriter::new().expect("a temporary file");
        let records: [&[u8]; 3] = [b"b", b"", b"a"];
        for record in records {
            writer.push(record).expect("room");
        }
        let sequence = writer.finish().expect("room");
        assert_eq!(sequence.len(), 3);
        for _ in 0..2 {
            let mut reader = sequence.read();
            for record in records {
                assert_eq!(reader.next().expect("readable"), Some(record));
            }
            assert_eq!(reader.next().expect("readable"), None);
        }
    }
}
