//! What the applying half asks of the marking half: what is live now (S-21).

use std::collections::BTreeSet;

use async_trait::async_trait;

use crate::report::Finding;
use crate::uri::StorageUri;

/// What a run has taken away or is about to, as the mark has to know it. Both hold metadata files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gone {
    /// They are still there and go next: what they name is not live for their sake. Empty in every mark but the first, so that
    /// whatever could not be deleted keeps its files.
    pub going: BTreeSet<StorageUri>,
    /// A journal says that keepoint deleted them, in this run or in an earlier one of the same plan: that they are missing needs no other
    /// explanation (S-04).
    pub deleted: BTreeSet<StorageUri>,
}

/// Marks again: lists the metadata below all roots anew, reads what is new or was changed, and asks again what else protects.
#[async_trait]
pub trait Remark: Send {
    /// What is live now. What forbids deletion and was not there when the plan was made is an error (S-03, S-18).
    async fn remark(&mut self, gone: &Gone) -> Result<Box<dyn Remarked>, Vec<Finding>>;
}

/// What is live, as of one moment.
pub trait Remarked: Send + Sync {
    /// Whether a file must stay. Called for files in the order of the plan; whoever does not know says yes.
    fn is_live(&self, place: &StorageUri) -> bool;

    /// Why a snapshot that the plan retires must stay after all, in words: something protects it now, or it is the newest one now. It
    /// is named by its location in the plan.
    fn why_needed(&self, location: &StorageUri) -> Option<String>;

    /// Whether the job of a lineage is proven not to run or recover again (S-14).
    fn is_ended(&self, lineage: &StorageUri) -> bool;

    /// What identifies the store of a root now, as [`crate::report::GcRoot::identity`] has it.
    fn identity(&self, root: &StorageUri) -> Option<String>;
}
