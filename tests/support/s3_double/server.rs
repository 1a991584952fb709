//! The loop of the server: arrival, record, faults, rules, answer.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::future;
use std::net;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{Sleep, sleep};

use super::answer::Answer;
use super::bucket::Bucket;
use super::dispatch;
use super::errors::{ErrorCode, S3Error};
use super::faults::{Effect, Faults};
use super::recording::Log;
use super::request::Request;
use super::rules::Rules;
use super::{HOST_ID, times};

/// What somebody says who does not speak S3.
const WEB_PAGE: &[u8] = b"<!DOCTYPE html><html><body>Not this way.</body></html>";

/// How long the first half of an answer has to leave before the connection is closed.
const FLUSH: Duration = Duration::from_millis(20);

/// What the connections share with the test.
pub(crate) struct Shared {
    pub(crate) buckets: BTreeMap<String, Bucket>,
    started: Instant,
    rules: Mutex<Arc<Rules>>,
    faults: Mutex<Faults>,
    log: Mutex<Log>,
    rate: Mutex<Rate>,
    /// How many connections were ever opened.
    pub(crate) connections: AtomicUsize,
}

/// Requests of the second that runs.
#[derive(Debug, Default)]
struct Rate {
    second: u64,
    requests: u32,
}

impl Shared {
    pub(crate) fn new(buckets: Vec<Bucket>) -> Self {
        Self {
            buckets: buckets.into_iter().map(|bucket| (bucket.name.clone(), bucket)).collect(),
            started: Instant::now(),
            rules: Mutex::default(),
            faults: Mutex::default(),
            log: Mutex::default(),
            rate: Mutex::default(),
            connections: AtomicUsize::new(0),
        }
    }

    /// The rules of now; a test that changes them makes new ones.
    pub(crate) fn rules(&self) -> MutexGuard<'_, Arc<Rules>> {
        lock(&self.rules)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        lock(&self.log)
    }

    fn too_fast(&self, rules: &Rules) -> bool {
        let Some(most) = rules.requests_per_second else {
            return false;
        };
        let second = self.started.elapsed().as_secs();
        let mut rate = lock(&self.rate);
        if rate.second != second {
            *rate = Rate { second, requests: 0 };
        }
        rate.requests += 1;
        rate.requests > most
    }
}

/// A test that failed elsewhere must not hide behind a poisoned lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves until it is told to stop, or until the other end of `stop` is gone.
pub(crate) async fn serve(listener: net::TcpListener, shared: Arc<Shared>, mut stop: oneshot::Receiver<()>) {
    listener.set_nonblocking(true).expect("a listener that tokio can wait for");
    let listener = TcpListener::from_std(listener).expect("a runtime around this");
    loop {
        tokio::select! {
            _ = &mut stop => return,
            accepted = listener.accept() => {
                // A client that is gone before it was accepted is none.
                if let Ok((stream, _)) = accepted {
                    shared.connections.fetch_add(1, Ordering::Relaxed);
                    tokio::spawn(connection(stream, Arc::clone(&shared)));
                }
            }
        }
    }
}

/// How a connection ends is the client's to judge.
async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { respond(&shared, request).await }
    });
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// An error closes the connection.
async fn respond(shared: &Shared, request: hyper::Request<Incoming>) -> Result<Response<AnswerBody>, Closed> {
    let (head, body) = request.into_parts();
    let is_head = head.method == Method::HEAD;
    let rules = Arc::clone(&shared.rules());
    let request = match Request::parse(head, &rules.domain) {
        Ok(request) => request,
        Err(error) => return Ok(response(Answer::error(error, "0"), is_head, "0", &rules, false)),
    };
    let number = shared.log().arrived(&request);
    let effect = shared.faults().meet(&request);
    let too_fast = shared.too_fast(&rules);
    let body = body.collect().await.map_err(|_| Closed)?.to_bytes();
    shared.log().body(number, &body);
    if !rules.latency.is_zero() {
        sleep(rules.latency).await;
    }
    let result = match &effect {
        Some(Effect::Hang) => match future::pending::<Infallible>().await {},
        Some(Effect::Close) => return Err(Closed),
        Some(Effect::Error(error)) => Err(error.clone()),
        Some(Effect::Foreign(status)) => {
            Ok(Answer::empty(*status).header("content-type", "text/html").body(Bytes::from_static(WEB_PAGE)))
        }
        _ if too_fast => Err(S3Error::from(ErrorCode::SlowDown)),
        effect => {
            let fault = if let Some(Effect::Listing(fault)) = effect { Some(*fault) } else { None };
            dispatch::answer(&shared.buckets, &request, body, &rules, fault, number)
        }
    };
    let request_id = format!("{number:016X}");
    let mut answer = result.unwrap_or_else(|error| Answer::error(error, &request_id));
    // The head of an object has none, and its length is that of the object.
    if matches!(effect, Some(Effect::TruncateBody)) && !is_head {
        let half = answer.body.slice(..answer.body.len() / 2);
        answer = answer.body(half);
    }
    shared.log().answered(number, answer.status);
    if matches!(effect, Some(Effect::Unanswered)) {
        match future::pending::<Infallible>().await {}
    }
    Ok(response(answer, is_head, &request_id, &rules, matches!(effect, Some(Effect::CutBody))))
}

fn response(answer: Answer, is_head: bool, request_id: &str, rules: &Rules, cut: bool) -> Response<AnswerBody> {
    let mut response = Response::builder()
        .status(answer.status)
        .header("server", "AmazonS3")
        .header("x-amz-request-id", request_id)
        .header("x-amz-id-2", HOST_ID);
    if rules.clock_ahead != 0 {
        response = response.header("date", times::http(times::now() + rules.clock_ahead));
    }
    // A 204 and a 304 have no length.
    if !matches!(answer.status, 204 | 304) {
        response = response.header("content-length", answer.length);
    }
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let body = if is_head { Bytes::new() } else { answer.body };
    let body = if cut { AnswerBody::cut(&body) } else { AnswerBody { data: Some(body), end: None } };
    response.body(body).expect("headers that are text")
}

/// The body of an answer.
struct AnswerBody {
    data: Option<Bytes>,
    /// When the connection is closed although more was announced.
    end: Option<Pin<Box<Sleep>>>,
}

impl AnswerBody {
    fn cut(body: &Bytes) -> Self {
        Self { data: Some(body.slice(..body.len() / 2)), end: Some(Box::pin(sleep(FLUSH))) }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Closed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if let Some(data) = self.data.take().filter(|data| !data.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        match &mut self.end {
            None => Poll::Ready(None),
            Some(end) => end.as_mut().poll(context).map(|()| Some(Err(Closed))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.end.is_none() && self.data.as_ref().is_none_or(Bytes::is_empty)
    }
}

/// The server closes the connection on purpose.
#[derive(Debug)]
struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("closed on purpose")
    }
}

impl std::error::Error for Closed {}
