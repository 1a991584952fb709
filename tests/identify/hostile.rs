//! Archives and class files that are damaged, newer than this keepoint, or made to harm.

use std::io::{Cursor, Read as _, Write as _};

use keepoint::identify::jar::{ClassFileError, JarError, Limits, Scan, scan, texts};
use keepoint::identify::{Source, Sources, Told, identify, operator_id_of};
use keepoint::report::{Operator, Severity, UidSource};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::fixtures::fixtures;
use crate::truth::jar_of;

fn application() -> Vec<u8> {
    jar_of(&fixtures().join("uids/2.3.0"))
}

/// A real class file.
fn class() -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(application())).expect("a jar");
    let mut bytes = Vec::new();
    archive
        .by_name("keepoint/fixtures/uids/app/Jobs.class")
        .expect("it is there")
        .read_to_end(&mut bytes)
        .expect("it is whole");
    bytes
}

fn jar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(*name, options).expect("a name");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

fn read(jar: &[u8], limits: &Limits) -> Result<(Scan, Vec<String>), JarError> {
    let mut seen = Vec::new();
    let scan = scan(Cursor::new(jar), limits, &mut |text, _| seen.push(text.to_owned()))?;
    Ok((scan, seen))
}

fn is_found(seen: &[String]) -> bool {
    seen.iter().any(|text| text == "uid-from-a-field")
}

#[test]
fn a_class_file_cut_off_anywhere_in_its_constants_is_refused_inside_of_it_and_behind_them_read() {
    let class = class();
    let whole = texts(&class).expect("a class file");
    let mut refused = 0;
    for length in 0..class.len() {
        match texts(&class[..length]) {
            Ok(read) => assert_eq!(read, whole),
            Err(ClassFileError::Bytes(error)) => {
                assert!(error.offset() <= length, "{error} of {length} bytes");
                refused += 1;
            }
            Err(ClassFileError::NotAClassFile) => assert!(length < 4),
            Err(error @ ClassFileError::UnknownConstant { .. }) => panic!("{error} of {length} bytes"),
        }
    }
    assert!(refused > 1_000, "{refused}");
}

#[test]
fn any_byte_of_a_class_file_may_be_any_other() {
    let class = class();
    for place in 0..class.len() {
        for flip in [1, 0x80, 0xFF] {
            let mut damaged = class.clone();
            damaged[place] ^= flip;
            if let Err(ClassFileError::UnknownConstant { offset, .. }) = texts(&damaged) {
                assert!(offset < damaged.len());
            }
        }
    }
}

#[test]
fn an_archive_cut_off_anywhere_is_refused_or_read_in_part() {
    let whole = application();
    for length in (0..whole.len()).step_by(7).chain(whole.len() - 200..whole.len()) {
        match read(&whole[..length], &Limits::default()) {
            Err(error) => assert!(!error.to_string().is_empty()),
            Ok((scan, _)) => assert!(scan.classes <= 6),
        }
    }
}

#[test]
fn any_byte_of_an_archive_may_be_any_other_and_what_is_read_of_it_is_what_was_there() {
    let whole = application();
    let (_, all) = read(&whole, &Limits::default()).expect("a jar");
    for place in (0..whole.len()).step_by(5) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x55;
        // Every entry has a checksum.
        if let Ok((_, seen)) = read(&damaged, &Limits::default()) {
            assert!(seen.iter().all(|text| all.contains(text)), "byte {place}");
        }
    }
}

#[test]
fn something_that_is_no_archive_is_named_and_the_other_sources_are_used() {
    let uid = "orders-source";
    let mut operators = vec![Operator { operator_id: operator_id_of(uid).to_string(), ..Operator::default() }];
    let no_jar: Box<dyn keepoint::identify::Archive> = Box::new(Cursor::new(b"#!/bin/sh\n".to_vec()));
    let sources = vec![
        Source { place: "app.jar".to_owned(), told: Told::Jar(no_jar) },
        Source { place: "uids.txt".to_owned(), told: Told::Uids(format!("{uid}\n")) },
    ];
    let findings = identify(&mut operators, "file:/snapshot", &mut Sources { sources });
    assert_eq!(operators[0].uid_source, Some(UidSource::Given.into()));
    assert_eq!((findings.len(), findings[0].code.as_str()), (1, "UID_SOURCE_UNREAD"));
    assert_eq!((findings[0].severity(), findings[0].location.as_str()), (Severity::Unknown, "app.jar"));
}

