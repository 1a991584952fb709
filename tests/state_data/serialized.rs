//! Values that Flink's serializers wrote, against what they read again.

use std::fs;

use keepoint::codec::DataInput;
use keepoint::format::state_meta::decode_keyed;
use keepoint::format::value::ValueDecoder;
use keepoint::state_data::json_of;
use serde_json::Value;

use crate::bytes::keyed;
use crate::fixtures::{files, fixtures};
use crate::values::sorted;

/// A value: its name, the bytes of the serializer's snapshot, its own, and what Flink reads.
struct Written {
    name: String,
    header: Vec<u8>,
    bytes: Vec<u8>,
    value: Value,
}

fn written() -> Vec<Written> {
    let mut all = Vec::new();
    for file in files(&fixtures().join("values")) {
        for line in fs::read_to_string(&file).expect("readable").lines() {
            let line: Value = serde_json::from_str(line).expect("a line of JSON");
            let name = format!("{} {}", file.display(), line["name"].as_str().expect("a name"));
            let bytes = |field: &str| unhex(line[field].as_str().expect("bytes"));
            // The key of a header may have any serializer.
            let header = keyed(&bytes("snapshot"), &[]);
            all.push(Written { name, header, bytes: bytes("bytes"), value: line["value"].clone() });
        }
    }
    assert!(all.len() >= 33, "{} values", all.len());
    all
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal")).collect()
}

/// Calls with a decoder for each of them.
fn each(show: &mut dyn FnMut(&Written, &ValueDecoder)) {
    for written in written() {
        let header = decode_keyed(&written.header).unwrap_or_else(|error| panic!("{}: {error}", written.name));
        let decoder = ValueDecoder::new(header.key_serializer.as_ref().expect("a serializer"));
        show(&written, &decoder.unwrap_or_else(|unknown| panic!("{}: {unknown}", written.name)));
    }
}

#[test]
fn each_value_is_what_its_serializer_reads_and_ends_where_that_ends() {
    each(&mut |written, decoder| {
        let mut input = DataInput::new(&written.bytes);
        let ours = decoder.decode(&mut input).unwrap_or_else(|error| panic!("{}: {error}", written.name));
        assert_eq!(input.remaining(), 0, "{}", written.name);
        assert_eq!(sorted(vec![json_of(ours)]), sorted(vec![written.value.clone()]), "{}", written.name);
    });
}

#[test]
fn given_a_value_that_is_cut_off_at_any_length_it_is_refused_inside() {
    each(&mut |written, decoder| {
        for length in 0..written.bytes.len() {
            let error = decoder.decode(&mut DataInput::new(&written.bytes[..length])).expect_err("it is cut off");
            assert!(error.offset() <= length, "{} at {length}: {error}", written.name);
        }
    });
}

#[test]
fn given_any_byte_changed_decoding_comes_to_an_end_inside() {
    each(&mut |written, decoder| {
        let mut bytes = written.bytes.clone();
        for position in 0..bytes.len() {
            for change in [0x01, 0x40, 0x80, 0xFF] {
                bytes[position] ^= change;
                let mut input = DataInput::new(&bytes);
                if let Err(error) = decoder.decode(&mut input) {
                    assert!(error.offset() <= bytes.len(), "{} at {position}: {error}", written.name);
                }
                bytes[position] ^= change;
            }
        }
    });
}
