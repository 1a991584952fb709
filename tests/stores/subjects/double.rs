//! The S3 server of the tests, as S3 and as COS and OSS, which are asked in other words.

use std::sync::Arc;
use std::time::Duration;

use keepoint::storage::{DeletingStorage, Given, S3Settings, Secret, StorageSettings, StoreKeys, Stores};
use keepoint::uri::StorageUri;

use crate::s3_double::{Bucket, Digest, Memory, Objects as _, S3Double};
use crate::subject::Subject;

/// A server with an eye on its objects.
pub(crate) struct Double {
    pub(crate) server: S3Double,
    pub(crate) objects: Arc<Memory>,
    scheme: &'static str,
    storage: Arc<dyn DeletingStorage>,
    pub(crate) stores: Stores,
}

/// As S3.
pub(crate) fn s3() -> Box<dyn Subject> {
    Box::new(Double::open("s3", quick))
}

/// As COS.
pub(crate) fn cos() -> Box<dyn Subject> {
    Box::new(Double::open("cosn", quick))
}

/// As OSS.
pub(crate) fn oss() -> Box<dyn Subject> {
    Box::new(Double::open("oss", quick))
}

/// No waiting for what does not come.
pub(crate) fn quick(settings: &mut StorageSettings) {
    settings.attempts = 1;
    settings.connect_timeout = Duration::from_secs(5);
    settings.timeout = Duration::from_secs(20);
}

impl Double {
    /// A server with no objects, and a client with settings that may be changed first.
    pub(crate) fn open(scheme: &'static str, change: impl FnOnce(&mut StorageSettings)) -> Self {
        Self::holding(scheme, Memory::default(), change)
    }

    /// The same with objects.
    pub(crate) fn holding(scheme: &'static str, objects: Memory, change: impl FnOnce(&mut StorageSettings)) -> Self {
        let objects = Arc::new(objects);
        let server = S3Double::with(vec![Bucket::shared("bucket", Arc::clone(&objects) as _)]);
        server.change(|rules| {
            rules.anonymous = true;
            if scheme != "s3" {
                rules.digest = Digest::Md5;
            }
        });
        let mut settings = settings(&server.endpoint());
        // It holds for all stores that speak S3; COS and OSS have keys here.
        settings.s3.anonymous = scheme == "s3";
        change(&mut settings);
        let stores = Stores::new(settings).expect("no configuration to read");
        let place = StorageUri::parse(&format!("{scheme}://bucket/")).expect("a URI");
        let storage = stores.open_for_deletion(&place).expect("a store that is known");
        Self { server, objects, scheme, storage, stores }
    }

    /// Requests that were sent again so far.
    pub(crate) fn retried(&self) -> u64 {
        self.stores.requests().so_far().retried
    }
}

/// A setting of a test.
#[expect(clippy::unnecessary_wraps, reason = "it stands where a setting need not be given")]
pub(crate) fn given(value: &str) -> Option<Given> {
    Some(Given::new(value, "test"))
}

/// Settings with which S3, COS and OSS are all at an endpoint, with the bucket in the path.
pub(crate) fn settings(endpoint: &str) -> StorageSettings {
    let mut settings = StorageSettings {
        s3: S3Settings {
            endpoint: given(endpoint),
            region: given("us-east-1"),
            anonymous: true,
            ..S3Settings::default()
        },
        ..StorageSettings::default()
    };
    let keys = StoreKeys { id: "id".to_owned(), secret: Secret::new("secret".to_owned()), token: None };
    settings.cos.endpoint = given(endpoint);
    settings.cos.region = given("us-east-1");
    settings.cos.path_style = Some(true);
    settings.cos.keys = Some(keys.clone());
    settings.oss.endpoint = given(endpoint);
    settings.oss.region = given("us-east-1");
    settings.oss.path_style = Some(true);
    settings.oss.keys = Some(keys);
    settings
}

impl Subject for Double {
    fn root(&self) -> StorageUri {
        StorageUri::parse(&format!("{}://bucket/flink", self.scheme)).expect("a URI")
    }

    fn storage(&self) -> Arc<dyn DeletingStorage> {
        Arc::clone(&self.storage)
    }

    fn put(&self, files: &[(String, Vec<u8>)]) {
        for (name, bytes) in files {
            self.objects.put(&format!("flink/{name}"), bytes.clone().into()).expect("memory takes everything");
        }
    }

    fn put_directory(&self, name: &str) {
        self.put(&[(format!("{name}/"), Vec::new())]);
    }

    fn remove(&self, name: &str) {
        self.objects.delete(&format!("flink/{name}"), None);
    }

    /// Everything.
    fn keeps(&self, _: &str) -> bool {
        true
    }

    fn has_directories(&self) -> bool {
        false
    }
}
