//! Every way to ask a store that speaks S3.

use keepoint::storage::Error;

use crate::subject::{Look as _, Subject, wait};

/// What a store is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    List,
    ListBelow,
    Read,
    ReadNothing,
    Stat,
    Delete,
    DeleteOne,
    Create,
    RemoveDirectory,
    ListVersions,
}

impl Ask {
    pub(crate) const ALL: [Self; 10] = [
        Self::List,
        Self::ListBelow,
        Self::Read,
        Self::ReadNothing,
        Self::Stat,
        Self::Delete,
        Self::DeleteOne,
        Self::Create,
        Self::RemoveDirectory,
        Self::ListVersions,
    ];

    /// Those whose answers have no body: S3 sends none with the answer to `HeadObject`, not even with an error.
    pub(crate) fn is_answered_without_a_body(self) -> bool {
        matches!(self, Self::Stat | Self::ReadNothing)
    }

    /// Asks for something that is there (see [`fill`]).
    pub(crate) fn of(self, subject: &dyn Subject) -> Result<(), Error> {
        let storage = subject.storage();
        match self {
            Self::List => subject.list("d").map(drop),
            Self::ListBelow => subject.below("d").map(drop),
            Self::Read => subject.read("d/file").map(drop),
            Self::ReadNothing => subject.range("d/file", 0, 0).map(drop),
            Self::Stat => wait(storage.stat(&subject.place("d/file"))).map(drop),
            Self::Delete => subject.delete(&["d/doomed", "d/doomed-too"]).into_iter().collect(),
            // XML has no way to write this character.
            Self::DeleteOne => subject.delete(&["d/\u{1}"]).into_iter().collect(),
            Self::Create => wait(storage.create(&subject.place("d/new"), b"new".to_vec())),
            Self::RemoveDirectory => wait(storage.remove_empty_directory(&subject.place("d/empty"))),
            Self::ListVersions => wait(storage.list_versions(&subject.place("d"), &mut |_| {})),
        }
    }
}

/// Puts there what is asked for.
pub(crate) fn fill(subject: &dyn Subject) {
    subject.put_named(["d/file", "d/doomed", "d/doomed-too", "d/\u{1}", "d/deeper/file"]);
    subject.put_directory("d/empty");
}
