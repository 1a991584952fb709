//! Buckets that a program makes up: millions of names that nobody has to write, and trees of jobs.

use std::sync::atomic::{AtomicU64, Ordering};

use hyper::body::Bytes;

use super::errors::ErrorCode;
use super::memory::Memory;
use super::objects::{Content, Deleted, Entry, Found, Objects, Show, Step, spread};

/// 2026-01-01T00:00:00Z; what is made up was written in the thirty days after it.
const EPOCH: i64 = 1_767_225_600_000;
const THIRTY_DAYS: u64 = 30 * 24 * 3600 * 1000;

/// `<prefix><uuid>` many times, as Flink names shared state; the same for the same number. A name takes eight bytes, for
/// the rest of the entry is computed from it. Names are drawn at random and not evenly spaced: a client that cuts the
/// names into ranges meets ranges of unequal size, as it would in a real bucket.
#[derive(Debug)]
pub(crate) struct Uuids {
    prefix: String,
    /// The sixty-four bits of the UUIDs that vary first, in order.
    names: Vec<u64>,
    /// A bit for each name.
    removed: Vec<AtomicU64>,
}

impl Uuids {
    /// So many names behind a prefix.
    pub(crate) fn new(prefix: &str, count: u64) -> Self {
        let mut names: Vec<u64> = (0..count).map(spread).collect();
        names.sort_unstable();
        let removed = (0..names.len().div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Self { prefix: prefix.to_owned(), names, removed }
    }

    /// The key at a place in the order; for tests that need one.
    pub(crate) fn key(&self, index: usize) -> String {
        format!("{}{}", self.prefix, text(&uuid(self.names[index])))
    }

    fn is_removed(&self, index: usize) -> bool {
        self.removed[index / 64].load(Ordering::Relaxed) >> (index % 64) & 1 == 1
    }

    /// Where the first key stands that is not less.
    fn lower_bound(&self, from: &str) -> usize {
        let Some(rest) = from.strip_prefix(self.prefix.as_str()) else {
            return if from < self.prefix.as_str() { 0 } else { self.names.len() };
        };
        self.names.partition_point(|name| text(&uuid(*name)) < rest)
    }

    fn find(&self, key: &str) -> Option<usize> {
        let index = self.lower_bound(key);
        let name = self.names.get(index)?;
        let found = key.strip_prefix(self.prefix.as_str()) == Some(text(&uuid(*name)));
        (found && !self.is_removed(index)).then_some(index)
    }
}

impl Objects for Uuids {
    fn walk(&self, from: &str, _show: Show, visit: &mut dyn FnMut(&Entry<'_>) -> Step) {
        let mut key = String::with_capacity(self.prefix.len() + 36);
        key.push_str(&self.prefix);
        let mut index = self.lower_bound(from);
        while let Some(&name) = self.names.get(index) {
            index += 1;
            if self.is_removed(index - 1) {
                continue;
            }
            key.truncate(self.prefix.len());
            key.push_str(text(&uuid(name)));
            let facts = Facts::of(name);
            let entry = Entry {
                key: &key,
                version: "null",
                latest: true,
                delete_marker: false,
                size: facts.size,
                modified: facts.modified,
                etag: text(&facts.etag),
            };
            match visit(&entry) {
                Step::Next => {}
                Step::SkipTo(key) => index = index.max(self.lower_bound(&key)),
                Step::Stop => return,
            }
        }
    }

    fn get(&self, key: &str, version: Option<&str>) -> Option<Found> {
        if version.is_some_and(|version| version != "null") {
            return None;
        }
        let facts = Facts::of(self.names[self.find(key)?]);
        Some(Found {
            content: Some(Content::Zeros(facts.size)),
            modified: facts.modified,
            etag: text(&facts.etag).to_owned(),
            version: None,
        })
    }

    /// What is computed cannot be written.
    fn put(&self, _key: &str, _data: Bytes) -> Result<Found, ErrorCode> {
        Err(ErrorCode::NotImplemented)
    }

    fn delete(&self, key: &str, version: Option<&str>) -> Deleted {
        if let Some(index) = self.find(key) {
            self.removed[index / 64].fetch_or(1 << (index % 64), Ordering::Relaxed);
        }
        Deleted { version: version.map(ToOwned::to_owned), delete_marker: false }
    }
}

/// What is told of an object besides its name.
struct Facts {
    size: u64,
    modified: i64,
    etag: [u8; 32],
}

impl Facts {
    fn of(name: u64) -> Self {
        let bits = spread(!name);
        let mut etag = [0; 32];
        hex(&mut etag[..16], bits);
        hex(&mut etag[16..], name);
        let modified = EPOCH + i64::try_from(bits % THIRTY_DAYS).expect("it is small");
        Self { size: 1024 + (bits >> 40) % 65_536, modified, etag }
    }
}

/// A UUID of version 4. The bits of the name come first, so that the order of the names is the order of the text.
fn uuid(name: u64) -> [u8; 36] {
    let mut first = [0; 16];
    hex(&mut first, name);
    let mut last = [0; 16];
    hex(&mut last, spread(name ^ 0x5bd1_e995));
    let mut text = *b"00000000-0000-4000-a000-000000000000";
    text[..8].copy_from_slice(&first[..8]);
    text[9..13].copy_from_slice(&first[8..12]);
    text[15..18].copy_from_slice(&first[12..15]);
    text[20] = first[15];
    text[21..23].copy_from_slice(&last[..2]);
    text[24..].copy_from_slice(&last[4..]);
    text
}

/// Writes the highest bits first, four to a character.
fn hex(text: &mut [u8], bits: u64) {
    for (place, digit) in text.iter_mut().enumerate() {
        *digit = b"0123456789abcdef"[(bits >> (60 - 4 * place) & 15) as usize];
    }
}

fn text(ascii: &[u8]) -> &str {
    std::str::from_utf8(ascii).expect("it is ASCII")
}

/// `<prefix><job>/chk-<n>/_metadata` for every checkpoint of every job, and `<prefix><job>/shared/<uuid>` beside them.
#[derive(Debug, Clone)]
pub(crate) struct Jobs {
    /// What all keys begin with, such as `flink/`.
    pub(crate) prefix: String,
    /// How many jobs.
    pub(crate) count: u64,
    /// Checkpoints of each, numbered from 1.
    pub(crate) checkpoints: u64,
    /// Files in the `shared` directory of each.
    pub(crate) shared: u64,
    /// What each `_metadata` holds.
    pub(crate) metadata: Bytes,
}

impl Jobs {
    /// The identifier of a job: thirty-two hexadecimal digits.
    pub(crate) fn id(job: u64) -> String {
        format!("{:016x}{:016x}", spread(job), spread(!job))
    }

    /// Writes the tree. Checkpoints of a job are a minute apart.
    pub(crate) fn build(&self) -> Memory {
        let memory = Memory::default();
        for job in 0..self.count {
            let root = format!("{}{}", self.prefix, Self::id(job));
            for number in 1..=self.checkpoints {
                let written = EPOCH + i64::try_from(number * 60_000).expect("it is small");
                memory.put_at(&format!("{root}/chk-{number}/_metadata"), self.metadata.clone(), written);
            }
            for file in 0..self.shared {
                let name = uuid(spread(job).rotate_left(32) ^ spread(file));
                memory.put_at(&format!("{root}/shared/{}", text(&name)), Bytes::from_static(b"state"), EPOCH);
            }
        }
        memory
    }
}
