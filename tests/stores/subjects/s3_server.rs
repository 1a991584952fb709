//! Real servers that speak S3: versitygw, which keeps objects as files, and moto, which keeps every key.

use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::DisplayErrorContext;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use keepoint::storage::{DeletingStorage, S3Settings, StorageSettings, Stores};
use keepoint::uri::StorageUri;

use super::double::given;
use super::{unique, variable};
use crate::subject::{Subject, is_path, wait};

/// Requests of the test itself under way at a time.
const AT_A_TIME: usize = 16;

pub(crate) struct S3Server {
    client: Client,
    bucket: String,
    directory: String,
    storage: Arc<dyn DeletingStorage>,
    keeps: fn(&str) -> bool,
}

/// What `tests/servers/s3` starts. A key is a path of its file system, and what XML cannot say is lost in its listings.
pub(crate) fn versitygw() -> Box<dyn Subject> {
    Box::new(S3Server::open("KEEPOINT_TEST_S3", |name| is_path(name) && !name.contains(['\u{1}', '\u{fffe}'])))
}

/// What `tests/servers/odd-s3` starts. It does not find keys with a line feed again.
pub(crate) fn odd() -> Box<dyn Subject> {
    Box::new(S3Server::open("KEEPOINT_TEST_ODD_S3", |name| !name.contains('\n')))
}

/// The keys of `versitygw`, for the environment.
pub(crate) fn versitygw_keys() -> Vec<(&'static str, String)> {
    keys("KEEPOINT_TEST_S3")
}

/// The keys of `odd`, for the environment.
pub(crate) fn odd_keys() -> Vec<(&'static str, String)> {
    keys("KEEPOINT_TEST_ODD_S3")
}

/// The keys of a user of a server, as AWS's tools take them from the environment.
pub(crate) fn keys(server: &str) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ACCESS_KEY_ID", variable(&format!("{server}_ACCESS_KEY"))),
        ("AWS_SECRET_ACCESS_KEY", variable(&format!("{server}_SECRET_KEY"))),
    ]
}

/// Settings for a server; the keys come from the environment.
pub(crate) fn settings(server: &str) -> StorageSettings {
    StorageSettings {
        s3: S3Settings {
            endpoint: given(&variable(&format!("{server}_ENDPOINT"))),
            region: given(&variable(&format!("{server}_REGION"))),
            ..S3Settings::default()
        },
        ..StorageSettings::default()
    }
}

/// A client that is not keepoint's.
pub(crate) fn client(server: &str) -> Client {
    let of = |name: &str| variable(&format!("{server}_{name}"));
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(of("ENDPOINT"))
        .region(Region::new(of("REGION")))
        .credentials_provider(Credentials::new(of("ACCESS_KEY"), of("SECRET_KEY"), None, None, "test"))
        .force_path_style(true)
        .build();
    Client::from_conf(config)
}

impl S3Server {
    fn open(server: &str, keeps: fn(&str) -> bool) -> Self {
        let bucket = variable(&format!("{server}_BUCKET"));
        let stores = Stores::new(settings(server)).expect("no configuration to read");
        let place = StorageUri::parse(&format!("s3://{bucket}/")).expect("a URI");
        let storage = stores.open_for_deletion(&place).expect("a store that is known");
        Self { client: client(server), bucket, directory: unique(), storage, keeps }
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.directory)
    }
}

/// Puts objects, many at a time.
pub(crate) fn put(client: &Client, bucket: &str, objects: Vec<(String, Vec<u8>)>) {
    let put = |(key, bytes): (String, Vec<u8>)| async move {
        let sent = client.put_object().bucket(bucket).key(&key).body(bytes.into()).send().await;
        sent.map_err(|error| format!("{key:?}: {}", DisplayErrorContext(error)))
    };
    let puts = stream::iter(objects).map(put).buffer_unordered(AT_A_TIME);
    wait(puts.try_for_each(|_| async { Ok(()) })).expect("the server takes the objects");
}

impl Subject for S3Server {
    fn root(&self) -> StorageUri {
        StorageUri::parse(&format!("s3a://{}/{}", self.bucket, self.directory)).expect("a URI")
    }

    fn storage(&self) -> Arc<dyn DeletingStorage> {
        Arc::clone(&self.storage)
    }

    fn put(&self, files: &[(String, Vec<u8>)]) {
        let objects = files.iter().map(|(name, bytes)| (self.key(name), bytes.clone()));
        put(&self.client, &self.bucket, objects.collect());
    }

    fn put_directory(&self, name: &str) {
        self.put(&[(format!("{name}/"), Vec::new())]);
    }

    fn remove(&self, name: &str) {
        let request = self.client.delete_object().bucket(&self.bucket).key(self.key(name));
        wait(request.send()).expect("the server deletes the object");
    }

    fn keeps(&self, name: &str) -> bool {
        (self.keeps)(name)
    }

    fn has_directories(&self) -> bool {
        false
    }
}
