//! The errors of S3, with the status and the words of its API reference ("Error responses").

use super::xml::Xml;

/// `Code` of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ErrorCode {
    AccessDenied,
    AuthorizationHeaderMalformed,
    BadDigest,
    ExpiredToken,
    InternalError,
    InvalidAccessKeyId,
    InvalidArgument,
    InvalidDigest,
    InvalidRange,
    InvalidRequest,
    InvalidUri,
    MalformedXml,
    MethodNotAllowed,
    NoSuchBucket,
    NoSuchKey,
    NoSuchUpload,
    NoSuchVersion,
    NotImplemented,
    PermanentRedirect,
    PreconditionFailed,
    RequestTimeTooSkewed,
    RequestTimeout,
    ServiceUnavailable,
    SignatureDoesNotMatch,
    SlowDown,
}

impl ErrorCode {
    /// As it stands in `Code`, the HTTP status, and `Message`.
    fn facts(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::AccessDenied => ("AccessDenied", 403, "Access Denied"),
            Self::AuthorizationHeaderMalformed => {
                ("AuthorizationHeaderMalformed", 400, "The authorization header is malformed.")
            }
            Self::BadDigest => ("BadDigest", 400, "The Content-MD5 you specified did not match what we received."),
            Self::ExpiredToken => ("ExpiredToken", 400, "The provided token has expired."),
            Self::InternalError => ("InternalError", 500, "We encountered an internal error. Please try again."),
            Self::InvalidAccessKeyId => {
                ("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records.")
            }
            Self::InvalidArgument => ("InvalidArgument", 400, "Invalid Argument"),
            Self::InvalidDigest => ("InvalidDigest", 400, "The Content-MD5 you specified was invalid."),
            Self::InvalidRange => ("InvalidRange", 416, "The requested range is not satisfiable"),
            Self::InvalidRequest => ("InvalidRequest", 400, "Invalid Request"),
            Self::InvalidUri => ("InvalidURI", 400, "Couldn't parse the specified URI."),
            Self::MalformedXml => (
                "MalformedXML",
                400,
                "The XML you provided was not well-formed or did not validate against our published schema",
            ),
            Self::MethodNotAllowed => {
                ("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
            }
            Self::NoSuchBucket => ("NoSuchBucket", 404, "The specified bucket does not exist"),
            Self::NoSuchKey => ("NoSuchKey", 404, "The specified key does not exist."),
            Self::NoSuchUpload => (
                "NoSuchUpload",
                404,
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
            ),
            Self::NoSuchVersion => ("NoSuchVersion", 404, "The specified version does not exist."),
            Self::NotImplemented => {
                ("NotImplemented", 501, "A header you provided implies functionality that is not implemented")
            }
            Self::PermanentRedirect => (
                "PermanentRedirect",
                301,
                "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
            ),
            Self::PreconditionFailed => {
                ("PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold")
            }
            Self::RequestTimeTooSkewed => (
                "RequestTimeTooSkewed",
                403,
                "The difference between the request time and the current time is too large.",
            ),
            Self::RequestTimeout => (
                "RequestTimeout",
                400,
                "Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.",
            ),
            Self::ServiceUnavailable => ("ServiceUnavailable", 503, "Service is unable to handle request."),
            Self::SignatureDoesNotMatch => (
                "SignatureDoesNotMatch",
                403,
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            ),
            Self::SlowDown => ("SlowDown", 503, "Please reduce your request rate."),
        }
    }

    /// As it stands in `Code`.
    pub(crate) fn name(self) -> &'static str {
        self.facts().0
    }

    /// The status of the answer.
    pub(crate) fn status(self) -> u16 {
        self.facts().1
    }

    /// What stands in `Message` when nothing better is known.
    pub(crate) fn message(self) -> &'static str {
        self.facts().2
    }
}

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct S3Error {
    /// What is wrong.
    pub(crate) code: ErrorCode,
    /// `Message`, where it is not the usual one.
    message: Option<String>,
    /// Further elements of the body, such as `Key`.
    details: Vec<(&'static str, String)>,
    /// Headers of the answer.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl From<ErrorCode> for S3Error {
    fn from(code: ErrorCode) -> Self {
        Self { code, message: None, details: Vec::new(), headers: Vec::new() }
    }
}

impl S3Error {
    /// `InvalidArgument` of a parameter.
    pub(crate) fn argument(name: &str, value: &str, message: impl Into<String>) -> Self {
        Self::from(ErrorCode::InvalidArgument)
            .message(message)
            .detail("ArgumentName", name)
            .detail("ArgumentValue", value)
    }

    /// Other words than the usual ones.
    pub(crate) fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// A further element of the body.
    pub(crate) fn detail(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    /// A header of the answer.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The body; an error has no namespace.
    pub(crate) fn body(&self, request_id: &str) -> String {
        let mut xml = Xml::document();
        xml.open("Error");
        xml.text("Code", self.code.name());
        xml.text("Message", self.message.as_deref().unwrap_or(self.code.message()));
        for (name, value) in &self.details {
            xml.text(name, value);
        }
        xml.text("RequestId", request_id);
        xml.text("HostId", super::HOST_ID);
        xml.close("Error");
        xml.finish()
    }
}
