//! Names are kept as they are: nothing is decoded, normalized or made prettier.

use std::collections::{BTreeMap, BTreeSet};

use keepoint::storage::ErrorKind;

use crate::subject::{Look as _, Subject, files, kind, named, wait};

/// Names that are easily mistaken for others. Where a store cannot keep one, it is left out for that store.
const ODD: &[&str] = &[
    "%",
    "100%",
    "%2F",
    "a%2Fb",
    "a%252Fb",
    "%41",
    "%zz",
    "%E8%85%BE",
    "two words",
    " leading",
    "trailing ",
    "a  b",
    "a+b",
    "a%20b",
    "a%2Bb",
    "#1",
    "a#b",
    "?",
    "a?b=c&d",
    "a&amp;b",
    "<tag>",
    "a\"b",
    "it's",
    "a\\b",
    "a:b",
    "a;b,c=d",
    "a@b$c!",
    "{x}",
    "[y]",
    "(z)",
    "a|b",
    "a^b",
    "a~b",
    "`a`",
    "*",
    "日本語",
    "腾讯云",
    "é",
    "e\u{301}",
    "ß",
    "😀",
    "\u{feff}bom",
    "\u{a0}",
    "\u{2028}",
    ".hidden",
    "..twice",
    "...",
    "-rf",
    "a\tb",
    "a\nb",
    "a\rb",
    "\u{1}",
    "\u{7f}",
    "\u{85}",
    "\u{fffd}",
    "_",
    "null",
    "a/b",
    "a//b",
    "//",
    "a/./b",
    "a/../b",
    "./a",
    "../a",
    "a/..",
    ".",
    "..",
    "slash/",
    "slashes//",
    "/leading",
    "/",
    "//double",
    "\u{fffe}",
];

pub(crate) fn odd_names_are_kept_as_they_are(subject: &dyn Subject) {
    let names = odd_names(subject);
    subject.put_named(&names);
    assert_eq!(files(subject.below_root().expect("a listing")), named(&names));
    // What ends with a slash is the marker of a directory, which a listing shows as that.
    let files_of_directories = names.iter().filter(|name| !name.ends_with('/'));
    assert_eq!(subject.walk(), named(files_of_directories));
    for name in &names {
        let read = subject.read(name).unwrap_or_else(|error| panic!("{name:?}: {}", error.reason()));
        assert_eq!(String::from_utf8_lossy(&read.bytes), *name);
        let facts = wait(subject.storage().stat(&subject.place(name))).expect("it is there");
        assert_eq!(facts.length, name.len() as u64, "{name:?}");
    }
}

pub(crate) fn files_with_odd_names_are_deleted_and_no_others(subject: &dyn Subject) {
    let names = odd_names(subject);
    subject.put_named(&names);
    // Every other one, in one call, so that each has neighbours that stay.
    let (doomed, spared): (Vec<_>, Vec<_>) = names.iter().cloned().enumerate().partition(|(index, _)| index % 2 == 0);
    let doomed: Vec<String> = doomed.into_iter().map(|(_, name)| name).collect();
    let spared: Vec<String> = spared.into_iter().map(|(_, name)| name).collect();
    for (name, answer) in doomed.iter().zip(subject.delete(&doomed)) {
        answer.unwrap_or_else(|error| panic!("{name:?}: {}", error.reason()));
    }
    assert_eq!(files(subject.below_root().expect("a listing")), named(&spared));
    for name in &doomed {
        assert_eq!(kind(subject.read(name)), ErrorKind::NotFound, "{name:?}");
    }
}

pub(crate) fn files_with_odd_names_are_created(subject: &dyn Subject) {
    subject.put_directory("new");
    let mut expected = BTreeMap::new();
    for name in odd_names(subject).into_iter().filter(|name| !name.contains('/')) {
        let name = format!("new/{name}");
        wait(subject.storage().create(&subject.place(&name), name.clone().into_bytes()))
            .unwrap_or_else(|error| panic!("{name:?}: {}", error.reason()));
        assert_eq!(subject.read(&name).expect("it was created").bytes, name.as_bytes());
        expected.insert(name.replace("new/", ""), name.len() as u64);
    }
    assert_eq!(files(subject.list("new").expect("a listing")), expected);
}

pub(crate) fn directories_with_odd_names_are_listed(subject: &dyn Subject) {
    let names: BTreeSet<String> = odd_names(subject).into_iter().map(|name| format!("{name}/inside")).collect();
    let names: Vec<String> = names.into_iter().filter(|name| subject.keeps(name)).collect();
    subject.put_named(&names);
    assert_eq!(subject.walk(), named(&names));
    for name in &names {
        let directory = name.strip_suffix("/inside").expect("it is inside");
        let listed = files(subject.list(directory).unwrap_or_else(|error| panic!("{name:?}: {}", error.reason())));
        assert_eq!(listed.into_iter().next(), Some(("inside".to_owned(), name.len() as u64)), "{directory:?}");
        let below = files(subject.below(directory).unwrap_or_else(|error| panic!("{name:?}: {}", error.reason())));
        assert!(below.contains_key("inside"), "{directory:?}");
    }
}

pub(crate) fn long_names_are_kept(subject: &dyn Subject) {
    let segment = "x".repeat(200);
    // S3 takes keys of 1,024 bytes, the root of the suite among them.
    let name = format!("{segment}/{segment}/{segment}/{segment}");
    subject.put_named([&name]);
    assert_eq!(files(subject.below_root().expect("a listing")), named([&name]));
    assert_eq!(subject.walk(), named([&name]));
    assert_eq!(subject.read(&name).expect("it is there").bytes, name.as_bytes());
}

/// Those that the store keeps. None of these is a directory of another, which file systems would not take.
fn odd_names(subject: &dyn Subject) -> Vec<String> {
    let kept = ODD.iter().filter(|name| subject.keeps(name)).map(|name| (*name).to_owned());
    let kept: Vec<String> = kept.collect();
    assert!(kept.len() > ODD.len() / 2, "a store that keeps next to nothing is not tried: {kept:?}");
    kept
}
