//! An S3 server inside the process that tests it. It answers as the API reference of S3 says, can be told to misbehave, and
//! remembers what it was asked. It listens on 127.0.0.1 only and is gone when it is dropped.
//!
//! ```text
//! let double = S3Double::start([("flink/job/chk-1/_metadata", "…")].into_iter().collect::<Memory>());
//! double.change(|rules| rules.latency = Duration::from_millis(30));
//! double.fault(When::Nth(3), Repeat::SameRequest, Effect::Error(ErrorCode::SlowDown.into()));
//! … a client with double.endpoint(), region us-east-1 and any credentials reads s3://bucket/flink …
//! assert_eq!(double.count(Operation::ListObjectsV2), 4);
//! ```
//!
//! It is not a store: signatures are not calculated, bodies in chunks (`aws-chunked`) are refused, nothing is uploaded in parts.
#![allow(dead_code, reason = "each binary uses its own part")]

mod answer;
mod authorization;
mod bucket;
mod delete_objects;
mod digests;
mod dispatch;
mod errors;
mod faults;
mod list_objects;
mod list_parameters;
mod list_versions;
mod listing;
mod memory;
mod object_requests;
mod objects;
mod recording;
mod request;
mod rules;
mod server;
mod synthetic;
mod times;
mod token;
mod xml;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};

use tokio::runtime;
use tokio::sync::oneshot;

#[allow(unused_imports, reason = "each binary uses its own part")]
pub(crate) use self::{
    authorization::{permanent_redirect, wrong_region},
    bucket::Bucket,
    errors::{ErrorCode, S3Error},
    faults::{Effect, ListingFault, Repeat, When},
    memory::{Memory, etag},
    objects::Objects,
    recording::Recorded,
    request::{Operation, Request},
    rules::{Digest, Rules, WrongRegion},
    synthetic::{Jobs, Uuids},
    xml::url_encoded,
};

/// The name of the bucket of `S3Double::start`.
pub(crate) const BUCKET: &str = "bucket";

/// `x-amz-id-2`.
const HOST_ID: &str = "ZG91YmxlIG9mIFMzIGZvciB0ZXN0cyBhbmQgYmVuY2htYXJrcw==";

/// A server that runs until it is dropped.
pub(crate) struct S3Double {
    shared: Arc<server::Shared>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl S3Double {
    /// Serves objects as `BUCKET`.
    pub(crate) fn start(objects: impl Objects + 'static) -> Self {
        Self::with(vec![Bucket::new(BUCKET, objects)])
    }

    /// Serves buckets.
    pub(crate) fn with(buckets: Vec<Bucket>) -> Self {
        let shared = Arc::new(server::Shared::new(buckets));
        // Not a listener of tokio's: a test that is asynchronous itself may not block on another runtime.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port on 127.0.0.1");
        let address = listener.local_addr().expect("a bound port");
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(server::serve(listener, serving, stopped));
        });
        Self { shared, address, stop: Some(stop), thread: Some(thread) }
    }

    /// Where it listens: `http://127.0.0.1:<port>`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes how it behaves, for the requests that arrive from now on.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Rules)) {
        change(Arc::make_mut(&mut self.shared.rules()));
    }

    /// Sets a fault. One that was set earlier wins.
    pub(crate) fn fault(&self, when: When, repeat: Repeat, effect: Effect) {
        self.shared.faults().add(when, repeat, effect);
    }

    /// Removes all faults.
    pub(crate) fn mend(&self) {
        self.shared.faults().clear();
    }

    /// What it was asked, in the order of arrival.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.shared.log().requests().to_vec()
    }

    /// How often it was asked for each operation.
    pub(crate) fn counts(&self) -> BTreeMap<Operation, usize> {
        self.shared.log().counts()
    }

    /// How often it was asked for an operation.
    pub(crate) fn count(&self, operation: Operation) -> usize {
        self.counts().get(&operation).copied().unwrap_or(0)
    }

    /// Forgets what it was asked.
    pub(crate) fn forget(&self) {
        self.shared.log().clear();
    }

    /// How many connections were ever opened.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }
}

impl Drop for S3Double {
    fn drop(&mut self) {
        // Both fail only when the server is gone already.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
