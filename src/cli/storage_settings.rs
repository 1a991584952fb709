//! The settings of stores: arguments before the environment, the environment before the file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::args::StorageArguments;
use super::failure::Failure;
use super::settings::{self, Environment};
use crate::storage::{
    CosSettings, Given, HdfsSettings, LocalStorage, OssSettings, S3Settings, Secret, Storage, StorageSettings,
    StoreKeys,
};

/// Names the file of settings.
pub const CONFIG_VARIABLE: &str = "KEEPOINT_CONFIG";

/// A file of settings is a few lines.
const LARGEST: u64 = 1 << 20;

/// The file of settings.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ConfigFile {
    s3: S3Section,
    cos: RegionSection,
    oss: RegionSection,
    hdfs: HdfsSection,
    hadoop_conf: Option<PathBuf>,
    concurrency: Option<usize>,
    retries: Option<u32>,
    #[serde(deserialize_with = "written_duration")]
    timeout: Option<Duration>,
    #[serde(deserialize_with = "written_duration")]
    connect_timeout: Option<Duration>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct S3Section {
    endpoint: Option<String>,
    region: Option<String>,
    profile: Option<String>,
    path_style: Option<bool>,
    anonymous: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RegionSection {
    endpoint: Option<String>,
    region: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HdfsSection {
    user: Option<String>,
}

fn written_duration<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| humantime::parse_duration(&text).map_err(serde::de::Error::custom)).transpose()
}

/// Everything about storage that arguments, environment and file say.
pub async fn resolve(arguments: &StorageArguments, environment: &Environment) -> Result<StorageSettings, Failure> {
    let named = arguments.config.clone().or_else(|| environment.variable(CONFIG_VARIABLE).map(PathBuf::from));
    let file = match named {
        Some(file) => read(&file).await?,
        None => ConfigFile::default(),
    };
    Ok(merge(arguments, environment, file))
}

async fn read(path: &Path) -> Result<ConfigFile, Failure> {
    let place = settings::place(&path.to_string_lossy())?;
    let read = LocalStorage::default().read_range(&place, 0..LARGEST).await.map_err(|error| Failure::Usage {
        message: format!("{place}: {}", error.reason()),
        hint: format!("`--config` and {CONFIG_VARIABLE} name a file of settings"),
    })?;
    let unusable = |reason: String| Failure::Usage {
        message: format!("{place}: {reason}"),
        hint: "docs/storage.md shows the settings".to_owned(),
    };
    if read.file_length > LARGEST {
        return Err(unusable(format!("{} bytes are too many for a file of settings", read.file_length)));
    }
    let text = str::from_utf8(&read.bytes).map_err(|error| unusable(error.to_string()))?;
    if text.trim().is_empty() {
        return Ok(ConfigFile::default());
    }
    serde_saphyr::from_str(text).map_err(|error| unusable(first_line(&error.to_string())))
}

