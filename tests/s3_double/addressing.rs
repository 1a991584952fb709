use crate::client::{get, send, send_with, signed};
use crate::s3_double::{Bucket, Memory, Operation, S3Double, WrongRegion};

fn two() -> S3Double {
    let objects = |key: &str| [(key, "data")].into_iter().collect::<Memory>();
    S3Double::with(vec![
        Bucket::new("near", objects("n")),
        Bucket::new("far.away", objects("f")).in_region("eu-west-1"),
    ])
}

#[test]
fn a_bucket_is_addressed_by_path_or_by_host() {
    let double = two();
    let by_host = |host: &str, target: &str| send(&double, "GET", target, &[("Host", host)], &[]).expect("an answer");
    assert_eq!(get(&double, "/near/n").body, b"data");
    assert_eq!(by_host("near.localhost:80", "/n").body, b"data");
    assert_eq!(by_host("localhost", "/near/n").body, b"data");
    assert_eq!(by_host("near.localhost", "/?list-type=2").text("ListBucketResult/Contents/Key"), "n");
    assert_eq!(by_host("none.localhost", "/n").text("Error/BucketName"), "none");
    double.change(|rules| rules.domain = "s3.test".to_owned());
    assert_eq!(by_host("near.s3.test", "/n").body, b"data");
    let recorded = &double.requests()[5];
    assert_eq!((recorded.host.as_str(), recorded.path.as_str()), ("near.s3.test", "/n"));
}

/// No name of a bucket needs to be resolved by a client that takes the server for its proxy.
#[test]
fn a_client_may_take_it_for_a_proxy() {
    let double = two();
    let answer =
        send(&double, "GET", "http://near.localhost/n", &[("Host", "near.localhost")], &[]).expect("an answer");
    assert_eq!(answer.body, b"data");
    assert_eq!(double.requests()[0].path, "/n");
}

#[test]
fn buckets_tell_where_they_are() {
    let double = two();
    assert_eq!(get(&double, "/near?location").text("LocationConstraint"), "");
    assert_eq!(get(&double, "/far.away?location").text("LocationConstraint"), "eu-west-1");
    let head = |bucket: &str| send(&double, "HEAD", bucket, &[], &[]).expect("an answer");
    let near = head("/near");
    assert_eq!((near.status, near.header("x-amz-bucket-region")), (200, Some("us-east-1")));
    let far = head("/far.away");
    assert_eq!((far.status, far.header("x-amz-bucket-region"), far.body.len()), (400, Some("eu-west-1"), 0));
    assert_eq!(head("/none").status, 404);
    assert_eq!(get(&double, "/").texts("ListAllMyBucketsResult/Buckets/Bucket/Name"), ["far.away", "near"]);
    assert_eq!(double.count(Operation::HeadBucket), 3);
}

#[test]
fn a_signature_for_another_region_is_refused_or_sent_away() {
    let double = two();
    let malformed = get(&double, "/far.away/f");
    assert_eq!(malformed.error(), (400, "AuthorizationHeaderMalformed".to_owned()));
    assert_eq!(malformed.text("Error/Region"), "eu-west-1");
    double.change(|rules| rules.wrong_region = WrongRegion::Redirect);
    let redirect = get(&double, "/far.away/f");
    assert_eq!(redirect.error(), (301, "PermanentRedirect".to_owned()));
    assert_eq!(redirect.header("x-amz-bucket-region"), Some("eu-west-1"));
    double.change(|rules| rules.wrong_region = WrongRegion::Ignore);
    assert_eq!(get(&double, "/far.away/f").body, b"data");
    double.change(|rules| rules.wrong_region = WrongRegion::Malformed);
    let mut headers = signed("eu-west-1");
    headers.push(("Host".to_owned(), "localhost".to_owned()));
    assert_eq!(send_with(&double, "GET", "/far.away/f", &headers, &[]).expect("an answer").body, b"data");
}

#[test]
fn what_is_not_served_is_said_so() {
    let double = two();
    assert_eq!(get(&double, "/none").error(), (404, "NoSuchBucket".to_owned()));
    for (method, target) in [("GET", "/near?policy"), ("GET", "/near/n?tagging"), ("POST", "/near/n"), ("PUT", "/near")]
    {
        let answer = send(&double, method, target, &[], &[]).expect("an answer");
        assert_eq!(answer.error(), (501, "NotImplemented".to_owned()), "{method} {target}");
    }
    assert_eq!(get(&double, "/near/%ff").error(), (400, "InvalidURI".to_owned()));
}
