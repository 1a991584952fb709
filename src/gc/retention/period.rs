//! Calendar periods: in which hour, day, week, month or year a snapshot was completed.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, Offset, Timelike, Utc};

use super::PolicyError;

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// A calendar period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// From one full hour to the next.
    Hour,
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday (ISO 8601).
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

impl Period {
    /// All of them, from short to long.
    pub const ALL: [Self; 5] = [Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year];

    /// As in the names of rules: "daily".
    #[must_use]
    pub fn adverb(self) -> &'static str {
        match self {
            Self::Hour => "hourly",
            Self::Day => "daily",
            Self::Week => "weekly",
            Self::Month => "monthly",
            Self::Year => "yearly",
        }
    }

    /// The length of the shortest one.
    #[must_use]
    pub fn shortest(self) -> Duration {
        Duration::from_secs(match self {
            Self::Hour => HOUR,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 28 * DAY,
            Self::Year => 365 * DAY,
        })
    }

    /// The period that a time falls into, by the clock on the wall of a zone.
    pub(super) fn of(self, time: DateTime<Utc>, zone: FixedOffset) -> CalendarPeriod {
        let utc = time.naive_utc();
        // At the ends of what can be represented there is no wall clock; UTC does there.
        CalendarPeriod { period: self, wall: utc.checked_add_offset(zone).unwrap_or(utc) }
    }
}

/// One period of the calendar, such as the 20th of November 2026. Two times fall into one if these are equal.
#[derive(Debug, Clone, Copy)]
pub(super) struct CalendarPeriod {
    period: Period,
    /// A time in it.
    wall: NaiveDateTime,
}

impl CalendarPeriod {
    /// Year, then month or week, then day, then hour; what the period does not tell apart is 0.
    fn parts(&self) -> (i32, u32, u32, u32) {
        let wall = self.wall;
        match self.period {
            Period::Hour => (wall.year(), wall.month(), wall.day(), wall.hour()),
            Period::Day => (wall.year(), wall.month(), wall.day(), 0),
            // The first days of January may belong to the last week of the year before.
            Period::Week => (wall.iso_week().year(), wall.iso_week().week(), 0, 0),
            Period::Month => (wall.year(), wall.month(), 0, 0),
            Period::Year => (wall.year(), 0, 0, 0),
        }
    }
}

impl PartialEq for CalendarPeriod {
    fn eq(&self, other: &Self) -> bool {
        self.period == other.period && self.parts() == other.parts()
    }
}

impl fmt::Display for CalendarPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, second, day, hour) = self.parts();
        match self.period {
            Period::Hour => write!(f, "{year}-{second:02}-{day:02} {hour:02}:00"),
            Period::Day => write!(f, "{year}-{second:02}-{day:02}"),
            Period::Week => write!(f, "{year}-W{second:02}"),
            Period::Month => write!(f, "{year}-{second:02}"),
            Period::Year => write!(f, "{year}"),
        }
    }
}

/// Reads a time zone: `UTC`, or an offset from it such as `+02:00`.
pub fn parse_zone(text: &str) -> Result<FixedOffset, PolicyError> {
    if matches!(text, "UTC" | "utc" | "Z") {
        return Ok(Utc.fix());
    }
    text.parse().map_err(|_| PolicyError::Value {
        name: "time-zone".to_owned(),
        value: text.to_owned(),
        problem: "write UTC or an offset from it such as +02:00; names of regions are not known".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(period: Period, time: &str, zone: &str) -> String {
        let time: DateTime<Utc> = time.parse().expect("a time");
        period.of(time, parse_zone(zone).expect("a zone")).to_string()
    }

    #[test]
    fn a_period_is_named_as_the_calendar_has_it() {
        let time = "2026-11-20T14:37:00Z";
        let names = Period::ALL.map(|one| period(one, time, "UTC"));
        assert_eq!(names, ["2026-11-20 14:00", "2026-11-20", "2026-W47", "2026-11", "2026"]);
    }

    #[test]
    fn the_first_of_january_may_be_in_the_last_week_of_the_year_before() {
        assert_eq!(period(Period::Week, "2027-01-01T00:00:00Z", "UTC"), "2026-W53");
    }

    #[test]
    fn midnight_is_where_the_zone_has_it() {
        assert_eq!(period(Period::Day, "2026-11-20T22:30:00Z", "+02:00"), "2026-11-21");
        assert_eq!(period(Period::Day, "2026-11-20T01:30:00Z", "-02:00"), "2026-11-19");
    }

    #[test]
    fn the_ends_of_time_have_periods_too() {
        for time in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
            for zone in ["+14:00", "-12:00"] {
                for one in Period::ALL {
                    assert!(!one.of(time, parse_zone(zone).expect("a zone")).to_string().is_empty());
                }
            }
        }
    }

    #[test]
    fn a_region_is_no_zone() {
        let error = parse_zone("Europe/Berlin").expect_err("it has summer time").to_string();
        assert_eq!(
            error,
            "time-zone Europe/Berlin: write UTC or an offset from it such as +02:00; names of regions are not known"
        );
    }
}
