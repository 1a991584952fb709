//! The two spellings of a time in S3.

use chrono::{DateTime, Datelike, Timelike, Utc};

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    Utc::now().timestamp_millis()
}

fn time(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).expect("a time of this era")
}

/// As in XML: `2026-01-31T12:00:00.000Z`. Written by hand, for a page has a thousand of them.
pub(crate) fn iso(millis: i64) -> [u8; 24] {
    let time = time(millis);
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let mut digits = |at: usize, width: usize, mut value: u32| {
        for place in (at..at + width).rev() {
            text[place] = b'0' + u8::try_from(value % 10).expect("a digit");
            value /= 10;
        }
    };
    digits(0, 4, u32::try_from(time.year()).expect("a year of this era"));
    digits(5, 2, time.month());
    digits(8, 2, time.day());
    digits(11, 2, time.hour());
    digits(14, 2, time.minute());
    digits(17, 2, time.second());
    digits(20, 3, time.nanosecond() / 1_000_000 % 1000);
    text
}

/// As in headers: `Sat, 31 Jan 2026 12:00:00 GMT`.
pub(crate) fn http(millis: i64) -> String {
    time(millis).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
