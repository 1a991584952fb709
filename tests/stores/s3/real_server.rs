//! What only a server that knows its users can tell: whom it believes, and what each may do.

use keepoint::storage::ErrorKind::{self, Misconfigured, NoSuchStore, PermissionDenied, Unauthenticated};
use keepoint::storage::{DeletingStorage, Doomed, Error, StorageSettings, Stores};
use keepoint::uri::StorageUri;

use crate::own_process;
use crate::subject::{below, files, kind, list, wait};
use crate::subjects::double::given;
use crate::subjects::{s3_server, unique, variable};

const SERVER: &str = "KEEPOINT_TEST_S3";

/// A directory that the server's owner has filled.
fn filled() -> StorageUri {
    let (bucket, directory) = (variable("KEEPOINT_TEST_S3_BUCKET"), unique());
    let names = ["open/a", "open/b", "closed/c", "closed/d"];
    let objects = names.map(|name| (format!("{directory}/{name}"), name.as_bytes().to_vec()));
    s3_server::put(&s3_server::client(SERVER), &bucket, objects.into());
    StorageUri::parse(&format!("s3://{bucket}/{directory}")).expect("a URI")
}

fn open(settings: StorageSettings, place: &StorageUri) -> std::sync::Arc<dyn DeletingStorage> {
    Stores::new(settings).expect("no configuration to read").open_for_deletion(place).expect("a store that is known")
}

fn opened(place: &StorageUri) -> std::sync::Arc<dyn DeletingStorage> {
    open(s3_server::settings(SERVER), place)
}

/// Runs in a process with these keys.
fn with_keys(test: &str, id: String, secret: String) -> bool {
    own_process::is_this(test, &[("AWS_ACCESS_KEY_ID", id), ("AWS_SECRET_ACCESS_KEY", secret)])
}

fn of_user(test: &str, user: &str) -> bool {
    with_keys(test, variable(&format!("{SERVER}_{user}_ACCESS_KEY")), variable(&format!("{SERVER}_{user}_SECRET_KEY")))
}

/// Of what is there, and of what is not: who is not believed learns neither.
fn every_refusal(place: &StorageUri) -> Vec<Error> {
    let storage = opened(place);
    let doomed = [Doomed::new(place.child("open/a"))];
    vec![
        list(&*storage, place).expect_err("it is refused"),
        below(&*storage, place).expect_err("it is refused"),
        list(&*storage, &place.child("missing")).expect_err("it is refused"),
        wait(storage.read_range(&place.child("open/a"), 0..9)).expect_err("it is refused"),
        wait(storage.read_range(&place.child("missing"), 0..9)).expect_err("it is refused"),
        wait(storage.create(&place.child("new"), Vec::new())).expect_err("it is refused"),
        wait(storage.delete(&doomed)).swap_remove(0).expect_err("it is refused"),
    ]
}

#[test]
#[ignore = "needs an S3 server: tests/run"]
fn a_wrong_secret_is_not_believed() {
    let test = concat!(module_path!(), "::a_wrong_secret_is_not_believed");
    if with_keys(test, variable("KEEPOINT_TEST_S3_ACCESS_KEY"), "wrong".to_owned()) {
        for error in every_refusal(&filled()) {
            assert_eq!(error.kind(), Unauthenticated, "{error}: {}", error.reason());
        }
    }
}

#[test]
#[ignore = "needs an S3 server: tests/run"]
fn a_key_that_nobody_has_is_not_believed() {
    let test = concat!(module_path!(), "::a_key_that_nobody_has_is_not_believed");
    if with_keys(test, "AKIANOBODY".to_owned(), "wrong".to_owned()) {
        for error in every_refusal(&filled()) {
            assert_eq!(error.kind(), Unauthenticated, "{error}: {}", error.reason());
        }
    }
}

