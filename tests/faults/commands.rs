//! The commands that are tried.

use serde_json::Value;

use crate::s3_double::S3Double;
use crate::tree::{newest, root};

/// A command that reads storage.
pub(crate) struct Tried {
    pub(crate) name: &'static str,
    pub(crate) arguments: Vec<String>,
    /// Whether it is asked for what goes wrong: then its code is 3, or 0 where the place works and what is below it is not known.
    pub(crate) failures_are_its_answer: bool,
}

/// All of them; a new one is one line. Where nothing goes wrong, each ends with 0.
///
/// The probe of `doctor` is not among them: the name of its object is another one every time.
pub(crate) fn all() -> Vec<Tried> {
    let (root, newest, json) = (root(), newest(), ["--output", "json"]);
    let metadata = format!("{newest}/_metadata");
    vec![
        tried("list", &["list", &root], &json),
        tried("inspect", &["inspect", &newest], &json),
        tried("inspect --states", &["inspect", &newest, "--states", "--every-header"], &json),
        tried("inspect --sizes", &["inspect", &newest, "--sizes"], &json),
        tried("diff", &["diff", &newest, &newest], &json),
        tried("inspect --offsets", &["inspect", &newest, "--offsets"], &json),
        tried("verify", &["verify", &root], &json),
        tried("verify --deep", &["verify", &newest, "--deep"], &json),
        tried("verify --read-through", &["verify", &newest, "--read-through"], &json),
        tried("files", &["files", &root], &json),
        tried("files --who", &["files", &root, "--who", &metadata], &json),
        tried("files --versions --uploads", &["files", &root, "--versions", "--uploads"], &json),
        tried("latest", &["latest", &root], &[]),
        tried("latest --verify", &["latest", &root, "--verify"], &[]),
        Tried { failures_are_its_answer: true, ..tried("doctor", &["doctor", &root], &json) },
    ]
}

fn tried(name: &'static str, command: &[&str], more: &[&str]) -> Tried {
    let arguments = command.iter().chain(more).chain(&["--concurrency", "1"]);
    let arguments = arguments.map(|argument| (*argument).to_owned()).collect();
    Tried { name, arguments, failures_are_its_answer: false }
}

/// The result without what depends on the moment and on the server.
pub(crate) fn comparable(stdout: &[u8], server: &S3Double) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|name, _| name != "as_of" && !name.ends_with("age_ms") && name != "duration_ms");
                fields.values_mut().for_each(strip);
            }
            Value::Array(values) => values.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let text = String::from_utf8_lossy(stdout).replace(&server.endpoint(), "{endpoint}");
    let mut value = serde_json::from_str(&text).unwrap_or_else(|_| text.into());
    strip(&mut value);
    value
}
