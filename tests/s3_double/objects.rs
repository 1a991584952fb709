use std::sync::Arc;

use crate::client::{get, send};
use crate::s3_double::{BUCKET, Bucket, Jobs, Memory, Objects, Operation, S3Double, etag};

fn one() -> S3Double {
    let memory = Memory::default();
    memory.put_at("a/b c+é", "0123456789".into(), 1_767_225_600_123);
    memory.put_at("empty", "".into(), 0);
    S3Double::start(memory)
}

const ODD: &str = "/bucket/a/b%20c+%C3%A9";

fn range(double: &S3Double, target: &str, range: &str) -> crate::client::Answer {
    send(double, "GET", target, &[("Range", range)], &[]).expect("an answer")
}

#[test]
fn an_object_is_read_with_its_headers() {
    let double = one();
    let answer = get(&double, ODD);
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"0123456789".as_slice()));
    assert_eq!(answer.header("etag"), Some("\"781e5e245d69b566979b86e28d23f2c7\""));
    assert_eq!(answer.header("last-modified"), Some("Thu, 01 Jan 2026 00:00:00 GMT"));
    assert_eq!(answer.header("accept-ranges"), Some("bytes"));
    assert_eq!(answer.header("x-amz-version-id"), None);
    assert!(answer.is_whole());
}

#[test]
fn the_description_of_an_object_has_its_length_and_no_body() {
    let double = one();
    let answer = send(&double, "HEAD", ODD, &[], &[]).expect("an answer");
    assert_eq!((answer.status, answer.body.len(), answer.header("content-length")), (200, 0, Some("10")));
    let missing = send(&double, "HEAD", "/bucket/none", &[], &[]).expect("an answer");
    assert_eq!((missing.status, missing.body.len()), (404, 0));
}

#[test]
fn a_range_is_cut_to_the_object() {
    let double = one();
    for (asked, body, told) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=8-", "89", "bytes 8-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=-100", "0123456789", "bytes 0-9/10"),
        ("bytes=9-18446744073709551615", "9", "bytes 9-9/10"),
    ] {
        let answer = range(&double, ODD, asked);
        assert_eq!((answer.status, answer.header("content-range")), (206, Some(told)), "{asked}");
        assert_eq!(answer.body, body.as_bytes(), "{asked}");
    }
}

#[test]
fn a_range_past_the_end_cannot_be_satisfied() {
    let double = one();
    for (target, asked, size) in [(ODD, "bytes=10-", 10), (ODD, "bytes=-0", 10), ("/bucket/empty", "bytes=0-", 0)] {
        let answer = range(&double, target, asked);
        assert_eq!(answer.error(), (416, "InvalidRange".to_owned()), "{asked}");
        assert_eq!(answer.text("Error/ActualObjectSize"), size.to_string());
        assert_eq!(answer.header("content-range"), Some(format!("bytes */{size}").as_str()));
    }
}

#[test]
fn what_is_not_one_range_is_answered_with_the_whole() {
    let double = one();
    for asked in ["bytes=4-2", "bytes=0-1,3-4", "lines=1-2", "bytes=a-b"] {
        let answer = range(&double, ODD, asked);
        assert_eq!((answer.status, answer.body.len()), (200, 10), "{asked}");
    }
}

#[test]
fn reading_can_depend_on_the_tag() {
    let double = one();
    let with = |header: &str, tag: &str| send(&double, "GET", ODD, &[(header, tag)], &[]).expect("an answer");
    let tag = "\"781e5e245d69b566979b86e28d23f2c7\"";
    assert_eq!(with("If-Match", tag).status, 200);
    assert_eq!(with("If-Match", "\"other\"").error(), (412, "PreconditionFailed".to_owned()));
    assert_eq!(with("If-None-Match", tag).status, 304);
    assert_eq!(with("If-None-Match", "\"other\"").status, 200);
}

#[test]
fn a_missing_object_is_named() {
    let answer = get(&one(), "/bucket/n%C3%B6");
    assert_eq!(answer.error(), (404, "NoSuchKey".to_owned()));
    assert_eq!(answer.text("Error/Key"), "nö");
    assert_eq!(answer.text("Error/RequestId"), answer.header("x-amz-request-id").expect("an id"));
}

#[test]
fn an_object_that_must_be_new_is_written_once() {
    let memory = Arc::new(Memory::default());
    let double = S3Double::with(vec![Bucket::shared(BUCKET, Arc::clone(&memory) as Arc<dyn Objects>)]);
    let put =
        |headers: &[(&str, &str)], body: &[u8]| send(&double, "PUT", "/bucket/new", headers, body).expect("an answer");
    let first = put(&[("If-None-Match", "*")], b"first");
    assert_eq!((first.status, first.header("etag")), (200, Some(format!("\"{}\"", etag(b"first")).as_str())));
    assert_eq!(put(&[("If-None-Match", "*")], b"second").error(), (412, "PreconditionFailed".to_owned()));
    assert_eq!(get(&double, "/bucket/new").body, b"first");
    assert_eq!(put(&[], b"third").status, 200);
    assert_eq!(put(&[("If-Match", "\"other\"")], b"x").error(), (412, "PreconditionFailed".to_owned()));
    assert_eq!(put(&[("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==")], b"x").error(), (400, "BadDigest".to_owned()));
    assert_eq!(put(&[("Content-MD5", "short")], b"x").error(), (400, "InvalidDigest".to_owned()));
    let chunks = [("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")];
    assert_eq!(put(&chunks, b"x").error(), (501, "NotImplemented".to_owned()));
    assert_eq!(get(&double, "/bucket/new").body, b"third");
    assert_eq!(memory.keys(), ["new"]);
    assert_eq!(double.count(Operation::PutObject), 7);
}

#[test]
fn a_tree_of_jobs_has_the_metadata_of_every_checkpoint() {
    let jobs = Jobs { prefix: "flink/".to_owned(), count: 3, checkpoints: 10, shared: 2, metadata: "metadata".into() };
    let memory = jobs.build();
    let keys = memory.keys();
    assert_eq!(keys.len(), 3 * (10 + 2));
    assert_eq!(keys.iter().filter(|key| key.ends_with("/_metadata")).count(), 30);
    let double = S3Double::start(memory);
    let key = format!("/bucket/flink/{}/chk-10/_metadata", Jobs::id(2));
    assert_eq!(get(&double, &key).body, b"metadata");
    let page = get(&double, "/bucket?list-type=2&prefix=flink/&delimiter=/");
    let mut expected: Vec<String> = (0..3).map(|job| format!("flink/{}/", Jobs::id(job))).collect();
    expected.sort();
    assert_eq!(page.texts("ListBucketResult/CommonPrefixes/Prefix"), expected);
}
