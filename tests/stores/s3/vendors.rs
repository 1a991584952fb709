//! What Tencent COS and Alibaba OSS are sent. No such server can be run here; what they demand is in their documents, and whether it is
//! sent shows in the requests.
//!
//! They take a bucket in the host name only. Those names must not be resolved, so requests go through a proxy, which is the server
//! of the tests: it is asked with the host that the store itself would be asked with.

use std::process::Command;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keepoint::storage::{Doomed, Secret, StorageSettings, StoreKeys, Stores};
use keepoint::uri::StorageUri;
use md5::{Digest as _, Md5};

use crate::own_process;
use crate::s3_double::{Bucket, Digest, Memory, Operation, Recorded, S3Double};
use crate::subject::{below, files, list, wait};
use crate::subjects::double::given;

struct Vendor {
    scheme: &'static str,
    bucket: &'static str,
    domain: &'static str,
    region: &'static str,
}

const COS: Vendor = Vendor {
    scheme: "cosn",
    bucket: "flink-1250000000",
    domain: "cos.ap-guangzhou.myqcloud.com",
    region: "ap-guangzhou",
};

const OSS: Vendor =
    Vendor { scheme: "oss", bucket: "states", domain: "oss-cn-hangzhou.aliyuncs.com", region: "cn-hangzhou" };

impl Vendor {
    /// A server that stands for the vendor's, with some objects.
    fn server(&self) -> S3Double {
        let keys = ["flink/a", "flink/b", "flink/c/d", "/leading", "flink/two words+%2F", "flink/doomed"];
        let objects: Arc<Memory> = Arc::new(keys.into_iter().map(|key| (key, key)).collect());
        let server = S3Double::with(vec![Bucket::shared(self.bucket, objects).in_region(self.region)]);
        server.change(|rules| {
            self.domain.clone_into(&mut rules.domain);
            rules.digest = Digest::Md5;
            rules.page_limit = 2;
        });
        server
    }

    fn place(&self, path: &str) -> StorageUri {
        StorageUri::parse(&format!("{}://{}/{path}", self.scheme, self.bucket)).expect("a URI")
    }

    fn settings(&self) -> StorageSettings {
        let mut settings = StorageSettings::default();
        let keys = StoreKeys { id: "AKIDvendor".to_owned(), secret: Secret::new("hush".to_owned()), token: None };
        let (endpoint, region) = (given(&format!("http://{}", self.domain)), given(self.region));
        if self.scheme == "oss" {
            (settings.oss.endpoint, settings.oss.region, settings.oss.keys) = (endpoint, region, Some(keys));
        } else {
            (settings.cos.endpoint, settings.cos.region, settings.cos.keys) = (endpoint, region, Some(keys));
        }
        settings
    }

    /// Everything that a store can be asked, in a process whose requests all go to the server.
    fn ask_everything(&self) {
        let root = self.place("flink");
        let stores = Stores::new(self.settings()).expect("no configuration to read");
        let storage = stores.open_for_deletion(&root).expect("a store that is known");
        assert_eq!(files(below(&*storage, &root).expect("a listing")).len(), 5);
        assert_eq!(list(&*storage, &root).expect("a listing").len(), 5);
        let odd = root.child("two words+%2F");
        assert_eq!(wait(storage.read_range(&odd, 0..99)).expect("it is there").bytes, b"flink/two words+%2F");
        assert_eq!(wait(storage.stat(&odd)).expect("it is there").length, 19);
        wait(storage.create(&root.child("new"), b"new".to_vec())).expect("nothing is in the way");
        let top = self.place("");
        let doomed = [root.child("doomed"), top.child("/leading"), root.child("new")];
        let doomed = doomed.map(Doomed::new);
        let answers = wait(storage.delete(&doomed));
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert_eq!(files(below(&*storage, &top).expect("a listing")).len(), 4);
    }

