//! Any folder of snapshots, named by the environment variable `KEEPOINT_CORPUS`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use keepoint::format::metadata::{decode, encode};

use crate::fixtures::files;
use crate::round_trip::first_difference;

#[test]
#[expect(clippy::print_stdout, reason = "a skipped suite is said, and what a corpus held is worth knowing")]
fn every_metadata_of_the_corpus_decodes_to_the_last_byte_and_encodes_to_the_same_file() {
    let Some(folder) = std::env::var_os("KEEPOINT_CORPUS") else {
        println!("SKIPPED: KEEPOINT_CORPUS names no folder of snapshots");
        return;
    };
    let metadata: Vec<PathBuf> =
        files(&PathBuf::from(&folder)).into_iter().filter(|file| file.ends_with("_metadata")).collect();
    assert!(!metadata.is_empty(), "no _metadata below {}", folder.display());
    let mut versions: BTreeMap<i32, usize> = BTreeMap::new();
    for file in &metadata {
        let bytes = fs::read(file).expect("a readable corpus");
        let decoded = decode(&bytes).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert_eq!(decoded.unreadable_properties, None, "{}", file.display());
        assert_eq!(decoded.trailing_bytes, 0, "{}: bytes left", file.display());
        let again = encode(&decoded.metadata).expect("what was read can be written");
        assert!(again == bytes, "{}: first difference at {:?}", file.display(), first_difference(&again, &bytes));
        *versions.entry(decoded.metadata.version.number()).or_default() += 1;
    }
    println!("corpus: {} files, by metadata version {versions:?}", metadata.len());
}
