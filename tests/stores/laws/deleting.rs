//! What is to go goes, all else stays, and of each file it is said what became of it.

use keepoint::storage::ErrorKind;

use crate::subject::{Look as _, Subject, files, kind, named, wait};

/// More than two batches of a store that deletes a thousand at once.
const SEVERAL_BATCHES: usize = 2100;

pub(crate) fn answers_come_in_the_order_of_the_question(subject: &dyn Subject) {
    subject.put_named(["d/a", "d/b", "d/c", "d/stays"]);
    let doomed = ["d/c", "d/missing", "d/a", "missing/too", "d/b", "d/a"];
    let answers = subject.delete(&doomed);
    assert_eq!(answers.len(), doomed.len());
    for (name, answer) in doomed.iter().zip(answers) {
        answer.unwrap_or_else(|error| panic!("{name}: {}", error.reason()));
    }
    assert_eq!(files(subject.below_root().expect("a listing")), named(["d/stays"]));
    assert!(subject.delete::<&str>(&[]).is_empty());
}

pub(crate) fn more_files_than_a_batch_holds_are_deleted(subject: &dyn Subject) {
    let doomed: Vec<String> = (0..SEVERAL_BATCHES).map(|number| format!("d/{number:05}")).collect();
    let spared: Vec<String> = (0..7).map(|number| format!("d/{:05}-", number * 300)).collect();
    subject.put_named(doomed.iter().chain(&spared));
    let answers = subject.delete(&doomed);
    assert_eq!(answers.len(), doomed.len());
    assert!(answers.iter().all(Result::is_ok), "{:?}", answers.iter().find(|answer| answer.is_err()));
    assert_eq!(files(subject.below_root().expect("a listing")), named(&spared));
}

pub(crate) fn a_directory_is_not_deleted_as_a_file(subject: &dyn Subject) {
    subject.put_named(["d/e/file"]);
    let answers = subject.delete(&["d", "d/e"]);
    if subject.has_directories() {
        assert!(answers.iter().all(Result::is_err), "{answers:?}");
    }
    assert_eq!(files(subject.below_root().expect("a listing")), named(["d/e/file"]));
}

pub(crate) fn a_directory_is_removed_only_when_it_is_empty(subject: &dyn Subject) {
    subject.put_named(["d/full/file", "d/nested/inner/file"]);
    subject.put_directory("d/empty");
    let remove = |name: &str| wait(subject.storage().remove_empty_directory(&subject.place(name)));
    for name in ["d", "d/full", "d/nested", "d/nested/inner"] {
        assert_eq!(kind(remove(name)), ErrorKind::NotEmpty, "{name}");
    }
    remove("d/empty").expect("nothing is in it");
    assert_eq!(kind(subject.list("d/empty")), ErrorKind::NotFound);
    assert_eq!(files(subject.below_root().expect("a listing")), named(["d/full/file", "d/nested/inner/file"]));
}

pub(crate) fn what_is_there_is_not_created_again(subject: &dyn Subject) {
    subject.put_named(["d/old"]);
    let create = |name: &str, text: &str| wait(subject.storage().create(&subject.place(name), text.into()));
    create("d/new", "first").expect("nothing is in the way");
    assert_eq!(kind(create("d/new", "second")), ErrorKind::AlreadyExists);
    assert_eq!(kind(create("d/old", "third")), ErrorKind::AlreadyExists);
    assert_eq!(subject.read("d/new").expect("it was created").bytes, b"first");
    assert_eq!(subject.read("d/old").expect("it was there").bytes, b"d/old");
}

/// It is what a lock is made of.
pub(crate) fn of_many_who_create_a_file_one_succeeds(subject: &dyn Subject) {
    subject.put_named(["d/other"]);
    let (storage, place) = (subject.storage(), subject.place("d/lock"));
    let attempts = (0..8).map(|number: u32| storage.create(&place, number.to_string().into_bytes()));
    let outcomes = wait(futures::future::join_all(attempts));
    let winners: Vec<usize> = (0..8).filter(|number| outcomes[*number].is_ok()).collect();
    assert_eq!(winners.len(), 1, "{outcomes:?}");
    for outcome in outcomes.into_iter().filter(Result::is_err) {
        assert_eq!(kind(outcome), ErrorKind::AlreadyExists);
    }
    let written = subject.read("d/lock").expect("somebody created it").bytes;
    assert_eq!(written, winners[0].to_string().into_bytes());
}
