//! The values of a policy file, each with what it must be.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};
use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::discovery::layout;
use crate::gc::retention::{GroupBy, GroupPart, PolicyError, Selector, parse_duration, parse_zone};
use crate::uri::StorageUri;

/// Residue younger than this is never touched without a flag (section 12).
const SHORTEST_MIN_AGE: std::time::Duration = std::time::Duration::from_hours(1);

/// No lineage counts as ended sooner (S-14).
const SHORTEST_IDLE: std::time::Duration = std::time::Duration::from_hours(7 * 24);

/// Types that are read from text, with the error in the words of their reader.
macro_rules! text_values {
    ($($(#[$doc:meta])* $name:ident($inner:ty) = $read:expr;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq)]
            pub(super) struct $name(pub(super) $inner);

            impl<'de> Deserialize<'de> for $name {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let text = String::deserialize(deserializer)?;
                    let read: fn(&str) -> Result<$inner, String> = $read;
                    read(&text).map(Self).map_err(D::Error::custom)
                }
            }
        )+
    };
}

text_values! {
    /// Version of the layout of the file.
    Version(u32) = |text| match text {
        "1" => Ok(1),
        other => Err(format!("{other} is no version that this keepoint knows; write 1")),
    };
    /// A place in a store.
    Place(StorageUri) = |text| StorageUri::parse(text).map_err(|error| error.to_string());
    /// Something that is asked for snapshots that are needed. What it means is said elsewhere.
    Source(String) = |text| not_blank(text, "name a source, such as a pin file");
    /// Why something is as it is.
    Reason(String) = |text| not_blank(text, "say why");
    /// A job that has ended.
    JobId(String) = |text| {
        let id = text.to_ascii_lowercase();
        if layout::is_job_id(&id) { Ok(id) } else { Err(format!("{text:?}: a job id has 32 hexadecimal digits")) }
    };
    /// Lineages that may go altogether.
    Selected(Selector) = |text| Selector::from_str(text).map_err(words);
    /// When something stops to hold.
    Expiry(DateTime<Utc>) = expiry;
}

/// Types that are read from text and can be copied.
macro_rules! copied {
    ($($name:ident),+) => { $(impl Copy for $name {})+ };
}

text_values! {
    /// Where days begin.
    TimeZone(FixedOffset) = |text| parse_zone(text).map_err(words);
    /// How old a lineage must be.
    Duration(std::time::Duration) = |text| parse_duration("expire-ended-after", text).map_err(words);
    /// How old residue must be.
    MinAge(std::time::Duration) = |text| at_least("min-age", text, SHORTEST_MIN_AGE);
    /// For how long nothing was written.
    IdleTime(std::time::Duration) = |text| at_least("ended-if-idle", text, SHORTEST_IDLE);
}

copied!(TimeZone, Duration, MinAge, IdleTime);

/// What snapshots are grouped by.
#[derive(Debug, Clone)]
pub(super) struct GroupParts(pub(super) GroupBy);

impl<'de> Deserialize<'de> for GroupParts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let parts = List::<String>::deserialize(deserializer)?;
        let parts = parts.0.iter().map(|part| part.parse()).collect::<Result<Vec<GroupPart>, _>>();
        parts.map(|parts| Self(GroupBy::new(parts))).map_err(D::Error::custom)
    }
}

/// Where a value is written, line and column.
pub(super) fn position<T>(value: &Spanned<T>) -> Option<(u64, u64)> {
    Some((value.referenced.line(), value.referenced.column())).filter(|(line, _)| *line > 0)
}

/// A list. A key with nothing behind it is a slip, and not an empty list.
#[derive(Debug, Clone)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list: an entry on each line, with a dash and a blank in front")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<List<T>, E> {
        Err(E::custom("there is no value; write a list, or leave the key out"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<List<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(entry) = entries.next_element()? {
            all.push(entry);
        }
        Ok(List(all))
    }
}

/// What the parser says, without the place that it puts in front or behind: that has a field of its own.
pub(super) fn without_place(error: &serde_saphyr::Error) -> String {
    use serde_saphyr::Error;
    match error.without_snippet() {
        Error::NullIntoString { .. } => return "there is no value".to_owned(),
        Error::Eof { .. } => return "the file is empty or ends too early".to_owned(),
        Error::MultipleDocuments { .. } => return "the file holds several documents; write one".to_owned(),
        Error::DuplicateMappingKey { key, .. } => {
            return format!("{} is there twice; leave one of them out", key.as_deref().unwrap_or("a key"));
        }
        _ => {}
    }
    let text = error.without_snippet().render_with_formatter(&serde_saphyr::UserMessageFormatter);
    let line = text.lines().next().unwrap_or_default();
    // Behind aliases it is an error within an error; the words are the same.
    if line.starts_with("YAML document too large") {
        return "there is more in it, aliases followed, than a policy file may hold".to_owned();
    }
    line.rsplit_once(" at line ").map_or(line, |(message, _)| message).to_owned()
}

#[allow(clippy::needless_pass_by_value)] // It is what `map_err` wants.
fn words(error: PolicyError) -> String {
    error.to_string()
}

fn not_blank(text: &str, wanted: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err(format!("it is empty; {wanted}")) } else { Ok(text.to_owned()) }
}

fn at_least(name: &str, text: &str, least: std::time::Duration) -> Result<std::time::Duration, String> {
    match parse_duration(name, text).map_err(words)? {
        duration if duration < least => {
            Err(format!("{text} is too short; write {} at least", humantime::format_duration(least)))
        }
        duration => Ok(duration),
    }
}

/// A day, at the beginning of which it stops to hold, or a time.
fn expiry(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(day) = NaiveDate::from_str(text) {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    let time = DateTime::parse_from_rfc3339(text);
    time.map(|time| time.to_utc())
        .map_err(|_| format!("{text:?}: write a day such as 2027-01-31, or 2027-01-31T12:00:00Z"))
}
