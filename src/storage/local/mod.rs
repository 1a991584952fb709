//! The local file system.

mod writing;

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::mem;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::{
    Description, Entry, EntryKind, Error, ErrorKind, FileFacts, Operation, ReadRange, Requests, Show, Storage,
};
use crate::uri::StorageUri;

/// Entries that are handed over at once.
const PAGE: usize = 1000;

/// Pages that may wait for a reader that is slower than the disk.
const PAGES_AHEAD: usize = 2;

/// Directories and files that are looked at side by side: disks answer fast, and network file systems like company.
const REQUESTS_AT_A_TIME: usize = 32;

/// Files of this machine.
#[derive(Debug, Clone, Default)]
pub struct LocalStorage {
    requests: Arc<Requests>,
}

impl LocalStorage {
    /// Counts its requests among the given ones.
    #[must_use]
    pub fn new(requests: Arc<Requests>) -> Self {
        Self { requests }
    }
}

#[async_trait]
impl Storage for LocalStorage {
    async fn read_range(&self, file: &StorageUri, range: Range<u64>) -> Result<ReadRange, Error> {
        self.requests.count(Operation::Read);
        let read = blocking("read", file, move |file| read_range(file, range)).await?;
        self.requests.count_bytes(read.bytes.len());
        Ok(read)
    }

    async fn list(&self, directory: &StorageUri, show: Show<'_, Entry>) -> Result<(), Error> {
        self.requests.count(Operation::List);
        let (send, mut receive) = mpsc::channel(PAGES_AHEAD);
        let listing = blocking("list", directory, move |directory| list(directory, &send));
        let showing = async {
            while let Some(page) = receive.recv().await {
                show(page);
            }
        };
        futures::join!(listing, showing).0
    }

    async fn stat(&self, file: &StorageUri) -> Result<FileFacts, Error> {
        self.requests.count(Operation::Stat);
        blocking("look at", file, |file| {
            let metadata = fs::metadata(file.path()).map_err(|error| Error::from_io("look at", file, error))?;
            if metadata.is_dir() {
                return Err(Error::new("look at", file, ErrorKind::IsDirectory));
            }
            Ok(facts(&metadata))
        })
        .await
    }

    fn requests_at_a_time(&self) -> usize {
        REQUESTS_AT_A_TIME
    }

    async fn describe(&self) -> Description {
        Description::default().with_default("store", "the file system of this machine")
    }
}

/// Does work that waits for the disk where nothing else waits for it.
async fn blocking<T: Send + 'static>(
    operation: &'static str,
    place: &StorageUri,
    work: impl FnOnce(&StorageUri) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let of_worker = place.clone();
    let done = tokio::task::spawn_blocking(move || work(&of_worker)).await;
    done.unwrap_or_else(|stopped| Err(Error::from_io(operation, place, io::Error::other(stopped))))
}

fn facts(metadata: &fs::Metadata) -> FileFacts {
    FileFacts { length: metadata.len(), modified_at: metadata.modified().ok().map(Into::into) }
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
    let kind = if metadata.is_symlink() {
        EntryKind::Link
    } else if metadata.is_dir() {
        EntryKind::Directory { modified_at: metadata.modified().ok().map(Into::into) }
    } else if metadata.is_file() {
        EntryKind::File(facts(&metadata))
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
    Ok(ReadRange { bytes, file_length, modified_at: metadata.modified().ok().map(Into::into), tag: None })
}
