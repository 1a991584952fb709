//! A job manager that answers what it is told to, on the loopback interface.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::fixtures;

/// An answer to a question.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// JSON with status 200.
    Json(Vec<u8>),
    /// Anything.
    Other { status: u16, content_type: &'static str, body: Vec<u8>, location: Option<&'static str> },
    /// Half of it, then the end of the connection.
    CutOff(Vec<u8>),
    /// JSON that goes on and on.
    Endless,
    /// Nothing.
    Silence,
}

impl Answer {
    pub(crate) fn json(text: &str) -> Self {
        Self::Json(text.as_bytes().to_vec())
    }

    pub(crate) fn status(status: u16, body: &str) -> Self {
        Self::Other {
            status,
            content_type: "application/json; charset=UTF-8",
            body: body.as_bytes().to_vec(),
            location: None,
        }
    }
}

/// Answers by path; of several the last one stays.
type Answers = BTreeMap<String, VecDeque<Answer>>;

#[derive(Default)]
struct Shared {
    answers: Answers,
    /// Path and `Authorization` of each request.
    asked: Vec<(String, Option<String>)>,
}

/// The server; it ends with this.
pub(crate) struct JobManager {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    task: JoinHandle<()>,
}

impl JobManager {
    /// One that answers as a real one did; `release` names a directory of `fixtures/flink-rest`.
    pub(crate) async fn recorded(release: &str) -> Self {
        let directory = recordings(release);
        let mut answers = Answers::new();
        for file in fixtures::files(&directory) {
            let path = file.strip_prefix(&directory).expect("it is below").with_extension("");
            let body = std::fs::read(&file).expect("a recording");
            answers.insert(format!("/{}", path.display()), VecDeque::from([Answer::Json(body)]));
        }
        Self::start(answers).await
    }

    /// One with a single job, which runs and was restored.
    pub(crate) async fn with_one_job() -> Self {
        let answers = [
            ("/config", r#"{"refresh-interval": 100, "flink-version": "2.3.0"}"#),
            ("/jobmanager/config", r#"[{"key": "execution.checkpointing.num-retained", "value": "3"}]"#),
            ("/jobs/overview", &overview("RUNNING")),
            (&checkpoints_of(JOB), CHECKPOINTS),
        ];
        let answers = answers.map(|(path, body)| (path.to_owned(), VecDeque::from([Answer::json(body)])));
        Self::start(answers.into_iter().collect()).await
    }

    async fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("a bound socket");
        let shared = Arc::new(Mutex::new(Shared { answers, ..Shared::default() }));
        let task = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Self { address, shared, task }
    }

    /// Answers a path with these, in turn.
    pub(crate) fn answer(&self, path: &str, answers: impl IntoIterator<Item = Answer>) -> &Self {
        let mut shared = self.shared.lock().expect("no poisoned lock");
        shared.answers.insert(path.to_owned(), answers.into_iter().collect());
        self
    }

    /// The argument that names it.
    pub(crate) fn argument(&self) -> String {
        format!("flink:http://{}/", self.address)
    }

    /// Its address, as errors name it.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Path and authorization of every request.
    pub(crate) fn asked(&self) -> Vec<(String, Option<String>)> {
        self.shared.lock().expect("no poisoned lock").asked.clone()
    }
}

impl Drop for JobManager {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The job of [`JobManager::with_one_job`].
pub(crate) const JOB: &str = "00000000000000000000000000000abc";

/// What it answers of the checkpoints of the job.
const CHECKPOINTS: &str = r#"{
  "latest": {
    "completed": {"id": 7, "status": "COMPLETED", "is_savepoint": false, "external_path": "file:/flink/abc/chk-7", "discarded": false},
    "savepoint": null,
    "failed": null,
    "restored": {"id": 4, "restore_timestamp": 1, "is_savepoint": false, "external_path": "file:/flink/def/chk-4"}
  },
  "history": []
}"#;

pub(crate) fn overview(state: &str) -> String {
    format!(r#"{{"jobs": [{{"jid": "{JOB}", "name": "a job", "state": "{state}", "end-time": -1}}]}}"#)
}

pub(crate) fn checkpoints_of(job: &str) -> String {
    format!("/jobs/{job}/checkpoints")
}

/// The directory of recorded answers.
pub(crate) fn recordings(release: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/flink-rest").join(release)
}

async fn serve(listener: TcpListener, shared: Arc<Mutex<Shared>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, Arc::clone(&shared)));
            // What a client thinks of the answer is the client's business.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(request: Request<Incoming>, shared: Arc<Mutex<Shared>>) -> Result<Response<Paced>, Infallible> {
    let path = request.uri().path().to_owned();
    let answer = {
        let mut shared = shared.lock().expect("no poisoned lock");
        let authorization = request.headers().get("authorization");
        let authorization = authorization.map(|value| value.to_str().expect("text").to_owned());
        shared.asked.push((path.clone(), authorization));
        let answers = shared.answers.entry(path).or_default();
        if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
    };
    let response = Response::builder().header("content-type", "application/json; charset=UTF-8");
    let response = match answer.unwrap_or_else(|| Answer::status(404, r#"{"errors": ["Not found."]}"#)) {
        Answer::Json(body) => response.body(Paced::whole(body)),
        Answer::CutOff(body) => response
            .header("content-length", body.len())
            .body(Paced::Part(Some(body[..body.len() / 2].to_vec().into()))),
        Answer::Endless => response.body(Paced::Endless),
        Answer::Silence => {
            tokio::time::sleep(Duration::from_hours(1)).await;
            response.body(Paced::whole(Vec::new()))
        }
        Answer::Other { status, content_type, body, location } => {
            let response = Response::builder().status(status).header("content-type", content_type);
            let response = location.into_iter().fold(response, |response, to| response.header("location", to));
            response.body(Paced::whole(body))
        }
    };
    Ok(response.expect("a response"))
}

/// A body.
enum Paced {
    Whole(Option<Bytes>),
    Part(Option<Bytes>),
    Endless,
}

impl Paced {
    fn whole(body: Vec<u8>) -> Self {
        Self::Whole(Some(body.into()))
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(match &mut *self {
            Self::Whole(bytes) => bytes.take().map(|bytes| Ok(Frame::data(bytes))),
            Self::Part(bytes) => {
                Some(bytes.take().map(Frame::data).ok_or_else(|| std::io::Error::other("the end of the connection")))
            }
            Self::Endless => Some(Ok(Frame::data(Bytes::from(vec![b' '; 1 << 20])))),
        })
    }
}
