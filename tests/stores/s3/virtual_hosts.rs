//! Buckets in the host name. Such names resolve nowhere here, so requests go through a proxy, which is the server itself.

use keepoint::storage::Stores;
use keepoint::uri::StorageUri;

use crate::own_process;
use crate::subject::{below, files, list, wait};
use crate::subjects::double::given;
use crate::subjects::{s3_server, unique, variable};

const SERVER: &str = "KEEPOINT_TEST_S3";

#[test]
#[ignore = "needs an S3 server: tests/run"]
fn a_real_server_takes_a_bucket_in_the_host_name_of_an_endpoint() {
    let test = concat!(module_path!(), "::a_real_server_takes_a_bucket_in_the_host_name_of_an_endpoint");
    let mut variables = s3_server::versitygw_keys();
    variables.push(("HTTP_PROXY", variable("KEEPOINT_TEST_S3_ENDPOINT")));
    if !own_process::is_this(test, &variables) {
        return;
    }
    let (bucket, directory) = (variable("KEEPOINT_TEST_S3_BUCKET"), unique());
    let mut settings = s3_server::settings(SERVER);
    settings.s3.endpoint = given(&format!("http://{}", variable("KEEPOINT_TEST_S3_DOMAIN")));
    settings.s3.path_style = Some(false);
    let place = StorageUri::parse(&format!("s3://{bucket}/{directory}")).expect("a URI");
    let stores = Stores::new(settings).expect("no configuration to read");
    let storage = stores.open_for_deletion(&place).expect("a store that is known");
    for name in ["a b", "c/d"] {
        wait(storage.create(&place.child(name), name.into())).unwrap_or_else(|error| panic!("{}", error.reason()));
    }
    assert_eq!(files(below(&*storage, &place).expect("a listing")).into_keys().collect::<Vec<_>>(), ["a b", "c/d"]);
    assert_eq!(list(&*storage, &place).expect("a listing").len(), 2);
    assert_eq!(wait(storage.read_range(&place.child("a b"), 0..9)).expect("it is there").bytes, b"a b");
}
