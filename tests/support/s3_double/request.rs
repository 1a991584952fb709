//! What a request asks for, in either style of addressing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hyper::Method;
use hyper::header::{AsHeaderName, HOST, HeaderMap};
use percent_encoding::percent_decode_str;

use super::errors::{ErrorCode, S3Error};

/// An operation of the API reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Operation {
    ListBuckets,
    HeadBucket,
    GetBucketLocation,
    GetBucketVersioning,
    ListObjects,
    ListObjectsV2,
    ListObjectVersions,
    ListMultipartUploads,
    GetObject,
    HeadObject,
    PutObject,
    DeleteObject,
    DeleteObjects,
    AbortMultipartUpload,
    /// Anything that this server does not know.
    Other,
}

/// A request, without its body.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) operation: Operation,
    pub(crate) method: Method,
    /// The `Host` header.
    pub(crate) host: String,
    /// As it came, encoded.
    pub(crate) path: String,
    /// As it came, encoded; empty without one.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    /// Empty when the request names none.
    pub(crate) bucket: String,
    /// Decoded; empty when the request names none.
    pub(crate) key: String,
    /// Decoded. A parameter without a value is empty.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Request {
    /// Reads a request. `domain` is what follows the bucket in a host name.
    pub(crate) fn parse(head: hyper::http::request::Parts, domain: &str) -> Result<Self, S3Error> {
        let host = head.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
        let path = head.uri.path().to_owned();
        let query = head.uri.query().unwrap_or_default().to_owned();
        let decoded = percent_decode_str(&path).decode_utf8().map_err(|_| ErrorCode::InvalidUri)?;
        let decoded = decoded.strip_prefix('/').unwrap_or(&decoded);
        let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _port)| name);
        let virtual_host = name.strip_suffix(domain).and_then(|bucket| bucket.strip_suffix('.'));
        let (bucket, key) = match virtual_host {
            Some(bucket) => (bucket, decoded),
            None => decoded.split_once('/').unwrap_or((decoded, "")),
        };
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        let parameters = parameters(&query)?;
        let operation = operation(&head.method, &bucket, &key, &parameters, &head.headers);
        Ok(Self { operation, method: head.method, host, path, query, headers: head.headers, bucket, key, parameters })
    }

    /// A parameter of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// A header, when it is text.
    pub(crate) fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The version that is asked for.
    pub(crate) fn version(&self) -> Option<&str> {
        self.parameter("versionId")
    }
}

/// As in a form: `+` is a space.
fn parameters(query: &str) -> Result<BTreeMap<String, String>, S3Error> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8().map(Cow::into_owned).map_err(|_| ErrorCode::InvalidUri)
    };
    let mut parameters = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters.insert(decode(name)?, decode(value)?);
    }
    Ok(parameters)
}

/// Parameters that make another operation of a request.
const SUBRESOURCES: &[&str] = &[
    "accelerate",
    "acl",
    "analytics",
    "attributes",
    "cors",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "partNumber",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "tagging",
    "torrent",
    "website",
];

fn operation(
    method: &Method,
    bucket: &str,
    key: &str,
    parameters: &BTreeMap<String, String>,
    headers: &HeaderMap,
) -> Operation {
    let has = |name: &str| parameters.contains_key(name);
    if SUBRESOURCES.iter().any(|name| has(name)) {
        return Operation::Other;
    }
    match (method.as_str(), bucket.is_empty(), key.is_empty()) {
        ("GET", true, true) => Operation::ListBuckets,
        ("HEAD", false, true) => Operation::HeadBucket,
        ("GET", false, true) if has("location") => Operation::GetBucketLocation,
        ("GET", false, true) if has("versioning") => Operation::GetBucketVersioning,
        ("GET", false, true) if has("versions") => Operation::ListObjectVersions,
        ("GET", false, true) if has("uploads") => Operation::ListMultipartUploads,
        ("GET", false, true) if parameters.get("list-type").is_some_and(|kind| kind == "2") => Operation::ListObjectsV2,
        ("GET", false, true) => Operation::ListObjects,
        ("POST", false, true) if has("delete") => Operation::DeleteObjects,
        ("GET", false, false) if !has("uploadId") => Operation::GetObject,
        ("HEAD", false, false) => Operation::HeadObject,
        ("PUT", false, false) if !has("uploadId") && !headers.contains_key("x-amz-copy-source") => Operation::PutObject,
        ("DELETE", false, false) if has("uploadId") => Operation::AbortMultipartUpload,
        ("DELETE", false, false) => Operation::DeleteObject,
        _ => Operation::Other,
    }
}
