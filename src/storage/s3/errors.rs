//! What a failed call means, and what to do about it.

use std::error::Error as StdError;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::interceptors::InterceptorContext;
use aws_sdk_s3::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use chrono::{DateTime, TimeDelta, Utc};

use super::Call;
use super::whole::NoWhole;
use crate::storage::{Error, ErrorKind};

/// The header in which S3 tells where a bucket is.
const BUCKET_REGION: &str = "x-amz-bucket-region";

/// The status of the answer, if there was one.
pub(super) fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// The error of a call, in words of this crate.
pub(super) fn of_call<E>(call: &Call<'_>, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    translated(call, error, false)
}

/// The same of a call whose answers never have a body.
pub(super) fn of_head<E>(call: &Call<'_>, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    translated(call, error, true)
}

fn translated<E>(call: &Call<'_>, error: &SdkError<E, HttpResponse>, has_no_body: bool) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let new = |kind| Error::new(call.operation, call.place, kind);
    if let Some(problem) = credentials_problem(error) {
        return new(ErrorKind::Unauthenticated).because(problem).with_hint(call.connection.credentials_hint());
    }
    match not_whole(error) {
        Some(NoWhole::BrokenOff) => return new(ErrorKind::Other).because(NoWhole::BrokenOff),
        Some(NoWhole::Foreign) => return foreign(call),
        None => {}
    }
    match error {
        SdkError::ServiceError(_) | SdkError::ResponseError(_) => of_answer(call, error, has_no_body),
        SdkError::TimeoutError(_) => {
            new(ErrorKind::TimedOut).because(format!("at {}", call.connection.endpoint_name()))
        }
        SdkError::DispatchFailure(failure) if failure.is_timeout() => unreachable(call, "no connection in time"),
        SdkError::DispatchFailure(failure) if failure.is_io() => unreachable(call, &deepest(Some(error))),
        _ => new(ErrorKind::Other).because(deepest(Some(error))),
    }
}

fn unreachable(call: &Call<'_>, why: &str) -> Error {
    let endpoint = call.connection.endpoint_name();
    Error::new(call.operation, call.place, ErrorKind::Unreachable).because(format!("at {endpoint}: {why}")).with_hint(
        "check the endpoint and the network; `--endpoint`, AWS_ENDPOINT_URL and the region decide where to ask",
    )
}

/// The error of a call that somebody answered who does not speak S3.
pub(super) fn foreign(call: &Call<'_>) -> Error {
    Error::new(call.operation, call.place, ErrorKind::Misconfigured)
        .because(format!("what answers at {} does not speak S3", call.connection.endpoint_name()))
        .with_hint("check the endpoint, and whether a proxy stands between (HTTP_PROXY)")
}

fn not_whole(error: &(dyn StdError + 'static)) -> Option<NoWhole> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(problem) = error.downcast_ref::<NoWhole>() {
            return Some(*problem);
        }
        next = error.source();
    }
    None
}

/// By the codes of "Error responses" in S3's reference; those of COS and OSS are the same where they mean the same. Answers without a
/// body, as to `HeadObject`, have only a status.
fn of_answer<E>(call: &Call<'_>, error: &SdkError<E, HttpResponse>, has_no_body: bool) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let metadata = error.as_service_error().map(ProvideErrorMetadata::meta);
    let code = metadata.and_then(|metadata| metadata.code()).unwrap_or_default();
    let message = metadata.and_then(|metadata| metadata.message()).unwrap_or_default();
    let kind = of_code(code).unwrap_or_else(|| of_status(status(error)));
    // Where there is no body, the SDK makes this code up from the status. Only the answer to `HeadObject` has none; anywhere else somebody
    // answers who does not speak S3, and whose "not found" says nothing of the object.
    if !has_no_body && kind == ErrorKind::NotFound && matches!(code, "" | "NotFound") {
        return foreign(call);
    }
    let new = Error::new(call.operation, call.place, kind);
    let said = match (code, message) {
        ("", "") => match status(error) {
            Some(status) if status >= 300 => format!("status {status}"),
            _ => deepest(Some(error)),
        },
        (code, "") => code.to_owned(),
        (code, message) => format!("{code}: {}", message.trim_end_matches('.')),
    };
    let region = error.raw_response().and_then(|response| response.headers().get(BUCKET_REGION));
    match (kind, code) {
        (ErrorKind::NotFound, _) => new,
        (ErrorKind::NoSuchStore, _) => {
            new.with_hint(format!("check the name; asked was {}", call.connection.endpoint_name()))
        }
        (ErrorKind::Misconfigured, _) => new.because(said).with_hint(match region {
            Some(region) => format!("the bucket is in {region}: set AWS_REGION or `--region` to that"),
            None => {
                "set the region of the bucket with AWS_REGION or `--region`, and its endpoint if it has one".to_owned()
            }
        }),
        (ErrorKind::Unauthenticated, "RequestTimeTooSkewed") => {
            new.because(said).with_hint("the clock of this machine is wrong: set it")
        }
        (ErrorKind::Unauthenticated, "ExpiredToken" | "TokenRefreshRequired" | "ExpiredTokenException") => {
            new.because(said).with_hint("the credentials have expired: log in again, or get new ones")
        }
        (ErrorKind::Unauthenticated, _) => new.because(said).with_hint(call.connection.credentials_hint()),
        (ErrorKind::PermissionDenied, _) => {
            let right = match call.operation {
                "list" => "s3:ListBucket",
                "delete" | "remove" => "s3:DeleteObject",
                "create" => "s3:PutObject",
                "list the versions of" => "s3:ListBucketVersions",
                "list the uploads of" => "s3:ListBucketMultipartUploads",
                _ => "s3:GetObject",
            };
            new.because(said).with_hint(format!("the credentials need the right {right} there"))
        }
        _ => new.because(said),
    }
}