    /// Holds what was sent against what the vendor takes.
    fn judge(&self, requests: &[Recorded], key_id: &str) {
        assert!(!requests.is_empty());
        for request in requests {
            let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
            assert_eq!(request.host, format!("{}.{}", self.bucket, self.domain), "{request:?}");
            assert!(!request.path.starts_with(&format!("/{}", self.bucket)), "{request:?}");
            let credential = format!("Credential={key_id}/");
            let authorization = header("authorization").unwrap_or_default();
            assert!(authorization.contains(&credential), "{request:?}");
            assert!(authorization.contains(&format!("/{}/s3/aws4_request", self.region)), "{request:?}");
            // What only Amazon understands.
            assert_ne!(request.operation, Operation::ListObjectsV2, "{request:?}");
            assert!(!request.query.contains("list-type"), "{request:?}");
            assert!(header("content-encoding").is_none_or(|encoding| !encoding.contains("aws-chunked")), "{request:?}");
            assert!(
                header("x-amz-content-sha256").is_none_or(|digest| !digest.starts_with("STREAMING")),
                "{request:?}"
            );
            assert_eq!(header("x-amz-trailer"), None, "{request:?}");
            assert_eq!(header("transfer-encoding"), None, "{request:?}");
            if let Some(body) = &request.body {
                assert_eq!(header("content-md5"), Some(STANDARD.encode(Md5::digest(body)).as_str()), "{request:?}");
                assert!(!String::from_utf8_lossy(body).contains("<Key>/"), "{request:?}");
            }
        }
    }

    fn run(&self, test: &str) {
        let server = self.server();
        if own_process::is_this(test, &[("HTTP_PROXY", server.endpoint())]) {
            self.ask_everything();
            return;
        }
        let requests = server.requests();
        self.judge(&requests, "AKIDvendor");
        let count = |operation| requests.iter().filter(|request| request.operation == operation).count();
        assert_eq!((count(Operation::DeleteObjects), count(Operation::DeleteObject)), (1, 1));
        let alone = requests.iter().find(|request| request.operation == Operation::DeleteObject);
        assert_eq!(alone.map(|request| request.path.as_str()), Some("//leading"));
        let markers = requests.iter().filter(|request| request.query.contains("marker=flink"));
        assert!(markers.count() >= 3, "pages go on behind a key");
    }

    /// The binary with the variables that the vendor's own tools take.
    fn run_binary(&self, variables: &[(&str, &str)]) {
        let server = self.server();
        let mut command = Command::new(env!("CARGO_BIN_EXE_keepoint"));
        command.env_clear().env("HTTP_PROXY", server.endpoint()).envs(variables.iter().copied());
        let output = command.args(["list", &self.place("flink").to_string(), "--stats"]).output().expect("it runs");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "there is nothing of Flink: {stderr}");
        self.judge(&server.requests(), "AKIDenvironment");
    }
}

#[test]
fn cos_is_asked_as_it_demands() {
    COS.run(concat!(module_path!(), "::cos_is_asked_as_it_demands"));
}

#[test]
fn oss_is_asked_as_it_demands() {
    OSS.run(concat!(module_path!(), "::oss_is_asked_as_it_demands"));
}

#[test]
fn the_variables_of_coss_own_tools_are_taken() {
    COS.run_binary(&[
        ("COS_SECRET_ID", "AKIDenvironment"),
        ("COS_SECRET_KEY", "hush"),
        ("COS_REGION", "ap-guangzhou"),
        ("COS_ENDPOINT", "http://cos.ap-guangzhou.myqcloud.com"),
    ]);
}

#[test]
fn the_variables_of_osss_own_tools_are_taken() {
    OSS.run_binary(&[
        ("OSS_ACCESS_KEY_ID", "AKIDenvironment"),
        ("OSS_ACCESS_KEY_SECRET", "hush"),
        ("OSS_REGION", "cn-hangzhou"),
        ("OSS_ENDPOINT", "http://oss-cn-hangzhou.aliyuncs.com"),
    ]);
}

/// As people reach COS from Flink's own S3 plugins.
#[test]
fn an_endpoint_of_cos_below_the_scheme_of_s3_is_asked_as_cos_demands() {
    let server = COS.server();
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepoint"));
    command.env_clear().env("HTTP_PROXY", server.endpoint());
    command.envs([("AWS_ACCESS_KEY_ID", "AKIDenvironment"), ("AWS_SECRET_ACCESS_KEY", "hush")]);
    command.envs([("AWS_REGION", "ap-guangzhou"), ("AWS_EC2_METADATA_DISABLED", "true")]);
    let place = COS.place("flink").to_string().replace("cosn:", "s3a:");
    command.args(["list", &place, "--endpoint", "http://cos.ap-guangzhou.myqcloud.com"]);
    let output = command.output().expect("it runs");
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    COS.judge(&server.requests(), "AKIDenvironment");
}
