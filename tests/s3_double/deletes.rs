use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use crate::client::{Answer, send};
use crate::s3_double::{BUCKET, Bucket, Digest, ErrorCode, Memory, Objects, Operation, S3Double, etag};

fn bucket(keys: &[&str]) -> (S3Double, Arc<Memory>) {
    let memory: Arc<Memory> = Arc::new(keys.iter().map(|key| (*key, "data")).collect());
    (S3Double::with(vec![Bucket::shared(BUCKET, Arc::clone(&memory) as Arc<dyn Objects>)]), memory)
}

fn body(keys: &[&str]) -> String {
    let objects = keys.iter().flat_map(|key| ["<Object><Key>", key, "</Key></Object>"]).collect::<String>();
    format!("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{objects}</Delete>")
}

fn md5(body: &str) -> String {
    STANDARD.encode(Md5::digest(body))
}

/// A batch delete with its MD5.
fn delete(double: &S3Double, body: &str) -> Answer {
    send(double, "POST", "/bucket?delete", &[("Content-MD5", &md5(body))], body.as_bytes()).expect("an answer")
}

#[test]
fn every_key_of_a_batch_has_an_answer_of_its_own() {
    let (double, memory) = bucket(&["a", "b&", " c ", "d"]);
    double.change(|rules| {
        rules.undeletable.insert("d".to_owned(), ErrorCode::AccessDenied);
    });
    let answer = delete(&double, &body(&["a", "b&amp;", " c ", "d", "never"]));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.texts("DeleteResult/Deleted/Key"), ["a", "b&", " c ", "never"]);
    assert_eq!(answer.text("DeleteResult/Error/Key"), "d");
    assert_eq!(answer.text("DeleteResult/Error/Code"), "AccessDenied");
    assert_eq!(memory.keys(), ["d"]);
    let alone = send(&double, "DELETE", "/bucket/d", &[], &[]).expect("an answer");
    assert_eq!(alone.error(), (403, "AccessDenied".to_owned()));
}

#[test]
fn a_quiet_batch_tells_errors_only() {
    let (double, memory) = bucket(&["a", "b"]);
    double.change(|rules| {
        rules.undeletable.insert("b".to_owned(), ErrorCode::InternalError);
    });
    let quiet = body(&["a", "b"]).replace("</Delete>", "<Quiet>true</Quiet></Delete>");
    let answer = delete(&double, &quiet);
    // It stands behind the keys here and counts all the same.
    assert!(answer.texts("DeleteResult/Deleted/Key").is_empty());
    assert_eq!(answer.texts("DeleteResult/Error/Code"), ["InternalError"]);
    assert_eq!(memory.keys(), ["b"]);
}

#[test]
fn a_batch_without_a_digest_is_refused() {
    let (double, memory) = bucket(&["a"]);
    let text = body(&["a"]);
    let send = |headers: &[(&str, &str)]| {
        send(&double, "POST", "/bucket?delete", headers, text.as_bytes()).expect("an answer")
    };
    let crc = STANDARD.encode(crc32fast::hash(text.as_bytes()).to_be_bytes());
    assert_eq!(send(&[]).error(), (400, "InvalidRequest".to_owned()));
    assert_eq!(send(&[("Content-MD5", &md5("other"))]).error(), (400, "BadDigest".to_owned()));
    assert_eq!(send(&[("x-amz-checksum-crc32", "AAAAAA==")]).error(), (400, "BadDigest".to_owned()));
    assert_eq!(memory.keys(), ["a"]);
    double.change(|rules| rules.digest = Digest::Md5);
    assert_eq!(send(&[("x-amz-checksum-crc32", &crc)]).error(), (400, "InvalidRequest".to_owned()));
    double.change(|rules| rules.digest = Digest::Any);
    assert_eq!(send(&[("x-amz-checksum-crc32", &crc)]).status, 200);
    assert!(memory.keys().is_empty());
}

#[test]
fn a_batch_that_is_too_long_or_no_batch_is_malformed() {
    let (double, memory) = bucket(&["k"]);
    let keys = vec!["k"; 1001];
    for text in [body(&keys), body(&[]), "<Delete><Object>".to_owned(), "no XML".to_owned(), body(&["k", ""])] {
        assert_eq!(delete(&double, &text).error(), (400, "MalformedXML".to_owned()), "{}", &text[..20.min(text.len())]);
    }
    assert_eq!(memory.keys(), ["k"]);
    assert_eq!(delete(&double, &body(&keys[..1000])).status, 200);
}

#[test]
fn a_deletion_can_depend_on_the_tag() {
    let (double, memory) = bucket(&["a", "b", "c"]);
    let tag = format!("\"{}\"", etag(b"data"));
    let alone = |key: &str, tag: &str| {
        send(&double, "DELETE", &format!("/bucket/{key}"), &[("If-Match", tag)], &[]).expect("an answer")
    };
    assert_eq!(alone("a", "\"other\"").error(), (412, "PreconditionFailed".to_owned()));
    assert_eq!(alone("a", &tag).status, 204);
    assert_eq!(alone("a", &tag).error(), (404, "NoSuchKey".to_owned()));
    let object = |key: &str, tag: &str| format!("<Object><Key>{key}</Key><ETag>{tag}</ETag></Object>");
    let batch = format!("<Delete>{}{}</Delete>", object("b", &tag.replace('"', "&quot;")), object("c", "other"));
    let answer = delete(&double, &batch);
    assert_eq!(answer.texts("DeleteResult/Deleted/Key"), ["b"]);
    assert_eq!(answer.texts("DeleteResult/Error/Code"), ["PreconditionFailed"]);
    assert_eq!(memory.keys(), ["c"]);
}

#[test]
fn a_batch_in_a_bucket_with_versions_adds_markers_and_removes_versions() {
    let memory = Memory::versioned();
    memory.put_at("a", "data".into(), 0);
    let double = S3Double::start(memory);
    let answer = delete(&double, &body(&["a"]));
    assert_eq!(answer.text("DeleteResult/Deleted/DeleteMarker"), "true");
    let marker = answer.text("DeleteResult/Deleted/DeleteMarkerVersionId");
    let answer =
        delete(&double, &format!("<Delete><Object><Key>a</Key><VersionId>{marker}</VersionId></Object></Delete>"));
    assert_eq!(answer.text("DeleteResult/Deleted/VersionId"), marker);
    assert_eq!(send(&double, "GET", "/bucket/a", &[], &[]).expect("an answer").body, b"data");
}

#[test]
fn the_body_of_a_batch_is_kept_for_the_test() {
    let (double, _memory) = bucket(&["a"]);
    let text = body(&["a"]);
    delete(&double, &text);
    let requests = double.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].operation, Operation::DeleteObjects);
    assert_eq!(requests[0].body.as_deref(), Some(text.as_bytes()));
    assert_eq!(requests[0].body_length, text.len());
}
