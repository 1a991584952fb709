//! What decides how stores are reached. Resolved by the caller, once; nothing here looks at flags.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Settings of all stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageSettings {
    /// S3 and what speaks its protocol.
    pub s3: S3Settings,
    /// Tencent COS.
    pub cos: CosSettings,
    /// Alibaba OSS.
    pub oss: OssSettings,
    /// HDFS.
    pub hdfs: HdfsSettings,
    /// The directory with `core-site.xml` and `hdfs-site.xml`; `None` means that there is no configuration of Hadoop.
    pub hadoop_conf_dir: Option<PathBuf>,
    /// Requests that may be under way at a time; `None` leaves it to the store.
    pub requests_at_a_time: Option<usize>,
    /// Times that a request is sent at the most.
    pub attempts: u32,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long to wait for an answer, or for the next bytes of one.
    pub timeout: Duration,
}

/// Settings of S3. `None` leaves it to what the AWS tools have: environment, profile, metadata service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct S3Settings {
    /// Such as `https://minio.example.org:9000`.
    pub endpoint: Option<Given>,
    /// Such as `eu-central-1`.
    pub region: Option<Given>,
    /// The profile in the files of the AWS tools.
    pub profile: Option<String>,
    /// Whether the bucket is in the path and not in the host name; `None` decides by the endpoint.
    pub path_style: Option<bool>,
    /// Requests are not signed.
    pub anonymous: bool,
}

/// Settings of Tencent COS. `None` leaves it to the environment and to Hadoop's configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CosSettings {
    /// Such as `https://cos.ap-guangzhou.myqcloud.com`, without the bucket.
    pub endpoint: Option<Given>,
    /// Such as `ap-guangzhou`.
    pub region: Option<Given>,
    /// Whether the bucket is in the path and not in the host name, which COS itself does not take.
    pub path_style: Option<bool>,
    /// Keys of the environment.
    pub keys: Option<StoreKeys>,
}

/// Settings of Alibaba OSS. `None` leaves it to the environment and to Hadoop's configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OssSettings {
    /// Such as `https://oss-cn-hangzhou.aliyuncs.com`, without the bucket.
    pub endpoint: Option<Given>,
    /// Such as `cn-hangzhou`.
    pub region: Option<Given>,
    /// Whether the bucket is in the path and not in the host name, which OSS itself does not take.
    pub path_style: Option<bool>,
    /// Keys of the environment.
    pub keys: Option<StoreKeys>,
}

/// A setting, and where it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The value.
    pub value: String,
    /// For people: an argument, a variable, a file.
    pub source: String,
}

impl Given {
    /// A value from somewhere.
    #[must_use]
    pub fn new(value: impl Into<String>, source: impl Into<String>) -> Self {
        Self { value: value.into(), source: source.into() }
    }
}

/// What a store knows somebody by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreKeys {
    /// The part that may be shown.
    pub id: String,
    /// The part that signs.
    pub secret: Secret,
    /// What comes with keys that expire.
    pub token: Option<Secret>,
}

/// Text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for those who sign with it or send it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// Settings of HDFS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HdfsSettings {
    /// Who asks, where the cluster believes what it is told; `None` leaves it to `HADOOP_USER_NAME` and the user of the process.
    pub user: Option<String>,
}

impl Default for StorageSettings {
    fn default() -> Self {
        Self {
            s3: S3Settings::default(),
            cos: CosSettings::default(),
            oss: OssSettings::default(),
            hdfs: HdfsSettings::default(),
            hadoop_conf_dir: None,
            requests_at_a_time: None,
            attempts: 5,
            connect_timeout: Duration::from_secs(3),
            timeout: Duration::from_secs(20),
        }
    }
}
