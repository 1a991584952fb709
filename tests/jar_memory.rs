//! How much memory an archive can make its reader take, whatever is in it.

use std::io::{Cursor, Write as _};

use keepoint::identify::jar::{Limits, scan, texts};
use peak_alloc::PeakAlloc;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// A list that grows is held twice for a moment: full, and in a place of double the size.
const GROWTH: usize = 3;

/// The archive is searched in pieces, and a decompressor has a window and tables.
const BASE: usize = 1 << 20;

/// What the directory of an archive keeps of an entry beside its name.
const PER_ENTRY: usize = 1_000;

const LIMITS: Limits =
    Limits { class_bytes: 1 << 20, nested_bytes: 2 << 20, total_bytes: 64 << 20, entries: 20_000, depth: 4 };

fn jar(entries: &[(String, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(name.as_str(), options).expect("a name");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

fn class_of_empty_texts() -> Vec<u8> {
    let head = [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 61, 0xFF, 0xFF];
    [&head[..], &[1, 0, 0].repeat(65_534)].concat()
}

fn peak_of(read: impl FnOnce()) -> usize {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    read();
    ALLOCATOR.peak_usage().saturating_sub(before)
}

/// One test: the peak is that of the whole process.
#[test]
fn archives_and_class_files_take_no_more_memory_than_their_bounds() {
    a_class_file_takes_no_more_memory_than_a_multiple_of_it();
    an_archive_takes_no_more_memory_than_its_bounds();
}

#[expect(clippy::print_stdout, reason = "how close the worst archive comes is worth knowing")]
fn an_archive_takes_no_more_memory_than_its_bounds() {
    let megabyte = usize::try_from(LIMITS.class_bytes).expect("it fits");
    let bomb = vec![0; 32 * megabyte];
    let class = class_of_empty_texts();
    let one = GROWTH * megabyte;
    // Around the class file that is read there may be three archives in memory.
    let nested = 3 * GROWTH * 2 * megabyte;
    let entries =
        |number: usize| -> Vec<(String, &[u8])> { (0..number).map(|i| (format!("{i}.class"), &b""[..])).collect() };
    let mut deep = jar(&[("Bomb.class".to_owned(), &bomb)]);
    for _ in 0..3 {
        deep = jar(&[("inner.jar".to_owned(), &deep)]);
    }
    let many = jar(&entries(LIMITS.entries));
    for (name, bytes, limit) in [
        ("a class file that inflates to 32 times its bound", jar(&[("Bomb.class".to_owned(), &bomb)]), one),
        ("an archive that inflates to 16 times its bound", jar(&[("bomb.jar".to_owned(), &bomb)]), 2 * one),
        ("a bomb in archives", deep, nested + one),
        ("as many entries as there may be", many.clone(), PER_ENTRY * LIMITS.entries),
        ("more entries than there may be", jar(&entries(LIMITS.entries + 1)), 0),
        ("a class file of empty texts", jar(&[("A.class".to_owned(), &class)]), one + 4 * 16 * 65_536),
        (
            "an end that promises all entries that can be",
            {
                let mut bytes = many;
                let end = bytes.len() - 22;
                bytes[end + 8..end + 12].copy_from_slice(&[0xFF; 4]);
                bytes
            },
            PER_ENTRY * 65_536,
        ),
    ] {
        let mut told = String::new();
        let peak = peak_of(|| {
            let scanned = scan(Cursor::new(&bytes[..]), &LIMITS, &mut |_, _| ());
            told = scanned.map_or_else(|error| error.to_string(), |scan| format!("{} unread", scan.unread));
        });
        println!("{name}: {peak} of {} for {} bytes; {told}", limit + BASE, bytes.len());
        assert!(peak <= limit + BASE, "{name}: {peak} bytes, not {}; {told}", limit + BASE);
    }
}

fn a_class_file_takes_no_more_memory_than_a_multiple_of_it() {
    let class = class_of_empty_texts();
    // A text is where it is and how long, or that there is none; all of them, and those that are left.
    let per_constant = 4 * size_of::<Option<&str>>();
    for length in [10, 13, 1_000, class.len()] {
        let peak = peak_of(|| drop(texts(&class[..length])));
        let limit = per_constant * length.div_ceil(3) + 4096;
        assert!(peak <= limit, "{peak} bytes, not {limit}, for a class file of {length}");
    }
}
