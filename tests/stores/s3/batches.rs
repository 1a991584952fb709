//! Deletions in batches: each file has an answer of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use keepoint::storage::{Doomed, ErrorKind, Stores};
use keepoint::uri::StorageUri;

use crate::s3_double::{Bucket, Effect, ErrorCode, Memory, Operation, Repeat, S3Double, When};
use crate::subject::{Look as _, files, wait};
use crate::subjects::double::{self, Double, quick};

#[test]
fn those_that_cannot_be_deleted_are_named_and_the_others_are_gone() {
    for scheme in ["s3", "cosn"] {
        let names: Vec<String> = (0..1500).map(|number| format!("d/{number:04}")).collect();
        let double = Double::open(scheme, quick);
        double.put_named(&names);
        let refused = |number: usize| number % 100 == 7;
        double.server.change(|rules| {
            for number in (0..names.len()).filter(|number| refused(*number)) {
                let code = if number < 1000 { ErrorCode::AccessDenied } else { ErrorCode::InternalError };
                rules.undeletable.insert(format!("flink/{}", names[number]), code);
            }
        });
        let answers = double.delete(&names);
        assert_eq!(answers.len(), names.len());
        for (number, answer) in answers.iter().enumerate() {
            match answer {
                Ok(()) => assert!(!refused(number), "{number}"),
                Err(error) => {
                    assert!(refused(number), "{number}: {}", error.reason());
                    let expected = if number < 1000 { ErrorKind::PermissionDenied } else { ErrorKind::Other };
                    assert_eq!(error.kind(), expected);
                    assert_eq!(error.place(), &double.place(&names[number]));
                }
            }
        }
        let left: BTreeSet<String> = files(double.below_root().expect("a listing")).into_keys().collect();
        let expected = (0..names.len()).filter(|number| refused(*number)).map(|number| names[number].clone());
        assert_eq!(left, expected.collect());
        assert_eq!(double.server.count(Operation::DeleteObjects), 2, "1,500 keys are two batches");
    }
}

#[test]
fn a_batch_that_fails_fails_for_each_of_its_files_and_for_no_other() {
    let double = Double::open("s3", quick);
    let names: Vec<String> = (0..1001).map(|number| format!("d/{number:04}")).collect();
    double.put_named(&names);
    double.server.fault(When::Nth(1), Repeat::SameRequest, Effect::Error(ErrorCode::AccessDenied.into()));
    // The second batch is the same request but for its body, so it fails, too.
    for (name, answer) in names.iter().zip(double.delete(&names)) {
        let error = answer.expect_err("it is refused");
        assert_eq!((error.kind(), error.place()), (ErrorKind::PermissionDenied, &double.place(name)));
    }
    double.server.mend();
    double.server.fault(When::Nth(1), Repeat::Once, Effect::Error(ErrorCode::AccessDenied.into()));
    let answers = double.delete(&names);
    assert_eq!(answers.iter().filter(|answer| answer.is_err()).count(), 1000);
    assert!(answers[1000].is_ok());
    assert_eq!(files(double.below_root().expect("a listing")).len(), 1000);
}

/// XML 1.0 cannot say them, and COS does not delete keys that begin with a slash in a batch.
#[test]
fn keys_that_do_not_fit_into_a_batch_are_deleted_one_by_one() {
    for scheme in ["s3", "cosn", "oss"] {
        let double = Double::open(scheme, quick);
        let names = ["plain", "with\u{1}", "with\nline", "\u{fffe}", "also plain"];
        double.put_named(names);
        assert!(double.delete(&names).iter().all(Result::is_ok));
        assert_eq!(double.objects.keys(), [""; 0]);
        assert_eq!(double.server.count(Operation::DeleteObject), 3, "{scheme}");
        assert_eq!(double.server.count(Operation::DeleteObjects), 1, "{scheme}");
    }
}

#[test]
fn every_bucket_is_asked_for_its_own_files() {
    let objects = |name: &str| [(format!("{name}/x"), ""), ("same".to_owned(), "")].into_iter().collect::<Memory>();
    let (one, two) = (Arc::new(objects("one")), Arc::new(objects("two")));
    let server = S3Double::with(vec![
        Bucket::shared("one", Arc::clone(&one) as _),
        Bucket::shared("two", Arc::clone(&two) as _),
    ]);
    server.change(|rules| rules.anonymous = true);
    let stores = Stores::new(double::settings(&server.endpoint())).expect("no configuration to read");
    let doomed = |uri: &str| Doomed::new(StorageUri::parse(uri).expect("a URI"));
    let doomed =
        [doomed("s3://one/one/x"), doomed("s3://three/same"), doomed("s3a://two/same"), doomed("s3://two/one/x")];
    let storage = stores.open_for_deletion(&doomed[0].place).expect("a store that is known");
    let answers = wait(storage.delete(&doomed));
    let kinds: Vec<_> = answers.into_iter().map(|answer| answer.err().map(|error| error.kind())).collect();
    assert_eq!(kinds, [None, Some(ErrorKind::NoSuchStore), None, None]);
    assert_eq!(one.keys(), ["same"]);
    assert_eq!(two.keys(), ["two/x"]);
}
