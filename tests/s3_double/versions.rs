use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::client::{Answer, encode, get, list, query, send};
use crate::s3_double::{BUCKET, Bucket, Memory, Objects, S3Double};

fn put(double: &S3Double, key: &str, data: &str) -> String {
    let answer = send(double, "PUT", &format!("/bucket/{key}"), &[], data.as_bytes()).expect("an answer");
    assert_eq!(answer.status, 200);
    answer.header("x-amz-version-id").expect("a bucket with versions").to_owned()
}

#[test]
fn a_deleted_object_stays_behind_a_marker_until_its_version_is_deleted() {
    let double = S3Double::start(Memory::versioned());
    let first = put(&double, "a", "first");
    let second = put(&double, "a", "second");
    assert_ne!(first, second);
    assert_eq!(get(&double, "/bucket/a").body, b"second");
    assert_eq!(get(&double, &format!("/bucket/a?versionId={first}")).body, b"first");

    let deleted = send(&double, "DELETE", "/bucket/a", &[], &[]).expect("an answer");
    assert_eq!((deleted.status, deleted.header("x-amz-delete-marker")), (204, Some("true")));
    let marker = deleted.header("x-amz-version-id").expect("a marker").to_owned();
    assert_eq!(list(&double, &[]).text("ListBucketResult/KeyCount"), "0");
    let gone = get(&double, "/bucket/a");
    assert_eq!(gone.error(), (404, "NoSuchKey".to_owned()));
    assert_eq!(gone.header("x-amz-delete-marker"), Some("true"));
    assert_eq!(get(&double, &format!("/bucket/a?versionId={marker}")).error(), (405, "MethodNotAllowed".to_owned()));

    let all = get(&double, "/bucket?versions");
    assert_eq!(all.text("ListVersionsResult/DeleteMarker/VersionId"), marker);
    assert_eq!(all.text("ListVersionsResult/DeleteMarker/IsLatest"), "true");
    assert_eq!(all.texts("ListVersionsResult/Version/VersionId"), [second.clone(), first.clone()]);
    assert_eq!(all.texts("ListVersionsResult/Version/Size"), ["6", "5"]);

    for version in [&marker, &second, &first] {
        let deleted = send(&double, "DELETE", &format!("/bucket/a?versionId={version}"), &[], &[]).expect("an answer");
        assert_eq!((deleted.status, deleted.header("x-amz-version-id")), (204, Some(version.as_str())));
    }
    assert!(get(&double, "/bucket?versions").texts("ListVersionsResult/Version/Key").is_empty());
    assert_eq!(get(&double, "/bucket/a").error(), (404, "NoSuchKey".to_owned()));
}

#[test]
fn a_bucket_tells_whether_it_keeps_versions() {
    let with = S3Double::start(Memory::versioned());
    assert_eq!(get(&with, "/bucket?versioning").text("VersioningConfiguration/Status"), "Enabled");
    let without = S3Double::start([("a", "data")].into_iter().collect::<Memory>());
    assert!(get(&without, "/bucket?versioning").texts("VersioningConfiguration/Status").is_empty());
    assert_eq!(get(&without, "/bucket?versions").text("ListVersionsResult/Version/VersionId"), "null");
    assert_eq!(get(&without, "/bucket/a?versionId=other").error(), (404, "NoSuchVersion".to_owned()));
}

