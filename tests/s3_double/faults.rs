use crate::client::{Answer, NoAnswer, elements, get, list, send};
use crate::s3_double::{Effect, ErrorCode, ListingFault, Memory, Operation, Repeat, S3Double, When};

const KEYS: &str = "ListBucketResult/Contents/Key";
const TOKEN: &str = "ListBucketResult/NextContinuationToken";

fn double() -> S3Double {
    S3Double::start(["a", "b", "c", "d"].map(|key| (key, "0123456789")).into_iter().collect::<Memory>())
}

fn slow_down() -> Effect {
    Effect::Error(ErrorCode::SlowDown.into())
}

fn statuses(double: &S3Double, targets: &[&str]) -> Vec<u16> {
    targets.iter().map(|target| get(double, target).status).collect()
}

#[test]
fn a_fault_meets_the_nth_request_once() {
    let double = double();
    get(&double, "/bucket/a");
    double.fault(When::Nth(2), Repeat::Once, slow_down());
    assert_eq!(statuses(&double, &["/bucket/a"; 4]), [200, 503, 200, 200]);
}

#[test]
fn a_fault_can_stay_with_the_request_it_met() {
    let double = double();
    double.fault(When::Nth(2), Repeat::SameRequest, slow_down());
    let targets = ["/bucket/a", "/bucket/b", "/bucket/b", "/bucket/a", "/bucket/c", "/bucket/b", "/bucket/b?x=1"];
    assert_eq!(statuses(&double, &targets), [200, 503, 503, 200, 200, 503, 200]);
    assert_eq!(send(&double, "HEAD", "/bucket/b", &[], &[]).expect("an answer").status, 200);
    double.mend();
    assert_eq!(get(&double, "/bucket/b").status, 200);
}

#[test]
fn a_fault_can_choose_its_requests() {
    let double = double();
    double.fault(When::matching(|request| request.key == "b"), Repeat::Always, slow_down());
    double.fault(
        When::matching(|request| request.operation == Operation::ListObjectsV2),
        Repeat::Once,
        Effect::Error(ErrorCode::ExpiredToken.into()),
    );
    assert_eq!(statuses(&double, &["/bucket/a", "/bucket/b", "/bucket/b"]), [200, 503, 503]);
    assert_eq!(list(&double, &[]).error(), (400, "ExpiredToken".to_owned()));
    assert_eq!(list(&double, &[]).status, 200);
    double.mend();
    double.fault(When::Nth(2), Repeat::Always, slow_down());
    assert_eq!(statuses(&double, &["/bucket/a", "/bucket/b", "/bucket/c"]), [200, 503, 503]);
}

#[test]
fn no_answer_comes_from_a_server_that_hangs_or_closes() {
    let double = double();
    double.fault(When::Nth(1), Repeat::Once, Effect::Hang);
    assert_eq!(send(&double, "GET", "/bucket/a", &[], &[]).err(), Some(NoAnswer::Silence));
    double.fault(When::Nth(1), Repeat::Once, Effect::Close);
    assert_eq!(send(&double, "GET", "/bucket/a", &[], &[]).err(), Some(NoAnswer::Closed));
    assert_eq!(get(&double, "/bucket/a").status, 200);
    let statuses: Vec<_> = double.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [None, None, Some(200)]);
}

#[test]
fn a_body_can_end_too_early_or_be_half_of_a_document() {
    let double = double();
    double.fault(When::Nth(1), Repeat::Once, Effect::CutBody);
    let cut = get(&double, "/bucket/a");
    assert_eq!((cut.status, cut.body.as_slice()), (200, b"01234".as_slice()));
    assert!(!cut.is_whole());
    double.fault(When::Nth(1), Repeat::Once, Effect::TruncateBody);
    let truncated = list(&double, &[]);
    assert_eq!(truncated.status, 200);
    assert!(truncated.is_whole());
    assert!(elements(&truncated.body).is_none());
    assert!(elements(&list(&double, &[]).body).is_some());
}

