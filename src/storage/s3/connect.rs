//! From settings to a client.

use std::sync::Arc;
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::credential_feature::AwsCredentialFeature;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation, ResponseChecksumValidation};

use super::Flavour;
use super::errors::{Contact, NobodyThere};
use super::whole::Whole;
use crate::storage::hadoop_conf::HadoopConf;
use crate::storage::{Description, Error, ErrorKind, Given, StorageSettings, StoreKeys};
use crate::uri::StorageUri;

/// Where requests go if nothing names a region. It is what the AWS tools assume, too, and what other stores do not look at.
const DEFAULT_REGION: &str = "us-east-1";

/// The wait before a request is sent again, doubled each time and shortened at random.
const FIRST_BACKOFF: Duration = Duration::from_millis(400);
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);

/// A client and what is known of how it reaches its store.
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) flavour: Flavour,
    /// Whether the endpoint is one that was named, and not Amazon's own.
    endpoint: Option<Given>,
    region: Option<Given>,
    path_style: bool,
    credentials: Signing,
    pub(super) contact: Arc<Contact>,
}

enum Signing {
    Anonymous,
    /// Keys that are at hand.
    Keys(Given),
    /// The providers of the AWS tools, one after the other.
    Chain(Option<SharedCredentialsProvider>),
}

/// Settings with which no client can be made.
#[derive(Debug, Clone)]
pub(super) struct Unusable {
    problem: String,
    hint: String,
}

impl Unusable {
    pub(super) fn as_error(&self, operation: &'static str, place: &StorageUri) -> Error {
        Error::new(operation, place, ErrorKind::Misconfigured)
            .because(self.problem.clone())
            .with_hint(self.hint.clone())
    }

    pub(super) fn describe(&self) -> Description {
        Description::default().with_default("problem", &self.problem)
    }
}

/// Looks for settings and makes a client. Nothing is asked of the store yet.
pub(super) async fn connect(
    flavour: Flavour,
    settings: &StorageSettings,
    hadoop_conf: Option<&HadoopConf>,
) -> Result<Connection, Unusable> {
    match flavour {
        Flavour::S3 => s3(settings).await,
        Flavour::Cos => cos(settings, hadoop_conf).await,
        Flavour::Oss => oss(settings, hadoop_conf).await,
    }
}

async fn s3(settings: &StorageSettings) -> Result<Connection, Unusable> {
    let given = &settings.s3;
    let mut from_aws = loader(settings, given.region.as_ref().map(|region| region.value.as_str()));
    if let Some(profile) = &given.profile {
        // A profile that was asked for wins over keys in the environment, as in the AWS tools.
        let credentials = ProfileFileCredentialsProvider::builder().profile_name(profile).build();
        from_aws = from_aws.profile_name(profile).credentials_provider(credentials);
    }
    if given.anonymous {
        from_aws = from_aws.no_credentials();
    }
    let loaded = from_aws.load().await;
    let endpoint =
        given.endpoint.clone().or_else(|| loaded.endpoint_url().map(|endpoint| Given::new(endpoint, "AWS profile")));
    let region =
        given.region.clone().or_else(|| loaded.region().map(|region| Given::new(region.as_ref(), "AWS profile")));
    let credentials = if given.anonymous { Signing::Anonymous } else { Signing::Chain(loaded.credentials_provider()) };
    let flavour = Flavour::S3.of_endpoint(endpoint.as_ref().map(|endpoint| endpoint.value.as_str()));
    let path_style = given.path_style.unwrap_or(endpoint.is_some() && flavour.has_path_style());
    connection(flavour, &loaded, endpoint, region, path_style, credentials)
}

/// By the names that COS's own tools and Hadoop-COS use ("Hadoop tools", and `org.apache.hadoop.fs.CosNConfigKeys`).
async fn cos(settings: &StorageSettings, hadoop_conf: Option<&HadoopConf>) -> Result<Connection, Unusable> {
    let property = |names: &[&str]| names.iter().find_map(|name| hadoop_conf?.get(name)).map(str::to_owned);
    let given = &settings.cos;
    let region = given.region.clone().or_else(|| {
        let region = property(&["fs.cosn.bucket.region", "fs.cosn.userinfo.region"])?;
        Some(Given::new(region, "Hadoop configuration"))
    });
    let suffix = property(&["fs.cosn.bucket.endpoint_suffix", "fs.cosn.userinfo.endpoint_suffix"]);
    let endpoint = match (&given.endpoint, suffix, &region) {
        (Some(endpoint), ..) => Given::new(with_protocol(&endpoint.value), &endpoint.source),
        (None, Some(suffix), _) => Given::new(with_protocol(&suffix), "Hadoop configuration"),
        (None, None, Some(region)) => Given::new(format!("https://cos.{}.myqcloud.com", region.value), "by the region"),
        (None, None, None) => {
            return Err(Unusable {
                problem: "no region is set, and COS has an endpoint for each".to_owned(),
                hint: "set COS_REGION or `--region`, for instance to ap-guangzhou; fs.cosn.bucket.region of a Hadoop configuration counts as well".to_owned(),
            });
        }
    };
    let keys = given.keys.clone().or_else(|| {
        keys(hadoop_conf?, "fs.cosn.userinfo.secretId", "fs.cosn.userinfo.secretKey", "fs.cosn.userinfo.sessionToken")
    });
    let source = if given.keys.is_some() { "environment" } else { "Hadoop configuration" };
    of_vendor(Flavour::Cos, settings, endpoint, region, given.path_style, keys.map(|keys| (keys, source))).await
}

