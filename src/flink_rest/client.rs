//! Asking Flink's REST API: one answer whole, or an error.

use std::error::Error as StdError;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use serde::de::DeserializeOwned;

use super::{Asking, FLINK_TOKEN_VARIABLE, RestError};

/// An answer above this is not read: a job manager with ten thousand jobs gives a tenth of it.
const LARGEST: usize = 32 << 20;

/// A connection is there at once or not at all.
const CONNECT: Duration = Duration::from_secs(10);

/// A job manager, as far as it is asked.
pub struct FlinkApi {
    client: Client,
    base: Url,
}

/// An answer that says no. What it says is text of Flink's, for people.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    message: String,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// The job manager says that there is no such thing.
    NotFound(Refusal),
    /// Anything else.
    Failed(RestError),
}

impl FlinkApi {
    /// An API at a base address, to which paths are added.
    pub fn new(base: Url, asking: &Asking) -> Result<Self, RestError> {
        let hint = format!(
            "{FLINK_TOKEN_VARIABLE} holds a token, or a scheme and what belongs to it, such as `Basic dXNlcjpwYXNz`"
        );
        let mut headers = reqwest::header::HeaderMap::new();
        if let Some(token) = &asking.token {
            let token = token.reveal().trim();
            // Without a scheme of its own it is what most gateways take.
            let value = if token.contains(' ') { token.to_owned() } else { format!("Bearer {token}") };
            let mut value = HeaderValue::from_str(&value)
                .map_err(|_| RestError::new(FLINK_TOKEN_VARIABLE, "cannot stand in a header", hint))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let client = Client::builder()
            .default_headers(headers)
            // A token is for the host that it was given for. A proxy's page to sign in is no answer either.
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT.min(asking.timeout))
            .timeout(asking.timeout)
            .no_proxy()
            .user_agent(concat!("keepoint/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| RestError::new(base.as_str(), causes(&error), "check the certificates of this machine"))?;
        Ok(Self { client, base })
    }

    /// Asks for a path below the base.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, NoAnswer> {
        let url = self.place(path);
        let failed = |cause: String, hint: &str| NoAnswer::Failed(RestError::new(&*url, cause, hint));
        let not_answered = |error: &reqwest::Error| {
            let cause = if error.is_timeout() {
                "no answer in time".to_owned()
            } else if error.is_connect() {
                format!("nobody answers: {}", causes(error))
            } else {
                format!("the answer breaks off: {}", causes(error))
            };
            failed(cause, "check that this is the REST address of a job manager that runs, and try again")
        };
        let mut response = self.client.get(&url).send().await.map_err(|error| not_answered(&error))?;
        let status = response.status();
        let is_json = is_json(&response);
        // What stands behind a question mark may be a ticket.
        let location = response.headers().get("location").map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
        let location = location.as_deref().and_then(|to| to.split('?').next()).unwrap_or("an unnamed place").to_owned();
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(|error| not_answered(&error))? {
            if body.len().saturating_add(bytes.len()) > LARGEST {
                let cause = format!("the answer has more than {LARGEST} bytes, which no job manager sends");
                return Err(failed(cause, "check that this is the REST address of a job manager"));
            }
            body.extend_from_slice(&bytes);
        }
        let refusal = || Refusal { status, message: message(&body) };
        match status {
            StatusCode::OK if is_json => serde_json::from_slice(&body).map_err(|error| {
                failed(
                    format!("is not what Flink answers: {error}"),
                    "check that this is a job manager of Flink 1.15 or newer",
                )
            }),
            StatusCode::OK => Err(failed(
                "answers with something else than JSON".to_owned(),
                "check that this is the REST address of a job manager, and that no proxy asks to sign in",
            )),
            StatusCode::NOT_FOUND if is_json => Err(NoAnswer::NotFound(refusal())),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(failed(
                format!("refuses with status {}", status.as_u16()),
                &format!("put a token that may read into {FLINK_TOKEN_VARIABLE}"),
            )),
            status if status.is_redirection() => Err(failed(
                format!("sends elsewhere, to {location}"),
                "give the address that answers itself: redirects are not followed",
            )),
            _ => Err(failed(
                refusal().to_string(),
                "check that this is the REST address of a job manager, and try again",
            )),
        }
    }

    /// The same where nothing but an answer will do.
    pub async fn need<T: DeserializeOwned>(&self, path: &str) -> Result<T, RestError> {
        self.get(path).await.map_err(|no| self.unanswered(no, path))
    }

    /// The error that no answer is.
    #[must_use]
    pub fn unanswered(&self, no: NoAnswer, path: &str) -> RestError {
        match no {
            NoAnswer::Failed(error) => error,
            NoAnswer::NotFound(refusal) => RestError::new(
                self.place(path),
                refusal.to_string(),
                "check that this is the REST address of a job manager of Flink 1.15 or newer",
            ),
        }
    }

    /// A path below the base, as errors name it.
    #[must_use]
    pub fn place(&self, path: &str) -> String {
        let base = self.base.as_str().trim_end_matches('/');
        if path.is_empty() { base.to_owned() } else { format!("{base}/{path}") }
    }
}

impl Refusal {
    /// Whether the message has these words in it.
    #[must_use]
    pub fn says(&self, words: &str) -> bool {
        self.message.contains(words)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refuses with status {}", self.status.as_u16())?;
        if self.message.is_empty() { Ok(()) } else { write!(f, ": {}", self.message) }
    }
}

fn is_json(response: &Response) -> bool {
    let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.to_ascii_lowercase().starts_with("application/json"))
}

/// What Flink says in the body of a refusal: `{"errors":["…"]}`, the first line of it, without the stack of a Java exception.
fn message(body: &[u8]) -> String {
    const LONGEST: usize = 200;
    #[derive(serde::Deserialize)]
    struct Errors {
        errors: Vec<String>,
    }
    let errors = serde_json::from_slice::<Errors>(body).map(|body| body.errors).unwrap_or_default();
    let line = errors.iter().flat_map(|text| text.lines()).map(str::trim).find(|line| !line.is_empty());
    line.unwrap_or_default().chars().take(LONGEST).collect()
}

/// An error of the client with its causes. The address is told beside it.
fn causes(error: &reqwest::Error) -> String {
    let mut source = StdError::source(error);
    let mut words = Vec::new();
    while let Some(cause) = source {
        words.push(cause.to_string());
        source = cause.source();
    }
    if words.is_empty() { "the client cannot be made".to_owned() } else { words.join(": ") }
}
