//! What is looked at before anything else: signature, clock, region. Signatures are not calculated.

use chrono::NaiveDateTime;

use super::bucket::Bucket;
use super::errors::{ErrorCode, S3Error};
use super::request::Request;
use super::rules::{Rules, WrongRegion};
use super::times;

/// "the difference must not be greater than 15 minutes".
const SKEW: i64 = 15 * 60 * 1000;

/// Whether a request is signed, by a clock that is right enough.
pub(crate) fn signed(request: &Request, rules: &Rules) -> Result<(), S3Error> {
    if scope(request).is_none() {
        return if rules.anonymous { Ok(()) } else { Err(ErrorCode::AccessDenied.into()) };
    }
    let Some(sent) = request.header("x-amz-date").or_else(|| request.parameter("X-Amz-Date")) else {
        return Err(S3Error::from(ErrorCode::AccessDenied)
            .message("AWS authentication requires a valid Date or x-amz-date header"));
    };
    let millis = NaiveDateTime::parse_from_str(sent, "%Y%m%dT%H%M%SZ").map(|time| time.and_utc().timestamp_millis());
    let millis = millis.map_err(|_| {
        S3Error::from(ErrorCode::AccessDenied).message("AWS authentication requires a valid Date or x-amz-date header")
    })?;
    let now = times::now() + rules.clock_ahead;
    if (now - millis).abs() <= SKEW {
        return Ok(());
    }
    let now = times::iso(now);
    Err(S3Error::from(ErrorCode::RequestTimeTooSkewed)
        .detail("RequestTime", sent)
        .detail("ServerTime", std::str::from_utf8(&now).expect("it is ASCII"))
        .detail("MaxAllowedSkewMilliseconds", SKEW.to_string()))
}

/// Whether a request is signed for the region of its bucket.
pub(crate) fn region(request: &Request, bucket: &Bucket, rules: &Rules) -> Result<(), S3Error> {
    let Some(signed) = scope(request).and_then(|scope| scope.split('/').nth(2)) else {
        return Ok(());
    };
    if signed == bucket.region {
        return Ok(());
    }
    let error = match rules.wrong_region {
        WrongRegion::Ignore => return Ok(()),
        WrongRegion::Malformed => wrong_region(&bucket.region).message(format!(
            "The authorization header is malformed; the region '{signed}' is wrong; expecting '{}'",
            bucket.region
        )),
        WrongRegion::Redirect => permanent_redirect(&bucket.name, &bucket.region),
    };
    Err(error)
}

/// `AuthorizationHeaderMalformed` that tells the right region.
pub(crate) fn wrong_region(region: &str) -> S3Error {
    S3Error::from(ErrorCode::AuthorizationHeaderMalformed)
        .detail("Region", region)
        .header("x-amz-bucket-region", region)
}

/// `PermanentRedirect` that tells the right region.
pub(crate) fn permanent_redirect(bucket: &str, region: &str) -> S3Error {
    S3Error::from(ErrorCode::PermanentRedirect)
        .detail("Endpoint", format!("{bucket}.s3.{region}.amazonaws.com"))
        .detail("Bucket", bucket)
        .header("x-amz-bucket-region", region)
}

/// `<access key>/<day>/<region>/s3/aws4_request` of a signature, in a header or in the query.
fn scope(request: &Request) -> Option<&str> {
    if let Some(header) = request.header("authorization") {
        let (_, rest) = header.strip_prefix("AWS4-HMAC-SHA256")?.split_once("Credential=")?;
        return rest.split(',').next();
    }
    request.parameter("X-Amz-Credential")
}
