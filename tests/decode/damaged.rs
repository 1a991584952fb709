//! What keepoint says of files that are damaged in one way each.

use std::fs;

use keepoint::format::metadata::decode;

use crate::fixtures::{directories, fixtures};
use crate::golden;

#[test]
fn every_damaged_file_is_told_as_reviewed() {
    let damaged = directories(&fixtures().join("damaged"));
    assert!(!damaged.is_empty(), "no damaged files");
    let mut failures = Vec::new();
    for directory in damaged {
        let bytes = fs::read(directory.join("_metadata")).expect("a readable fixture");
        let told = match decode(&bytes) {
            Err(error) => error.to_string(),
            Ok(decoded) => match decoded.unreadable_properties {
                Some(error) => error.to_string(),
                None => format!("trailing bytes: {}", decoded.trailing_bytes),
            },
        };
        failures.extend(golden::compare(&directory.join("error.txt"), format!("{told}\n").as_bytes()).err());
    }
    golden::report(&failures);
}
