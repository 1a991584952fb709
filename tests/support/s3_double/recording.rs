//! What clients asked for, in the order of its arrival.

use std::collections::BTreeMap;

use hyper::Method;
use hyper::body::Bytes;
use hyper::header::HeaderMap;

use super::request::{Operation, Request};

/// A request that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    pub(crate) operation: Operation,
    pub(crate) method: Method,
    /// The `Host` header.
    pub(crate) host: String,
    /// As it came, encoded.
    pub(crate) path: String,
    /// As it came, encoded; empty without one.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    /// Bytes.
    pub(crate) body_length: usize,
    /// The body of a batch delete; of no other request.
    pub(crate) body: Option<Bytes>,
    /// Nothing while, or because, no answer was given.
    pub(crate) status: Option<u16>,
}

/// All of them since the start or since the last time it was cleared.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// How many were recorded and cleared away before the first one here.
    cleared: usize,
    requests: Vec<Recorded>,
}

impl Log {
    /// Records the head of a request; returns its number, the first being 1.
    pub(crate) fn arrived(&mut self, request: &Request) -> usize {
        self.requests.push(Recorded {
            operation: request.operation,
            method: request.method.clone(),
            host: request.host.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: request.headers.clone(),
            body_length: 0,
            body: None,
            status: None,
        });
        self.cleared + self.requests.len()
    }

    /// Adds the body to a request.
    pub(crate) fn body(&mut self, number: usize, body: &Bytes) {
        if let Some(request) = self.request(number) {
            request.body_length = body.len();
            request.body = (request.operation == Operation::DeleteObjects).then(|| body.clone());
        }
    }

    /// Adds the status of the answer to a request.
    pub(crate) fn answered(&mut self, number: usize, status: u16) {
        if let Some(request) = self.request(number) {
            request.status = Some(status);
        }
    }

    /// All requests.
    pub(crate) fn requests(&self) -> &[Recorded] {
        &self.requests
    }

    /// How many there were of each kind.
    pub(crate) fn counts(&self) -> BTreeMap<Operation, usize> {
        let mut counts = BTreeMap::new();
        for request in &self.requests {
            *counts.entry(request.operation).or_default() += 1;
        }
        counts
    }

    /// Forgets them. Numbers go on.
    pub(crate) fn clear(&mut self) {
        self.cleared += self.requests.len();
        self.requests.clear();
    }

    /// Nothing for one that was cleared away before it was answered.
    fn request(&mut self, number: usize) -> Option<&mut Recorded> {
        self.requests.get_mut(number.checked_sub(self.cleared + 1)?)
    }
}
