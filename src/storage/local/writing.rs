//! Deleting, creating and moving files of this machine.
//!
//! What is created is there as a whole or not at all, and outlasts the machine: journals and copies of metadata have to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use async_trait::async_trait;

use super::{LocalStorage, blocking};
use crate::storage::{DeletingStorage, DirectoryStorage, Doomed, Error, Operation};
use crate::uri::StorageUri;

/// What a file that is being written is called until it is whole.
const UNFINISHED: &str = ".keepoint-unfinished-";

#[async_trait]
impl DeletingStorage for LocalStorage {
    async fn delete(&self, files: &[Doomed]) -> Vec<Result<(), Error>> {
        let mut answers = Vec::with_capacity(files.len());
        for file in files {
            self.requests.count(Operation::Delete);
            answers.push(blocking("delete", &file.place, delete).await);
        }
        answers
    }

    async fn remove_empty_directory(&self, directory: &StorageUri) -> Result<(), Error> {
        self.requests.count(Operation::Delete);
        blocking("remove", directory, |directory| {
            fs::remove_dir(directory.path()).map_err(|error| Error::from_io("remove", directory, error))
        })
        .await
    }

    async fn create(&self, file: &StorageUri, bytes: Vec<u8>) -> Result<(), Error> {
        self.requests.count(Operation::Write);
        blocking("create", file, move |file| {
            create(Path::new(file.path()), &bytes).map_err(|error| Error::from_io("create", file, error))
        })
        .await
    }

    fn deletes_at_a_time(&self) -> usize {
        1
    }

    fn directories(&self) -> Option<&dyn DirectoryStorage> {
        Some(self)
    }
}

#[async_trait]
impl DirectoryStorage for LocalStorage {
    async fn make_directories(&self, directory: &StorageUri) -> Result<(), Error> {
        self.requests.count(Operation::Write);
        blocking("create", directory, |directory| {
            fs::create_dir_all(directory.path()).map_err(|error| Error::from_io("create", directory, error))
        })
        .await
    }

    async fn rename(&self, from: &StorageUri, to: &StorageUri) -> Result<(), Error> {
        self.requests.count(Operation::Write);
        let to = to.clone();
        blocking("move", from, move |from| {
            rename(Path::new(from.path()), Path::new(to.path())).map_err(|error| Error::from_io("move", from, error))
        })
        .await
    }

    fn appends(&self) -> bool {
        true
    }

    async fn append(&self, file: &StorageUri, bytes: Vec<u8>) -> Result<(), Error> {
        self.requests.count(Operation::Write);
        blocking("append to", file, move |file| {
            append(Path::new(file.path()), &bytes).map_err(|error| Error::from_io("append to", file, error))
        })
        .await
    }
}

/// A link is deleted itself, and not what it leads to; a directory is refused.
fn delete(place: &StorageUri) -> Result<(), Error> {
    match fs::remove_file(place.path()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done.map_err(|error| Error::from_io("delete", place, error)),
    }
}

fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut unfinished = builder.tempfile_in(directory)?;
    unfinished.write_all(bytes)?;
    unfinished.as_file().sync_all()?;
    unfinished.persist_noclobber(path).map_err(|error| error.error)?;
    sync_directory(directory)
}

/// A link refuses to take the place of a file, which renaming does not.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        // Half of a move, which came to no end.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_same_file(from, to) => {}
        linked => linked?,
    }
    fs::remove_file(from)
}

#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &Path| fs::symlink_metadata(path).ok().map(|facts| (facts.dev(), facts.ino()));
    identity(one).is_some() && identity(one) == identity(other)
}

#[cfg(not(unix))]
fn is_same_file(_: &Path, _: &Path) -> bool {
    false
}

fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let is_new = !path.exists();
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_data()?;
    if is_new { sync_directory(path.parent().unwrap_or(path)) } else { Ok(()) }
}

/// A name outlasts the machine when its directory was written.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}
