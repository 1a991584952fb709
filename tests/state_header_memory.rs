//! How much memory the header of a state file can make the decoder take, whatever is in it.

#[path = "state_meta/bytes.rs"]
mod bytes;
#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "state_meta/headers.rs"]
mod headers;

use keepoint::codec::{JavaStr, JavaValue, Node};
use keepoint::format::Error;
use keepoint::format::state_meta::{decode_keyed, decode_operator, recover_states};
use keepoint::model::{
    EnumSerializer, KryoRegistration, LogicalField, LogicalType, PojoField, SerializerSnapshot, StateBackendScope,
    StateHeader, StateMetaInfoSnapshot,
};
use peak_alloc::PeakAlloc;

use bytes::{composite, int, keyed, long, nested, snapshot, state, utf, value_state};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What is held for the smallest element of each list, and the bytes it takes in a header.
const ELEMENT_SIZES: [(usize, usize); 9] = [
    (size_of::<StateMetaInfoSnapshot<'_>>(), 14),
    // A key and an opaque snapshot; there is only one of them. Any other has a class name of more than forty bytes.
    (size_of::<(JavaStr<'_>, SerializerSnapshot<'_>)>() + size_of::<EnumSerializer<'_>>(), 40),
    (size_of::<(JavaStr<'_>, JavaStr<'_>)>(), 4),
    (size_of::<PojoField<'_>>(), 4),
    (size_of::<KryoRegistration<'_>>(), 4),
    (size_of::<JavaStr<'_>>(), 2),
    // A type of a row: no more of them are made than one for eight bytes.
    (size_of::<LogicalType<'_>>() + size_of::<LogicalField<'_>>(), 8),
    // In a Java object: a null, and an empty string as the element of an array.
    (size_of::<JavaValue>(), 1),
    (size_of::<Node<'_>>() + size_of::<JavaValue>(), 3),
];

/// A list that grows is held twice for a moment: full, and in a place of double the size.
const GROWTH: usize = 3;

/// Lists in lists that are read at the same time and reserve what is left of the header, each at most once: states, serializers or
/// options of one, constants.
const RESERVED: usize = 3;

/// What a header of any length may cost: an error with its path, the first allocation of each list in another.
const BASE: usize = 64 * 1024;

const ELEMENTS: usize = 300_000;

#[test]
#[expect(clippy::print_stdout, reason = "how close the worst header comes is worth knowing")]
fn decoding_a_header_takes_no_more_memory_than_a_multiple_of_it() {
    println!("at most {} per byte", per_byte());
    // The registry of classes is made once and stays.
    let _ = decode_keyed(&keyed(&long(), &[]));
    let mut worst = (0.0, String::new());
    for fixture in fixtures::snapshots().iter().filter(|snapshot| snapshot.name.starts_with("flink/")) {
        for header in headers::headers(fixture) {
            let decode = match header.backend {
                StateBackendScope::Keyed => decode_keyed,
                StateBackendScope::Operator => decode_operator,
            };
            measure(&fixture.name, &header.bytes, decode, &mut worst);
            let mut changed = header.bytes.clone();
            let step = 7 * (1 + header.bytes.len() / 5_000);
            for position in (0..header.bytes.len().saturating_sub(4)).step_by(step) {
                let place = position..position + 4;
                changed[place.clone()].copy_from_slice(&i32::MAX.to_be_bytes());
                measure(&fixture.name, &changed, decode, &mut worst);
                changed[place.clone()].copy_from_slice(&header.bytes[place]);
            }
        }
    }
    println!("fixtures: {:.1} per byte: {}", worst.0, worst.1);
    for (name, bytes) in hostile() {
        let mut worst = (0.0, String::new());
        measure(name, &bytes, decode_keyed, &mut worst);
        println!("{:.1} per byte: {}", worst.0, worst.1);
    }
}

/// Bytes of memory that one byte of a header may cost. Names are borrowed.
fn per_byte() -> usize {
    let elements = ELEMENT_SIZES.map(|(held, written)| (GROWTH * held).div_ceil(written));
    elements.into_iter().fold(0, usize::max) + RESERVED
}

type Decoder = for<'a> fn(&'a [u8]) -> Result<StateHeader<'a>, Error>;

#[expect(clippy::cast_precision_loss, reason = "a ratio is only looked at")]
fn measure(name: &str, bytes: &[u8], decode: Decoder, worst: &mut (f64, String)) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let mut decoded = decode(bytes);
    if let Ok(header) = &mut decoded {
        recover_states(header, bytes);
    }
    let peak = ALLOCATOR.peak_usage().saturating_sub(before);
    let limit = per_byte() * bytes.len() + BASE;
    let told = decoded.as_ref().map(|header| header.end);
    assert!(peak <= limit, "{name}: {peak} bytes, not {limit}, for a header of {}; {told:?}", bytes.len());
    let ratio = peak as f64 / bytes.len().max(1000) as f64;
    if ratio > worst.0 {
        *worst = (ratio, format!("{name}, {peak} for {}", bytes.len()));
    }
}

/// Headers that are nothing but the smallest elements of one kind, and such as promise more than they hold.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let count = || int(i32::try_from(ELEMENTS).expect("it fits"));
    let optional_map =
        |entries: Vec<u8>, count: Vec<u8>| [0x4f2_c69a_3d70_i64.to_be_bytes().to_vec(), count, entries].concat();
    let nothing = || optional_map(Vec::new(), int(0));
    let pojo = "org.apache.flink.api.java.typeutils.runtime.PojoSerializerSnapshot";
    let kryo = "org.apache.flink.api.java.typeutils.runtime.kryo.KryoSerializerSnapshot";
    let row = "org.apache.flink.table.runtime.typeutils.RowDataSerializer$RowDataSerializerSnapshot";
    let list = "org.apache.flink.api.common.typeutils.base.ListSerializerSnapshot";
    let enumeration = "org.apache.flink.api.common.typeutils.base.EnumSerializer$EnumSerializerSnapshot";
    let without_value = || optional_map([0; 4].repeat(ELEMENTS), count());
    let key = |snapshot: Vec<u8>| keyed(&snapshot, &[]);
    // A list of a list of a list …, each of which promises to be as long as all that follows.
    let mut lists = vec![0; 6 * ELEMENTS];
    for _ in 0..38 {
        let promised = int(i32::try_from(lists.len() / 6).expect("it fits"));
        lists = snapshot(list, 3, &[int(911_108), int(1), int(1_333_245), int(1), promised, lists].concat());
    }
    vec![
        ("states", keyed(&long(), &vec![state("", 0, &[], &[]); usize::from(u16::MAX / 2)])),
        ("options", keyed(&long(), &[state("", 0, &vec![("", ""); ELEMENTS], &[])])),
        ("serializers", keyed(&long(), &[state("", 0, &[], &vec![("", long()); ELEMENTS])])),
        ("fields of a POJO", key(snapshot(pojo, 2, &[utf("P"), without_value(), nothing(), nothing()].concat()))),
        ("subclasses of a POJO", key(snapshot(pojo, 2, &[utf("P"), nothing(), nothing(), without_value()].concat()))),
        ("registrations", key(snapshot(kryo, 2, &[utf("K"), without_value(), nothing(), nothing()].concat()))),
        ("default serializers", key(snapshot(kryo, 2, &[utf("K"), nothing(), without_value(), nothing()].concat()))),
        ("constants", key(snapshot(enumeration, 3, &[utf("E"), count(), vec![0; 2 * ELEMENTS]].concat()))),
        (
            "a row of nulls",
            key(snapshot(row, 3, &[count(), b"\xAC\xED\x00\x05p".repeat(ELEMENTS), nested(&[])].concat())),
        ),
        ("lists in lists that promise everything", key(lists)),
        ("tuples", key(snapshot(list, 3, &composite(1, &[], &vec![long(); ELEMENTS / 10])))),
        ("a field with an opaque serializer, again and again", {
            let opaque = [&[0, 0, 0, 1][..], &int(6), &[0; 6]].concat();
            let fields = optional_map(opaque.repeat(ELEMENTS), count());
            key(snapshot(pojo, 2, &[utf("P"), fields, nothing(), nothing()].concat()))
        }),
        ("states behind an opaque one", {
            let states = value_state("x", long()).repeat(ELEMENTS / 50);
            [keyed(&snapshot("x", 1, &[]), &[]), states].concat()
        }),
    ]
}
