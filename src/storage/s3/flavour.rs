//! How the stores that speak S3 differ.

/// Whose store it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::storage) enum Flavour {
    /// Amazon's, and all that follow it closely.
    S3,
    /// Tencent COS.
    Cos,
    /// Alibaba OSS.
    Oss,
}

impl Flavour {
    /// The store that answers at an endpoint, which people also reach as `s3a://`.
    pub(super) fn of_endpoint(self, endpoint: Option<&str>) -> Self {
        match endpoint {
            Some(endpoint) if endpoint.contains(".myqcloud.com") || endpoint.contains(".tencentcos.cn") => Self::Cos,
            Some(endpoint) if endpoint.contains(".aliyuncs.com") => Self::Oss,
            _ => self,
        }
    }

    /// The second version of `ListObjects` is Amazon's. COS documents the first one only ("GET Bucket (List Objects)").
    pub(super) fn lists_by_marker(self) -> bool {
        match self {
            Self::S3 => false,
            Self::Cos | Self::Oss => true,
        }
    }

    /// COS and OSS refuse a bucket in the path.
    pub(super) fn has_path_style(self) -> bool {
        match self {
            Self::S3 => true,
            Self::Cos | Self::Oss => false,
        }
    }

    /// The name for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::S3 => "S3",
            Self::Cos => "Tencent COS",
            Self::Oss => "Alibaba OSS",
        }
    }
}