/// By the names that OSS's own tools and Hadoop's `hadoop-aliyun` use.
async fn oss(settings: &StorageSettings, hadoop_conf: Option<&HadoopConf>) -> Result<Connection, Unusable> {
    let property = |name: &str| hadoop_conf.and_then(|conf| conf.get(name)).map(str::to_owned);
    let given = &settings.oss;
    let region = given.region.clone();
    let endpoint = match (&given.endpoint, property("fs.oss.endpoint"), &region) {
        (Some(endpoint), ..) => Given::new(with_protocol(&endpoint.value), &endpoint.source),
        (None, Some(endpoint), _) => Given::new(with_protocol(&endpoint), "Hadoop configuration"),
        (None, None, Some(region)) => Given::new(format!("https://oss-{}.aliyuncs.com", region.value), "by the region"),
        (None, None, None) => {
            return Err(Unusable {
                problem: "neither endpoint nor region is set".to_owned(),
                hint: "set OSS_ENDPOINT, OSS_REGION or `--region`, for instance to cn-hangzhou; fs.oss.endpoint of a Hadoop configuration counts as well".to_owned(),
            });
        }
    };
    let keys = given
        .keys
        .clone()
        .or_else(|| keys(hadoop_conf?, "fs.oss.accessKeyId", "fs.oss.accessKeySecret", "fs.oss.securityToken"));
    let source = if given.keys.is_some() { "environment" } else { "Hadoop configuration" };
    of_vendor(Flavour::Oss, settings, endpoint, region, given.path_style, keys.map(|keys| (keys, source))).await
}

