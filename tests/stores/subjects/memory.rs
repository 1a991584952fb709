//! The store in memory that the collector is proven on: what it does there must be what stores do.

use std::sync::Arc;

use keepoint::storage::DeletingStorage;
use keepoint::uri::StorageUri;

use crate::memory_store::{Clock, Flavour, MemoryStorage, MemoryStore};
use crate::subject::{Subject, is_path};

pub(crate) struct Memory {
    store: Arc<MemoryStore>,
    root: StorageUri,
}

pub(crate) fn keys() -> Box<dyn Subject> {
    Box::new(Memory::open(Flavour::Keys, "s3://bucket/suite"))
}

pub(crate) fn directories() -> Box<dyn Subject> {
    Box::new(Memory::open(Flavour::Directories, "hdfs://name-service/suite"))
}

impl Memory {
    fn open(flavour: Flavour, root: &str) -> Self {
        let clock = Clock::default();
        clock.set(chrono::Utc::now().timestamp_millis());
        let store = MemoryStore::new(flavour, 1000, clock);
        let root = StorageUri::parse(root).expect("a URI");
        if flavour == Flavour::Directories {
            store.put_directory(&root);
        }
        Self { store, root }
    }
}

impl Subject for Memory {
    fn root(&self) -> StorageUri {
        self.root.clone()
    }

    fn storage(&self) -> Arc<dyn DeletingStorage> {
        MemoryStorage::open(&self.store)
    }

    fn put(&self, files: &[(String, Vec<u8>)]) {
        for (name, bytes) in files {
            self.store.put(&self.root.child(name), bytes.as_slice());
        }
    }

    fn put_directory(&self, name: &str) {
        self.store.put_directory(&self.root.child(name));
    }

    fn remove(&self, name: &str) {
        assert!(self.store.remove(&self.root.child(name)), "the file is there");
    }

    fn keeps(&self, name: &str) -> bool {
        !self.has_directories() || is_path(name)
    }

    fn has_directories(&self) -> bool {
        self.store.flavour() == Flavour::Directories
    }
}
