//! Answers that do not come, come in part, or come with a plea for patience.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use keepoint::storage::{ErrorKind, StorageSettings};

use super::operations::{Ask, fill};
use crate::s3_double::{Effect, ErrorCode, Memory, Operation, Repeat, When};
use crate::subject::{Look as _, files, kind, named};
use crate::subjects::double::{Double, quick};

/// A client that does not wait long and asks once.
fn impatient(settings: &mut StorageSettings) {
    quick(settings);
    settings.timeout = Duration::from_millis(250);
}

/// A client that asks again.
fn stubborn(settings: &mut StorageSettings) {
    quick(settings);
    settings.attempts = 6;
}

fn filled(change: impl FnOnce(&mut StorageSettings)) -> Double {
    let double = Double::open("s3", change);
    fill(&double);
    double
}

#[test]
fn a_server_that_hangs_is_not_waited_for_longer_than_the_timeout() {
    let double = filled(impatient);
    double.server.fault(When::Nth(1), Repeat::Always, Effect::Hang);
    for ask in Ask::ALL {
        let began = Instant::now();
        assert_eq!(ask.of(&double).expect_err("no answer").kind(), ErrorKind::TimedOut, "{ask:?}");
        assert!(began.elapsed() < Duration::from_secs(5), "{ask:?} took {:?}", began.elapsed());
    }
}

#[test]
fn a_connection_that_is_closed_is_an_error_and_nothing_else() {
    let double = filled(quick);
    double.server.fault(When::Nth(1), Repeat::Always, Effect::Close);
    for ask in Ask::ALL {
        let kind = ask.of(&double).expect_err("no answer").kind();
        assert!(matches!(kind, ErrorKind::Other | ErrorKind::Unreachable), "{ask:?}: {kind:?}");
    }
}

/// Whether the length that was announced does not come, or a shorter one is announced.
#[test]
fn half_an_answer_is_none() {
    for effect in [Effect::CutBody, Effect::TruncateBody] {
        for ask in [Ask::List, Ask::ListBelow, Ask::Read, Ask::Delete, Ask::RemoveDirectory, Ask::ListVersions] {
            let double = filled(quick);
            double.server.fault(When::Nth(1), Repeat::Always, effect.clone());
            let answer = ask.of(&double);
            let kind = answer.expect_err("half an answer").kind();
            assert!(matches!(kind, ErrorKind::Other | ErrorKind::Unreachable), "{ask:?}, {effect:?}: {kind:?}");
        }
    }
}

#[test]
fn what_goes_wrong_once_is_asked_again_and_counted() {
    let effects = [
        Effect::Error(ErrorCode::SlowDown.into()),
        Effect::Error(ErrorCode::InternalError.into()),
        Effect::Error(ErrorCode::ServiceUnavailable.into()),
        Effect::Close,
        Effect::CutBody,
    ];
    for effect in effects {
        let double = filled(stubborn);
        for ask in [Ask::List, Ask::ListBelow, Ask::Read, Ask::Stat] {
            if matches!(effect, Effect::CutBody) && ask.is_answered_without_a_body() {
                continue;
            }
            let before = double.retried();
            double.server.mend();
            double.server.fault(When::Nth(1), Repeat::Once, effect.clone());
            ask.of(&double).unwrap_or_else(|error| panic!("{ask:?} after {effect:?}: {}", error.reason()));
            assert_eq!(double.retried() - before, 1, "{ask:?} after {effect:?}");
        }
    }
}

#[test]
fn a_server_that_hangs_once_is_asked_again() {
    let double = filled(|settings| {
        stubborn(settings);
        settings.timeout = Duration::from_secs(1);
    });
    for ask in [Ask::List, Ask::Read] {
        double.server.mend();
        double.server.fault(When::Nth(1), Repeat::Once, Effect::Hang);
        ask.of(&double).unwrap_or_else(|error| panic!("{ask:?}: {}", error.reason()));
    }
    assert_eq!(double.retried(), 2);
}

/// A hundred files on ten pages.
fn ten_pages(change: impl FnOnce(&mut StorageSettings)) -> (Double, Vec<String>) {
    let names: Vec<String> = (0..100).map(|number| format!("d/{number:03}")).collect();
    let objects: Memory = names.iter().map(|name| (format!("flink/{name}"), name.clone().into_bytes())).collect();
    let double = Double::holding("s3", objects, change);
    double.server.change(|rules| rules.page_limit = 10);
    (double, names)
}

#[test]
fn a_page_in_the_middle_that_breaks_off_is_no_end() {
    for effect in [Effect::CutBody, Effect::TruncateBody, Effect::Close, Effect::Error(ErrorCode::InternalError.into())]
    {
        for page in [2, 5, 10] {
            let (double, _) = ten_pages(quick);
            double.server.fault(When::Nth(page), Repeat::Always, effect.clone());
            double.list("d").expect_err("a page is missing");
            let (double, _) = ten_pages(quick);
            double.server.fault(When::Nth(page), Repeat::Always, effect.clone());
            double.below("d").expect_err("a page is missing");
        }
    }
}

/// The first requests pass, then several in a row find nobody who answers, then all is as before.
#[test]
fn a_server_that_is_restarted_in_the_middle_of_a_listing_is_asked_until_it_is_back() {
    for ask in [Ask::List, Ask::ListBelow] {
        let (double, names) = ten_pages(stubborn);
        let seen = AtomicUsize::new(0);
        double.server.fault(
            When::matching(move |_| (4..7).contains(&seen.fetch_add(1, Ordering::Relaxed))),
            Repeat::Always,
            Effect::Close,
        );
        let entries = if ask == Ask::List { double.list("d") } else { double.below("d") };
        let found = files(entries.expect("it is back"));
        assert_eq!(found.len(), names.len());
        assert!(double.retried() >= 1);
    }
}

#[test]
fn whoever_is_told_to_slow_down_does_and_is_told_everything() {
    let (double, names) = ten_pages(|settings| {
        stubborn(settings);
        settings.attempts = 12;
    });
    double.server.change(|rules| {
        rules.page_limit = 5;
        rules.requests_per_second = Some(8);
    });
    assert_eq!(files(double.below_root().expect("with patience")), named(&names));
    assert!(double.retried() > 0, "twenty pages do not fit into one second of eight");
}

#[test]
fn a_server_that_goes_on_asking_for_fewer_requests_is_left_alone() {
    let (double, _) = ten_pages(|settings| {
        quick(settings);
        settings.attempts = 2;
    });
    double.server.change(|rules| rules.requests_per_second = Some(0));
    assert_eq!(kind(double.list("d")), ErrorKind::Throttled);
    assert_eq!(double.server.count(Operation::ListObjectsV2), 2);
}