/// The parser shows the lines around an error, and there is one line for it.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn merge(arguments: &StorageArguments, environment: &Environment, file: ConfigFile) -> StorageSettings {
    let variable = |names: &[&str]| names.iter().find_map(|name| environment.variable(name)).map(str::to_owned);
    let keys = |ids: &[&str], secrets: &[&str], tokens: &[&str]| {
        Some(StoreKeys {
            id: variable(ids)?,
            secret: Secret::new(variable(secrets)?),
            token: variable(tokens).map(Secret::new),
        })
    };
    // An argument or variable by its name, a value of the file as that.
    let given = |argument: (&str, &Option<String>), names: &[&str], in_file: Option<String>| {
        let (name, value) = argument;
        let of_argument = value.clone().map(|value| Given::new(value, name));
        let of_variable = || names.iter().find_map(|name| Some(Given::new(environment.variable(name)?, *name)));
        of_argument.or_else(of_variable).or_else(|| in_file.map(|value| Given::new(value, "file of settings")))
    };
    let endpoint = |names: &[&str], in_file| given(("--endpoint", &arguments.endpoint), names, in_file);
    let region = |names: &[&str], in_file| given(("--region", &arguments.region), names, in_file);
    let defaults = StorageSettings::default();
    StorageSettings {
        s3: S3Settings {
            endpoint: endpoint(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"], file.s3.endpoint),
            region: region(&["AWS_REGION", "AWS_DEFAULT_REGION"], file.s3.region),
            profile: arguments.profile.clone().or(file.s3.profile),
            path_style: arguments.path_style.or(file.s3.path_style),
            anonymous: arguments.anonymous || file.s3.anonymous,
        },
        cos: CosSettings {
            endpoint: endpoint(&["COS_ENDPOINT"], file.cos.endpoint),
            region: region(&["COS_REGION"], file.cos.region),
            path_style: arguments.path_style,
            keys: keys(
                &["COS_SECRET_ID", "COSN_SECRET_ID", "TENCENTCLOUD_SECRET_ID"],
                &["COS_SECRET_KEY", "COSN_SECRET_KEY", "TENCENTCLOUD_SECRET_KEY"],
                &["COS_SESSION_TOKEN", "COS_TOKEN", "TENCENTCLOUD_SESSION_TOKEN"],
            ),
        },
        oss: OssSettings {
            endpoint: endpoint(&["OSS_ENDPOINT"], file.oss.endpoint),
            region: region(&["OSS_REGION"], file.oss.region),
            path_style: arguments.path_style,
            keys: keys(
                &["OSS_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID"],
                &["OSS_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
                &["OSS_SESSION_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN"],
            ),
        },
        hdfs: HdfsSettings { user: variable(&["HADOOP_USER_NAME"]).or(file.hdfs.user) },
        hadoop_conf_dir: arguments
            .hadoop_conf
            .clone()
            .or_else(|| variable(&["HADOOP_CONF_DIR"]).map(PathBuf::from))
            .or_else(|| variable(&["HADOOP_HOME"]).map(|home| Path::new(&home).join("etc/hadoop")))
            .or(file.hadoop_conf),
        requests_at_a_time: arguments.concurrency.or(file.concurrency.filter(|at_a_time| *at_a_time > 0)),
        attempts: arguments
            .retries
            .or_else(|| variable(&["AWS_MAX_ATTEMPTS"])?.parse::<u32>().ok()?.checked_sub(1))
            .or(file.retries)
            .map_or(defaults.attempts, |retries| retries.saturating_add(1)),
        connect_timeout: file.connect_timeout.unwrap_or(defaults.connect_timeout),
        timeout: arguments.timeout.or(file.timeout).unwrap_or(defaults.timeout),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::with_variables(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn file(text: &str) -> ConfigFile {
        serde_saphyr::from_str(text).expect("it is a file of settings")
    }

    #[test]
    fn arguments_win_over_the_environment_and_that_over_the_file() {
        let written = || file("cos: {region: of-the-file}\nretries: 1\ntimeout: 90s\n");
        let environment = environment(&[("COS_REGION", "of-the-environment")]);
        let arguments = StorageArguments { region: Some("of-the-arguments".to_owned()), ..StorageArguments::default() };

        let all = merge(&arguments, &environment, written());
        assert_eq!(all.cos.region, Some(Given::new("of-the-arguments", "--region")));
        let two = merge(&StorageArguments::default(), &environment, written());
        assert_eq!(two.cos.region, Some(Given::new("of-the-environment", "COS_REGION")));
        let one = merge(&StorageArguments::default(), &Environment::default(), written());
        assert_eq!(one.cos.region, Some(Given::new("of-the-file", "file of settings")));
        assert_eq!((one.attempts, one.timeout), (2, Duration::from_secs(90)));
        let none = merge(&StorageArguments::default(), &Environment::default(), ConfigFile::default());
        assert_eq!(none, StorageSettings::default());
    }

    #[test]
    fn keys_need_both_halves_and_are_not_shown() {
        let half = environment(&[("COS_SECRET_ID", "id")]);
        assert_eq!(merge(&StorageArguments::default(), &half, ConfigFile::default()).cos.keys, None);
        let whole = environment(&[("COSN_SECRET_ID", "id"), ("COSN_SECRET_KEY", "hush")]);
        let settings = merge(&StorageArguments::default(), &whole, ConfigFile::default());
        assert_eq!(settings.cos.keys.as_ref().map(|keys| keys.id.as_str()), Some("id"));
        assert!(!format!("{settings:?} {whole:?}").contains("hush"));
    }

    #[test]
    fn a_setting_that_is_not_known_is_refused() {
        let error = serde_saphyr::from_str::<ConfigFile>("s3: {endpiont: http://x}\n").expect_err("a typo");
        assert!(first_line(&error.to_string()).contains("endpiont"), "{error}");
    }
}