#[test]
fn unfinished_uploads_are_listed_in_pages_and_can_be_aborted() {
    let bucket = ["b/1", "a", "a", "b/2", "c"]
        .into_iter()
        .zip(1_i64..)
        .fold(Bucket::new(BUCKET, Memory::default()), |bucket, (key, begun)| {
            bucket.with_upload(key, &format!("id-{}", 9 - begun), begun * 1000)
        });
    let double = S3Double::with(vec![bucket]);
    let page = get(&double, "/bucket?uploads&max-uploads=2");
    assert_eq!(page.texts("ListMultipartUploadsResult/Upload/Key"), ["a", "a"]);
    assert_eq!(page.texts("ListMultipartUploadsResult/Upload/UploadId"), ["id-7", "id-6"]);
    assert_eq!(page.texts("ListMultipartUploadsResult/Upload/Initiated")[0], "1970-01-01T00:00:02.000Z");
    let key = page.text("ListMultipartUploadsResult/NextKeyMarker");
    let id = page.text("ListMultipartUploadsResult/NextUploadIdMarker");
    let markers = query(&[("key-marker", &key), ("upload-id-marker", &id)]);
    let page = get(&double, &format!("/bucket?uploads&delimiter=/&{markers}"));
    assert_eq!(page.texts("ListMultipartUploadsResult/CommonPrefixes/Prefix"), ["b/"]);
    assert_eq!(page.texts("ListMultipartUploadsResult/Upload/Key"), ["c"]);
    assert_eq!(page.text("ListMultipartUploadsResult/IsTruncated"), "false");

    let abort = || send(&double, "DELETE", "/bucket/c?uploadId=id-4", &[], &[]).expect("an answer");
    assert_eq!(abort().status, 204);
    assert_eq!(abort().error(), (404, "NoSuchUpload".to_owned()));
    assert_eq!(get(&double, "/bucket?uploads&prefix=c").texts("ListMultipartUploadsResult/Upload/Key").len(), 0);
}

/// Versions and markers of a page, and its common prefixes.
fn items(page: &Answer) -> (Vec<(String, String)>, Vec<String>) {
    let texts = |name: &str| page.texts(&format!("ListVersionsResult/{name}"));
    let pairs = |name: &str| texts(&format!("{name}/Key")).into_iter().zip(texts(&format!("{name}/VersionId")));
    let versions = pairs("Version").chain(pairs("DeleteMarker")).collect();
    (versions, texts("CommonPrefixes/Prefix"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn walking_versions_by_markers_gives_each_once(
        writes in vec((select(["a", "a/b", "a/c", "b", "b/", "é/x"].as_slice()), any::<bool>()), 0..30),
        delimiter in select(["", "/"].as_slice()),
        prefix in select(["", "a", "a/", "b"].as_slice()),
        length in 1_usize..6,
    ) {
        let memory = Memory::versioned();
        for (key, deletes) in &writes {
            if *deletes {
                memory.delete(key, None);
            } else {
                memory.put_at(key, "data".into(), 0);
            }
        }
        let folded = |key: &str| {
            let rest = key.strip_prefix(prefix).unwrap_or_default();
            rest.find('/').filter(|_| !delimiter.is_empty()).map(|at| key[..=prefix.len() + at].to_owned())
        };
        let shown = || writes.iter().filter(|(key, _)| key.starts_with(prefix));
        let expected_versions = shown().filter(|(key, _)| folded(key).is_none()).count();
        let expected_prefixes: BTreeSet<String> = shown().filter_map(|(key, _)| folded(key)).collect();

        let double = S3Double::start(memory);
        let (mut versions, mut prefixes) = (Vec::new(), Vec::new());
        let (mut key, mut version) = (String::new(), String::new());
        loop {
            let markers = format!("key-marker={}&version-id-marker={}", encode(&key), encode(&version));
            let target = format!("/bucket?versions&delimiter={delimiter}&prefix={prefix}&max-keys={length}&{markers}");
            let page = get(&double, &target);
            let (some_versions, some_prefixes) = items(&page);
            prop_assert!(some_versions.len() + some_prefixes.len() <= length);
            versions.extend(some_versions);
            prefixes.extend(some_prefixes);
            if page.text("ListVersionsResult/IsTruncated") == "false" {
                break;
            }
            key = page.text("ListVersionsResult/NextKeyMarker");
            version = page.texts("ListVersionsResult/NextVersionIdMarker").pop().unwrap_or_default();
        }
        let distinct: BTreeSet<_> = versions.iter().cloned().collect();
        prop_assert_eq!(distinct.len(), versions.len());
        prop_assert_eq!(versions.len(), expected_versions);
        prop_assert_eq!(prefixes, expected_prefixes.into_iter().collect::<Vec<_>>());
    }
}