#[test]
#[ignore = "needs an S3 server: tests/run"]
fn without_keys_it_is_said_that_there_are_none() {
    let test = concat!(module_path!(), "::without_keys_it_is_said_that_there_are_none");
    if own_process::is_this(test, &[("AWS_REGION", "us-east-1".to_owned())]) {
        for error in every_refusal(&filled()) {
            assert_eq!(error.kind(), Unauthenticated, "{error}: {}", error.reason());
            assert!(error.hint().is_some_and(|hint| hint.contains("AWS_ACCESS_KEY_ID")), "{:?}", error.hint());
        }
    }
}

#[test]
#[ignore = "needs an S3 server: tests/run"]
fn a_wrong_region_and_a_missing_bucket_are_no_empty_ones() {
    let test = concat!(module_path!(), "::a_wrong_region_and_a_missing_bucket_are_no_empty_ones");
    if !own_process::is_this(test, &s3_server::versitygw_keys()) {
        return;
    }
    let place = filled();
    let mut settings = s3_server::settings(SERVER);
    settings.s3.region = given("ap-guangzhou");
    let refused = list(&*open(settings, &place), &place).expect_err("it is refused");
    assert!(matches!(refused.kind(), Misconfigured | Unauthenticated), "{}", refused.reason());

    let missing = StorageUri::parse("s3://keepoint-no-such-bucket/flink").expect("a URI");
    assert_eq!(kind(list(&*opened(&missing), &missing)), NoSuchStore);
    assert_eq!(kind(below(&*opened(&missing), &missing)), NoSuchStore);
    assert_eq!(kind(wait(opened(&missing).read_range(&missing, 0..9))), NoSuchStore);
    assert_eq!(kind(wait(opened(&missing).stat(&missing))), NoSuchStore);
}

#[test]
#[ignore = "needs an S3 server: tests/run"]
fn who_may_only_read_deletes_and_creates_nothing() {
    let test = concat!(module_path!(), "::who_may_only_read_deletes_and_creates_nothing");
    if !of_user(test, "READER") {
        return;
    }
    let place = filled();
    let storage = opened(&place);
    let doomed = ["open/a", "closed/c", "missing"].map(|name| Doomed::new(place.child(name)));
    for (doomed, answer) in doomed.iter().zip(wait(storage.delete(&doomed))) {
        assert_eq!(kind(answer), PermissionDenied, "{}", doomed.place);
    }
    assert_eq!(kind(wait(storage.create(&place.child("new"), b"new".to_vec()))), PermissionDenied);
    assert_eq!(files(below(&*storage, &place).expect("it may read")).len(), 4);
}

#[test]
#[ignore = "needs an S3 server: tests/run"]
fn a_directory_that_is_closed_is_refused_and_the_others_are_not() {
    let test = concat!(module_path!(), "::a_directory_that_is_closed_is_refused_and_the_others_are_not");
    if !of_user(test, "PARTIAL") {
        return;
    }
    let place = filled();
    let storage = opened(&place);
    assert_eq!(files(list(&*storage, &place.child("open")).expect("it is open")).len(), 2);
    assert_eq!(kind(list(&*storage, &place.child("closed"))), PermissionDenied);
    assert_eq!(kind(below(&*storage, &place.child("closed"))), PermissionDenied);
    assert_eq!(kind(wait(storage.read_range(&place.child("closed/c"), 0..9))), PermissionDenied);

    let names = ["open/a", "closed/c", "open/missing", "closed/d", "open/b"];
    let doomed = names.map(|name| Doomed::new(place.child(name)));
    let answers = wait(storage.delete(&doomed));
    let kinds: Vec<Option<ErrorKind>> =
        answers.into_iter().map(|answer| answer.err().map(|error| error.kind())).collect();
    assert_eq!(kinds, [None, Some(PermissionDenied), None, Some(PermissionDenied), None]);
    let left = files(below(&*storage, &place).expect("it may list from above"));
    assert_eq!(left.into_keys().collect::<Vec<_>>(), ["closed/c", "closed/d"]);
}
