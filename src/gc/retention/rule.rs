//! One rule: what it keeps, and of which kind. Written as on the command line: `keep-last 3 of savepoint`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::{Member, Period, PolicyError};
use crate::report::{SnapshotKind, SnapshotOrigin, ValueName as _};

const WITHIN: &str = "keep-within";

const DAY: u64 = 24 * 60 * 60;

/// The shortest duration that a rule may have.
pub(super) const SHORTEST: Duration = Duration::from_secs(1);

/// What a rule speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KindSelector {
    /// Checkpoints.
    Checkpoint,
    /// Savepoints of both formats.
    Savepoint,
    /// Savepoints in the native format.
    Native,
}

impl KindSelector {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Checkpoint, Self::Savepoint, Self::Native];

    fn name(self) -> &'static str {
        match self {
            Self::Checkpoint => "checkpoint",
            Self::Savepoint => "savepoint",
            Self::Native => "native",
        }
    }

    pub(super) fn covers(self, member: &Member) -> bool {
        match self {
            Self::Checkpoint => member.kind == SnapshotKind::Checkpoint,
            Self::Savepoint => member.kind == SnapshotKind::Savepoint,
            Self::Native => member.kind == SnapshotKind::Savepoint && member.native,
        }
    }

    /// Whether everything that the other one speaks of is spoken of here.
    pub(super) fn includes(self, other: Self) -> bool {
        self == other || (self == Self::Savepoint && other == Self::Native)
    }
}

impl fmt::Display for KindSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for KindSelector {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| value_error("kind", text, "write checkpoint, savepoint or native"))
    }
}

/// What a rule keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keep {
    /// The newest so many.
    Last(u32),
    /// Everything within a time of the newest of the group.
    Within(Duration),
    /// The newest of each of the last so many periods that have one.
    Each(Period, u32),
    /// The newest of each period within a time of the newest of the group.
    WithinEach(Period, Duration),
    /// All of a kind.
    Kind(KindSelector),
    /// What was taken for a reason.
    Origin(SnapshotOrigin),
}

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// What it keeps.
    pub keep: Keep,
    /// Of which kind; without one it speaks of checkpoints.
    pub of: Option<KindSelector>,
}

impl Rule {
    /// Reads a rule from its name, its value and the kind it is bound to. What the value means is checked by the policy.
    pub fn read(name: &str, value: &str, of: Option<KindSelector>) -> Result<Self, PolicyError> {
        let keep = match name {
            "keep-last" => Keep::Last(number(name, value)?),
            "keep-kind" => Keep::Kind(value.parse()?),
            "keep-origin" => Keep::Origin(origin(name, value)?),
            WITHIN => Keep::Within(parse_duration(name, value)?),
            _ => periodic(name, value)?,
        };
        Ok(Self { keep, of })
    }

    /// Refuses what can mean nothing on its own: zero quotas, durations of nothing.
    pub(super) fn check(&self) -> Result<(), PolicyError> {
        let at_least = |duration: Duration, least: Duration| {
            if duration < least {
                return Err(PolicyError::ShortDuration { rule: self.to_string(), duration, least });
            }
            Ok(())
        };
        match self.keep {
            Keep::Last(0) | Keep::Each(_, 0) => Err(PolicyError::ZeroQuota { rule: *self }),
            Keep::Within(duration) => at_least(duration, SHORTEST),
            // A year within a week would be a costly way to write keep-last 1.
            Keep::WithinEach(period, duration) => at_least(duration, period.shortest()),
            Keep::Kind(kind) => self.of.map_or(Ok(()), |of| Err(PolicyError::KindTwice { kind, of })),
            Keep::Last(_) | Keep::Each(..) | Keep::Origin(_) => Ok(()),
        }
    }

    /// As on the command line, without the value.
    #[must_use]
    pub fn name(&self) -> String {
        match self.keep {
            Keep::Last(_) => "keep-last".to_owned(),
            Keep::Within(_) => WITHIN.to_owned(),
            Keep::Each(period, _) => format!("keep-{}", period.adverb()),
            Keep::WithinEach(period, _) => format!("{WITHIN}-{}", period.adverb()),
            Keep::Kind(_) => "keep-kind".to_owned(),
            Keep::Origin(_) => "keep-origin".to_owned(),
        }
    }

    /// The kind that it speaks of; a rule that keeps by origin, and was bound to none, speaks of all.
    pub(super) fn kind(&self) -> Option<KindSelector> {
        match self.keep {
            Keep::Kind(kind) => Some(kind),
            Keep::Origin(_) => self.of,
            // a rule without a kind speaks of checkpoints, and never of savepoints.
            _ => Some(self.of.unwrap_or(KindSelector::Checkpoint)),
        }
    }

    /// Whether it could keep the member.
    pub(super) fn speaks_of(&self, member: &Member) -> bool {
        let taken_for = member.origin.unwrap_or(SnapshotOrigin::Unknown);
        let is_meant = !matches!(self.keep, Keep::Origin(origin) if origin != taken_for);
        is_meant && self.kind().is_none_or(|kind| kind.covers(member))
    }

