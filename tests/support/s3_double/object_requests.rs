//! `GetObject`, `HeadObject`, `PutObject`, `DeleteObject`.

use hyper::Method;
use hyper::body::Bytes;

use super::answer::Answer;
use super::bucket::Bucket;
use super::digests;
use super::errors::{ErrorCode, S3Error};
use super::objects::{Deleted, Found};
use super::request::Request;
use super::rules::Rules;
use super::times;

/// `GetObject`, and `HeadObject`, which is the same without the body.
pub(crate) fn get(bucket: &Bucket, request: &Request, rules: &Rules) -> Result<Answer, S3Error> {
    let found = find(bucket, request, rules)?;
    let Some(content) = &found.content else {
        // The current version is a delete marker, or the version that was asked for is one.
        let error = if request.version().is_some() { ErrorCode::MethodNotAllowed } else { ErrorCode::NoSuchKey };
        let version = found.version.clone().unwrap_or_default();
        let error = S3Error::from(error).detail("Key", &request.key);
        return Err(error.header("x-amz-delete-marker", "true").header("x-amz-version-id", version));
    };
    if let Some(tags) = request.header("if-match")
        && !matches(tags, &found.etag)
    {
        return Err(S3Error::from(ErrorCode::PreconditionFailed).detail("Condition", "If-Match"));
    }
    let describe = |answer: Answer| {
        let answer = answer
            .header("etag", format!("\"{}\"", found.etag))
            .header("last-modified", times::http(found.modified))
            .header("accept-ranges", "bytes");
        found.version.iter().fold(answer, |answer, version| answer.header("x-amz-version-id", version))
    };
    if request.header("if-none-match").is_some_and(|tags| matches(tags, &found.etag)) {
        return Ok(describe(Answer::empty(304)));
    }
    let size = content.size();
    let (start, end, status) = match request.header("range").and_then(Range::parse) {
        None => (0, size, 200),
        Some(range) => {
            let (start, end) = range.within(size).ok_or_else(|| {
                S3Error::from(ErrorCode::InvalidRange)
                    .detail("RangeRequested", request.header("range").unwrap_or_default())
                    .detail("ActualObjectSize", size.to_string())
                    .header("content-range", format!("bytes */{size}"))
            })?;
            (start, end, 206)
        }
    };
    let mut answer = describe(Answer::empty(status).header("content-type", "binary/octet-stream"));
    if status == 206 {
        answer = answer.header("content-range", format!("bytes {start}-{}/{size}", end - 1));
    }
    if request.method == Method::HEAD {
        answer.length = end - start;
        return Ok(answer);
    }
    Ok(answer.body(content.slice(start, end)))
}

/// `PutObject`.
pub(crate) fn put(bucket: &Bucket, request: &Request, body: Bytes) -> Result<Answer, S3Error> {
    if request.header("x-amz-content-sha256").is_some_and(|digest| digest.starts_with("STREAMING-")) {
        return Err(S3Error::from(ErrorCode::NotImplemented).message("Bodies in chunks are not implemented"));
    }
    digests::verify(request, &body)?;
    let current = bucket.objects.get(&request.key, None).filter(|found| found.content.is_some());
    if request.header("if-none-match").is_some_and(|tags| tags.trim() == "*") && current.is_some() {
        return Err(S3Error::from(ErrorCode::PreconditionFailed).detail("Condition", "If-None-Match"));
    }
    if let Some(tags) = request.header("if-match") {
        let current = current.ok_or_else(|| no_such_key(request))?;
        if !matches(tags, &current.etag) {
            return Err(S3Error::from(ErrorCode::PreconditionFailed).detail("Condition", "If-Match"));
        }
    }
    let written = bucket.objects.put(&request.key, body)?;
    let answer = Answer::empty(200).header("etag", format!("\"{}\"", written.etag));
    Ok(written.version.iter().fold(answer, |answer, version| answer.header("x-amz-version-id", version)))
}

/// `DeleteObject`: 204 also for what is not there.
pub(crate) fn delete(bucket: &Bucket, request: &Request, rules: &Rules) -> Result<Answer, S3Error> {
    let deleted = delete_one(bucket, rules, &request.key, request.version(), request.header("if-match"))?;
    let mut answer = Answer::empty(204);
    if let Some(version) = deleted.version {
        answer = answer.header("x-amz-version-id", version);
    }
    if deleted.delete_marker {
        answer = answer.header("x-amz-delete-marker", "true");
    }
    Ok(answer)
}

/// Deletes one object, alone or as one of many. A condition is held against the current version.
pub(crate) fn delete_one(
    bucket: &Bucket,
    rules: &Rules,
    key: &str,
    version: Option<&str>,
    if_match: Option<&str>,
) -> Result<Deleted, S3Error> {
    if let Some(&code) = rules.undeletable.get(key) {
        return Err(code.into());
    }
    if let Some(tags) = if_match {
        let current = bucket.objects.get(key, None);
        let current = current.ok_or_else(|| S3Error::from(ErrorCode::NoSuchKey).detail("Key", key))?;
        if current.content.is_none() || !matches(tags, &current.etag) {
            return Err(S3Error::from(ErrorCode::PreconditionFailed).detail("Condition", "If-Match"));
        }
    }
    Ok(bucket.objects.delete(key, version))
}

/// `AbortMultipartUpload`.
pub(crate) fn abort(bucket: &Bucket, request: &Request) -> Result<Answer, S3Error> {
    let id = request.parameter("uploadId").unwrap_or_default();
    if bucket.abort(&request.key, id) {
        return Ok(Answer::empty(204));
    }
    Err(S3Error::from(ErrorCode::NoSuchUpload).detail("UploadId", id))
}

fn find(bucket: &Bucket, request: &Request, rules: &Rules) -> Result<Found, S3Error> {
    if rules.vanished.contains(&request.key) {
        return Err(no_such_key(request));
    }
    bucket.objects.get(&request.key, request.version()).ok_or_else(|| match request.version() {
        Some(version) if bucket.objects.get(&request.key, None).is_some() => {
            S3Error::from(ErrorCode::NoSuchVersion).detail("Key", &request.key).detail("VersionId", version)
        }
        _ => no_such_key(request),
    })
}

fn no_such_key(request: &Request) -> S3Error {
    S3Error::from(ErrorCode::NoSuchKey).detail("Key", &request.key)
}

/// Whether a list of tags, or `*`, has a tag. S3 takes a tag without quotes, too.
fn matches(tags: &str, etag: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_matches('"') == etag)
}

/// A range of bytes as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    FromTo(u64, u64),
    From(u64),
    Last(u64),
}

impl Range {
    /// Nothing for what is not one range: S3 then answers with the whole object.
    fn parse(header: &str) -> Option<Self> {
        let (first, last) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
        match (first.trim(), last.trim()) {
            ("", last) => Some(Self::Last(last.parse().ok()?)),
            (first, "") => Some(Self::From(first.parse().ok()?)),
            (first, last) => {
                let (first, last) = (first.parse().ok()?, last.parse().ok()?);
                (first <= last).then_some(Self::FromTo(first, last))
            }
        }
    }

    /// The bytes of an object that are in it, the end exclusive; nothing when there are none.
    fn within(self, size: u64) -> Option<(u64, u64)> {
        let (start, end) = match self {
            Self::FromTo(first, last) => (first, last.saturating_add(1).min(size)),
            Self::From(first) => (first, size),
            Self::Last(count) => (size.saturating_sub(count), size),
        };
        (start < end).then_some((start, end))
    }
}
