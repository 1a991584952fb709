//! Damaged headers: a result, or an error that says where; never a panic.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use keepoint::format::state_meta::{decode_keyed, decode_operator, recover_states};
use keepoint::format::{Error, ErrorKind};
use keepoint::model::{StateBackendScope, StateHeader};

use crate::bytes::{composite, keyed, long, snapshot, utf, value_state};
use crate::fixtures::snapshots;
use crate::headers::headers;

/// Bytes of a header that takes long to be cut and changed at every place.
const LONG: usize = 20_000;

fn decode(backend: StateBackendScope, bytes: &[u8]) -> Result<StateHeader<'_>, Error> {
    match backend {
        StateBackendScope::Keyed => decode_keyed(bytes),
        StateBackendScope::Operator => decode_operator(bytes),
    }
}

/// Each different header of the fixtures, once.
fn different_headers() -> Vec<(StateBackendScope, Vec<u8>)> {
    let mut seen = HashSet::new();
    let all = snapshots();
    let headers = all.iter().filter(|snapshot| snapshot.name.starts_with("flink/")).flat_map(headers);
    let different = headers.map(|header| (header.backend, header.bytes)).filter(|header| seen.insert(header.clone()));
    let different: Vec<_> = different.collect();
    assert!(different.len() > 30, "only {} different headers", different.len());
    different
}

fn on_all_cores(check: impl Fn(StateBackendScope, &[u8]) + Sync) {
    let headers = different_headers();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((backend, bytes)) = headers.get(next.fetch_add(1, Ordering::Relaxed)) {
                    check(*backend, bytes);
                }
            });
        }
    });
}

#[test]
fn a_header_cut_anywhere_says_how_many_more_bytes_it_needs_and_never_asks_for_too_many() {
    on_all_cores(|backend, bytes| {
        let end = decode(backend, bytes).expect("a good header").end.expect("it has an end");
        // Of the longest, the ones with a state per serializer, not every length.
        let step = if end > LONG { 11 } else { 1 };
        for length in (0..end).step_by(step) {
            let error = decode(backend, &bytes[..length]).expect_err("something is missing");
            assert!(error.offset() <= length, "{error}");
            let missing = error.missing_bytes().unwrap_or_else(|| panic!("cut at {length} of {end}: {error}"));
            assert!(missing > 0 && length + missing <= end, "{missing} at {length} of {end}: {error}");
        }
    });
}

#[test]
fn a_header_with_any_byte_changed_decodes_or_is_refused_at_an_offset_inside() {
    on_all_cores(|backend, bytes| {
        let mut changed = bytes.to_vec();
        let step = if bytes.len() > LONG { 11 } else { 1 };
        for position in (0..bytes.len()).step_by(step) {
            for mask in [0xFF, 0x01, 0x80] {
                changed[position] = bytes[position] ^ mask;
                match decode(backend, &changed) {
                    Err(error) => assert!(error.offset() <= bytes.len(), "{error}"),
                    Ok(mut header) => {
                        assert!(header.end.is_some_and(|end| end <= bytes.len()) || header.stopped_at.is_some());
                        recover_states(&mut header, &changed);
                        for state in &header.states {
                            assert!(state.offset < bytes.len());
                            let _ = state.value_text();
                        }
                    }
                }
            }
            changed[position] = bytes[position];
        }
    });
}

#[test]
fn a_serializer_inside_itself_ten_thousand_times_is_refused_before_the_stack_ends() {
    let class = "org.apache.flink.api.common.typeutils.base.ListSerializerSnapshot";
    let mut bytes = long();
    for _ in 0..10_000 {
        bytes = snapshot(class, 3, &composite(1, &[], &[bytes]));
    }
    let header = keyed(&bytes, &[]);
    let error = decode_keyed(&header).expect_err("too deep");
    assert!(matches!(error.kind(), ErrorKind::Bytes(keepoint::codec::ErrorKind::TooDeep { .. })), "{error}");
    assert_eq!(error.missing_bytes(), None);
}

#[test]
fn a_header_without_an_end_for_its_frame_is_damaged_and_not_cut() {
    let class = "org.apache.flink.api.java.typeutils.runtime.PojoSerializerSnapshot";
    let magic = 0x4f2_c69a_3d70_i64.to_be_bytes();
    let one = 1_i32.to_be_bytes();
    // The frame of the field's serializer is three bytes long and its class name longer.
    let map = [&magic[..], &one, &utf("field"), &[0, 1], &3_i32.to_be_bytes(), &[0, 9, b'a']].concat();
    let header = keyed(&snapshot(class, 2, &[utf("Pojo"), map].concat()), &[]);
    let error = decode_keyed(&[header, vec![0; 100]].concat()).expect_err("the frame is too short");
    assert_eq!(error.missing_bytes(), None, "{error}");
    assert!(error.to_string().contains("longer than the frame"), "{error}");
}

#[test]
fn versions_that_flink_no_longer_reads_and_ones_that_it_does_not_know_yet_are_told_apart() {
    let version = |number: i32| number.to_be_bytes();
    for number in 1..=5 {
        let error = decode_keyed(&version(number)).expect_err("too old");
        assert!(matches!(error.kind(), ErrorKind::HeaderVersionTooOld { .. }), "{error}");
        assert!(!error.may_be_newer());
    }
    let error = decode_keyed(&version(7)).expect_err("unknown");
    assert!(error.may_be_newer());
    assert_eq!(error.to_string(), "unknown version 7 of the header of keyed state; known are 1 to 6 at offset 0");
    assert!(!decode_keyed(&version(-1)).expect_err("impossible").may_be_newer());
    let error = decode_operator(&version(4)).expect_err("too old");
    assert_eq!(
        error.to_string(),
        "version 4 of the header of operator state: Flink from 1.17 on no longer reads it at offset 0"
    );
}

#[test]
fn an_error_names_the_state_and_the_serializers_around_it() {
    let broken = snapshot(
        "org.apache.flink.api.common.typeutils.base.ListSerializerSnapshot",
        3,
        &composite(
            1,
            &[],
            &[snapshot("org.apache.flink.api.java.typeutils.runtime.TupleSerializerSnapshot", 3, &[0; 4])],
        ),
    );
    let error = decode_keyed(&keyed(&long(), &[value_state("orders", broken)])).expect_err("no magic number");
    assert_eq!(
        error.path(),
        "state 0 › \"orders\" › VALUE_SERIALIZER › ListSerializerSnapshot › nested serializer 0 › TupleSerializerSnapshot"
    );
}
