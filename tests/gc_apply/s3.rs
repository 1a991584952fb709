//! On a server that speaks S3: what is deleted only if it is still what was read, and batches whose answers differ.

use std::sync::Arc;
use std::time::Duration;

use keepoint::storage::{DeletingStorage, Doomed, ErrorKind, Given, S3Settings, StorageSettings, Stores};

use crate::s3_double::{Bucket, ErrorCode, Memory, Objects as _, Operation, S3Double};
use crate::scene::uri;

struct Server {
    double: S3Double,
    objects: Arc<Memory>,
    storage: Arc<dyn DeletingStorage>,
}

fn server() -> Server {
    let objects = Arc::new(Memory::default());
    let double = S3Double::with(vec![Bucket::shared("bucket", Arc::clone(&objects) as _)]);
    double.change(|rules| rules.anonymous = true);
    let given = |value: &str| Some(Given::new(value, "test"));
    let settings = StorageSettings {
        s3: S3Settings {
            endpoint: given(&double.endpoint()),
            region: given("us-east-1"),
            anonymous: true,
            ..S3Settings::default()
        },
        attempts: 1,
        timeout: Duration::from_secs(20),
        ..StorageSettings::default()
    };
    let stores = Stores::new(settings).expect("no configuration to read");
    let storage = stores.open_for_deletion(&uri("s3://bucket/x")).expect("a store that is known");
    Server { double, objects, storage }
}

#[tokio::test]
async fn an_object_goes_only_while_it_has_the_tag_that_was_read() {
    let server = server();
    server.objects.put("a", "first".into()).expect("memory takes everything");
    let place = uri("s3://bucket/a");
    let tag = server.storage.read_range(&place, 0..10).await.expect("readable").tag;
    assert!(tag.is_some());
    let doomed = Doomed { tag, ..Doomed::new(place.clone()) };
    server.objects.put("a", "second".into()).expect("memory takes everything");
    let answer = server.storage.delete(std::slice::from_ref(&doomed)).await.remove(0);
    assert_eq!(answer.expect_err("it is another one").kind(), ErrorKind::Changed);
    assert_eq!(server.objects.keys(), ["a"]);
    let tag = server.storage.read_range(&place, 0..10).await.expect("readable").tag;
    let doomed = Doomed { tag, ..doomed };
    assert!(server.storage.delete(std::slice::from_ref(&doomed)).await.remove(0).is_ok());
    assert!(server.objects.keys().is_empty());
    assert!(server.storage.delete(&[doomed]).await.remove(0).is_ok(), "what is gone is gone");
}

#[tokio::test]
async fn one_refusal_in_a_batch_is_the_answer_of_one_object() {
    let server = server();
    for name in ["a", "b", "c"] {
        server.objects.put(name, name.into()).expect("memory takes everything");
    }
    server.double.change(|rules| {
        rules.undeletable.insert("b".to_owned(), ErrorCode::AccessDenied);
    });
    let doomed = ["a", "b", "c"].map(|name| Doomed::new(uri(&format!("s3://bucket/{name}"))));
    let answers = server.storage.delete(&doomed).await;
    let kinds: Vec<_> = answers.into_iter().map(|answer| answer.err().map(|error| error.kind())).collect();
    assert_eq!(kinds, [None, Some(ErrorKind::PermissionDenied), None]);
    assert_eq!(server.double.count(Operation::DeleteObjects), 1);
}

#[tokio::test]
async fn a_part_of_a_directory_is_listed_from_its_first_name_to_its_last() {
    let server = server();
    server.double.change(|rules| rules.page_limit = 10);
    for number in 0..200 {
        server.objects.put(&format!("shared/{number:03}"), "x".into()).expect("memory takes everything");
    }
    server.objects.put("shared/055/deeper", "x".into()).expect("memory takes everything");
    let mut names = Vec::new();
    let mut show = |page: Vec<keepoint::storage::Entry>| names.extend(page.into_iter().map(|entry| entry.name));
    server.storage.list_between(&uri("s3://bucket/shared"), "050", "069", &mut show).await.expect("listed");
    let expected: Vec<String> = (50..70).map(|number| format!("{number:03}")).collect();
    assert_eq!(names, expected);
    let pages = server.double.count(Operation::ListObjectsV2);
    assert!(pages <= 4, "{pages} pages for 20 names of 200");
}
