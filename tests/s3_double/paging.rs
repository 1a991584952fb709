use crate::client::{get, list};
use crate::s3_double::{Memory, Objects, Operation, S3Double, Uuids};

const KEYS: &str = "ListBucketResult/Contents/Key";
const PREFIXES: &str = "ListBucketResult/CommonPrefixes/Prefix";

fn tree() -> S3Double {
    S3Double::start(
        ["flink/a/chk-1/_metadata", "flink/a/chk-2/_metadata", "flink/b", "flink/b/chk-1/_metadata", "other"]
            .map(|key| (key, "data"))
            .into_iter()
            .collect::<Memory>(),
    )
}

#[test]
fn a_listing_has_the_elements_of_the_reference() {
    let memory = Memory::default();
    memory.put_at("a&b", "data".into(), 1_767_225_600_123);
    let double = S3Double::start(memory);
    let page = list(&double, &[("prefix", "a"), ("start-after", "A")]);
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), Some("application/xml"));
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name><Prefix>a</Prefix>\
        <MaxKeys>1000</MaxKeys><StartAfter>A</StartAfter><KeyCount>1</KeyCount><IsTruncated>false</IsTruncated>\
        <Contents><Key>a&amp;b</Key><LastModified>2026-01-01T00:00:00.123Z</LastModified>\
        <ETag>&quot;8d777f385d3dfec8815d20f7496026dc&quot;</ETag><Size>4</Size>\
        <StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>";
    assert_eq!(String::from_utf8_lossy(&page.body), expected);
}

#[test]
fn keys_below_one_common_prefix_count_as_one() {
    let double = tree();
    let page = list(&double, &[("prefix", "flink/"), ("delimiter", "/"), ("max-keys", "2")]);
    assert_eq!(page.texts(PREFIXES), ["flink/a/"]);
    assert_eq!(page.texts(KEYS), ["flink/b"]);
    assert_eq!(page.text("ListBucketResult/KeyCount"), "2");
    assert_eq!(page.text("ListBucketResult/IsTruncated"), "true");
    let token = page.text("ListBucketResult/NextContinuationToken");
    let page =
        list(&double, &[("prefix", "flink/"), ("delimiter", "/"), ("max-keys", "2"), ("continuation-token", &token)]);
    assert_eq!(page.texts(PREFIXES), ["flink/b/"]);
    assert_eq!(page.text("ListBucketResult/IsTruncated"), "false");
    assert_eq!(page.text("ListBucketResult/ContinuationToken"), token);
    assert!(page.texts("ListBucketResult/NextContinuationToken").is_empty());
}

#[test]
fn a_token_must_be_encoded_in_a_query() {
    let double = tree();
    let token = list(&double, &[("max-keys", "1")]).text("ListBucketResult/NextContinuationToken");
    assert!(token.starts_with("+/"), "{token}");
    let page = get(&double, &format!("/bucket?list-type=2&continuation-token={token}"));
    assert_eq!(page.error(), (400, "InvalidArgument".to_owned()));
}

#[test]
fn a_start_inside_a_common_prefix_still_shows_the_prefix_but_a_marker_has_passed_it() {
    let double = tree();
    let page = list(&double, &[("prefix", "flink/"), ("delimiter", "/"), ("start-after", "flink/a/chk-1/_metadata")]);
    assert_eq!(page.texts(PREFIXES), ["flink/a/", "flink/b/"]);
    let page = get(&double, "/bucket?prefix=flink/&delimiter=/&marker=flink/a/chk-1/_metadata");
    assert_eq!(page.texts(PREFIXES), ["flink/b/"]);
}

#[test]
fn the_first_version_tells_the_next_marker_only_with_a_delimiter() {
    let double = tree();
    let page = get(&double, "/bucket?max-keys=1");
    assert_eq!(page.text("ListBucketResult/IsTruncated"), "true");
    assert!(page.texts("ListBucketResult/NextMarker").is_empty());
    let page = get(&double, "/bucket?max-keys=1&delimiter=/&prefix=flink/");
    assert_eq!(page.text("ListBucketResult/NextMarker"), "flink/a/");
    assert_eq!(double.count(Operation::ListObjects), 2);
}

