//! How much memory the bytes of a value can make its decoder take, whatever is in them.

#[path = "state_meta/bytes.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod bytes;

use keepoint::codec::DataInput;
use keepoint::format::state_meta::decode_keyed;
use keepoint::format::value::ValueDecoder;
use keepoint::model::{Name, StateValue};
use peak_alloc::PeakAlloc;

use bytes::{composite, int, keyed, long, snapshot, utf};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// A list that grows is held twice for a moment: full, and in a place of double the size.
const GROWTH: usize = 3;

/// The smallest value with the most behind it for its bytes: a row tells in a byte that eight of its fields are null.
const PER_BYTE: usize = 8 * GROWTH * size_of::<StateValue>() + 2 * GROWTH * size_of::<(Name, StateValue)>();

/// What a value of any length may cost: parts without bytes (`bounds.rs`), first places of lists in lists, an error with its path.
const BASE: usize = 65_536 * GROWTH * size_of::<(Name, StateValue)>() + (1 << 20);

const ELEMENTS: usize = 200_000;

#[test]
#[expect(clippy::print_stdout, reason = "how close the worst value comes is worth knowing")]
fn decoding_a_value_takes_no_more_memory_than_a_multiple_of_it() {
    for (name, serializer, value) in hostile() {
        let header = keyed(&serializer, &[]);
        let header = decode_keyed(&header).unwrap_or_else(|error| panic!("{name}: {error}"));
        let decoder = ValueDecoder::new(header.key_serializer.as_ref().expect("a serializer"));
        let decoder = decoder.unwrap_or_else(|unknown| panic!("{name}: {unknown}"));
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        let outcome = decoder.decode(&mut DataInput::new(&value));
        let peak = ALLOCATOR.peak_usage().saturating_sub(before);
        let limit = PER_BYTE * value.len() + BASE;
        println!("{name}: {peak} of {limit} for {} bytes; {}", value.len(), outcome.is_ok());
        assert!(peak <= limit, "{name}: {peak} bytes, not {limit}, for a value of {}", value.len());
    }
}

/// Values that are nothing but the smallest parts of one kind, or promise more than they hold; with names as long as they can be.
fn hostile() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let core = |class: &str| format!("org.apache.flink.api.common.typeutils.base.{class}");
    let runtime = |class: &str| format!("org.apache.flink.api.java.typeutils.runtime.{class}");
    let list_of = |element: Vec<u8>| snapshot(&core("ListSerializerSnapshot"), 3, &composite(1, &[], &[element]));
    let simple = |class: &str| snapshot(&core(class), 3, &[]);
    let bool = || simple("BooleanSerializer$BooleanSerializerSnapshot");
    let count = |count: usize| int(i32::try_from(count).expect("it fits"));
    let many = |element: &[u8]| [count(ELEMENTS), element.repeat(ELEMENTS)].concat();
    let long_name = "n".repeat(60_000);
    let constants = {
        let mut body = [utf("E"), count(1)].concat();
        body.extend(utf(&long_name));
        snapshot(&core("EnumSerializer$EnumSerializerSnapshot"), 3, &body)
    };
    let avro = |schema: &str| {
        snapshot(
            "org.apache.flink.formats.avro.typeutils.AvroSerializerSnapshot",
            2,
            &[utf("org.apache.avro.generic.GenericRecord"), utf(schema)].concat(),
        )
    };
    let row = snapshot(&runtime("RowSerializer$RowSerializerSnapshot"), 3, &composite(3, &[], &vec![long(); 62]));
    let mut lists = long();
    for _ in 0..35 {
        lists = list_of(lists);
    }
    vec![
        ("booleans", list_of(bool()), many(&[1])),
        ("empty lists", list_of(list_of(long())), many(&[0; 4])),
        ("rows of nulls", list_of(row), many(&[0x3F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])),
        ("constants with a name as long as they can be", list_of(constants), many(&[0; 4])),
        ("lists in lists that promise everything", lists, [0, 0, 0x10, 0].repeat(120_000)),
        (
            "records of Avro that are nothing but null",
            list_of(avro(&format!(
                r#"{{"type":"record","name":"R","fields":[{{"name":"{long_name}","type":"null"}}]}}"#
            ))),
            int(i32::MAX),
        ),
        (
            "arrays of Avro of nulls, in arrays",
            avro(r#"{"type":"array","items":{"type":"array","items":"null"}}"#),
            [&[0x90, 0x4E][..], &[0xFF, 0xFF, 0x03, 0].repeat(10_000)].concat(),
        ),
        (
            "a record of Avro in itself",
            avro(r#"{"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]}"#),
            [0, 0, 0, 1].repeat(ELEMENTS),
        ),
    ]
}
