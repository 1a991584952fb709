//! One rule at work on one group, from the newest member to the oldest.

use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};

use super::period::CalendarPeriod;
use super::{Keep, Period, Rule};

/// A rule and what it has kept so far.
#[derive(Debug, Clone)]
pub(super) struct Taker<'p> {
    pub(super) rule: &'p Rule,
    zone: FixedOffset,
    /// durations count from the newest snapshot of the group, not from now.
    newest: DateTime<Utc>,
    taken: u32,
    /// The period of the last one that was kept. Times only fall, so one is enough.
    last: Option<CalendarPeriod>,
}

impl<'p> Taker<'p> {
    pub(super) fn new(rule: &'p Rule, zone: FixedOffset, newest: DateTime<Utc>) -> Self {
        Self { rule, zone, newest, taken: 0, last: None }
    }

    /// The rule in words if it keeps the next member, which was completed at that time.
    pub(super) fn take(&mut self, time: DateTime<Utc>) -> Option<String> {
        let why = match self.rule.keep {
            Keep::Last(number) => (self.taken < number).then(|| ordinal(self.taken + 1))?,
            Keep::Within(duration) if self.is_within(duration, time) => {
                format!("of {}", self.newest.to_rfc3339_opts(SecondsFormat::Secs, true))
            }
            Keep::Each(period, number) => {
                let next = self.next_period(period, time)?;
                (self.taken < number).then(|| next.to_string())?
            }
            Keep::WithinEach(period, duration) if self.is_within(duration, time) => {
                self.next_period(period, time)?.to_string()
            }
            // where nothing is within the time, the newest before it is kept as well.
            Keep::Within(_) | Keep::WithinEach(..) if self.taken == 0 => {
                "R-07: nothing newer could be restored".to_owned()
            }
            Keep::Within(_) | Keep::WithinEach(..) => return None,
            Keep::Kind(_) | Keep::Origin(_) => String::new(),
        };
        self.taken = self.taken.saturating_add(1);
        let mut words = self.rule.to_string();
        if !why.is_empty() {
            // A string takes everything.
            let _ = write!(words, " ({why})");
        }
        Some(words)
    }

    fn is_within(&self, duration: std::time::Duration, time: DateTime<Utc>) -> bool {
        // What is newer than the newest that counts is not to be judged by its age.
        self.newest.signed_duration_since(time).to_std().map_or(true, |age| age <= duration)
    }

    /// The period of a time, if the last one that was kept is not of the same.
    fn next_period(&mut self, period: Period, time: DateTime<Utc>) -> Option<CalendarPeriod> {
        let next = period.of(time, self.zone);
        if self.last == Some(next) {
            return None;
        }
        self.last = Some(next);
        Some(next)
    }
}

/// "newest", "2nd newest", "3rd newest".
fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    if number == 1 { "newest".to_owned() } else { format!("{number}{ending} newest") }
}

#[cfg(test)]
mod tests {
    use super::ordinal;

    #[test]
    fn ordinals_are_english() {
        let words = [1, 2, 3, 4, 11, 12, 13, 21, 22, 111, 113].map(ordinal).map(|text| text.replace(" newest", ""));
        assert_eq!(words, ["newest", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "111th", "113th"]);
    }
}