#[test]
fn keys_can_be_asked_for_as_in_a_form() {
    let odd = "test_file(3).png /é+%~*\u{1}\r\n";
    let double = S3Double::start([(odd, "")].into_iter().collect::<Memory>());
    let page = list(&double, &[("encoding-type", "url"), ("prefix", "test_file("), ("start-after", "a b")]);
    assert_eq!(page.texts(KEYS), ["test_file%283%29.png+/%C3%A9%2B%25%7E*%01%0D%0A"]);
    assert_eq!(page.text("ListBucketResult/Prefix"), "test_file%28");
    assert_eq!(page.text("ListBucketResult/StartAfter"), "a+b");
    assert_eq!(page.text("ListBucketResult/EncodingType"), "url");
    let plain = list(&double, &[]);
    assert!(String::from_utf8_lossy(&plain.body).contains("<Key>test_file(3).png /é+%~*&#1;&#13;&#10;</Key>"));
}

#[test]
fn a_page_has_at_most_a_thousand_keys() {
    let double = S3Double::start(Uuids::new("p/", 1001));
    let page = list(&double, &[("max-keys", "5000")]);
    assert_eq!(page.texts(KEYS).len(), 1000);
    assert_eq!(page.text("ListBucketResult/MaxKeys"), "1000");
    assert_eq!(list(&double, &[]).texts(KEYS).len(), 1000);
}

#[test]
fn a_page_of_no_keys_is_the_last() {
    let page = list(&tree(), &[("max-keys", "0")]);
    assert_eq!(page.text("ListBucketResult/KeyCount"), "0");
    assert_eq!(page.text("ListBucketResult/IsTruncated"), "false");
}

#[test]
fn parameters_without_sense_are_named() {
    let double = tree();
    for (name, value) in [
        ("max-keys", "-1"),
        ("max-keys", "many"),
        ("max-keys", "2147483648"),
        ("encoding-type", "base64"),
        ("continuation-token", "made-up"),
        ("continuation-token", ""),
    ] {
        let answer = list(&double, &[(name, value)]);
        assert_eq!(answer.error(), (400, "InvalidArgument".to_owned()), "{name}={value}");
        assert_eq!(answer.text("Error/ArgumentName"), name);
    }
}

#[test]
fn made_up_names_are_found_read_and_deleted_like_all_others() {
    let uuids = Uuids::new("flink/job/shared/", 3000);
    let middle = uuids.key(1500);
    let double = S3Double::start(uuids);
    let page = list(&double, &[("prefix", &middle)]);
    assert_eq!(page.texts(KEYS), [middle.as_str()]);
    let object = get(&double, &format!("/bucket/{middle}"));
    assert_eq!(object.body.len().to_string(), page.text("ListBucketResult/Contents/Size"));
    assert_eq!(object.header("etag"), Some(page.text("ListBucketResult/Contents/ETag").as_str()));
    let deleted = crate::client::send(&double, "DELETE", &format!("/bucket/{middle}"), &[], &[]).expect("an answer");
    assert_eq!(deleted.status, 204);
    assert!(list(&double, &[("prefix", &middle)]).texts(KEYS).is_empty());
    assert_eq!(get(&double, &format!("/bucket/{middle}")).error(), (404, "NoSuchKey".to_owned()));
}

#[test]
fn made_up_names_are_the_same_every_time_and_look_like_uuids() {
    let (first, second) = (Uuids::new("s/", 1000), Uuids::new("s/", 1000));
    for index in [0, 1, 999] {
        let key = first.key(index);
        assert_eq!(key, second.key(index));
        let parts: Vec<usize> = key["s/".len()..].split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{key}");
        assert!(first.get(&key, None).is_some());
    }
}
