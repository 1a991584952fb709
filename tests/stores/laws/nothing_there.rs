//! What is not there is an error, and never an empty answer.

use keepoint::storage::ErrorKind::{IsDirectory, NotADirectory, NotFound};

use crate::subject::{Look as _, Subject, kind, wait};

pub(crate) fn what_is_not_there_is_not_found(subject: &dyn Subject) {
    subject.put_named(["job-1/file", "job-1/directory/file"]);
    // Names of nothing at all, and beginnings of names.
    for name in
        ["missing", "missing/deeper", "job", "job-", "job-1/f", "job-1/dir", "job-1/directory/fil", "job-1/file-"]
    {
        assert_eq!(kind(subject.list(name)), NotFound, "list {name}");
        assert_eq!(kind(subject.below(name)), NotFound, "list below {name}");
        assert_eq!(kind(subject.read(name)), NotFound, "read {name}");
        assert_eq!(kind(subject.range(name, 0, 0)), NotFound, "read nothing of {name}");
        assert_eq!(kind(subject.range(name, 7, 9)), NotFound, "read a part of {name}");
        assert_eq!(kind(wait(subject.storage().stat(&subject.place(name)))), NotFound, "look at {name}");
        assert_eq!(
            kind(wait(subject.storage().remove_empty_directory(&subject.place(name)))),
            NotFound,
            "remove the directory {name}"
        );
    }
}

pub(crate) fn a_file_is_no_directory(subject: &dyn Subject) {
    subject.put_named(["d/file"]);
    subject.put_one("d/empty", "");
    for name in ["d/file", "d/empty"] {
        assert_eq!(kind(subject.list(name)), NotADirectory, "{name}");
        assert_eq!(kind(subject.below(name)), NotADirectory, "{name}");
        let inside = format!("{name}/inside");
        for kind in [
            kind(subject.list(&inside)),
            kind(subject.below(&inside)),
            kind(subject.read(&inside)),
            kind(wait(subject.storage().stat(&subject.place(&inside)))),
        ] {
            // Stores with keys do not look at what stands before a slash.
            assert!(kind == NotADirectory || kind == NotFound, "{kind:?} for {inside}");
        }
        let removed = wait(subject.storage().remove_empty_directory(&subject.place(name)));
        removed.expect_err("a file is no empty directory");
        subject.read(name).expect("it is still there");
    }
}

pub(crate) fn a_directory_is_no_file(subject: &dyn Subject) {
    subject.put_named(["d/e/file"]);
    subject.put_directory("d/empty");
    for name in ["d", "d/e", "d/empty"] {
        assert_eq!(kind(wait(subject.storage().stat(&subject.place(name)))), IsDirectory, "{name}");
        let not_read = if subject.has_directories() { IsDirectory } else { NotFound };
        assert_eq!(kind(subject.read(name)), not_read, "{name}");
        assert_eq!(kind(subject.range(name, 0, 0)), not_read, "{name}");
    }
    let mut root = subject.root();
    while let Some(parent) = root.parent() {
        root = parent;
    }
    assert_eq!(kind(wait(subject.storage().stat(&root))), IsDirectory);
    assert_eq!(kind(wait(subject.storage().read_range(&root, 0..10))), IsDirectory);
}

pub(crate) fn files_that_vanish_after_they_were_listed_are_not_found(subject: &dyn Subject) {
    subject.put_named(["d/stays", "d/vanishes"]);
    let listed = subject.list("d").expect("a listing");
    assert_eq!(listed.len(), 2);
    subject.remove("d/vanishes");
    assert_eq!(kind(subject.read("d/vanishes")), NotFound);
    assert_eq!(kind(wait(subject.storage().stat(&subject.place("d/vanishes")))), NotFound);
    assert_eq!(subject.read("d/stays").expect("it is there").bytes, b"d/stays");
}
