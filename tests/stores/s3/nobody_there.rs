//! Endpoints where nobody answers. It must be said within seconds, and not as if nothing were there.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use keepoint::storage::{Error, ErrorKind, StorageSettings, Stores};
use keepoint::uri::StorageUri;

use crate::subject::list;
use crate::subjects::double;

/// Longer than this nobody waits for bad news.
const PATIENCE: Duration = Duration::from_secs(10);

fn asked(settings: StorageSettings) -> Error {
    let began = Instant::now();
    let stores = Stores::new(settings).expect("no configuration to read");
    let place = StorageUri::parse("s3://bucket/flink").expect("a URI");
    let error = list(&*stores.open_for_deletion(&place).expect("a store that is known"), &place);
    assert!(began.elapsed() < PATIENCE, "it took {:?}", began.elapsed());
    error.expect_err("nobody is there")
}

#[test]
fn a_port_that_nobody_listens_on_is_unreachable_whatever_retries_are_allowed() {
    let address =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr()).expect("a port");
    let error = asked(double::settings(&format!("http://{address}")));
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(error.reason().contains(&address.to_string()), "{}", error.reason());
}

#[test]
fn a_host_that_nobody_knows_is_unreachable_whatever_retries_are_allowed() {
    // RFC 6761: the name of no host.
    let error = asked(double::settings("http://s3.invalid"));
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{}", error.reason());
    assert!(error.reason().contains("s3.invalid"), "{}", error.reason());
}

#[test]
fn a_server_that_accepts_and_says_nothing_does_not_answer_in_time() {
    // The system accepts connections for a listener that does not.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let mut settings = double::settings(&format!("http://{}", listener.local_addr().expect("its port")));
    settings.timeout = Duration::from_millis(300);
    settings.attempts = 2;
    assert_eq!(asked(settings).kind(), ErrorKind::TimedOut);
}

#[test]
fn an_endpoint_that_is_no_url_is_said_to_be_none() {
    let error = asked(double::settings("minio:9000"));
    assert_eq!(error.kind(), ErrorKind::Misconfigured);
    assert!(error.reason().contains("minio:9000"), "{}", error.reason());
}

#[test]
fn a_place_without_a_bucket_is_said_to_have_none() {
    let stores = Stores::new(double::settings("http://127.0.0.1:9")).expect("no configuration to read");
    let place = StorageUri::parse("s3:/flink").expect("a URI");
    let error = list(&*stores.open_for_deletion(&place).expect("a store that is known"), &place);
    assert_eq!(error.expect_err("no bucket").kind(), ErrorKind::Misconfigured);
}