async fn of_vendor(
    flavour: Flavour,
    settings: &StorageSettings,
    endpoint: Given,
    region: Option<Given>,
    path_style: Option<bool>,
    keys: Option<(StoreKeys, &'static str)>,
) -> Result<Connection, Unusable> {
    let signed_for = region.as_ref().map_or(DEFAULT_REGION, |region| region.value.as_str());
    let mut from_aws = loader(settings, Some(signed_for));
    let mut credentials = None;
    if settings.s3.anonymous {
        from_aws = from_aws.no_credentials();
        credentials = Some(Signing::Anonymous);
    } else if let Some((keys, source)) = &keys {
        let token = keys.token.as_ref().map(|token| token.reveal().to_owned());
        from_aws = from_aws.credentials_provider(Credentials::new(
            &keys.id,
            keys.secret.reveal(),
            token,
            None,
            flavour.name(),
        ));
        credentials = Some(Signing::Keys(Given::new(&keys.id, *source)));
    }
    let loaded = from_aws.load().await;
    let credentials = credentials.unwrap_or_else(|| Signing::Chain(loaded.credentials_provider()));
    let path_style = path_style.unwrap_or(flavour.has_path_style());
    connection(flavour, &loaded, Some(endpoint), region, path_style, credentials)
}

fn keys(conf: &HadoopConf, id: &str, secret: &str, token: &str) -> Option<StoreKeys> {
    let (id, secret) = (conf.get(id)?.to_owned(), conf.secret(secret)?);
    Some(StoreKeys { id, secret, token: conf.secret(token) })
}

fn with_protocol(endpoint: &str) -> String {
    if endpoint.contains("://") { endpoint.to_owned() } else { format!("https://{endpoint}") }
}

/// Where no region is given, the AWS tools' places are looked into for one, down to the instance metadata of EC2: a request that takes
/// seconds where there is none, and that is answered by somebody else in other clouds.
fn loader(settings: &StorageSettings, region: Option<&str>) -> ConfigLoader {
    let retries = RetryConfig::standard()
        .with_max_attempts(settings.attempts.max(1))
        .with_initial_backoff(FIRST_BACKOFF)
        .with_max_backoff(LONGEST_BACKOFF);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(settings.connect_timeout)
        // Not read_timeout: it cannot be told from a connection that is not made, and bounds no more than this does.
        .operation_attempt_timeout(settings.timeout)
        .build();
    let loader = aws_config::defaults(BehaviorVersion::latest()).retry_config(retries).timeout_config(timeouts);
    match region {
        Some(region) => loader.region(Region::new(region.to_owned())),
        None => loader,
    }
}

fn connection(
    flavour: Flavour,
    loaded: &SdkConfig,
    endpoint: Option<Given>,
    region: Option<Given>,
    path_style: bool,
    credentials: Signing,
) -> Result<Connection, Unusable> {
    let contact = Arc::<Contact>::default();
    let signed_for = region.as_ref().map_or(DEFAULT_REGION, |region| region.value.as_str()).to_owned();
    let mut builder = Builder::from(loaded)
        .region(Region::new(signed_for))
        .force_path_style(path_style)
        // Checksums that only Amazon knows make other stores refuse requests; what is read is checked by its length and its decoder.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .interceptor(Whole)
        .retry_classifier(Whole)
        .retry_classifier(NobodyThere(Arc::clone(&contact)));
    if let Some(Given { value, .. }) = &endpoint {
        if !value.starts_with("http://") && !value.starts_with("https://") {
            return Err(Unusable {
                problem: format!("the endpoint {value:?} is no URL"),
                hint: "write it as in https://minio.example.org:9000".to_owned(),
            });
        }
        builder = builder.endpoint_url(value);
    }
    let client = Client::from_conf(builder.build());
    Ok(Connection { client, flavour, endpoint, region, path_style, credentials, contact })
}

impl Connection {
    /// The endpoint for people.
    pub(super) fn endpoint_name(&self) -> String {
        match (&self.endpoint, &self.region) {
            (Some(endpoint), _) => endpoint.value.clone(),
            (None, region) => {
                format!("Amazon S3 in {}", region.as_ref().map_or(DEFAULT_REGION, |region| region.value.as_str()))
            }
        }
    }

    /// Whether it is Amazon itself that is asked.
    pub(super) fn is_amazon(&self) -> bool {
        self.endpoint.as_ref().is_none_or(|endpoint| endpoint.value.contains(".amazonaws.com"))
    }

    /// What to do when the credentials are not taken.
    pub(super) fn credentials_hint(&self) -> String {
        match (&self.credentials, self.flavour) {
            (Signing::Anonymous, _) => "leave out `--anonymous`".to_owned(),
            (Signing::Keys(setting), _) => format!("the keys come from the {}; check them there", setting.source),
            (Signing::Chain(_), Flavour::S3) => {
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with `--profile`, or renew the login"
                    .to_owned()
            }
            (Signing::Chain(_), Flavour::Cos) => "set COS_SECRET_ID and COS_SECRET_KEY".to_owned(),
            (Signing::Chain(_), Flavour::Oss) => "set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET".to_owned(),
        }
    }

    pub(super) async fn describe(&self) -> Description {
        let description = Description::default().with_default("store", self.flavour.name());
        let description = match &self.endpoint {
            Some(Given { value, source }) => description.with("endpoint", value, source),
            None => description.with_default("endpoint", "Amazon's, by the region"),
        };
        let description = match &self.region {
            Some(Given { value, source }) => description.with("region", value, source),
            None => description.with_default("region", DEFAULT_REGION),
        };
        let addressing = if self.path_style { "the bucket is in the path" } else { "the bucket is in the host name" };
        let description = description.with_default("addressing", addressing);
        match &self.credentials {
            Signing::Anonymous => description.with_default("credentials", "none: requests are not signed"),
            Signing::Keys(Given { value, source }) => description.with("credentials", shown_id(value), source),
            Signing::Chain(None) => description.with_default("credentials", "none"),
            Signing::Chain(Some(provider)) => match provider.provide_credentials().await {
                Ok(credentials) => {
                    let expiry = credentials.expiry().map(chrono::DateTime::<chrono::Utc>::from);
                    let until = expiry.map(|time| format!(", until {}", time.format("%Y-%m-%dT%H:%M:%SZ")));
                    let id = shown_id(credentials.access_key_id());
                    description.with("credentials", format!("{id}{}", until.unwrap_or_default()), source(&credentials))
                }
                Err(error) => {
                    description.with_default("credentials", format!("none: {}", super::errors::deepest(Some(&error))))
                }
            },
        }
    }
}

/// Enough of a key's name to tell it from others.
fn shown_id(id: &str) -> String {
    let shown: String = id.chars().take(4).collect();
    format!("access key {shown}…")
}

/// Which provider of the chain the credentials are from.
fn source(credentials: &Credentials) -> String {
    let features = credentials.get_property::<Vec<AwsCredentialFeature>>();
    let last = features.and_then(|features| features.last());
    let words = match last {
        Some(AwsCredentialFeature::CredentialsEnvVars) => "environment",
        Some(AwsCredentialFeature::CredentialsProfile) => "AWS profile",
        Some(AwsCredentialFeature::CredentialsProfileProcess | AwsCredentialFeature::CredentialsProcess) => {
            "credential process of the AWS profile"
        }
        Some(AwsCredentialFeature::CredentialsProfileSso | AwsCredentialFeature::CredentialsSso) => "single sign-on",
        Some(
            AwsCredentialFeature::CredentialsStsAssumeRoleWebId | AwsCredentialFeature::CredentialsEnvVarsStsWebIdToken,
        ) => "web identity",
        Some(AwsCredentialFeature::CredentialsStsAssumeRole) => "assumed role",
        Some(AwsCredentialFeature::CredentialsHttp) => "container",
        Some(AwsCredentialFeature::CredentialsImds) => "instance metadata",
        _ => "AWS credential chain",
    };
    words.to_owned()
}