    /// The kind of which what this rule does not keep may go. A rule that only adds to what is kept exposes nothing.
    pub(super) fn exposes(&self) -> Option<KindSelector> {
        if matches!(self.keep, Keep::Kind(_)) { None } else { self.kind() }
    }

    /// The kind that it names, be it to keep all of it.
    pub(super) fn names(&self) -> Option<KindSelector> {
        if let Keep::Kind(kind) = self.keep { Some(kind) } else { self.exposes() }
    }

    /// Whether it counts or measures time, so that it keeps some of a group and not others.
    pub(super) fn is_quota(&self) -> bool {
        !matches!(self.keep, Keep::Kind(_) | Keep::Origin(_))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.name())?;
        match self.keep {
            Keep::Last(number) | Keep::Each(_, number) => write!(f, "{number}")?,
            Keep::Within(duration) | Keep::WithinEach(_, duration) => f.write_str(&duration_text(duration))?,
            Keep::Kind(kind) => write!(f, "{kind}")?,
            Keep::Origin(origin) => f.write_str(&origin_name(origin))?,
        }
        self.of.map_or(Ok(()), |of| write!(f, " of {of}"))
    }
}

impl FromStr for Rule {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let (rule, of) = match text.split_once(" of ") {
            Some((rule, of)) => (rule, Some(of.trim().parse()?)),
            None => (text, None),
        };
        let not_a_rule = || PolicyError::NotARule { text: text.to_owned() };
        let (name, value) = rule.trim().split_once(' ').ok_or_else(not_a_rule)?;
        Self::read(name, value.trim(), of)
    }
}

/// Reads the duration of a rule or setting: "7d", "1h 30m".
pub fn parse_duration(name: &str, text: &str) -> Result<Duration, PolicyError> {
    let problem =
        |error: humantime::DurationError| format!("{error}; write it as in 12h, 7d or 6months (m is minutes)");
    humantime::parse_duration(text).map_err(|error| value_error(name, text, &problem(error)))
}

/// As it would be given: whole days as days, because humantime's months have 30.44 of them.
pub(super) fn duration_text(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let in_days = seconds > 0 && seconds.is_multiple_of(DAY) && duration.subsec_nanos() == 0;
    if in_days { format!("{}d", seconds / DAY) } else { humantime::format_duration(duration).to_string() }
}

fn periodic(name: &str, value: &str) -> Result<Keep, PolicyError> {
    let period = |adverb: &str| Period::ALL.into_iter().find(|period| period.adverb() == adverb);
    if let Some(period) = name.strip_prefix("keep-within-").and_then(period) {
        return Ok(Keep::WithinEach(period, parse_duration(name, value)?));
    }
    match name.strip_prefix("keep-").and_then(period) {
        Some(period) => Ok(Keep::Each(period, number(name, value)?)),
        None => Err(PolicyError::NotARule { text: format!("{name} {value}") }),
    }
}

fn number(name: &str, text: &str) -> Result<u32, PolicyError> {
    text.parse().map_err(|_| value_error(name, text, "write a number, as in 5"))
}

fn origin(name: &str, text: &str) -> Result<SnapshotOrigin, PolicyError> {
    let all = || (1..).map_while(|number| SnapshotOrigin::try_from(number).ok());
    all().find(|origin| origin_name(*origin) == text).ok_or_else(|| {
        let names: Vec<_> = all().map(origin_name).collect();
        value_error(name, text, &format!("write one of {}", names.join(", ")))
    })
}

fn origin_name(origin: SnapshotOrigin) -> String {
    origin.value_name().replace('_', "-")
}

fn value_error(name: &str, value: &str, problem: &str) -> PolicyError {
    PolicyError::Value { name: name.to_owned(), value: value.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_written_as_it_is_read() {
        for text in [
            "keep-last 5",
            "keep-last 3 of savepoint",
            "keep-within 7d",
            "keep-within 1day 12h",
            "keep-within 3months",
            "keep-hourly 24",
            "keep-yearly 2 of native",
            "keep-within-weekly 400d",
            "keep-kind native",
            "keep-origin user-request of savepoint",
        ] {
            assert_eq!(text.parse::<Rule>().expect("a rule").to_string(), text);
        }
    }

    #[test]
    fn text_that_is_no_rule_says_what_one_looks_like() {
        for (text, start) in [
            ("keep-last", "\"keep-last\" is no rule; write one as in keep-last 5"),
            ("keep-minutely 5", "\"keep-minutely 5\" is no rule"),
            ("keep-within-ever 5d", "\"keep-within-ever 5d\" is no rule"),
            ("keep-last five", "keep-last five: write a number"),
            ("keep-last -1", "keep-last -1: write a number"),
            ("keep-last 4294967296", "keep-last 4294967296: write a number"),
            ("keep-within 7", "keep-within 7: time unit needed"),
            ("keep-last 5 of savepoints", "kind savepoints: write checkpoint, savepoint or native"),
            ("keep-kind full", "kind full: write checkpoint"),
            (
                "keep-origin unspecified",
                "keep-origin unspecified: write one of unknown, checkpoint, retained-checkpoint",
            ),
        ] {
            let error = text.parse::<Rule>().expect_err(text).to_string();
            assert!(error.starts_with(start), "{text}: {error}");
        }
    }
}
