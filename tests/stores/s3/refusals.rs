//! Whoever is refused is told why, and what to do; nobody is told that nothing is there.

use keepoint::storage::ErrorKind::{
    self, Misconfigured, NoSuchStore, Other, PermissionDenied, Throttled, Unauthenticated,
};
use keepoint::uri::StorageUri;

use super::operations::{Ask, fill};
use crate::s3_double::{Effect, ErrorCode, Repeat, S3Error, When, WrongRegion, permanent_redirect, wrong_region};
use crate::subject::{Look as _, Subject, kind, list};
use crate::subjects::double::{Double, given, quick};

fn double() -> Double {
    let double = Double::open("s3", quick);
    fill(&double);
    double
}

#[test]
fn every_refusal_has_its_kind_whatever_was_asked() {
    let refusals: Vec<(S3Error, ErrorKind, u16)> = vec![
        (ErrorCode::AccessDenied.into(), PermissionDenied, 403),
        (ErrorCode::InvalidAccessKeyId.into(), Unauthenticated, 403),
        (ErrorCode::SignatureDoesNotMatch.into(), Unauthenticated, 403),
        (ErrorCode::ExpiredToken.into(), Unauthenticated, 400),
        (ErrorCode::RequestTimeTooSkewed.into(), Unauthenticated, 403),
        (ErrorCode::NoSuchBucket.into(), NoSuchStore, 404),
        (wrong_region("eu-west-3"), Misconfigured, 400),
        (permanent_redirect("bucket", "eu-west-3"), Misconfigured, 301),
        (ErrorCode::SlowDown.into(), Throttled, 503),
        (ErrorCode::ServiceUnavailable.into(), Throttled, 503),
        (ErrorCode::InternalError.into(), Other, 500),
        (ErrorCode::NotImplemented.into(), Other, 501),
    ];
    let double = double();
    for (refusal, expected, status) in refusals {
        for ask in Ask::ALL {
            double.server.mend();
            double.server.fault(When::Nth(1), Repeat::Always, Effect::Error(refusal.clone()));
            let error = ask.of(&double).expect_err("it is refused");
            let kind = error.kind();
            if ask.is_answered_without_a_body() && status != 404 {
                // There is nothing to go by but the status.
                let of_status = match status {
                    301 => Misconfigured,
                    403 => PermissionDenied,
                    503 => Throttled,
                    _ => Other,
                };
                assert!(kind == of_status || kind == expected, "{ask:?} after {refusal:?}: {kind:?}");
            } else if ask == Ask::ReadNothing {
                // A 404 without a body is what S3 answers of a key that is not there, too.
                assert!(kind == ErrorKind::NotFound || kind == expected, "{ask:?} after {refusal:?}: {kind:?}");
            } else {
                assert_eq!(kind, expected, "{ask:?} after {refusal:?}");
            }
        }
    }
    double.server.mend();
    assert_eq!(double.walk().len(), 5, "nothing was deleted or created");
}

#[test]
fn what_to_do_is_said() {
    let double = double();
    let advice = |refusal: S3Error| {
        double.server.mend();
        double.server.fault(When::Nth(1), Repeat::Always, Effect::Error(refusal));
        double.list("d").expect_err("it is refused").hint().unwrap_or_default()
    };
    assert!(advice(wrong_region("eu-west-3")).contains("the bucket is in eu-west-3"));
    assert!(advice(permanent_redirect("bucket", "eu-west-3")).contains("the bucket is in eu-west-3"));
    assert!(advice(ErrorCode::RequestTimeTooSkewed.into()).contains("clock"));
    assert!(advice(ErrorCode::ExpiredToken.into()).contains("expired"));
    assert!(advice(ErrorCode::AccessDenied.into()).contains("s3:ListBucket"));
    assert!(advice(ErrorCode::SlowDown.into()).contains("--concurrency"));
}

#[test]
fn a_bucket_that_is_not_there_is_no_empty_one() {
    let double = double();
    let storage = double.storage();
    let place = StorageUri::parse("s3://no-such-bucket/flink").expect("a URI");
    assert_eq!(kind(list(&*storage, &place)), NoSuchStore);
    assert_eq!(kind(list(&*storage, &place.parent().expect("the root"))), NoSuchStore);
    assert_eq!(kind(crate::subject::below(&*storage, &place)), NoSuchStore);
    assert_eq!(kind(crate::subject::wait(storage.read_range(&place, 0..1))), NoSuchStore);
    assert_eq!(kind(crate::subject::wait(storage.stat(&place))), NoSuchStore);
}

#[test]
fn who_does_not_sign_is_refused_where_that_is_not_enough() {
    let double = double();
    double.server.change(|rules| rules.anonymous = false);
    for ask in Ask::ALL {
        assert_eq!(ask.of(&double).expect_err("it is refused").kind(), PermissionDenied, "{ask:?}");
    }
}

#[test]
fn a_clock_that_is_wrong_is_refused_by_a_server_whose_clock_is_right() {
    let double = Double::open("cosn", quick);
    fill(&double);
    for ahead in [-3_600_000, 3_600_000] {
        double.server.change(|rules| rules.clock_ahead = ahead);
        let error = double.list("d").expect_err("it is refused");
        assert_eq!(error.kind(), Unauthenticated);
        assert!(error.hint().is_some_and(|hint| hint.contains("clock")), "{:?}", error.hint());
    }
}

#[test]
fn a_wrong_region_is_refused_by_servers_that_look_at_it() {
    let double = Double::open("oss", |settings| settings.oss.region = given("cn-hangzhou"));
    fill(&double);
    for answer in [WrongRegion::Malformed, WrongRegion::Redirect] {
        double.server.change(|rules| rules.wrong_region = answer);
        let error = double.list("d").expect_err("it is refused");
        assert_eq!(error.kind(), Misconfigured, "{answer:?}");
        assert!(error.hint().is_some_and(|hint| hint.contains("the bucket is in us-east-1")), "{:?}", error.hint());
    }
    double.server.change(|rules| rules.wrong_region = WrongRegion::Ignore);
    assert_eq!(double.list("d").expect("nobody minds").len(), 6);
}

#[test]
fn a_part_that_is_closed_does_not_close_the_rest() {
    let double = double();
    double.put_named(["closed/file"]);
    let is_closed = |text: &str| text.starts_with("flink/closed/");
    let denied = || Effect::Error(ErrorCode::AccessDenied.into());
    double.server.fault(
        When::matching(move |request| is_closed(&request.key) || request.parameter("prefix").is_some_and(is_closed)),
        Repeat::Always,
        denied(),
    );
    assert_eq!(kind(double.list("closed")), PermissionDenied);
    assert_eq!(kind(double.below("closed")), PermissionDenied);
    assert_eq!(kind(double.read("closed/file")), PermissionDenied);
    assert_eq!(double.read("d/file").expect("it is open").bytes, b"d/file");
    assert_eq!(double.below_root().expect("keys can be listed from above").len(), 7);
}
