//! Objects in memory, with or without versions.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::body::Bytes;
use md5::{Digest, Md5};

use super::errors::ErrorCode;
use super::objects::{Content, Deleted, Entry, Found, Objects, Show, Step, spread};
use super::times;

/// A bucket of objects that a test puts there.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    versioned: bool,
    /// The versions of each key, from the oldest to the newest; never none.
    keys: Mutex<BTreeMap<String, Vec<Version>>>,
}

#[derive(Debug)]
struct Version {
    id: String,
    /// Nothing for a delete marker.
    data: Option<Bytes>,
    modified: i64,
    etag: String,
}

impl Version {
    fn found(&self, versioned: bool) -> Found {
        Found {
            content: self.data.clone().map(Content::Bytes),
            modified: self.modified,
            etag: self.etag.clone(),
            version: versioned.then(|| self.id.clone()),
        }
    }
}

impl<K: Into<String>, D: Into<Bytes>> FromIterator<(K, D)> for Memory {
    fn from_iter<T: IntoIterator<Item = (K, D)>>(objects: T) -> Self {
        let memory = Self::default();
        for (key, data) in objects {
            memory.put_at(&key.into(), data.into(), times::now());
        }
        memory
    }
}

impl Memory {
    /// A bucket that keeps versions.
    pub(crate) fn versioned() -> Self {
        Self { versioned: true, keys: Mutex::default() }
    }

    /// Puts an object there that was written at a time, in milliseconds since 1970.
    pub(crate) fn put_at(&self, key: &str, data: Bytes, modified: i64) {
        let etag = etag(&data);
        self.add(key, Some(data), modified, etag);
    }

    /// The keys of all objects, in order.
    pub(crate) fn keys(&self) -> Vec<String> {
        let live = |versions: &Vec<Version>| versions.last().is_some_and(|version| version.data.is_some());
        self.lock().iter().filter(|(_, versions)| live(versions)).map(|(key, _)| key.clone()).collect()
    }

    fn add(&self, key: &str, data: Option<Bytes>, modified: i64, etag: String) -> Found {
        let mut keys = self.lock();
        let versions = keys.entry(key.to_owned()).or_default();
        if !self.versioned {
            versions.clear();
        }
        let id = self.version_id(key, versions.len());
        let version = Version { id, data, modified, etag };
        let found = version.found(self.versioned);
        versions.push(version);
        found
    }

    /// Opaque, and in no order, as S3's are.
    fn version_id(&self, key: &str, number: usize) -> String {
        if !self.versioned {
            return "null".to_owned();
        }
        let seed = key.bytes().fold(number as u64, |seed, byte| spread(seed ^ u64::from(byte)));
        format!("{:016x}{:016x}", spread(seed), spread(!seed))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Version>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Objects for Memory {
    fn walk(&self, from: &str, show: Show, visit: &mut dyn FnMut(&Entry<'_>) -> Step) {
        let keys = self.lock();
        let mut from = from.to_owned();
        'seek: loop {
            for (key, versions) in keys.range(std::mem::take(&mut from)..) {
                for (age, version) in versions.iter().rev().enumerate() {
                    if show == Show::Objects && (age > 0 || version.data.is_none()) {
                        break;
                    }
                    let entry = Entry {
                        key,
                        version: &version.id,
                        latest: age == 0,
                        delete_marker: version.data.is_none(),
                        size: version.data.as_ref().map_or(0, |data| data.len() as u64),
                        modified: version.modified,
                        etag: &version.etag,
                    };
                    match visit(&entry) {
                        Step::Next => {}
                        Step::SkipTo(key) => {
                            from = key;
                            continue 'seek;
                        }
                        Step::Stop => return,
                    }
                }
            }
            return;
        }
    }

    fn get(&self, key: &str, version: Option<&str>) -> Option<Found> {
        let keys = self.lock();
        let versions = keys.get(key)?;
        let version = match version {
            Some(id) => versions.iter().find(|version| version.id == id)?,
            None => versions.last()?,
        };
        Some(version.found(self.versioned))
    }

    fn put(&self, key: &str, data: Bytes) -> Result<Found, ErrorCode> {
        let etag = etag(&data);
        Ok(self.add(key, Some(data), times::now(), etag))
    }

    fn delete(&self, key: &str, version: Option<&str>) -> Deleted {
        if let Some(id) = version {
            let mut keys = self.lock();
            let versions = keys.entry(key.to_owned()).or_default();
            let removed = versions.iter().position(|version| version.id == id).map(|at| versions.remove(at));
            if versions.is_empty() {
                keys.remove(key);
            }
            let delete_marker = removed.is_some_and(|version| version.data.is_none());
            return Deleted { version: Some(id.to_owned()), delete_marker };
        }
        if self.versioned {
            let marker = self.add(key, None, times::now(), String::new());
            return Deleted { version: marker.version, delete_marker: true };
        }
        self.lock().remove(key);
        Deleted::default()
    }

    fn versioned(&self) -> bool {
        self.versioned
    }
}

/// The tag of an object that was written in one piece: its MD5.
pub(crate) fn etag(data: &[u8]) -> String {
    Md5::digest(data).iter().fold(String::with_capacity(32), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes everything");
        hex
    })
}
