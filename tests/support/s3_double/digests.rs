//! What a client says of the body it sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use super::errors::{ErrorCode, S3Error};
use super::request::Request;
use super::rules::Digest;

/// Whether the body is the one that `Content-MD5` and `x-amz-checksum-crc32` speak of; other checksums are believed.
pub(crate) fn verify(request: &Request, body: &[u8]) -> Result<(), S3Error> {
    if let Some(header) = request.header("content-md5") {
        let digest = STANDARD.decode(header).ok().filter(|digest| digest.len() == 16);
        let digest = digest.ok_or_else(|| S3Error::from(ErrorCode::InvalidDigest).detail("Content-MD5", header))?;
        if digest != Md5::digest(body).as_slice() {
            return Err(S3Error::from(ErrorCode::BadDigest).detail("ExpectedDigest", header));
        }
    }
    if let Some(header) = request.header("x-amz-checksum-crc32")
        && STANDARD.decode(header).ok().as_deref() != Some(&crc32fast::hash(body).to_be_bytes())
    {
        return Err(S3Error::from(ErrorCode::BadDigest)
            .message("The CRC32 you specified did not match the calculated checksum."));
    }
    Ok(())
}

/// Whether the digest that is demanded came with a batch delete.
pub(crate) fn demand(request: &Request, digest: Digest) -> Result<(), S3Error> {
    let checksum = |name: &str| {
        name.starts_with("x-amz-checksum-")
            && !matches!(name, "x-amz-checksum-algorithm" | "x-amz-checksum-type" | "x-amz-checksum-mode")
    };
    let has = request.headers.contains_key("content-md5")
        || digest == Digest::Any && request.headers.keys().any(|name| checksum(name.as_str()));
    if has {
        return Ok(());
    }
    let words = match digest {
        Digest::Any => "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
        Digest::Md5 => "Missing required header for this request: Content-MD5",
    };
    Err(S3Error::from(ErrorCode::InvalidRequest).message(words))
}