#[test]
fn a_class_of_a_future_version_is_named_and_the_others_are_read() {
    let class = class();
    let mut newer = class.clone();
    newer[6..8].copy_from_slice(&999_u16.to_be_bytes());
    let mut unknown = newer.clone();
    unknown[10] = 99;
    let jar = jar(&[("Newer.class", &newer), ("Unknown.class", &unknown), ("Jobs.class", &class)]);
    let (scan, seen) = read(&jar, &Limits::default()).expect("a jar");
    assert!(is_found(&seen));
    // A version that only has a higher number is read.
    assert_eq!((scan.classes, scan.unread), (2, 1));
    assert_eq!(scan.examples[0].path, "Unknown.class");
    assert!(scan.examples[0].reason.contains("unknown kind 99"), "{}", scan.examples[0].reason);
    assert!(scan.examples[0].reason.contains("version 999"), "{}", scan.examples[0].reason);
}

#[test]
fn what_inflates_to_more_than_the_bounds_is_left_out_and_named() {
    let bomb = vec![0; 3 << 20];
    let class = class();
    let jar = jar(&[("Bomb.class", &bomb), ("Jobs.class", &class), ("bomb.jar", &bomb), ("More.class", &class)]);
    assert!(jar.len() < 20_000, "{} bytes", jar.len());
    let limits = Limits { class_bytes: 1 << 20, nested_bytes: 1 << 20, ..Limits::default() };
    let (scan, seen) = read(&jar, &limits).expect("a jar");
    assert!(is_found(&seen));
    assert_eq!((scan.classes, scan.unread), (2, 2));
    assert!(scan.examples.iter().all(|each| each.reason == "larger than 1048576 bytes"), "{:?}", scan.examples);

    let limits = Limits { total_bytes: 2 << 20, ..Limits::default() };
    let (scan, _) = read(&jar, &limits).expect("a jar");
    assert_eq!((scan.classes, scan.unread), (0, 4));
}

#[test]
fn archives_in_archives_are_opened_to_a_depth_that_is_bounded() {
    let mut archive = jar(&[("Jobs.class", &class())]);
    for _ in 0..10 {
        archive = jar(&[("inner.jar", &archive)]);
    }
    let (scan, seen) = read(&archive, &Limits::default()).expect("a jar");
    assert_eq!((scan.classes, scan.nested, scan.unread), (0, 3, 1));
    assert_eq!(scan.examples[0].path, "inner.jar!/inner.jar!/inner.jar!/inner.jar");
    assert!(!is_found(&seen));

    let two_deep = jar(&[("lib/a.jar", &jar(&[("lib/b.jar", &jar(&[("Jobs.class", &class())]))]))]);
    assert!(is_found(&read(&two_deep, &Limits::default()).expect("a jar").1));
}

#[test]
fn more_entries_than_the_bound_are_not_even_listed() {
    let jar = jar(&[("a.class", b""), ("b.class", b""), ("c.class", b"")]);
    let limits = Limits { entries: 2, ..Limits::default() };
    assert!(matches!(read(&jar, &limits), Err(JarError::TooManyEntries(2))));
}

#[test]
fn an_entry_that_is_encrypted_is_named() {
    let mut bytes = jar(&[("Jobs.class", &class())]);
    // The lowest bit of the flags, at the entry and in the directory, says so.
    for (signature, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = bytes.windows(4).position(|window| window == signature).expect("it is there");
        bytes[at + flags] |= 1;
    }
    let (scan, seen) = read(&bytes, &Limits::default()).expect("a jar");
    assert_eq!((scan.classes, scan.unread, seen.len()), (0, 1, 0));
    assert!(scan.examples[0].reason.to_lowercase().contains("password"), "{}", scan.examples[0].reason);
}

#[test]
fn what_is_put_together_at_run_time_is_counted_and_is_no_uid() {
    let (scan, _) = read(&application(), &Limits::default()).expect("a jar");
    assert!(scan.recipes > 0);
}
