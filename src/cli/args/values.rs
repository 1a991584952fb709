//! How values are written. The enums of other modules are named here, because those do not know the command line.

use std::time::Duration;

use bytesize::ByteSize;
use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::list::SortKey;
use crate::render::GroupBy;
use crate::report::{FileClass, SnapshotKind, SnapshotStatus, ValueName};

/// "90min", "7d", "1h 30m".
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|error| format!("{error}; write it as in 90min, 12h or 7d"))
}

/// A duration of a second at least.
pub(super) fn interval(text: &str) -> Result<Duration, String> {
    match duration(text)? {
        interval if interval < Duration::from_secs(1) => Err("it must be at least 1s".to_owned()),
        interval => Ok(interval),
    }
}

/// A number that is not zero.
pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "it must be a number of at least 1".to_owned())
}

/// A number that is not zero, as small as Flink's are.
pub(super) fn positive(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "it must be a number of at least 1".to_owned())
}

/// "60%" or "60": a share of all, as a fraction.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim_end();
    let percent = number.parse::<u8>().ok().filter(|percent| (1..=100).contains(percent));
    percent.map(|percent| f64::from(percent) / 100.0).ok_or_else(|| "write a percentage from 1% to 100%".to_owned())
}

/// "500MB", "1.5GiB", or a number of bytes.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let size = text.parse::<ByteSize>().map(|size| size.0);
    size.map_err(|_| "write it as in 500MB, 1.5GiB or a number of bytes".to_owned())
}

/// A job id or the beginning of one, in lower case.
pub(super) fn job_id(text: &str) -> Result<String, String> {
    let is_id = (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { Ok(text.to_ascii_lowercase()) } else { Err("a job id has up to 32 hexadecimal digits".to_owned()) }
}

impl ValueEnum for FileClass {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Metadata, Self::Exclusive, Self::Shared, Self::TaskOwned, Self::Orphan, Self::InFlight, Self::Unknown]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (help, hyphenated) = match self {
            Self::Unspecified => return None,
            Self::Metadata => ("Metadata of snapshots", None),
            Self::Exclusive => ("State of one snapshot", None),
            Self::Shared => ("State that several snapshots may use", None),
            Self::TaskOwned => ("State that task managers own", Some("task-owned")),
            Self::Orphan => ("State that no snapshot refers to", None),
            Self::InFlight => ("Such state that may belong to a checkpoint in progress", Some("in-flight")),
            Self::Unknown => ("Anything else, and what unread metadata may refer to", None),
        };
        Some(PossibleValue::new(self.value_name()).aliases(hyphenated).help(help))
    }
}

impl ValueEnum for GroupBy {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Job, Self::None]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Job => PossibleValue::new("job").help("One table for each job, below a line that sums it up"),
            Self::None => PossibleValue::new("none").help("One table of everything"),
        })
    }
}

impl ValueEnum for SortKey {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Time, Self::Size, Self::Job, Self::Id, Self::Status]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Time => PossibleValue::new("time").help("The newest"),
            Self::Size => PossibleValue::new("size").help("The largest"),
            Self::Job => PossibleValue::new("job").help("By job id"),
            Self::Id => PossibleValue::new("id").help("The highest checkpoint id"),
            Self::Status => PossibleValue::new("status").help("What needs attention"),
        })
    }
}

impl ValueEnum for SnapshotKind {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Checkpoint, Self::Savepoint]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        (*self != Self::Unspecified).then(|| PossibleValue::new(self.value_name()))
    }
}

impl ValueEnum for SnapshotStatus {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::InProgress,
            Self::Completed,
            Self::Damaged,
            Self::Unreadable,
            Self::Incomplete,
            Self::Failed,
            Self::Expired,
            Self::Cleared,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Unspecified => return None,
            Self::InProgress => "Data files without _metadata, still young",
            Self::Completed => "_metadata can be read",
            Self::Damaged => "A file that it needs is missing or has another size",
            Self::Unreadable => "_metadata is there and cannot be read",
            Self::Incomplete => "Data files without _metadata, abandoned",
            Self::Failed => "The job says that it failed",
            Self::Expired => "The job says that it took too long",
            Self::Cleared => "Known from a record, gone from storage",
        };
        let hyphenated = (*self == Self::InProgress).then_some("in-progress");
        Some(PossibleValue::new(self.value_name()).aliases(hyphenated).help(help))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_decimal_or_binary_as_they_are_written() {
        assert_eq!(size("1000"), Ok(1_000));
        assert_eq!(size("500MB"), Ok(500_000_000));
        assert_eq!(size("1.5 GiB"), Ok(3 << 29));
        for wrong in ["", "much", "-1", "1XB"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(duration("90min"), Ok(Duration::from_mins(90)));
        assert_eq!(duration("1h 30m"), Ok(Duration::from_mins(90)));
        for wrong in ["", "10", "-1h", "soon"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert!(interval("100ms").is_err());
    }

    #[test]
    fn shares_are_percentages_of_something() {
        assert_eq!(percent("60%"), Ok(0.6));
        assert_eq!(percent("100"), Ok(1.0));
        for wrong in ["", "0", "0%", "101%", "0.5", "-1", "half"] {
            assert!(percent(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_job_id_may_be_cut_short_and_is_lower_case() {
        assert_eq!(job_id("6E1F").as_deref(), Ok("6e1f"));
        for wrong in ["", "xyz", "6e1f8b1c0a2d4c3f9b7a5d4e3c2b1a09a"] {
            assert!(job_id(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_status_but_the_one_that_is_never_written_has_a_name() {
        let nine = (0..).map_while(|number| SnapshotStatus::try_from(number).ok()).count();
        assert_eq!(SnapshotStatus::value_variants().len(), nine - 1);
    }
}
