//! Buckets in the host name. Such names resolve nowhere here, so requests go through a proxy, which is the server itself.

use keepoint::storage::{Doomed, ErrorKind, Secret, StorageSettings, StoreKeys, Stores};
use keepoint::uri::StorageUri;

use crate::own_process;
use crate::subject::{below, files, kind, list, wait};
use crate::subjects::double::given;
use crate::subjects::{s3_server, unique, variable};

const SERVER: &str = "KEEPOINT_TEST_S3";

/// Runs with the real server as the proxy of all requests.
fn through_the_server(test: &str) -> bool {
    let mut variables = s3_server::versitygw_keys();
    variables.push(("HTTP_PROXY", variable("KEEPOINT_TEST_S3_ENDPOINT")));
    own_process::is_this(test, &variables)
}

/// Creates, lists, reads and deletes below a place that nobody else has.
fn use_it(settings: StorageSettings, scheme: &str) {
    let (bucket, directory) = (variable("KEEPOINT_TEST_S3_BUCKET"), unique());
    let place = StorageUri::parse(&format!("{scheme}://{bucket}/{directory}")).expect("a URI");
    let stores = Stores::new(settings).expect("no configuration to read");
    let storage = stores.open_for_deletion(&place).expect("a store that is known");
    for name in ["a b", "c/d"] {
        wait(storage.create(&place.child(name), name.into())).unwrap_or_else(|error| panic!("{}", error.reason()));
    }
    assert_eq!(files(below(&*storage, &place).expect("a listing")).into_keys().collect::<Vec<_>>(), ["a b", "c/d"]);
    assert_eq!(list(&*storage, &place).expect("a listing").len(), 2);
    assert_eq!(wait(storage.read_range(&place.child("a b"), 0..9)).expect("it is there").bytes, b"a b");
    assert_eq!(kind(wait(storage.read_range(&place.child("missing"), 0..9))), ErrorKind::NotFound);
    let doomed = ["a b", "c/d"].map(|name| Doomed::new(place.child(name)));
    assert!(wait(storage.delete(&doomed)).iter().all(Result::is_ok));
    assert_eq!(kind(below(&*storage, &place)), ErrorKind::NotFound);
}

#[test]
#[ignore = "needs an S3 server: tests/run"]
fn a_real_server_takes_a_bucket_in_the_host_name_of_an_endpoint() {
    if through_the_server(concat!(module_path!(), "::a_real_server_takes_a_bucket_in_the_host_name_of_an_endpoint")) {
        let mut settings = s3_server::settings(SERVER);
        settings.s3.endpoint = given(&format!("http://{}", variable("KEEPOINT_TEST_S3_DOMAIN")));
        settings.s3.path_style = Some(false);
        use_it(settings, "s3");
    }
}

/// The bucket in the host name, listings by marker, a digest in MD5, and nothing that only Amazon understands.
#[test]
#[ignore = "needs an S3 server: tests/run"]
fn a_real_server_takes_what_cos_is_sent_at_the_endpoint_of_a_region() {
    if through_the_server(concat!(module_path!(), "::a_real_server_takes_what_cos_is_sent_at_the_endpoint_of_a_region"))
    {
        let keys = s3_server::versitygw_keys();
        let [(_, id), (_, secret)] = keys.as_slice() else { panic!("an id and a secret: {keys:?}") };
        let mut settings = StorageSettings::default();
        settings.cos.endpoint = given(&format!("http://{}", variable("KEEPOINT_TEST_S3_DOMAIN")));
        settings.cos.region = given(&variable("KEEPOINT_TEST_S3_REGION"));
        settings.cos.keys = Some(StoreKeys { id: id.clone(), secret: Secret::new(secret.clone()), token: None });
        use_it(settings.clone(), "cosn");
        use_it(settings, "cos");
    }
}
