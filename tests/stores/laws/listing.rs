//! Listings are complete, and say of each thing what it is.

use chrono::{TimeDelta, Utc};
use keepoint::storage::EntryKind;

use crate::subject::{Look as _, Subject, below, directories, files, list, named, wait};

/// More than two pages of a store with a thousand entries on each.
const SEVERAL_PAGES: usize = 2500;

pub(crate) fn a_directory_of_several_pages_is_shown_whole(subject: &dyn Subject) {
    let names: Vec<String> = (0..SEVERAL_PAGES).map(|number| format!("shared/{:032x}", spread(number))).collect();
    subject.put_named(&names);
    subject.put_named(["chk-7/_metadata", "sharedx", "shared-/x"]);

    let in_directory = named(&names).into_iter().map(|(name, length)| (name.replace("shared/", ""), length)).collect();
    assert_eq!(files(subject.list("shared").expect("a listing")), in_directory);
    assert_eq!(files(subject.below("shared").expect("a listing")), in_directory);
    let everything = named(names.iter().map(String::as_str).chain(["chk-7/_metadata", "sharedx", "shared-/x"]));
    assert_eq!(files(subject.below_root().expect("a listing")), everything);
    assert_eq!(subject.walk(), everything);
}

pub(crate) fn a_directory_of_many_directories_is_shown_whole(subject: &dyn Subject) {
    let jobs: Vec<String> = (0..1200).map(|number| format!("{:032x}", spread(number))).collect();
    let names = || jobs.iter().map(|job| format!("{job}/chk-1/_metadata"));
    subject.put_named(names());
    let mut in_order: Vec<&str> = jobs.iter().map(String::as_str).collect();
    in_order.sort_unstable();
    let entries = subject.list_root().expect("a listing");
    assert_eq!(directories(&entries), in_order);
    assert_eq!(entries.len(), jobs.len());
    assert_eq!(files(subject.below_root().expect("a listing")), named(names()));
}

pub(crate) fn a_listing_goes_one_level_deep_and_one_below_all_the_way(subject: &dyn Subject) {
    let deep = format!("{}end", "d/".repeat(30));
    let names = ["a", "b/c", "b/d/e", deep.as_str()];
    subject.put_named(names);
    let entries = subject.list_root().expect("a listing");
    assert_eq!(directories(&entries), ["b", "d"]);
    assert_eq!(files(entries), named(["a"]));
    let entries = subject.list("b").expect("a listing");
    assert_eq!(directories(&entries), ["d"]);
    assert_eq!(files(entries).into_keys().collect::<Vec<_>>(), ["c"]);
    let below = subject.below_root().expect("a listing");
    assert_eq!(directories(&below), [""; 0], "directories with something in them are not shown");
    assert_eq!(files(below), named(names));
    assert_eq!(subject.walk(), named(names));
}

pub(crate) fn names_that_begin_alike_are_not_mixed_up(subject: &dyn Subject) {
    let names = ["job-1/x", "job-10/y", "job-1-old/z", "job-1.bak", "job-0/v", "job/w"];
    subject.put_named(names);
    for (directory, only) in [("job-1", "x"), ("job-10", "y"), ("job-1-old", "z"), ("job", "w")] {
        let length = format!("{directory}/{only}").len() as u64;
        for entries in [subject.list(directory), subject.below(directory)] {
            let found = files(entries.expect("a listing"));
            assert_eq!(found.into_iter().collect::<Vec<_>>(), [(only.to_owned(), length)], "{directory}");
        }
    }
    assert_eq!(subject.walk(), named(names));
    assert_eq!(files(subject.below_root().expect("a listing")), named(names));
}

/// In the order of bytes `-` and `.` come before the slash, and digits behind it.
pub(crate) fn names_around_the_slash_are_all_shown(subject: &dyn Subject) {
    let names =
        ["a-", "a-b/x", "a.", "a.b/x", "a/-", "a/.x", "a/0", "a/b/c", "a/b-/c", "a0", "a0b/x", "a!/x", "a~/x", "b"];
    subject.put_named(names);
    assert_eq!(files(subject.below_root().expect("a listing")), named(names));
    assert_eq!(subject.walk(), named(names));
    let entries = subject.list_root().expect("a listing");
    assert_eq!(directories(&entries), ["a", "a!", "a-b", "a.b", "a0b", "a~"]);
    let entries = subject.list("a").expect("a listing");
    assert_eq!(directories(&entries), ["b", "b-"]);
    assert_eq!(files(entries).into_keys().collect::<Vec<_>>(), ["-", ".x", "0"]);
}

pub(crate) fn an_empty_directory_is_there_and_has_nothing(subject: &dyn Subject) {
    subject.put_directory("job/empty");
    subject.put_named(["job/full/x"]);
    assert_eq!(directories(&subject.list("job").expect("a listing")), ["empty", "full"]);
    assert_eq!(subject.list("job/empty").expect("it is there"), []);
    assert_eq!(subject.below("job/empty").expect("it is there"), []);
    let below = subject.below("job").expect("a listing");
    if subject.has_directories() {
        assert_eq!(directories(&below), ["empty"]);
        assert_eq!(files(below).into_keys().collect::<Vec<_>>(), ["full/x"]);
    } else {
        // Its marker is an object, and whoever deletes must know of it.
        assert_eq!(files(below).into_keys().collect::<Vec<_>>(), ["empty/", "full/x"]);
    }
}

pub(crate) fn the_root_of_the_store_can_be_listed(subject: &dyn Subject) {
    subject.put_named(["x"]);
    let mut root = subject.root();
    let mut top = String::new();
    while let Some(parent) = root.parent() {
        root.file_name().unwrap_or_default().clone_into(&mut top);
        root = parent;
    }
    let entries = list(&*subject.storage(), &root).expect("the root is there");
    assert!(directories(&entries).contains(&top.as_str()), "{top:?} is not in {root}");
}

/// Whether it is listed, looked at or read.
pub(crate) fn length_and_time_of_a_file_are_the_same_however_asked(subject: &dyn Subject) {
    let began = Utc::now();
    subject.put_one("d/file", "0123456789");
    let listed = subject.list("d").expect("a listing").swap_remove(0).kind;
    let EntryKind::File(listed) = listed else { panic!("{listed:?} is no file") };
    let below = below(&*subject.storage(), &subject.root()).expect("a listing").swap_remove(0).kind;
    assert_eq!(below, EntryKind::File(listed));
    let looked = wait(subject.storage().stat(&subject.place("d/file"))).expect("it is there");
    let read = subject.read("d/file").expect("it is there");
    assert_eq!([listed.length, looked.length, read.file_length], [10; 3]);
    // Some stores tell fractions of seconds with one of them and not with another.
    let times = [listed.modified_at, looked.modified_at, read.modified_at];
    let times = times.map(|time| time.expect("a time").timestamp());
    assert!(times.iter().all(|time| *time == times[0]), "{times:?}");
    assert!((times[0] - began.timestamp()).abs() < TimeDelta::minutes(2).num_seconds(), "{times:?}");
}

/// Numbers in the order of nothing, each once (SplitMix64's finalizer).
fn spread(number: usize) -> u64 {
    let mut bits = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
