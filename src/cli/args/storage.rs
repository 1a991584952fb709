//! How stores are reached: the same for every command that reads one.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::values::{at_least_one, duration};

/// Arguments about storage.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Storage")]
pub struct StorageArguments {
    /// A file with these settings (YAML); arguments and the environment win over it
    ///
    /// The default is the environment variable KEEPOINT_CONFIG.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Where S3, COS or OSS answers, such as http://minio:9000, without the bucket
    ///
    /// The default is AWS_ENDPOINT_URL or the AWS profile for S3, and the endpoint of the region for COS and OSS.
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,

    /// The region of the bucket
    ///
    /// The default is AWS_REGION or the AWS profile for S3, COS_REGION for COS, and what Hadoop's configuration says.
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,

    /// The AWS profile to take credentials and settings from
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// Name the bucket in the path and not in the host name
    ///
    /// The default for S3 is to do so wherever an endpoint is given; COS and OSS have the bucket in the host name.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub path_style: Option<bool>,

    /// Do not sign requests
    #[arg(long)]
    pub anonymous: bool,

    /// The directory with core-site.xml and hdfs-site.xml
    ///
    /// The default is HADOOP_CONF_DIR, or etc/hadoop in HADOOP_HOME.
    #[arg(long, value_name = "DIR")]
    pub hadoop_conf: Option<PathBuf>,

    /// Requests that may be under way at a time
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub concurrency: Option<usize>,

    /// How often a request is sent again after a failure that may pass
    #[arg(long, value_name = "N")]
    pub retries: Option<u32>,

    /// How long to wait for an answer, or for the next part of one
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,

    /// Say at the end how many requests were sent
    #[arg(long)]
    pub stats: bool,
}
