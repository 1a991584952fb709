//! Words and units for people: sizes, durations, times, names that are safe to print.

use std::io::{self, Write};

use prost_types::Timestamp;

use crate::report::{ValueName, rfc3339};

/// What to say of a fact that has not been found.
pub(super) const UNKNOWN: &str = "unknown";

/// What to say of a fact that `_metadata` would hold if it were of a newer version.
pub(super) const NOT_RECORDED: &str = "not recorded";

const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/// A size in binary units with one decimal; below 1024 in bytes.
#[must_use]
pub fn human_size(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut unit: u128 = 1024;
    let mut text = String::new();
    for name in UNITS {
        // Tenths of the unit, rounded half up; integers, because a double cannot hold every size.
        let tenths = (u128::from(bytes) * 10 + unit / 2) / unit;
        text = format!("{}.{} {name}", tenths / 10, tenths % 10);
        if tenths < 10_240 {
            break;
        }
        unit *= 1024;
    }
    text
}

/// A size that may be unknown.
pub(super) fn size_or(bytes: Option<u64>, otherwise: &str) -> String {
    bytes.map_or_else(|| otherwise.to_owned(), human_size)
}

/// A number or a name that may be unknown.
pub(super) fn text_or(fact: Option<impl ToString>, otherwise: &str) -> String {
    fact.map_or_else(|| otherwise.to_owned(), |fact| fact.to_string())
}

/// A duration in the two largest units that matter.
pub(super) fn human_duration(millis: u64) -> String {
    let seconds = millis / 1000;
    match seconds {
        0 => format!("{millis} ms"),
        1..60 => format!("{seconds}.{} s", millis % 1000 / 100),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// How long ago something was, in the largest unit that matters.
pub(super) fn human_age(millis: u64) -> String {
    const MINUTE: u64 = 60_000;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    match millis {
        0..MINUTE => format!("{} s", millis / 1000),
        MINUTE..HOUR => format!("{} min", millis / MINUTE),
        HOUR..172_800_000 => format!("{} h", millis / HOUR),
        _ => format!("{} d", millis / DAY),
    }
}

/// A number of things in words: "1 savepoint", "2 savepoints".
pub(super) fn counted(number: u64, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// The last segment of a place.
pub(super) fn name(location: &str) -> &str {
    let trimmed = location.trim_end_matches('/');
    trimmed.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(location)
}

/// "Operators (3)", or "Operators: none".
pub(super) fn heading(name: &str, length: usize, out: &mut dyn Write) -> io::Result<()> {
    if length == 0 { writeln!(out, "{name}: none") } else { writeln!(out, "{name} ({length})") }
}

/// A time in UTC.
pub(super) fn time(time: Option<&Timestamp>) -> String {
    time.and_then(rfc3339).unwrap_or_else(|| UNKNOWN.to_owned())
}

/// A time in UTC to the second, where there is little room.
pub(super) fn time_to_the_second(time: Option<&Timestamp>) -> String {
    let whole = time.map(|time| Timestamp { nanos: 0, ..*time });
    whole.as_ref().and_then(rfc3339).map_or_else(|| UNKNOWN.to_owned(), |text| text.replace(".000Z", "Z"))
}

/// An enum value in words; `UNKNOWN` when absent or from a later schema.
pub(super) fn words<E: TryFrom<i32> + ValueName>(value: Option<i32>) -> String {
    value
        .and_then(|value| E::try_from(value).ok())
        .map_or_else(|| UNKNOWN.to_owned(), |known| known.value_name().replace('_', " "))
}

/// Yes, no, or what to say when it is neither.
pub(super) fn yes_no(fact: Option<bool>, otherwise: &str) -> String {
    match fact {
        Some(true) => "yes".to_owned(),
        Some(false) => "no".to_owned(),
        None => otherwise.to_owned(),
    }
}

/// Text from outside, safe for a terminal and for one line.
///
/// Names of operators, states and paths are user data. Control characters could break a line or drive the terminal, and
/// characters that reorder or hide text could show another name than the one that is there; all of them are written as
/// escapes.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || is_invisible(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    safe
}

/// Zero-width characters, line separators and marks of writing direction.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_below_a_kibibyte_are_bytes() {
        assert_eq!(human_size(0), "0 B");
        assert_eq!(human_size(1023), "1023 B");
    }

    #[test]
    fn sizes_are_rounded_to_one_decimal_of_a_binary_unit() {
        assert_eq!(human_size(1024), "1.0 KiB");
        assert_eq!(human_size(1434), "1.4 KiB");
        assert_eq!(human_size(1024 * 1024 - 1), "1.0 MiB");
        assert_eq!(human_size(400 << 30), "400.0 GiB");
        assert_eq!(human_size(u64::MAX), "16.0 EiB");
    }

    #[test]
    fn durations_show_the_units_that_matter() {
        assert_eq!(human_duration(7), "7 ms");
        assert_eq!(human_duration(1_990), "1.9 s");
        assert_eq!(human_duration(61_000), "1 min 1 s");
        assert_eq!(human_duration(3_660_000), "1 h 1 min");
    }

    #[test]
    fn ages_show_one_unit() {
        assert_eq!(human_age(0), "0 s");
        assert_eq!(human_age(59_999), "59 s");
        assert_eq!(human_age(3_599_999), "59 min");
        assert_eq!(human_age(172_799_999), "47 h");
        assert_eq!(human_age(172_800_000), "2 d");
    }

    #[test]
    fn control_and_direction_characters_are_escaped_and_others_kept() {
        assert_eq!(escaped("a\nb\u{1b}[31m\u{9b}"), "a\\nb\\u{1b}[31m\\u{9b}");
        assert_eq!(escaped("\u{202e}txt\u{200b}"), "\\u{202e}txt\\u{200b}");
        assert_eq!(escaped("Straße 東京"), "Straße 東京");
    }
}
