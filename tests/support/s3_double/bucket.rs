//! A bucket: its objects, its unfinished uploads, and where it is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::objects::{Entry, Objects, Step};

/// A bucket.
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) objects: Arc<dyn Objects>,
    /// When each was begun, by key and id.
    uploads: Mutex<BTreeMap<(String, String), i64>>,
}

impl Bucket {
    /// A bucket in `us-east-1`.
    pub(crate) fn new(name: &str, objects: impl Objects + 'static) -> Self {
        Self::shared(name, Arc::new(objects))
    }

    /// A bucket whose objects a test keeps an eye on.
    pub(crate) fn shared(name: &str, objects: Arc<dyn Objects>) -> Self {
        Self { name: name.to_owned(), region: "us-east-1".to_owned(), objects, uploads: Mutex::default() }
    }

    /// A bucket elsewhere.
    pub(crate) fn in_region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.region);
        self
    }

    /// Adds an upload that was begun at a time, in milliseconds since 1970, and never finished.
    pub(crate) fn with_upload(self, key: &str, id: &str, begun: i64) -> Self {
        let upload = (key.to_owned(), id.to_owned());
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner).insert(upload, begun);
        self
    }

    /// Removes an upload; whether there was one.
    pub(crate) fn abort(&self, key: &str, id: &str) -> bool {
        let upload = (key.to_owned(), id.to_owned());
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner).remove(&upload).is_some()
    }

    /// Shows the uploads as `Objects::walk` shows versions; those of one key from the oldest.
    pub(crate) fn walk_uploads(&self, from: &str, visit: &mut dyn FnMut(&Entry<'_>) -> Step) {
        let uploads = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        let mut in_order: Vec<_> = uploads.iter().map(|((key, id), begun)| (key, begun, id)).collect();
        in_order.sort();
        let mut from = from.to_owned();
        for (key, &begun, id) in in_order {
            if *key < from {
                continue;
            }
            let entry =
                Entry { key, version: id, latest: true, delete_marker: false, size: 0, modified: begun, etag: "" };
            match visit(&entry) {
                Step::Next => {}
                Step::SkipTo(key) => from = key,
                Step::Stop => return,
            }
        }
    }
}
