//! Counting what is asked of the stores.

use std::array;
use std::sync::atomic::{AtomicU64, Ordering};

/// Kinds of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A page of a listing.
    List,
    /// A part of a file.
    Read,
    /// What a file is.
    Stat,
    /// A batch of deletions.
    Delete,
    /// A file that is written.
    Write,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::List, Self::Read, Self::Stat, Self::Delete, Self::Write];

    /// The word for one.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Read => "read",
            Self::Stat => "stat",
            Self::Delete => "delete",
            Self::Write => "write",
        }
    }
}

/// How much was asked of all stores of a process.
#[derive(Debug, Default)]
pub struct Requests {
    sent: [AtomicU64; Operation::ALL.len()],
    retried: AtomicU64,
    bytes_read: AtomicU64,
}

/// The counts at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestsSoFar {
    /// Requests of each kind, in the order of [`Operation::ALL`], repeated ones included.
    pub sent: [u64; Operation::ALL.len()],
    /// Requests that were sent again because the first did not succeed.
    pub retried: u64,
    /// Bytes of files that were read.
    pub bytes_read: u64,
}

impl Requests {
    /// Counts a request that is about to be sent.
    pub fn count(&self, operation: Operation) {
        if let Some(sent) = self.sent.get(operation as usize) {
            sent.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a request that is about to be sent once more.
    pub fn count_retry(&self) {
        self.retried.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts bytes that were read.
    pub fn count_bytes(&self, bytes: usize) {
        self.bytes_read.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// The counts now.
    #[must_use]
    pub fn so_far(&self) -> RequestsSoFar {
        RequestsSoFar {
            sent: array::from_fn(|operation| self.sent[operation].load(Ordering::Relaxed)),
            retried: self.retried.load(Ordering::Relaxed),
            bytes_read: self.bytes_read.load(Ordering::Relaxed),
        }
    }
}
