//! A store under test, and the eyes to look at it with.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, LazyLock};

use keepoint::storage::{DeletingStorage, Doomed, Entry, EntryKind, Error, ErrorKind, ReadRange, Storage};
use keepoint::uri::StorageUri;
use tokio::runtime::Runtime;

/// A store that a law is held against. Files are put there past keepoint, by other means.
pub(crate) trait Subject {
    /// A directory in which nothing is yet and which belongs to the law alone.
    fn root(&self) -> StorageUri;

    /// The store.
    fn storage(&self) -> Arc<dyn DeletingStorage>;

    /// Puts files below the root, under exactly these names, and whatever directories they need.
    fn put(&self, files: &[(String, Vec<u8>)]);

    /// Puts an empty directory below the root; in stores that have none, its marker.
    fn put_directory(&self, name: &str);

    /// Removes a file below the root.
    fn remove(&self, name: &str);

    /// Whether the store can keep a file under such a name at all.
    fn keeps(&self, name: &str) -> bool;

    /// Whether directories are things of their own, and not just what keys have in common.
    fn has_directories(&self) -> bool;
}

/// What there is on local disks and in HDFS: names between slashes, of 255 bytes at the most, `.` and `..` not among them.
pub(crate) fn is_path(name: &str) -> bool {
    name.split('/')
        .all(|segment| !matches!(segment, "" | "." | "..") && segment.len() <= 255 && !segment.contains('\0'))
}

/// Waits for a store.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
    });
    RUNTIME.block_on(work)
}

/// What is seen of a store through keepoint.
pub(crate) trait Look: Subject {
    /// A place below the root.
    fn place(&self, name: &str) -> StorageUri {
        self.root().child(name)
    }

    /// Puts files whose content is their name.
    fn put_named<S: ToString>(&self, names: impl IntoIterator<Item = S>) {
        let files = names.into_iter().map(|name| (name.to_string(), name.to_string().into_bytes()));
        self.put(&files.collect::<Vec<_>>());
    }

    fn put_one(&self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.put(&[(name.to_owned(), bytes.into())]);
    }

    fn list(&self, name: &str) -> Result<Vec<Entry>, Error> {
        list(&*self.storage(), &self.place(name))
    }

    fn list_root(&self) -> Result<Vec<Entry>, Error> {
        list(&*self.storage(), &self.root())
    }

    fn below(&self, name: &str) -> Result<Vec<Entry>, Error> {
        below(&*self.storage(), &self.place(name))
    }

    fn below_root(&self) -> Result<Vec<Entry>, Error> {
        below(&*self.storage(), &self.root())
    }

    fn read(&self, name: &str) -> Result<ReadRange, Error> {
        self.range(name, 0, 1 << 20)
    }

    fn range(&self, name: &str, start: u64, end: u64) -> Result<ReadRange, Error> {
        wait(self.storage().read_range(&self.place(name), start..end))
    }

    fn delete<S: AsRef<str>>(&self, names: &[S]) -> Vec<Result<(), Error>> {
        let doomed: Vec<Doomed> = names.iter().map(|name| Doomed::new(self.place(name.as_ref()))).collect();
        wait(self.storage().delete(&doomed))
    }

    /// The files below the root, found directory by directory.
    fn walk(&self) -> BTreeMap<String, u64> {
        let storage = self.storage();
        let (mut found, mut waiting) = (BTreeMap::new(), vec![None::<String>]);
        while let Some(directory) = waiting.pop() {
            let place = directory.as_ref().map_or_else(|| self.root(), |name| self.place(name));
            for Entry { name, kind } in list(&*storage, &place).expect("a directory that was listed can be listed") {
                let name = directory.as_ref().map_or_else(|| name.clone(), |directory| format!("{directory}/{name}"));
                match kind {
                    EntryKind::Directory { .. } => waiting.push(Some(name)),
                    EntryKind::File(facts) => {
                        assert_eq!(found.insert(name.clone(), facts.length), None, "{name:?} is listed twice");
                    }
                    other => panic!("{name:?} is {other:?}"),
                }
            }
        }
        found
    }
}

impl<S: Subject + ?Sized> Look for S {}

/// All pages of a listing.
pub(crate) fn list(storage: &dyn Storage, directory: &StorageUri) -> Result<Vec<Entry>, Error> {
    let mut all = Vec::new();
    wait(storage.list(directory, &mut |page| all.extend(page)))?;
    Ok(all)
}

/// All pages of what is below; of what could not be listed the first error.
pub(crate) fn below(storage: &dyn Storage, directory: &StorageUri) -> Result<Vec<Entry>, Error> {
    let mut all = Vec::new();
    let mut errors = wait(storage.list_below(directory, &mut |page| all.extend(page)));
    if errors.is_empty() { Ok(all) } else { Err(errors.swap_remove(0)) }
}

/// The files of a listing with their lengths. Each must be there once.
pub(crate) fn files(entries: Vec<Entry>) -> BTreeMap<String, u64> {
    let mut files = BTreeMap::new();
    for Entry { name, kind } in entries {
        if let EntryKind::File(facts) = kind {
            assert_eq!(files.insert(name.clone(), facts.length), None, "{name:?} is listed twice");
        }
    }
    files
}

/// The names of the directories of a listing, in order. Each must be there once.
pub(crate) fn directories(entries: &[Entry]) -> Vec<&str> {
    let directories = entries.iter().filter(|entry| matches!(entry.kind, EntryKind::Directory { .. }));
    let mut names: Vec<&str> = directories.map(|entry| entry.name.as_str()).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "a directory is listed twice: {names:?}");
    names
}

/// Names with their lengths, where the content is the name.
pub(crate) fn named<S: ToString>(names: impl IntoIterator<Item = S>) -> BTreeMap<String, u64> {
    names.into_iter().map(|name| (name.to_string(), name.to_string().len() as u64)).collect()
}

/// The kind of the error that something must have ended with.
#[track_caller]
pub(crate) fn kind<T: std::fmt::Debug>(answer: Result<T, Error>) -> ErrorKind {
    answer.expect_err("it must be refused").kind()
}
