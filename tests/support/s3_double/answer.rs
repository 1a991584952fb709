//! What is sent back.

use hyper::body::Bytes;

use super::errors::S3Error;
use super::xml::Xml;

/// An answer, before faults are done to it.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
    /// `Content-Length`, which a `HEAD` has without a body.
    pub(crate) length: u64,
}

impl Answer {
    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new(), length: 0 }
    }

    /// 200 with a document.
    pub(crate) fn xml(xml: Xml) -> Self {
        Self::empty(200).body(Bytes::from(xml.finish())).header("content-type", "application/xml")
    }

    /// The answer that tells an error.
    pub(crate) fn error(error: S3Error, request_id: &str) -> Self {
        let body = Bytes::from(error.body(request_id));
        let mut answer = Self::empty(error.code.status()).body(body).header("content-type", "application/xml");
        answer.headers.extend(error.headers);
        answer
    }

    /// Adds a body.
    pub(crate) fn body(mut self, body: Bytes) -> Self {
        self.length = body.len() as u64;
        self.body = body;
        self
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
