//! The disk of this machine.

use std::fs;
use std::sync::Arc;

use keepoint::storage::{DeletingStorage, LocalStorage};
use keepoint::uri::StorageUri;
use tempfile::TempDir;

use crate::subject::{Subject, is_path};

pub(crate) struct Local(TempDir);

pub(crate) fn open() -> Box<dyn Subject> {
    Box::new(Local(tempfile::tempdir().expect("a directory for temporary files")))
}

impl Subject for Local {
    fn root(&self) -> StorageUri {
        StorageUri::parse(self.0.path().to_str().expect("UTF-8")).expect("an absolute path")
    }

    fn storage(&self) -> Arc<dyn DeletingStorage> {
        Arc::new(LocalStorage::default())
    }

    fn put(&self, files: &[(String, Vec<u8>)]) {
        for (name, bytes) in files {
            let file = self.0.path().join(name);
            fs::create_dir_all(file.parent().expect("it is below the root")).expect("the directories of a file");
            fs::write(file, bytes).expect("a file");
        }
    }

    fn put_directory(&self, name: &str) {
        fs::create_dir_all(self.0.path().join(name)).expect("a directory");
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.0.path().join(name)).expect("the file is there");
    }

    fn keeps(&self, name: &str) -> bool {
        is_path(name)
    }

    fn has_directories(&self) -> bool {
        true
    }
}
