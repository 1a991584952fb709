//! How a double behaves, besides its faults. Everything starts as S3 has it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::errors::ErrorCode;

/// What proves that the body of a batch delete arrived whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Digest {
    /// `Content-MD5` or one of the `x-amz-checksum` headers, as S3.
    Any,
    /// `Content-MD5`, as the compatible services that know nothing else.
    Md5,
}

/// What is done with a request that is signed for another region than the bucket's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrongRegion {
    /// Nothing, as most compatible services.
    Ignore,
    /// 400 `AuthorizationHeaderMalformed`, as the endpoint of the right region.
    Malformed,
    /// 301 `PermanentRedirect`, as the endpoint of a wrong region.
    Redirect,
}

/// The rules; a test changes what it needs.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    /// What follows the bucket in a host name; any other host is addressed by path.
    pub(crate) domain: String,
    /// Added to every answer.
    pub(crate) latency: Duration,
    /// In every second that begins with the start of the server; what is more is told to slow down.
    pub(crate) requests_per_second: Option<u32>,
    /// The longest page of any listing.
    pub(crate) page_limit: usize,
    /// Keys that are listed, although reading or describing them finds nothing.
    pub(crate) vanished: BTreeSet<String>,
    /// Keys that can be read, although `ListObjects` and `ListObjectsV2` leave them out.
    pub(crate) unlisted: BTreeSet<String>,
    /// Keys that cannot be deleted, and why.
    pub(crate) undeletable: BTreeMap<String, ErrorCode>,
    pub(crate) digest: Digest,
    pub(crate) wrong_region: WrongRegion,
    /// Whether requests without a signature are answered.
    pub(crate) anonymous: bool,
    /// How far the clock of the server is ahead, in milliseconds. S3 answers nobody whose clock is 15 minutes off.
    pub(crate) clock_ahead: i64,
    /// Some compatible services write keys as they are, whatever was asked for.
    pub(crate) ignores_encoding_type: bool,
    /// Some compatible services begin at the first key, whatever was asked for.
    pub(crate) ignores_start_after: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            domain: "localhost".to_owned(),
            latency: Duration::ZERO,
            requests_per_second: None,
            page_limit: 1000,
            vanished: BTreeSet::new(),
            unlisted: BTreeSet::new(),
            undeletable: BTreeMap::new(),
            digest: Digest::Any,
            wrong_region: WrongRegion::Malformed,
            anonymous: false,
            clock_ahead: 0,
            ignores_encoding_type: false,
            ignores_start_after: false,
        }
    }
}
