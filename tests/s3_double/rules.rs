use std::time::{Duration, Instant};

use crate::client::{NoAnswer, encode, get, list, send, send_with, signed};
use crate::s3_double::{Effect, Memory, Operation, Repeat, S3Double, When};

const KEYS: &str = "ListBucketResult/Contents/Key";

fn double() -> S3Double {
    S3Double::start(["a", "b", "c d"].map(|key| (key, "data")).into_iter().collect::<Memory>())
}

#[test]
fn latency_is_added_to_every_answer() {
    let double = double();
    double.change(|rules| rules.latency = Duration::from_millis(60));
    for target in ["/bucket/a", "/bucket?list-type=2", "/none"] {
        let start = Instant::now();
        get(&double, target);
        assert!(start.elapsed() >= Duration::from_millis(60), "{target}");
    }
}

#[test]
fn more_requests_than_a_second_has_are_told_to_slow_down() {
    let double = double();
    double.change(|rules| rules.requests_per_second = Some(2));
    let start = Instant::now();
    let statuses: Vec<u16> = (0..20).map(|_| get(&double, "/bucket/a").status).collect();
    let seconds = usize::try_from(start.elapsed().as_secs() + 2).expect("a short test");
    let answered = statuses.iter().filter(|status| **status == 200).count();
    assert!((2..=2 * seconds).contains(&answered), "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 503)), "{statuses:?}");
    assert_eq!(double.requests().iter().filter(|request| request.status == Some(503)).count(), 20 - answered);
}

#[test]
fn an_object_can_vanish_between_listing_and_reading_or_be_missing_in_listings() {
    let double = double();
    double.change(|rules| {
        rules.vanished.insert("a".to_owned());
        rules.unlisted.insert("b".to_owned());
    });
    assert_eq!(list(&double, &[]).texts(KEYS), ["a", "c d"]);
    assert_eq!(get(&double, "/bucket/a").error(), (404, "NoSuchKey".to_owned()));
    assert_eq!(get(&double, "/bucket/b").status, 200);
}

#[test]
fn a_page_can_be_shorter_than_was_asked_for() {
    let double = double();
    double.change(|rules| rules.page_limit = 2);
    let page = list(&double, &[("max-keys", "1000")]);
    assert_eq!(page.texts(KEYS), ["a", "b"]);
    assert_eq!(page.text("ListBucketResult/IsTruncated"), "true");
    assert_eq!(page.text("ListBucketResult/MaxKeys"), "1000");
}

#[test]
fn a_service_can_know_less_than_s3() {
    let double = double();
    double.change(|rules| {
        rules.ignores_encoding_type = true;
        rules.ignores_start_after = true;
    });
    let page = list(&double, &[("encoding-type", "url"), ("start-after", "b")]);
    assert_eq!(page.texts(KEYS), ["a", "b", "c d"]);
    assert!(page.texts("ListBucketResult/EncodingType").is_empty());
}

#[test]
fn nobody_is_answered_without_a_signature_or_with_a_wrong_clock() {
    let double = double();
    let host = ("Host".to_owned(), "localhost".to_owned());
    let unsigned = || send_with(&double, "GET", "/bucket/a", std::slice::from_ref(&host), &[]).expect("an answer");
    assert_eq!(unsigned().error(), (403, "AccessDenied".to_owned()));
    let credential = encode("AKIDEXAMPLE/20260101/us-east-1/s3/aws4_request");
    let date = &signed("us-east-1")[1].1;
    let target = format!("/bucket/a?X-Amz-Credential={credential}&X-Amz-Date={date}");
    assert_eq!(send_with(&double, "GET", &target, std::slice::from_ref(&host), &[]).expect("an answer").status, 200);

    double.change(|rules| rules.clock_ahead = 16 * 60 * 1000);
    let skewed = get(&double, "/bucket/a");
    assert_eq!(skewed.error(), (403, "RequestTimeTooSkewed".to_owned()));
    let date = skewed.header("date").expect("a date");
    let ahead =
        chrono::DateTime::parse_from_rfc2822(date).expect("a date").timestamp() - chrono::Utc::now().timestamp();
    assert!((950..=961).contains(&ahead), "{ahead}");
    double.change(|rules| rules.anonymous = true);
    assert_eq!(unsigned().status, 200);
}

#[test]
fn requests_are_counted_and_can_be_forgotten() {
    let double = double();
    list(&double, &[("prefix", "a b")]);
    send(&double, "HEAD", "/bucket/a", &[("x-test", "1")], &[]).expect("an answer");
    assert_eq!(
        double.counts().into_iter().collect::<Vec<_>>(),
        [(Operation::ListObjectsV2, 1), (Operation::HeadObject, 1)]
    );
    let requests = double.requests();
    assert_eq!(requests[0].query, "list-type=2&prefix=a%20b");
    assert_eq!((requests[1].method.as_str(), requests[1].path.as_str()), ("HEAD", "/bucket/a"));
    assert_eq!(requests[1].headers["x-test"], "1");
    assert_eq!(requests[1].status, Some(200));
    assert_eq!(double.connections(), 2);
    double.forget();
    assert!(double.counts().is_empty());
}

#[test]
fn a_server_can_live_in_an_asynchronous_test_even_while_it_hangs() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let double = double();
        double.fault(When::Nth(1), Repeat::Once, Effect::Hang);
        assert_eq!(send(&double, "GET", "/bucket/a", &[], &[]).err(), Some(NoAnswer::Silence));
        assert_eq!(get(&double, "/bucket/a").status, 200);
    });
}

#[test]
fn a_dropped_server_is_gone() {
    let double = double();
    let address = double.address();
    assert!(address.ip().is_loopback());
    drop(double);
    assert!(std::net::TcpStream::connect(address).is_err());
}
