//! Places in bytes: what an object names, whether its structure is understood or not (S-19).
//!
//! Java writes a string with its length in front and in modified UTF-8, so a place that was written as one is found with its exact end.
//! Where that length is damaged or cut off, the place is taken up to the last byte that could be text: it may be too long, and still
//! lies in the lineage that it was meant for.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

use crate::codec::JavaStr;
use crate::uri::StorageUri;

/// A path above this is longer than any store takes.
const LONGEST_PATH: usize = 4096;

/// Letters before a colon that are looked at.
const LONGEST_SCHEME: usize = 32;

/// Schemes of file systems. Of letters before a colon the longest of these is taken: the byte before a string, part of its length, may
/// look like a letter too.
const SCHEMES: &[&str] = &[
    "file", "s3", "s3a", "s3n", "s3p", "cos", "cosn", "oss", "hdfs", "viewfs", "webhdfs", "gs", "abfs", "abfss",
    "wasb", "wasbs",
];

/// Whether the structure around the places was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Structure {
    /// All of it: places with a length in front are exact.
    Understood,
    /// Not all of it: no length is trusted.
    Damaged,
}

/// Everything in the bytes that may be a place.
pub(super) fn locations(bytes: &[u8], structure: Structure) -> BTreeSet<StorageUri> {
    let mut found = BTreeSet::new();
    for at in 0..bytes.len() {
        match bytes.get(at..) {
            Some([b':', b'/', ..]) => uris(bytes, at, structure, &mut found),
            Some([b'/', ..]) => path(bytes, at, structure, &mut found),
            _ => {}
        }
    }
    found
}

/// The readings of a text that may be a place. Java's URIs are escaped and Flink's texts are not, so one with a percent sign has two (S-06).
pub(super) fn add(text: &str, found: &mut BTreeSet<StorageUri>) {
    // A URI without a scheme that file systems have (`akka.tcp://…`, `http://…`) is no place of a snapshot, and harms nobody as one.
    let mut add = |text: &str| found.extend(StorageUri::parse(text).ok().filter(|place| place.file_name().is_some()));
    if !text.contains(":/") && !text.starts_with('/') {
        return;
    }
    add(text);
    if let Ok(decoded) = percent_decode_str(text).decode_utf8()
        && decoded != text
    {
        add(&decoded);
    }
}

/// The URIs whose scheme ends at a colon.
fn uris(bytes: &[u8], colon: usize, structure: Structure, found: &mut BTreeSet<StorageUri>) {
    let before = bytes.get(..colon).unwrap_or_default();
    let letters = before.iter().rev().take(LONGEST_SCHEME).take_while(|byte| is_of_scheme(**byte)).count();
    let starts = (1..=letters).map(|letters| colon - letters).filter(|start| is_letter(bytes, *start));
    let starts: Vec<usize> = starts.collect();
    let mut is_exact = false;
    for start in &starts {
        if let Some(text) = with_length(bytes, *start, colon + 2 - start) {
            is_exact = true;
            add(&text, found);
        }
    }
    if is_exact && structure == Structure::Understood {
        return;
    }
    let known = |start: &&usize| {
        bytes
            .get(**start..colon)
            .is_some_and(|scheme| SCHEMES.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(scheme)))
    };
    // Starts are in order of growing length.
    if let Some(start) = starts.iter().rev().find(known).or(starts.last()) {
        add(&run(bytes, *start), found);
    }
}

/// The path without a scheme that may begin at a slash.
fn path(bytes: &[u8], start: usize, structure: Structure, found: &mut BTreeSet<StorageUri>) {
    if let Some(text) = with_length(bytes, start, 2).filter(|text| text.len() <= LONGEST_PATH) {
        add(&text, found);
        if structure == Structure::Understood {
            return;
        }
    }
    // Text begins here, or one before with what may be the length of it.
    let is_text_at =
        |before: usize| start.checked_sub(before).and_then(|at| bytes.get(at)).is_some_and(|byte| is_text(*byte));
    if structure == Structure::Damaged && !(is_text_at(1) && is_text_at(2)) {
        add(&run(bytes, start), found);
    }
}

/// The string that begins at a byte, if the two bytes before it are its length and that makes sense.
fn with_length(bytes: &[u8], start: usize, shortest: usize) -> Option<String> {
    let length = bytes.get(start.checked_sub(2)?..start)?;
    let &[high, low] = length else { return None };
    let length = usize::from(u16::from_be_bytes([high, low]));
    let text = bytes.get(start..start.checked_add(length)?).filter(|text| text.len() >= shortest)?;
    let is_text = !text.iter().any(u8::is_ascii_control);
    JavaStr::from_modified_utf8(text).filter(|_| is_text).map(|text| text.to_str().into_owned())
}

