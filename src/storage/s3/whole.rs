//! Whether an answer has come to its end. The client takes a document that breaks off for one that ends there, and where its length was
//! not announced, or a proxy announced another, half a page of a listing would look like the last one.

use std::error::Error as StdError;
use std::fmt;

use aws_sdk_s3::config::interceptors::{AfterDeserializationInterceptorContextRef, InterceptorContext};
use aws_sdk_s3::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;

/// Refuses answers of success that are not a whole document of S3. Those that are data and not a document are not looked at.
#[derive(Debug)]
pub(super) struct Whole;

impl Intercept for Whole {
    fn name(&self) -> &'static str {
        "Whole"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let body = response.body().bytes().unwrap_or_default();
        if response.status().is_success() && !body.is_empty() { check(body).map_err(Into::into) } else { Ok(()) }
    }
}

/// The client asks again where it noticed itself that an answer broke off; here it did not.
impl ClassifyRetry for Whole {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match context.output_or_error() {
            Some(Err(error)) if error.is_interceptor_error() => RetryAction::transient_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "Whole"
    }
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoWhole {
    /// It has no end.
    BrokenOff,
    /// It is something else.
    Foreign,
}

impl fmt::Display for NoWhole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BrokenOff => "the answer broke off",
            Self::Foreign => "the answer is none of S3",
        })
    }
}

impl StdError for NoWhole {}

/// Every document of S3 is named a result: `ListBucketResult`, `DeleteResult`. It ends with the end of its first element.
fn check(body: &[u8]) -> Result<(), NoWhole> {
    let mut rest = body.trim_ascii();
    let (name, is_empty) = loop {
        let tag = rest.strip_prefix(b"<").ok_or(NoWhole::Foreign)?;
        let end = tag.iter().position(|byte| *byte == b'>').ok_or(NoWhole::BrokenOff)?;
        let (inside, behind) = (&tag[..end], tag[end + 1..].trim_ascii_start());
        if !inside.starts_with(b"?") && !inside.starts_with(b"!") {
            let name = inside.split(|byte| byte.is_ascii_whitespace() || *byte == b'/').next().unwrap_or_default();
            break (name, inside.ends_with(b"/") && behind.is_empty());
        }
        rest = behind;
    };
    if !name.ends_with(b"Result") {
        return Err(NoWhole::Foreign);
    }
    let ends = body.trim_ascii_end().strip_suffix(b">").map(<[u8]>::trim_ascii_end);
    let is_over = ends.and_then(|body| body.strip_suffix(name)).is_some_and(|body| body.ends_with(b"</"));
    if is_over || is_empty { Ok(()) } else { Err(NoWhole::BrokenOff) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
        <IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents></ListBucketResult>\n";

    #[test]
    fn a_document_is_whole_with_its_last_byte_and_not_before() {
        assert_eq!(check(PAGE.as_bytes()), Ok(()));
        let whole = PAGE.trim_end();
        for end in 1..whole.len() {
            assert!(check(&whole.as_bytes()[..end]).is_err(), "{}", &whole[..end]);
        }
        assert_eq!(check(b"<DeleteResult/>"), Ok(()));
        assert_eq!(check(b"<DeleteResult xmlns=\"x\"></DeleteResult >"), Ok(()));
    }

    #[test]
    fn a_web_page_is_no_document_of_s3() {
        for page in ["<!DOCTYPE html><html><body>It works</body></html>", "<html/>", "{}", "nothing here"] {
            assert_eq!(check(page.as_bytes()), Err(NoWhole::Foreign), "{page}");
        }
    }
}