pub(super) fn of_code(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "NoSuchKey" | "NotFound" | "NoSuchVersion" | "NoSuchUpload" => ErrorKind::NotFound,
        "NoSuchBucket" => ErrorKind::NoSuchStore,
        "AccessDenied" | "AllAccessDisabled" | "AccountProblem" | "InvalidObjectState" => ErrorKind::PermissionDenied,
        "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidToken"
        | "TokenRefreshRequired"
        | "InvalidSecurity"
        | "RequestTimeTooSkewed"
        | "RequestExpired" => ErrorKind::Unauthenticated,
        "PermanentRedirect"
        | "TemporaryRedirect"
        | "AuthorizationHeaderMalformed"
        | "IllegalLocationConstraintException"
        | "InvalidBucketName"
        | "PathStyleDomainForbidden"
        | "InvalidURI" => ErrorKind::Misconfigured,
        "SlowDown" | "ServiceUnavailable" | "TooManyRequests" | "RequestLimitExceeded" | "Throttling" => {
            ErrorKind::Throttled
        }
        "RequestTimeout" => ErrorKind::TimedOut,
        "PreconditionFailed" | "ConditionalRequestConflict" => ErrorKind::AlreadyExists,
        _ => return None,
    })
}

fn of_status(status: Option<u16>) -> ErrorKind {
    match status {
        Some(301 | 307 | 308) => ErrorKind::Misconfigured,
        Some(401) => ErrorKind::Unauthenticated,
        Some(403) => ErrorKind::PermissionDenied,
        Some(404) => ErrorKind::NotFound,
        Some(412) => ErrorKind::AlreadyExists,
        Some(429 | 503) => ErrorKind::Throttled,
        _ => ErrorKind::Other,
    }
}

/// The last cause is the one that says something; those above it say that something failed.
pub(super) fn deepest(error: Option<&(dyn StdError + 'static)>) -> String {
    let mut deepest = String::from("unknown cause");
    let mut next = error;
    while let Some(error) = next {
        deepest = error.to_string();
        next = error.source();
    }
    deepest
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// What is wrong with the credentials, if it was they that could not be had.
fn credentials_problem(error: &(dyn StdError + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(problem) = error.downcast_ref::<CredentialsError>() {
            let all_tried = matches!(problem, CredentialsError::CredentialsNotLoaded(_));
            let none = "there are none in environment, profile, web identity, container or instance metadata";
            return Some(if all_tried { none.to_owned() } else { first_line(&deepest(Some(error))) });
        }
        next = error.source();
    }
    None
}

/// Whether anybody has answered yet, and what time it was there.
#[derive(Debug, Default)]
pub(super) struct Contact {
    answered: AtomicBool,
    failures: AtomicU32,
    clock_ahead: Mutex<Option<TimeDelta>>,
}

impl Contact {
    /// Notes an answer, of whatever kind.
    pub(super) fn answered(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    /// Notes the time that an answer has in its header `Date`, which is in whole seconds (RFC 9110, 5.6.7).
    pub(super) fn dated(&self, date: &str) {
        if let Ok(time) = DateTime::parse_from_rfc2822(date) {
            *self.clock_ahead.lock().unwrap_or_else(PoisonError::into_inner) = Some(time.to_utc() - Utc::now());
        }
    }

    /// How far the clock of the store is ahead, by its newest answer.
    pub(super) fn clock_ahead(&self) -> Option<TimeDelta> {
        *self.clock_ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives up early where nobody has ever answered: a wrong endpoint is to be told within seconds. A server that was there and refuses,
/// perhaps because it is being started again, is asked as often as after any other failure.
#[derive(Debug)]
pub(super) struct NobodyThere(pub(super) Arc<Contact>);

/// Connections that may fail before anybody has answered.
const FIRST_FAILURES: u32 = 2;

impl ClassifyRetry for NobodyThere {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let failure = context.output_or_error().and_then(Result::err);
        let has_no_connection = failure
            .and_then(|failure| failure.as_connector_error())
            .is_some_and(|error| error.is_io() || error.is_timeout());
        if !has_no_connection || self.0.answered.load(Ordering::Relaxed) {
            return RetryAction::NoActionIndicated;
        }
        let failures = self.0.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if failures < FIRST_FAILURES { RetryAction::NoActionIndicated } else { RetryAction::RetryForbidden }
    }

    fn name(&self) -> &'static str {
        "nobody there"
    }
}