/// The text from a byte on, up to the first that cannot be text.
fn run(bytes: &[u8], start: usize) -> String {
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().take(LONGEST_PATH).take_while(|byte| is_text(**byte)).count();
    let run = rest.get(..length).unwrap_or_default();
    // The end may be in the middle of a character, or be no character at all.
    let cut = (0..4).find_map(|less| JavaStr::from_modified_utf8(run.get(..length.checked_sub(less)?)?));
    cut.map_or_else(|| String::from_utf8_lossy(run).into_owned(), |text| text.to_str().into_owned())
}

fn is_text(byte: u8) -> bool {
    !byte.is_ascii_control()
}

fn is_letter(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(u8::is_ascii_alphabetic)
}

fn is_of_scheme(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(bytes: &[u8], structure: Structure) -> Vec<String> {
        locations(bytes, structure).iter().map(ToString::to_string).collect()
    }

    fn string(text: &str) -> Vec<u8> {
        let length = u16::try_from(text.len()).expect("a short text");
        let mut bytes = length.to_be_bytes().to_vec();
        bytes.extend_from_slice(text.as_bytes());
        bytes
    }

    #[test]
    fn a_place_with_its_length_ends_where_it_ends_though_letters_follow() {
        let mut bytes = string("s3://b/job/chk-7");
        bytes.extend_from_slice(b"xpt");
        assert_eq!(found(&bytes, Structure::Understood), ["s3://b/job/chk-7"]);
        assert_eq!(found(&bytes, Structure::Damaged), ["s3://b/job/chk-7", "s3://b/job/chk-7xpt"]);
    }

    #[test]
    fn a_length_that_looks_like_a_letter_is_no_part_of_the_scheme() {
        let path = format!("hdfs://nn/{}", "d".repeat(usize::from(b'a') - "hdfs://nn/".len()));
        assert_eq!(found(&string(&path), Structure::Understood), std::slice::from_ref(&path));
        // With the length damaged the known scheme is taken.
        let mut bytes = string(&path);
        bytes[0] = 7;
        assert_eq!(found(&bytes, Structure::Understood), [path]);
    }

    #[test]
    fn a_place_without_a_length_is_taken_up_to_the_first_byte_that_is_no_text() {
        for structure in [Structure::Understood, Structure::Damaged] {
            assert_eq!(found(b"\x01file:/a b/\xC3\xA4/chk-1\x00", structure), ["file:/a b/\u{e4}/chk-1"]);
            assert_eq!(found(b"\x01file:/a/chk-1", structure), ["file:/a/chk-1"]);
            assert_eq!(found(b"dir=s3a://b/a/chk-1", structure), ["s3a://b/a/chk-1"]);
        }
    }

    #[test]
    fn a_path_without_a_scheme_is_found_with_its_length_and_in_damaged_bytes_without() {
        assert_eq!(found(&string("/flink/sp-1"), Structure::Understood), ["file:/flink/sp-1"]);
        assert_eq!(found(b"\x00/flink/sp-1\x00", Structure::Damaged), ["file:/flink/sp-1"]);
        assert_eq!(found(b"\x000/flink/sp-1", Structure::Damaged), ["file:/flink/sp-1"]);
        assert_eq!(found(b"Lorg/apache/flink/Some;", Structure::Damaged), Vec::<String>::new());
    }

    #[test]
    fn an_escaped_place_has_two_readings_and_both_are_live() {
        let both = ["file:/a b/chk-1", "file:/a%20b/chk-1"];
        assert_eq!(found(&string("file:/a%20b/chk-1"), Structure::Understood), both);
    }

    #[test]
    fn a_place_in_modified_utf_8_is_found() {
        // U+1F600 as two surrogates.
        let mut bytes = vec![0, 18];
        bytes.extend_from_slice(b"file:/\xED\xA0\xBD\xED\xB8\x80/chk-1");
        assert_eq!(found(&bytes, Structure::Understood), ["file:/\u{1F600}/chk-1"]);
    }

    proptest! {
        #[test]
        fn a_place_among_any_bytes_is_found_with_its_lineage(
            before in proptest::collection::vec(any::<u8>(), 0..40),
            after in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut bytes = before;
            bytes.extend(string("s3://bucket/checkpoints/0123/chk-7"));
            bytes.extend(after);
            for structure in [Structure::Understood, Structure::Damaged] {
                let all = found(&bytes, structure);
                prop_assert!(all.iter().any(|place| place == "s3://bucket/checkpoints/0123/chk-7"), "{:?}", all);
            }
        }
    }
}
