//! Where calls wait until it is their turn, and learn what goes wrong with them.

use async_trait::async_trait;
use keepoint::storage::ErrorKind;

use super::Actor;

/// What is about to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) actor: Actor,
    pub(crate) operation: Operation,
    /// Of what; see [`super::key`].
    pub(crate) key: String,
}

/// Kinds of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    /// One page of a listing.
    Page,
    Read,
    Stat,
    /// One file of a batch.
    Delete,
    RemoveDirectory,
    MakeDirectories,
    Create,
    Append,
    Rename,
    /// Of something that is no store, such as a registry.
    Ask,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Fault {
    #[default]
    None,
    /// The store says so, and does nothing.
    Fail(ErrorKind),
    /// Nobody answers within so many milliseconds, which pass; then the client gives up.
    Hang(i64),
    /// The answer is not true. What does not apply to the operation is none.
    Lie(Lie),
}

/// Answers that are not true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    /// Of a listing: there is no more, although there is. This page is still shown.
    EndsHere,
    /// Of a listing: this page is left out.
    PageLeftOut,
    /// Of a listing: this page is shown twice.
    PageTwice,
    /// Of a listing: this page is turned round.
    PageTurned,
    /// Of a listing or a look: what it was like before the last changes, as far back as is remembered.
    Behind,
    /// Times are off by so many milliseconds.
    Times(i64),
    /// Of a deletion or creation: it is done and the answer is an error.
    DoneButFailed,
    /// Of a deletion or creation: nothing is done and the answer is success.
    NotDone,
    /// Of a read: only the first half of the bytes comes, and this is said to be all.
    HalfOfIt,
}

/// Where calls wait.
#[async_trait]
pub(crate) trait Gate: Send + Sync {
    async fn pass(&self, call: Call) -> Fault;
}

/// Nobody waits and nothing goes wrong.
pub(crate) struct Open;

#[async_trait]
impl Gate for Open {
    async fn pass(&self, _: Call) -> Fault {
        Fault::None
    }
}
