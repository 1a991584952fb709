//! How much memory a file can make the decoder take, whatever is in it.

#[path = "support/fixtures.rs"]
mod fixtures;

use std::fs;

use keepoint::codec::{JavaValue, Node};
use keepoint::format::metadata::decode;
use keepoint::model::state_handle::{
    ChannelOffsets, ChannelStateHandle, HandleAndLocalPath, KeyedStateHandle, MergedChannelStateHandle, StateChange,
    StateMetaInfo, StreamAndOffset,
};
use keepoint::model::{MasterState, OperatorState, OperatorSubtaskState, SubtaskEntry};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What is held for the smallest element of each list, and the bytes it takes in a file.
const ELEMENT_SIZES: [(usize, usize); 13] = [
    (size_of::<MasterState<'_>>(), 18),
    (size_of::<OperatorState<'_>>(), 29),
    // A finished subtask is an index, another one has a box too.
    (size_of::<SubtaskEntry<'_>>(), 4),
    (size_of::<SubtaskEntry<'_>>() + size_of::<OperatorSubtaskState<'_>>(), 22),
    (size_of::<StateMetaInfo<'_>>(), 7),
    (size_of::<HandleAndLocalPath<'_>>(), 3),
    // A null handle.
    (size_of::<Option<KeyedStateHandle<'_>>>(), 1),
    (size_of::<StateChange<'_>>(), 8),
    (size_of::<StreamAndOffset<'_>>(), 9),
    (size_of::<ChannelStateHandle<'_>>() + size_of::<MergedChannelStateHandle<'_>>(), 22),
    (size_of::<ChannelOffsets<'_>>(), 20),
    // In a Java object stream: a null, and an empty string as the element of an array.
    (size_of::<JavaValue>(), 1),
    (size_of::<Node<'_>>() + size_of::<JavaValue>(), 3),
];

/// A list that grows is held twice for a moment: full, and in a place of double the size.
const GROWTH: usize = 3;

/// Lists in lists that are read at the same time and reserve what is left of the file, each at most once: operators, subtasks,
/// one list of a handle, the channels of a merged one.
const RESERVED: usize = 4;

/// What a file of any length may cost: an error with its path, the first allocation of each list in another.
const BASE: usize = 64 * 1024;

const ELEMENTS: usize = 1_000_000;

#[test]
#[expect(clippy::print_stdout, reason = "how close the worst file comes is worth knowing")]
fn decoding_takes_no_more_memory_than_a_multiple_of_the_file() {
    println!("at most {} per byte", per_byte());
    // Whole ones, and damaged ones: of a short file the base is most.
    let (mut whole, mut damaged) = (Worst::default(), Worst::default());
    for snapshot in fixtures::snapshots() {
        let bytes = fs::read(&snapshot.metadata).expect("a readable fixture");
        whole.measure(&snapshot.name, &bytes);
        for length in (0..bytes.len()).step_by(97) {
            damaged.measure(&snapshot.name, &bytes[..length]);
        }
        let mut changed = bytes.clone();
        for position in (0..bytes.len().saturating_sub(4)).step_by(7) {
            let place = position..position + 4;
            changed[place.clone()].copy_from_slice(&i32::MAX.to_be_bytes());
            damaged.measure(&snapshot.name, &changed);
            changed[place.clone()].copy_from_slice(&bytes[place]);
        }
    }
    println!("{whole}\n{damaged}");
    for (name, bytes) in hostile::files() {
        let mut worst = Worst::default();
        worst.measure(name, &bytes);
        println!("{worst}");
    }
}

/// Bytes of memory that one byte of a file may cost. Bytes that are strings, data or offsets cost nothing: they are borrowed.
fn per_byte() -> usize {
    let elements = ELEMENT_SIZES.map(|(held, written)| (GROWTH * held).div_ceil(written));
    elements.into_iter().fold(0, usize::max) + RESERVED
}

/// The file that cost most for its length.
#[derive(Default)]
struct Worst {
    name: String,
    length: usize,
    peak: usize,
}

impl Worst {
    fn measure(&mut self, name: &str, bytes: &[u8]) {
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        let decoded = decode(bytes);
        let peak = ALLOCATOR.peak_usage().saturating_sub(before);
        let told = decoded.as_ref().map(|decoded| &decoded.unreadable_properties);
        let limit = per_byte() * bytes.len() + BASE;
        assert!(peak <= limit, "{name}: {peak} bytes, not {limit}, for a file of {}; {told:?}", bytes.len());
        drop(decoded);
        if self.name.is_empty() || ratio(peak, bytes.len()) > ratio(self.peak, self.length) {
            *self = Self { name: name.to_owned(), length: bytes.len(), peak };
        }
    }
}

impl std::fmt::Display for Worst {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, length, peak } = self;
        write!(f, "{:5.1} per byte: {name}, {peak} for {length}", ratio(*peak, *length))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio is only looked at")]
fn ratio(peak: usize, length: usize) -> f64 {
    // A cut of a few bytes is all base.
    peak as f64 / length.max(1000) as f64
}

/// Files that are nothing but the smallest elements of one kind, and such as promise more than they hold.
mod hostile {
    use super::ELEMENTS;

    const EMPTY_SEGMENT: &[u8] = &[16];
    const NO_HANDLE: &[u8] = &[0];
    const NO_TEXT: &[u8] = &[0, 0];

    fn i32(value: usize) -> [u8; 4] {
        i32::try_from(value).expect("a small number").to_be_bytes()
    }

    fn zeros(n: usize) -> Vec<u8> {
        vec![0; n]
    }

    /// Magic number, version, checkpoint 0, no master state.
    fn file(version: usize, operators: usize) -> Vec<u8> {
        [&0x4960_672D_u32.to_be_bytes()[..], &i32(version), &zeros(8 + 4), &i32(operators)].concat()
    }

    /// One operator of version 3 without coordinator state.
    fn subtasks(count: usize, subtasks: &[u8]) -> Vec<u8> {
        let most = i32(i32::MAX as usize);
        [&file(3, 1), &zeros(16)[..], &most, &most, NO_HANDLE, &i32(count), subtasks].concat()
    }

    fn managed_operator_state(handle: &[u8]) -> Vec<u8> {
        subtasks(1, &[&i32(0)[..], &i32(1), handle, &zeros(4 + 1 + 1 + 4 + 4)].concat())
    }

    fn managed_keyed_state(handle: &[u8]) -> Vec<u8> {
        subtasks(1, &[&zeros(4 + 4 + 4)[..], handle, &zeros(1 + 4 + 4)].concat())
    }

    fn database(files: usize, file: &[u8]) -> Vec<u8> {
        let list = [&i32(files)[..], &file.repeat(files)].concat();
        managed_keyed_state(&[&[5][..], &zeros(8 + 2 + 8), EMPTY_SEGMENT, &list, &zeros(4)].concat())
    }

    /// A changelog handle around so many others, of which `handles` are there.
    fn changelog(promised: usize, handles: &[u8]) -> Vec<u8> {
        [&[8][..], &i32(0), &i32(1), &zeros(8), &i32(promised), handles, &zeros(4 + 8 + 2)].concat()
    }

    fn materialized(count: usize, handle: &[u8]) -> Vec<u8> {
        managed_keyed_state(&changelog(count, &handle.repeat(count)))
    }

    fn input_channels(version: usize, count: usize, handle: &[u8]) -> Vec<u8> {
        let most = i32(i32::MAX as usize);
        let names = zeros(if version < 5 { 0 } else { 4 });
        let operator = [&names[..], &zeros(16), &most, &most, NO_HANDLE, &i32(1)].concat();
        let subtask = [&zeros(4 + 4 + 4 + 1 + 1)[..], &i32(count), &handle.repeat(count), &zeros(4)].concat();
        [file(version, 1), operator, subtask].concat()
    }

    /// A file of version 4 without operators and this behind the header of a Java object stream.
    fn java(object: &[u8]) -> Vec<u8> {
        [&file(4, 0), &[0xAC, 0xED, 0, 5][..], object].concat()
    }

    /// A class with its fields, without superclass.
    fn class(name: &[u8], flags: u8, fields: usize, field: &[u8]) -> Vec<u8> {
        let count = u16::try_from(fields).expect("few fields").to_be_bytes();
        let name_length = u16::try_from(name.len()).expect("a short name").to_be_bytes();
        [&[0x72][..], &name_length, name, &zeros(8), &[flags], &count, &field.repeat(fields), &[0x78, 0x70]].concat()
    }

    fn array(promised: usize, elements: &[u8]) -> Vec<u8> {
        [&[0x75][..], &class(b"[Lx;", 2, 0, b""), &i32(promised), elements].concat()
    }

    /// An object whose class writes what it likes beside it, here this.
    fn annotated(content: &[u8]) -> Vec<u8> {
        [&[0x73][..], &class(b"x", 3, 0, b""), content, &[0x78]].concat()
    }

    fn handle(index: u32) -> [u8; 4] {
        (0x007E_0000 + index).to_be_bytes()
    }

    pub(super) fn files() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
        metadata().into_iter().chain(java_streams()).map(|(name, make)| (name, make()))
    }

    type File = (&'static str, fn() -> Vec<u8>);

    fn metadata() -> Vec<File> {
        vec![
            ("master states", || {
                let state = [&0xC96B_1696_u32.to_be_bytes()[..], &i32(10), &zeros(10)].concat();
                [&file(3, 0)[..16], &i32(ELEMENTS), &state.repeat(ELEMENTS), &zeros(4)].concat()
            }),
            ("operators", || [file(3, ELEMENTS), zeros((16 + 4 + 4 + 1 + 4) * ELEMENTS)].concat()),
            ("finished subtasks", || subtasks(ELEMENTS, &[0xFF; 4].repeat(ELEMENTS))),
            ("subtasks", || subtasks(ELEMENTS, &zeros((4 + 4 + 4 + 1 + 1 + 4 + 4) * ELEMENTS))),
            ("operator states", || {
                let states = zeros((2 + 1 + 4) * ELEMENTS);
                managed_operator_state(&[&[4][..], &i32(ELEMENTS), &states, EMPTY_SEGMENT].concat())
            }),
            ("database files", || database(ELEMENTS, &[NO_TEXT, EMPTY_SEGMENT].concat())),
            ("database files just after the list has grown", || {
                database((1 << 20) + 1, &[NO_TEXT, EMPTY_SEGMENT].concat())
            }),
            ("database files in streams in streams", || {
                let stream = [&[3][..], &zeros(8), EMPTY_SEGMENT].concat();
                database(ELEMENTS, &[NO_TEXT, &stream].concat())
            }),
            ("null handles", || materialized(ELEMENTS, NO_HANDLE)),
            ("null handles just after the list has grown", || materialized((1 << 20) + 1, NO_HANDLE)),
            ("key-groups handles", || materialized(ELEMENTS, &[&[3][..], &zeros(8), EMPTY_SEGMENT].concat())),
            ("database handles", || {
                materialized(ELEMENTS, &[&[5][..], &zeros(8 + 2 + 8), NO_HANDLE, &zeros(4 + 4)].concat())
            }),
            ("changelog handles", || materialized(ELEMENTS, &changelog(0, b""))),
            ("changes in metadata", || materialized(ELEMENTS, &[&[9][..], &zeros(8 + 8 + 8 + 4 + 2)].concat())),
            ("changes in files", || materialized(ELEMENTS, &[&[10][..], &zeros(8 + 4 + 8 + 8 + 2)].concat())),
            ("single changes", || {
                let changes = zeros((4 + 4) * ELEMENTS);
                managed_keyed_state(&[&[9][..], &zeros(8 + 8 + 8), &i32(ELEMENTS), &changes, NO_TEXT].concat())
            }),
            ("files of changes", || {
                let files = [&zeros(8), EMPTY_SEGMENT].concat().repeat(ELEMENTS);
                managed_keyed_state(&[&[10][..], &zeros(8), &i32(ELEMENTS), &files, &zeros(8 + 8 + 2)].concat())
            }),
            ("untagged channels", || input_channels(3, ELEMENTS, &[&zeros(12 + 4 + 8)[..], EMPTY_SEGMENT].concat())),
            ("tagged channels", || {
                input_channels(6, ELEMENTS, &[&[1][..], &zeros(12 + 4 + 8), EMPTY_SEGMENT].concat())
            }),
            ("merged channels", || {
                let handle = [&[3][..], &zeros(4 + 8), EMPTY_SEGMENT, &i32(4), &zeros(4)].concat();
                input_channels(6, ELEMENTS, &handle)
            }),
            ("channels of a merged handle", || {
                let channels = [&i32(ELEMENTS)[..], &zeros(20 * ELEMENTS)].concat();
                let handle = [&[3][..], &zeros(4 + 8), EMPTY_SEGMENT, &i32(channels.len()), &channels].concat();
                input_channels(6, 1, &handle)
            }),
            ("changelogs in changelogs that promise everything", || {
                let nulls = zeros(ELEMENTS);
                let mut handle = changelog(ELEMENTS, &nulls);
                for _ in 0..14 {
                    handle = changelog(ELEMENTS, &handle);
                }
                managed_keyed_state(&handle)
            }),
        ]
    }

    fn java_streams() -> Vec<File> {
        // No more of the stream is read than 1 MiB: these have to fit into it, or they would be refused unread.
        const ELEMENTS: usize = 50_000;
        vec![
            ("nulls just after the list has grown", || {
                let count = (1 << 18) + 1;
                java(&array(count, &[0x70].repeat(count)))
            }),
            ("nulls in a Java array", || java(&array(ELEMENTS, &[0x70].repeat(ELEMENTS)))),
            ("strings in a Java array", || java(&array(ELEMENTS, &[0x74, 0, 0].repeat(ELEMENTS)))),
            ("strings just after the list has grown", || {
                let count = (1 << 18) - 1;
                java(&array(count, &[0x74, 0, 0].repeat(count)))
            }),
            ("enum constants", || {
                let first = [&[0x7E][..], &class(b"e", 0x12, 0, b""), &[0x74, 0, 0]].concat();
                let other = [&[0x7E, 0x71][..], &handle(2), &[0x71], &handle(4)].concat();
                java(&array(ELEMENTS, &[first, other.repeat(ELEMENTS - 1)].concat()))
            }),
            ("classes", || {
                let class = [&[0x76][..], &class(b"", 2, 0, b"")].concat();
                java(&array(ELEMENTS, &class.repeat(ELEMENTS)))
            }),
            ("objects without fields", || {
                let first = [&[0x73][..], &class(b"e", 2, 0, b"")].concat();
                let other = [&[0x73, 0x71][..], &handle(2)].concat();
                java(&array(ELEMENTS, &[first, other.repeat(ELEMENTS - 1)].concat()))
            }),
            ("flags of an object", || {
                let fields = usize::from(u16::MAX);
                let first = [&[0x73][..], &class(b"e", 2, fields, &[b'Z', 0, 0]), &zeros(fields)].concat();
                let other = [&[0x73, 0x71][..], &handle(2), &zeros(fields)].concat();
                java(&array(ELEMENTS, &[first, other.repeat(20)].concat()))
            }),
            ("objects in objects of a wide class", || {
                let fields = usize::from(u16::MAX);
                let mut class = class(b"e", 2, fields, &[b'Z', 0, 0]);
                // Its first field is an object.
                class[15..18].copy_from_slice(&[b'L', 0, 0]);
                class.splice(18..18, [0x74, 0, 0]);
                let first = [&[0x73][..], &class].concat();
                let other = [&[0x73, 0x71][..], &handle(0)].concat();
                java(&[first, other.repeat(90)].concat())
            }),
            ("pieces of data beside an object", || java(&annotated(&[0x77, 0].repeat(ELEMENTS)))),
            ("objects beside an object", || java(&annotated(&[0x70].repeat(ELEMENTS)))),
            ("arrays in arrays that promise everything", || {
                let first = array(ELEMENTS, b"");
                let other = [&[0x75, 0x71][..], &handle(0), &i32(ELEMENTS)].concat();
                java(&[first, other.repeat(97), [0x70].repeat(ELEMENTS)].concat())
            }),
        ]
    }
}
