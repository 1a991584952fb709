//! The commands that are tried.

use serde_json::Value;

use crate::tree::{newest, root};

/// A command that reads storage.
pub(crate) struct Tried {
    pub(crate) name: &'static str,
    pub(crate) arguments: Vec<String>,
}

/// All of them; a new one is one line. Where nothing goes wrong, each ends with 0.
pub(crate) fn all() -> Vec<Tried> {
    let (root, newest, json) = (root(), newest(), ["--output", "json"]);
    vec![
        tried("list", &["list", &root], &json),
        tried("inspect", &["inspect", &newest], &json),
        tried("verify", &["verify", &root], &json),
        tried("verify --deep", &["verify", &newest, "--deep"], &json),
        tried("verify --read-through", &["verify", &newest, "--read-through"], &json),
        tried("files", &["files", &root], &json),
        tried("latest", &["latest", &root], &[]),
        tried("latest --verify", &["latest", &root, "--verify"], &[]),
    ]
}

fn tried(name: &'static str, command: &[&str], more: &[&str]) -> Tried {
    let arguments = command.iter().chain(more).chain(&["--concurrency", "1"]);
    Tried { name, arguments: arguments.map(|argument| (*argument).to_owned()).collect() }
}

/// The result without what depends on the moment.
pub(crate) fn timeless(stdout: &[u8]) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|name, _| name != "as_of" && !name.ends_with("age_ms"));
                fields.values_mut().for_each(strip);
            }
            Value::Array(values) => values.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let text = || String::from_utf8_lossy(stdout).into_owned().into();
    let mut value = serde_json::from_slice(stdout).unwrap_or_else(|_| text());
    strip(&mut value);
    value
}
