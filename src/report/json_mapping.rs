//! Where JSON differs from what serde would derive: enum values and times.
//!
//! The generated `serde` attributes (see `build.rs`) name these functions. The mapping is ours and not the standard
//! proto3 one, which writes 64-bit integers as strings.

use chrono::{DateTime, SecondsFormat};
use prost_types::Timestamp;
use serde::Serializer;
use serde::ser::Error as _;

use super::ValueName;

/// A point in time from the milliseconds since 1970 that Flink and most stores count in.
#[must_use]
pub fn timestamp_from_millis(millis: i64) -> Timestamp {
    Timestamp {
        seconds: millis.div_euclid(1000),
        nanos: i32::try_from(millis.rem_euclid(1000)).map_or(0, |rest| rest * 1_000_000),
    }
}

/// The milliseconds since 1970 of a point in time; what a millisecond does not hold is cut off.
#[must_use]
pub fn millis_of_timestamp(time: &Timestamp) -> i64 {
    time.seconds.saturating_mul(1000).saturating_add(i64::from(time.nanos) / 1_000_000)
}

/// RFC 3339 in UTC with milliseconds, a fixed width that sorts as text; `None` beyond the years that can be written.
pub(crate) fn rfc3339(time: &Timestamp) -> Option<String> {
    let nanos = u32::try_from(time.nanos).ok()?;
    let time = DateTime::from_timestamp(time.seconds, nanos)?;
    Some(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

#[expect(clippy::ref_option, reason = "serde passes the field as it is")]
pub(super) fn timestamp<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        None => serializer.serialize_none(),
        Some(time) => match rfc3339(time) {
            Some(text) => serializer.serialize_str(&text),
            None => Err(S::Error::custom("time out of range")),
        },
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn enumeration<E, S>(value: &i32, serializer: S) -> Result<S::Ok, S::Error>
where
    E: TryFrom<i32> + ValueName,
    S: Serializer,
{
    match E::try_from(*value) {
        Ok(known) => serializer.serialize_str(known.value_name()),
        // From a later version of the schema: the number is all that is known.
        Err(_) => serializer.serialize_i32(*value),
    }
}

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference to the field as it is"
)]
pub(super) fn optional_enumeration<E, S>(value: &Option<i32>, serializer: S) -> Result<S::Ok, S::Error>
where
    E: TryFrom<i32> + ValueName,
    S: Serializer,
{
    match value {
        Some(value) => enumeration::<E, S>(value, serializer),
        None => serializer.serialize_none(),
    }
}
