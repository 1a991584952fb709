//! Data of states that is cut off or changed.

use std::ops::ControlFlow;

use keepoint::format::metadata::decode;
use keepoint::format::state_meta::decode_keyed;
use keepoint::format::value::KeyGroupReader;
use keepoint::model::SubtaskState;
use keepoint::model::state_handle::{KeyGroupsForm, KeyedStateHandle, StreamStateHandle};

use crate::fixtures::snapshots;

/// Takes the name of a snapshot, whether it is canonical, a reader of one state and the bytes of a key group.
type Show<'s> = &'s mut dyn FnMut(&str, bool, &KeyGroupReader, &[u8]);

/// Calls with each key group of inline state, its number, whether it is canonical, and a reader for each state.
fn each_key_group(show: Show<'_>) {
    let mut found = 0;
    for snapshot in snapshots() {
        if !["2.3.0/types/", "2.3.0/hashmap-every-state/"].iter().any(|name| snapshot.name.contains(name)) {
            continue;
        }
        let metadata = std::fs::read(&snapshot.metadata).expect("a fixture");
        let decoded = decode(&metadata).expect("it decodes");
        for operator in &decoded.metadata.operator_states {
            for entry in operator.entries() {
                let SubtaskState::Running(state) = &entry.state else { continue };
                let Some(KeyedStateHandle::KeyGroups(handle)) = &state.managed_keyed_state else { continue };
                let StreamStateHandle::ByteStream(stream) = &handle.delegate else { continue };
                let header = decode_keyed(stream.data).expect("a header");
                let mut offsets: Vec<usize> =
                    handle.offsets.iter().filter_map(|each| usize::try_from(each).ok()).collect();
                offsets.push(stream.data.len());
                offsets.sort_unstable();
                offsets.dedup();
                let is_canonical = handle.form == KeyGroupsForm::Savepoint;
                for pair in offsets.windows(2).filter(|pair| pair[0] > 0) {
                    let skip = if is_canonical { 0 } else { 4 };
                    let reader = KeyGroupReader::new(&header, header.states.len() - 1, operator.max_parallelism);
                    show(&snapshot.name, is_canonical, &reader, &stream.data[pair[0] + skip..pair[1]]);
                    found += 1;
                }
            }
        }
    }
    assert!(found > 20, "{found} key groups");
}

fn read(is_canonical: bool, reader: &KeyGroupReader, bytes: &[u8]) -> Result<usize, keepoint::format::Error> {
    let mut entries = 0;
    let mut show = |_| {
        entries += 1;
        ControlFlow::Continue(())
    };
    if is_canonical { reader.canonical(bytes, &mut show) } else { reader.heap(bytes, &mut show) }?;
    Ok(entries)
}

#[test]
fn given_a_canonical_key_group_that_is_cut_off_it_is_refused_with_an_offset_inside() {
    each_key_group(&mut |name, is_canonical, reader, bytes| {
        if is_canonical {
            for length in 0..bytes.len() {
                let error = read(true, reader, &bytes[..length]).expect_err("its end is missing");
                assert!(error.offset() <= length, "{name} at {length}: {error}");
            }
        }
    });
}

#[test]
fn given_any_byte_changed_reading_comes_to_an_end_inside() {
    each_key_group(&mut |name, is_canonical, reader, bytes| {
        for position in 0..bytes.len() {
            for change in [0x01, 0x80, 0xFF] {
                let mut bytes = bytes.to_vec();
                bytes[position] ^= change;
                if let Err(error) = read(is_canonical, reader, &bytes) {
                    assert!(error.offset() <= bytes.len(), "{name} at {position}: {error}");
                }
            }
        }
    });
}
