//! The local file system.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use async_trait::async_trait;

use super::{Error, ErrorKind, ReadRange, Storage};
use crate::uri::StorageUri;

/// Files of this machine.
#[derive(Debug, Clone, Copy)]
pub struct LocalStorage;

#[async_trait]
impl Storage for LocalStorage {
    async fn read_range(&self, file: &StorageUri, range: Range<u64>) -> Result<ReadRange, Error> {
        let file = file.clone();
        let place = file.clone();
        let read = tokio::task::spawn_blocking(move || read_range(&file, range)).await;
        read.unwrap_or_else(|stopped| Err(Error::from_io("read", &place, io::Error::other(stopped))))
    }
}

fn read_range(place: &StorageUri, range: Range<u64>) -> Result<ReadRange, Error> {
    let failed = |error| Error::from_io("read", place, error);
    let mut file = File::open(place.path()).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(Error::new("read", place, ErrorKind::IsDirectory));
    }
    if !metadata.is_file() {
        // A pipe or a device has no length to trust, and may never end.
        return Err(failed(io::Error::other("it is neither a file nor a directory")));
    }
    let file_length = metadata.len();
    let wanted = range.end.min(file_length).saturating_sub(range.start);
    let mut bytes = Vec::new();
    let reserved = usize::try_from(wanted).ok().map(|wanted| bytes.try_reserve_exact(wanted));
    if !matches!(reserved, Some(Ok(()))) {
        return Err(failed(io::Error::new(io::ErrorKind::OutOfMemory, format!("no memory for {wanted} bytes"))));
    }
    if range.start > 0 {
        file.seek(SeekFrom::Start(range.start)).map_err(failed)?;
    }
    file.take(wanted).read_to_end(&mut bytes).map_err(failed)?;
    Ok(ReadRange { bytes, file_length, modified_at: metadata.modified().ok().map(Into::into) })
}
