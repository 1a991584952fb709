//! A real server that fails and comes back.

use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::{env, fs, thread};

use keepoint::storage::{ErrorKind, Stores};
use keepoint::uri::StorageUri;

use crate::own_process;
use crate::subject::{below, files, kind, list, wait};
use crate::subjects::{s3_server, variable};

const SERVER: &str = "KEEPOINT_TEST_S3";

/// A server of its own, so that others are not disturbed; stopped when it is dropped.
struct Server<'d>(&'d Path);

impl Server<'_> {
    fn script(&self, action: &str) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/s3");
        let status = Command::new(script).arg(action).arg(self.0).status().expect("the script runs");
        assert!(status.success(), "s3 {action}");
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        self.script("stop");
    }
}

#[test]
#[ignore = "needs an S3 server: tests/run"]
fn a_server_that_fails_and_comes_back_is_asked_until_it_is_back() {
    const DIRECTORY: &str = "KEEPOINT_TEST_RESTARTED";
    let test = concat!(module_path!(), "::a_server_that_fails_and_comes_back_is_asked_until_it_is_back");
    if env::var_os(DIRECTORY).is_none() {
        let directory = tempfile::tempdir().expect("a directory for the server");
        let server = Server(directory.path());
        server.script("start");
        let written = fs::read_to_string(directory.path().join("env")).expect("the script writes it");
        let lines = written.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
        let mut variables: Vec<(&str, String)> = lines.map(|(name, value)| (name, value.to_owned())).collect();
        let of = |variable: &str| {
            let found = variables.iter().find(|(name, _)| *name == variable);
            found.map(|(_, value)| value.clone()).expect("the script writes it")
        };
        let (id, secret) = (of("KEEPOINT_TEST_S3_ACCESS_KEY"), of("KEEPOINT_TEST_S3_SECRET_KEY"));
        variables.push(("AWS_ACCESS_KEY_ID", id));
        variables.push(("AWS_SECRET_ACCESS_KEY", secret));
        variables.push((DIRECTORY, directory.path().to_str().expect("UTF-8").to_owned()));
        own_process::is_this(test, &variables);
        return;
    }
    assert!(own_process::is_this(test, &[]));
    let directory = variable(DIRECTORY);
    let server = Server(Path::new(&directory));
    let bucket = variable("KEEPOINT_TEST_S3_BUCKET");
    let objects = (0..1200).map(|number| (format!("flink/d/{number:04}"), b"content".to_vec()));
    s3_server::put(&s3_server::client(SERVER), &bucket, objects.collect());
    let place = StorageUri::parse(&format!("s3://{bucket}/flink")).expect("a URI");
    let mut settings = s3_server::settings(SERVER);
    settings.attempts = 8;
    let patient = Stores::new(settings.clone()).expect("no configuration to read");
    let storage = patient.open_for_deletion(&place).expect("a store that is known");
    assert_eq!(files(below(&*storage, &place).expect("it is up")).len(), 1200);

    server.script("kill");
    settings.attempts = 1;
    let hasty = Stores::new(settings).expect("no configuration to read");
    let hasty = hasty.open_for_deletion(&place).expect("a store that is known");
    assert_eq!(kind(list(&*hasty, &place.child("d"))), ErrorKind::Unreachable);
    assert_eq!(kind(wait(hasty.stat(&place.child("d/0007")))), ErrorKind::Unreachable);

    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(700));
            server.script("resume");
        });
        assert_eq!(files(list(&*storage, &place.child("d")).expect("it comes back")).len(), 1200);
    });
    assert!(patient.requests().so_far().retried > 0);
    assert_eq!(wait(storage.read_range(&place.child("d/0007"), 0..9)).expect("it is up").bytes, b"content");
}
