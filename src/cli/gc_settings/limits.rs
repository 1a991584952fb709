//! Bounds, and how far they may be loosened: below a floor only by a flag that says `unsafe` (`docs/gc-safety.md`, section 12).

use std::time::Duration;

use super::Given;
use crate::cli::args::{LimitArguments, ResidueArguments};
use crate::cli::failure::Failure;
use crate::gc::Limits;
use crate::gc::apply::{MAX_PLAN_AGE, OLDEST_PLAN};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// A setting, what was given for it, and the least that is given without a word.
struct Floor {
    flag: &'static str,
    given: Option<Duration>,
    least: Duration,
    is_allowed: bool,
}

/// The bounds that arguments and defaults give.
pub(super) fn of_arguments(residue: &ResidueArguments, limits: &LimitArguments) -> Limits {
    let defaults = Limits::default();
    Limits {
        min_age: residue.min_age.unwrap_or(defaults.min_age),
        unfinished_age: residue.unfinished_age.unwrap_or(defaults.unfinished_age),
        cancel_grace: limits.cancel_grace.unwrap_or(defaults.cancel_grace),
        checkpoint_timeout: limits.checkpoint_timeout.unwrap_or(defaults.checkpoint_timeout),
        settling: limits.settling.unwrap_or(defaults.settling),
        skew: limits.skew.unwrap_or(defaults.skew),
        retire_grace: limits.retire_grace.unwrap_or(defaults.retire_grace),
        max_share: limits.max_share,
        max_objects: limits.max_objects.map_or(defaults.max_objects, u64::from),
        ..defaults
    }
}

/// Refuses what is below its floor; gives the flags by which something is.
pub(super) fn check(given: &Given<'_>) -> Result<Vec<String>, Failure> {
    let Given { residue, world, limits, loosened, loosened_residue } = given;
    let floor = |flag, given, least, is_allowed| Floor { flag, given, least, is_allowed };
    let floors = [
        floor("min-age", residue.min_age, HOUR, loosened_residue.unsafe_min_age),
        floor("unfinished-age", residue.unfinished_age, DAY, loosened_residue.unsafe_unfinished_age),
        floor("cancel-grace", limits.cancel_grace, HOUR, loosened.unsafe_cancel_grace),
        floor("checkpoint-timeout", limits.checkpoint_timeout, HOUR / 6, loosened.unsafe_checkpoint_timeout),
        floor("settling", limits.settling, HOUR / 6, loosened.unsafe_settling),
        floor("ended-if-idle", world.ended_if_idle, 7 * DAY, loosened.unsafe_ended_if_idle),
    ];
    let mut loosened = Vec::new();
    for Floor { flag, given, least, is_allowed } in floors {
        let is_below = given.is_some_and(|given| given < least);
        if is_below && !is_allowed {
            let least = humantime::format_duration(least);
            return Err(Failure::Usage {
                message: format!("--{flag}: less than {least} is not safe"),
                hint: format!("give at least {least}; `--unsafe-{flag}` allows less, at your own risk"),
            });
        }
        loosened.extend(is_below.then(|| format!("--unsafe-{flag}")));
    }
    Ok(loosened)
}

/// The age up to which a plan is applied: a week at the most, whatever anybody says.
pub(in crate::cli) fn plan_age(given: Option<Duration>) -> Result<Duration, Failure> {
    match given.unwrap_or(MAX_PLAN_AGE) {
        age if age <= OLDEST_PLAN => Ok(age),
        _ => Err(Failure::Usage {
            message: format!("--max-plan-age: more than {} is not safe", humantime::format_duration(OLDEST_PLAN)),
            hint: "make a new plan".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::{UnsafeArguments, UnsafeResidueArguments, WorldArguments};

    fn with_min_age(minutes: u64, unsafe_min_age: bool) -> Result<Vec<String>, Failure> {
        let min_age = Some(Duration::from_mins(minutes));
        check(&Given {
            residue: &ResidueArguments { min_age, ..ResidueArguments::default() },
            world: &WorldArguments::default(),
            limits: &LimitArguments::default(),
            loosened: &UnsafeArguments::default(),
            loosened_residue: &UnsafeResidueArguments { unsafe_min_age, ..UnsafeResidueArguments::default() },
        })
    }

    #[test]
    fn a_floor_is_passed_only_by_a_word() {
        assert!(matches!(with_min_age(59, false), Err(Failure::Usage { .. })));
        assert_eq!(with_min_age(59, true).expect("a word was given"), ["--unsafe-min-age"]);
        assert!(with_min_age(60, true).expect("nothing is below").is_empty());
    }

    #[test]
    fn less_time_for_tasks_to_hear_of_a_checkpoint_is_a_floor_of_its_own() {
        let with = |minutes: u64, unsafe_settling: bool| {
            check(&Given {
                residue: &ResidueArguments::default(),
                world: &WorldArguments::default(),
                limits: &LimitArguments { settling: Some(Duration::from_mins(minutes)), ..LimitArguments::default() },
                loosened: &UnsafeArguments {
                    unsafe_checkpoint_timeout: true,
                    unsafe_settling,
                    ..UnsafeArguments::default()
                },
                loosened_residue: &UnsafeResidueArguments::default(),
            })
        };
        assert!(matches!(with(9, false), Err(Failure::Usage { .. })));
        assert_eq!(with(9, true).expect("a word was given"), ["--unsafe-settling"]);
        assert!(with(10, false).expect("nothing is below").is_empty());
    }

    #[test]
    fn defaults_are_those_of_the_collector_and_above_every_floor() {
        let (residue, limits) = (ResidueArguments::default(), LimitArguments::default());
        let defaults = of_arguments(&residue, &limits);
        assert_eq!(defaults, Limits::default());
        assert!(defaults.min_age >= HOUR && defaults.unfinished_age >= DAY && defaults.cancel_grace >= HOUR);
        assert!(defaults.checkpoint_timeout >= HOUR / 6 && defaults.settling >= HOUR / 6);
    }

    #[test]
    fn a_plan_is_applied_within_a_day_and_never_after_a_week() {
        assert_eq!(plan_age(None).expect("the default"), DAY);
        assert_eq!(plan_age(Some(7 * DAY)).expect("a week"), 7 * DAY);
        assert!(plan_age(Some(8 * DAY)).is_err());
    }
}
