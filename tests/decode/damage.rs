//! Damaged files: a result, or an error that says where; never a panic.

use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use keepoint::format::metadata::{decode, encode};

use crate::fixtures::{Snapshot, snapshots};

#[test]
fn every_fixture_cut_at_every_length_is_refused_at_an_offset_inside_or_lacks_only_its_properties() {
    on_all_cores(&snapshots(), |snapshot, bytes| {
        for length in 0..bytes.len() {
            let cut = &bytes[..length];
            match decode(cut) {
                Err(error) => assert!(error.offset() <= length, "{}: {error}", snapshot.name),
                // Flink writes the properties last: a cut in them leaves the rest readable, and must be told.
                Ok(decoded) => {
                    let error = decoded.unreadable_properties;
                    let error = error.unwrap_or_else(|| panic!("{} cut at {length} decodes", snapshot.name));
                    assert!(error.offset() <= length, "{}: {error}", snapshot.name);
                }
            }
        }
    });
}

#[test]
fn every_fixture_with_any_byte_changed_decodes_to_something_writable_or_is_refused_at_an_offset_inside() {
    on_all_cores(&snapshots(), |snapshot, bytes| {
        let mut changed = bytes.to_vec();
        for position in 0..bytes.len() {
            for mask in [0xFF, 0x01, 0x80] {
                changed[position] = bytes[position] ^ mask;
                match decode(&changed) {
                    Err(error) => assert!(error.offset() <= bytes.len(), "{}: {error}", snapshot.name),
                    Ok(decoded) => {
                        let again = encode(&decoded.metadata).expect("what was read can be written");
                        let twice = decode(&again).unwrap_or_else(|error| panic!("{}: {error}", snapshot.name));
                        assert_eq!(twice.metadata, decoded.metadata, "{} at {position}", snapshot.name);
                    }
                }
            }
            changed[position] = bytes[position];
        }
    });
}

/// Runs a check for each fixture, several at a time.
fn on_all_cores(snapshots: &[Snapshot], check: impl Fn(&Snapshot, &[u8]) + Sync) {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(0_usize);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(snapshot) = snapshots.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let bytes = fs::read(&snapshot.metadata).expect("a readable fixture");
                    check(snapshot, &bytes);
                    *done.lock().expect("no check panicked") += 1;
                }
            });
        }
    });
    assert_eq!(*done.lock().expect("no check panicked"), snapshots.len());
}
