//! Pin files.

use std::fs;
use std::path::Path;

use super::{ask, compare, places, refused, time, told};

/// A file with pins.
fn pins(directory: &Path, text: impl AsRef<[u8]>) -> String {
    let file = directory.join("pins");
    fs::write(&file, text).expect("a file");
    format!("pin:{}", file.display())
}

#[tokio::test]
async fn what_is_pinned_is_protected_with_reason_tag_and_end() {
    let directory = tempfile::tempdir().expect("a directory");
    let text = "\u{feff}# what must stay\r\n\
                s3://b/checkpoints/0123/chk-42   until=2026-12-31 reason=\"before \\\"the\\\" migration\" tag=releases\r\n\
                \n\
                \thdfs://nn/savepoints/savepoint-0a1b2c-0123456789ab/_metadata # a comment\n\
                \"/flink/old snapshots/chk-7\" until=2026-11-26T12:00:01Z\n\
                s3a://b/checkpoints/0123/";
    let protection = ask(&pins(directory.path(), text)).await.expect("a pin file");
    let told: Vec<_> = protection
        .snapshots
        .iter()
        .map(|pin| {
            let until = pin.expires_at.map(|until| until.to_rfc3339());
            (pin.place.to_string(), pin.reason.clone(), pin.tag.clone(), until, pin.whole_lineage)
        })
        .collect();
    let end = |text: &str| Some(text.to_owned());
    assert_eq!(
        told,
        [
            (
                "s3://b/checkpoints/0123/chk-42".to_owned(),
                "pinned: before \"the\" migration".to_owned(),
                Some("releases".to_owned()),
                end("2027-01-01T00:00:00+00:00"),
                false
            ),
            (
                "hdfs://nn/savepoints/savepoint-0a1b2c-0123456789ab/_metadata".to_owned(),
                "pinned".to_owned(),
                None,
                None,
                false
            ),
            (
                "file:/flink/old snapshots/chk-7".to_owned(),
                "pinned".to_owned(),
                None,
                end("2026-11-26T12:00:01+00:00"),
                false
            ),
            ("s3a://b/checkpoints/0123".to_owned(), "pinned".to_owned(), None, None, true),
        ]
    );
    assert!(protection.snapshots.iter().all(|pin| pin.everything_below), "{protection:?}");
    assert!(protection.jobs.is_empty() && protection.expired.is_empty() && !protection.pointers_read);
}

#[tokio::test]
async fn a_pin_that_has_expired_protects_nothing_and_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let text =
        "/a/chk-1 until=2026-11-25\n/a/chk-2 until=2026-11-26\n/a/chk-3 until=2026-11-26T12:00:00Z reason=gone\n";
    let protection = ask(&pins(directory.path(), text)).await.expect("a pin file");
    assert_eq!(places(&protection).into_iter().collect::<Vec<_>>(), ["file:/a/chk-2"]);
    let expired: Vec<_> = protection.expired.iter().map(|pin| (pin.place.to_string(), pin.expires_at)).collect();
    let times = ["2026-11-26T00:00:00Z", "2026-11-26T12:00:00Z"].map(|text| Some(time(text)));
    assert_eq!(expired, [("file:/a/chk-1".to_owned(), times[0]), ("file:/a/chk-3".to_owned(), times[1])]);
}

#[tokio::test]
async fn a_typo_refuses_the_whole_file_with_line_and_column() {
    let lines: &[&[u8]] = &[
        b"checkpoints/0123/chk-42",
        b"./chk-42",
        b"s3:bucket/chk-42",
        b"s3:/bucket/chk-42",
        b"s3://bucket",
        b"s4://bucket/chk-42",
        b"/a/chk-*",
        b"/a/chk-1 /a/chk-2",
        b"/a/chk-1 untill=2026-12-31",
        b"/a/chk-1 Until=2026-12-31",
        b"/a/chk-1 until=2026-02-30",
        b"/a/chk-1 until=26-12-31",
        b"/a/chk-1 until=2026-12-31T18:00:00",
        b"/a/chk-1 until=",
        b"/a/chk-1 until = 2026-12-31",
        b"/a/chk-1 tag=a tag=b",
        b"/a/chk-1 reason=\"does not end",
        b"/a/chk-1 reason=\"a\\nb\"",
        b"\"/a/chk-1",
        b"/a/chk-1 \"tag=a\"",
        b"   /a/\xC3\xA4\xFFchk-1",
        b"/a/chk-1\x00",
        b"reason=x /a/chk-1",
    ];
    let directory = tempfile::tempdir().expect("a directory");
    let mut text = String::new();
    for line in lines {
        let mut file = b"# fine\n/fine/chk-1\n".to_vec();
        file.extend_from_slice(line);
        file.extend_from_slice(b"\n/fine/chk-2\n");
        let error = refused(&pins(directory.path(), file)).await;
        assert!(error.place.contains("/pins:3:"), "{error}");
        text.push_str(&format!("{}\n  ", String::from_utf8_lossy(line).escape_debug()));
        text.push_str(&told(&error, directory.path()));
    }
    compare("pins.txt", &text);
}

#[tokio::test]
async fn a_pin_file_that_is_not_there_or_is_none_is_an_error_and_not_an_empty_one() {
    let directory = tempfile::tempdir().expect("a directory");
    let missing = refused(&format!("pin:{}", directory.path().join("nobody").display())).await;
    let is_directory = refused(&format!("pin:{}", directory.path().display())).await;
    let large = pins(directory.path(), vec![b'#'; (16 << 20) + 1]);
    let large = refused(&large).await;
    let text: String = [missing, is_directory, large].iter().map(|error| told(error, directory.path())).collect();
    compare("pin_files.txt", &text);
}

#[tokio::test]
async fn a_file_with_nothing_but_comments_has_no_pins() {
    let directory = tempfile::tempdir().expect("a directory");
    for text in ["", "\n\n", "# nothing\n   # here\n"] {
        let protection = ask(&pins(directory.path(), text)).await.expect("a pin file");
        assert!(protection.snapshots.is_empty(), "{text:?}");
    }
}

#[tokio::test]
async fn any_line_is_a_pin_or_an_error_and_never_a_panic() {
    let directory = tempfile::tempdir().expect("a directory");
    let line = "\"/a b/chk-1\" until=2026-12-31 reason=\"\\\"é\\\\\" tag=t # end";
    for end in (0..=line.len()).filter(|end| line.is_char_boundary(*end)) {
        let _ = ask(&pins(directory.path(), &line[..end])).await;
        let _ = ask(&pins(directory.path(), &line[end..])).await;
    }
}
