//! What is read is what was written, from where to where it was asked for.

use crate::subject::{Look as _, Subject, files};

pub(crate) fn a_range_is_read_from_its_start_to_its_end(subject: &dyn Subject) {
    let content = b"0123456789";
    subject.put_one("file", *content);
    let of = |start, end| {
        let read =
            subject.range("file", start, end).unwrap_or_else(|error| panic!("{start}..{end}: {}", error.reason()));
        assert_eq!(read.file_length, 10, "{start}..{end}");
        String::from_utf8(read.bytes).expect("digits")
    };
    for start in 0..12 {
        for end in start..13 {
            let within = |at: u64| usize::try_from(at).expect("small").min(content.len());
            assert_eq!(of(start, end).as_bytes(), &content[within(start)..within(end)], "{start}..{end}");
        }
    }
    assert_eq!(of(3, 1 << 40), "3456789");
    assert_eq!(of(0, u64::MAX), "0123456789");
    assert_eq!(of(1 << 40, u64::MAX), "");
}

pub(crate) fn an_empty_file_has_no_bytes_and_is_there(subject: &dyn Subject) {
    subject.put_one("d/empty", "");
    for (start, end) in [(0, 0), (0, 1), (0, 100), (5, 9)] {
        let read = subject.range("d/empty", start, end).expect("it is there");
        assert_eq!((read.bytes.as_slice(), read.file_length), (&b""[..], 0));
    }
    assert_eq!(files(subject.list("d").expect("a listing")).get("empty"), Some(&0));
}

pub(crate) fn a_large_file_is_read_in_parts(subject: &dyn Subject) {
    const PART: u64 = 1 << 20;
    let content: Vec<u8> =
        (0..5 * PART + 17).map(|at| u8::try_from(((at * 2_654_435_761) >> 13) & 0xff).expect("a byte")).collect();
    subject.put_one("large", content.clone());
    let mut read = Vec::new();
    for start in (0..).step_by(1 << 20).take_while(|start| *start < content.len() as u64) {
        let part = subject.range("large", start, start + PART).expect("a part");
        assert_eq!(part.file_length, content.len() as u64);
        read.extend(part.bytes);
    }
    // Not with assert_eq, which would print them.
    assert!(read == content, "the parts are not the whole");
    assert!(subject.range("large", 0, u64::MAX).expect("the whole").bytes == content, "the whole is another");
}

pub(crate) fn bytes_of_every_value_are_kept(subject: &dyn Subject) {
    let content: Vec<u8> = (0..=u8::MAX).cycle().take(1000).collect();
    subject.put_one("bytes", content.clone());
    assert_eq!(subject.read("bytes").expect("it is there").bytes, content);
}
