//! Where things are: as Flink writes it, and as the store calls it.

use std::rc::Rc;

/// A place in the store of the model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// As it is written into metadata.
    pub(crate) text: String,
    /// See `memory_store::key`.
    pub(crate) key: String,
}

impl Place {
    /// A place with a scheme and an authority, such as `s3://bucket/checkpoints`.
    pub(crate) fn new(text: &str) -> Self {
        let (_, key) = text.split_once("://").expect("a scheme and an authority");
        Self { text: text.to_owned(), key: key.to_owned() }
    }

    pub(crate) fn child(&self, name: &str) -> Self {
        Self { text: format!("{}/{name}", self.text), key: format!("{}/{name}", self.key) }
    }

    /// The same place under another scheme, if that is an alias.
    pub(crate) fn spelled(&self, scheme: &str) -> Self {
        Self { text: format!("{scheme}://{}", self.key), key: self.key.clone() }
    }
}

/// A file of state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) place: Place,
    pub(crate) length: usize,
}

/// Files are named by many checkpoints.
pub(crate) type FileRef = Rc<File>;

/// Names that nobody took before.
#[derive(Debug, Default)]
pub(crate) struct Names(u64);

impl Names {
    /// A name as Flink gives it to files of state.
    pub(crate) fn uuid(&mut self) -> String {
        self.0 += 1;
        // Not in order: new files come anywhere in a listing.
        let first = (self.0.wrapping_mul(0x9e37_79b9)) & 0xffff_ffff;
        format!("{first:08x}-0000-4000-8000-{:012x}", self.0)
    }

    pub(crate) fn job_id(&mut self) -> String {
        self.0 += 1;
        let first = (self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)) >> 8;
        format!("{first:014x}{:018x}", self.0)
    }

    pub(crate) fn savepoint(&mut self, job_id: &str) -> String {
        self.0 += 1;
        format!("savepoint-{}-{:012x}", &job_id[..6], self.0)
    }
}
