//! The local file system.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::mem;
use std::ops::Range;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::{Entry, EntryKind, Error, ErrorKind, ReadRange, Storage};
use crate::uri::StorageUri;

/// Entries that are handed over at once.
const PAGE: usize = 1000;

/// Pages that may wait for a reader that is slower than the disk.
const PAGES_AHEAD: usize = 2;

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

    async fn list(&self, directory: &StorageUri, show: &mut (dyn FnMut(Vec<Entry>) + Send)) -> Result<(), Error> {
        let place = directory.clone();
        let (send, mut receive) = mpsc::channel(PAGES_AHEAD);
        let listing = tokio::task::spawn_blocking(move || list(&place, &send));
        while let Some(page) = receive.recv().await {
            show(page);
        }
        let listed = listing.await;
        listed.unwrap_or_else(|stopped| Err(Error::from_io("list", directory, io::Error::other(stopped))))
    }
}

/// Sends the entries page by page; a receiver that has gone ends the listing.
fn list(place: &StorageUri, pages: &mpsc::Sender<Vec<Entry>>) -> Result<(), Error> {
    let failed = |error| Error::from_io("list", place, error);
    let mut page = Vec::new();
    for entry in fs::read_dir(place.path()).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        match described(&entry) {
            Ok(entry) => page.push(entry),
            // Deleted since its name was read: then it is not there.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        if page.len() == PAGE && pages.blocking_send(mem::take(&mut page)).is_err() {
            return Ok(());
        }
    }
    // Whether anybody still listens makes no difference to the last page.
    let _ = pages.blocking_send(page);
    Ok(())
}

fn described(entry: &fs::DirEntry) -> io::Result<Entry> {
    let name = entry.file_name();
    let Some(name) = name.to_str() else {
        return Ok(Entry { name: name.to_string_lossy().into_owned(), kind: EntryKind::NotUtf8 });
    };
    let metadata = entry.metadata()?;
    let modified_at = metadata.modified().ok().map(Into::into);
    let kind = if metadata.is_symlink() {
        EntryKind::Link
    } else if metadata.is_dir() {
        EntryKind::Directory { modified_at }
    } else if metadata.is_file() {
        EntryKind::File { length: metadata.len(), modified_at }
    } else {
        EntryKind::Special
    };
    Ok(Entry { name: name.to_owned(), kind })
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