/// A second page of two keys, `b` and `c`, after which `d` follows, with the token that led there.
fn second_page(double: &S3Double, fault: ListingFault) -> (String, Answer) {
    let token = list(double, &[("max-keys", "1")]).text(TOKEN);
    double.fault(When::Nth(1), Repeat::Once, Effect::Listing(fault));
    let page = list(double, &[("max-keys", "2"), ("continuation-token", &token)]);
    assert_eq!(page.text("ListBucketResult/IsTruncated"), "true");
    (token, page)
}

#[test]
fn a_page_can_come_twice_with_different_tokens() {
    let double = double();
    let (token, page) = second_page(&double, ListingFault::RepeatPage);
    let next = page.text(TOKEN);
    assert_ne!(next, token);
    let again = list(&double, &[("max-keys", "2"), ("continuation-token", &next)]);
    assert_eq!(again.texts(KEYS), page.texts(KEYS));
    assert_ne!(again.text(TOKEN), next);
}

#[test]
fn a_token_can_come_twice() {
    let double = double();
    let (token, page) = second_page(&double, ListingFault::RepeatToken);
    assert_eq!(page.texts(KEYS), ["b", "c"]);
    assert_eq!(page.text(TOKEN), token);
}

#[test]
fn a_page_can_be_in_falling_order() {
    let (_, page) = second_page(&double(), ListingFault::Reverse);
    assert_eq!(page.texts(KEYS), ["c", "b"]);
}

#[test]
fn a_token_can_be_lost() {
    let (_, page) = second_page(&double(), ListingFault::LoseToken);
    assert!(page.texts(TOKEN).is_empty());
}

#[test]
fn a_listing_can_end_early() {
    let double = double();
    double.fault(When::Nth(1), Repeat::Once, Effect::Listing(ListingFault::EndEarly));
    let page = list(&double, &[("max-keys", "2")]);
    assert_eq!(page.texts(KEYS), ["a", "b"]);
    assert_eq!(page.text("ListBucketResult/IsTruncated"), "false");
    assert!(page.texts(TOKEN).is_empty());
}

#[test]
fn the_last_page_can_come_twice_too() {
    let double = double();
    double.fault(When::Nth(1), Repeat::Once, Effect::Listing(ListingFault::RepeatPage));
    let first = list(&double, &[]);
    let again = list(&double, &[("continuation-token", &first.text(TOKEN))]);
    assert_eq!(first.texts(KEYS), again.texts(KEYS));
    assert!(again.texts(TOKEN).is_empty());
}

#[test]
fn a_page_can_be_empty_with_all_to_follow() {
    let double = double();
    let (_, page) = second_page(&double, ListingFault::Empty);
    assert!(page.texts(KEYS).is_empty());
    let next = list(&double, &[("continuation-token", &page.text(TOKEN))]);
    assert_eq!(next.texts(KEYS), ["b", "c", "d"]);
}

#[test]
fn the_first_page_can_be_empty_or_come_twice_too() {
    for fault in [ListingFault::Empty, ListingFault::RepeatPage, ListingFault::RepeatToken] {
        let double = double();
        double.fault(When::Nth(1), Repeat::Once, Effect::Listing(fault));
        let first = list(&double, &[("max-keys", "2")]);
        let next = list(&double, &[("max-keys", "2"), ("continuation-token", &first.text(TOKEN))]);
        assert_eq!(next.texts(KEYS), ["a", "b"], "{fault:?}");
    }
}

#[test]
fn a_web_page_can_stand_in_for_an_answer() {
    let double = double();
    double.fault(When::Nth(1), Repeat::Once, Effect::Foreign(404));
    let answer = get(&double, "/bucket/a");
    assert_eq!((answer.status, answer.header("content-type")), (404, Some("text/html")));
    assert!(String::from_utf8_lossy(&answer.body).contains("<html>") && answer.is_whole());
    assert_eq!(get(&double, "/bucket/a").status, 200);
}

#[test]
fn half_an_answer_without_a_body_is_all_of_it() {
    let double = double();
    double.fault(When::Nth(1), Repeat::Once, Effect::TruncateBody);
    let answer = send(&double, "HEAD", "/bucket/a", &[], &[]).expect("an answer");
    assert_eq!((answer.status, answer.header("content-length")), (200, Some("10")));
}
