//! Which snapshots are kept, from arguments.

use std::time::Duration;

use crate::cli::args::PolicyArguments;
use crate::cli::failure::Failure;
use crate::gc::retention::{
    GroupBy, Keep, KindSelector, Period, Policy, PolicyError, PolicyParts, Rule, Selector, parse_zone,
};

/// The policy that arguments describe, checked.
pub(super) fn of_arguments(arguments: &PolicyArguments) -> Result<Policy, Failure> {
    let mut parts = PolicyParts {
        rules: rules(arguments)?,
        drop_damaged: arguments.drop_damaged,
        expire_ended_after: arguments.expire_ended_after,
        selected: arguments.select.iter().map(|text| selector(text)).collect::<Result<_, _>>()?,
        allow_empty_group: arguments.allow_empty_group,
        ..PolicyParts::default()
    };
    if let Some(text) = &arguments.group_by {
        parts.group_by = text.parse::<GroupBy>().map_err(|error| refused(&error))?;
    }
    if let Some(text) = &arguments.time_zone {
        parts.zone = parse_zone(text).map_err(|error| refused(&error))?;
    }
    Policy::new(parts).map_err(|error| refused(&error))
}

/// A policy that makes no sense; its message says what to write.
pub(super) fn refused(error: &PolicyError) -> Failure {
    Failure::Usage {
        message: error.to_string(),
        hint: "say what to keep, as in `--keep-last 5`; `keepoint gc plan --help` has examples".to_owned(),
    }
}

fn rules(arguments: &PolicyArguments) -> Result<Vec<Rule>, Failure> {
    let each = |period, number: Option<u32>| number.map(|number| Keep::Each(period, number));
    let within_each = |period, within: Option<Duration>| within.map(|within| Keep::WithinEach(period, within));
    let plain = [
        arguments.keep_last.map(Keep::Last),
        arguments.keep_within.map(Keep::Within),
        each(Period::Hour, arguments.keep_hourly),
        each(Period::Day, arguments.keep_daily),
        each(Period::Week, arguments.keep_weekly),
        each(Period::Month, arguments.keep_monthly),
        each(Period::Year, arguments.keep_yearly),
        within_each(Period::Hour, arguments.keep_within_hourly),
        within_each(Period::Day, arguments.keep_within_daily),
        within_each(Period::Week, arguments.keep_within_weekly),
        within_each(Period::Month, arguments.keep_within_monthly),
        within_each(Period::Year, arguments.keep_within_yearly),
    ];
    let plain = plain.into_iter().flatten().map(|keep| Ok(Rule { keep, of: None }));
    plain.chain(arguments.keep.iter().map(|text| rule(text))).collect()
}

/// `savepoint:last=3`: a rule as it is given to `--keep`.
fn rule(text: &str) -> Result<Rule, Failure> {
    let (kind, rule) = match text.split_once(':') {
        Some((kind, rule)) => (Some(kind), rule),
        None => (None, text),
    };
    let Some((name, value)) = rule.split_once('=') else {
        return Err(Failure::Usage {
            message: format!("--keep {text:?}: there is no `=`"),
            hint: "write KIND:RULE=VALUE, as in `--keep savepoint:last=3` or `--keep native:within=30d`".to_owned(),
        });
    };
    let kind = kind.map(str::parse::<KindSelector>).transpose();
    let read = kind.and_then(|kind| Rule::read(&format!("keep-{name}"), value, kind));
    read.map_err(|error| Failure::Usage {
        message: format!("--keep {text:?}: {error}"),
        hint: "write KIND:RULE=VALUE, as in `--keep savepoint:last=3` or `--keep native:within=30d`".to_owned(),
    })
}

/// A job's id, `all`, or a place, which may be a path.
fn selector(text: &str) -> Result<Selector, Failure> {
    match text.parse() {
        Ok(selector) => Ok(selector),
        Err(_) => super::super::settings::place(text).map(Selector::Within),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(arguments: &PolicyArguments) -> Result<Vec<String>, String> {
        of_arguments(arguments).map(|policy| policy.lines()).map_err(|failure| match failure {
            Failure::Usage { message, .. } => message,
            other => format!("{other:?}"),
        })
    }

    #[test]
    fn rules_are_those_that_were_given() {
        let arguments = PolicyArguments {
            keep_last: Some(5),
            keep_within_daily: Some(Duration::from_hours(7 * 24)),
            keep: vec!["savepoint:last=3".to_owned(), "native:within=30d".to_owned()],
            ..PolicyArguments::default()
        };
        let lines = lines(&arguments).expect("a policy");
        for line in ["keep-last 5", "keep-last 3 of savepoint", "keep-within 30d of native", "keep-within-daily 7d"] {
            assert!(lines.iter().any(|other| other == line), "{line}: {lines:?}");
        }
    }

    #[test]
    fn a_policy_of_nothing_is_refused() {
        let message = lines(&PolicyArguments::default()).expect_err("there is no rule");
        assert!(message.contains("R-05"), "{message}");
    }

    #[test]
    fn a_rule_that_is_none_is_named() {
        for (text, part) in [
            ("savepoint", "there is no `=`"),
            ("savepoint:last", "there is no `=`"),
            ("savepoints:last=3", "kind savepoints"),
            ("savepoint:latest=3", "is no rule"),
            ("savepoint:last=many", "keep-last many"),
        ] {
            let message = lines(&PolicyArguments { keep: vec![text.to_owned()], ..PolicyArguments::default() });
            let message = message.expect_err(text);
            assert!(message.starts_with("--keep ") && message.contains(part), "{text}: {message}");
        }
    }
}
