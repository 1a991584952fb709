//! What `--protect` takes: the kind of a source, a colon, and where it is.

use super::{ProtectError, ProtectionSource, Reach, flink_rest, high_availability, pin_file};
use crate::uri::StorageUri;

/// A kind of source.
struct Kind {
    /// What stands before the colon.
    name: &'static str,
    /// What stands behind it, for people.
    form: &'static str,
    /// Reads what stands behind it. Nothing is asked of anybody yet.
    parse: Parse,
}

type Parse = fn(&str, &Reach) -> Result<Box<dyn ProtectionSource>, ProtectError>;

/// All kinds. A new one is a file beside this and a line here.
const KINDS: &[Kind] = &[
    Kind { name: "pin", form: pin_file::FORM, parse: pin_file::parse },
    Kind { name: "flink", form: flink_rest::FORM, parse: flink_rest::parse },
    Kind { name: "ha", form: high_availability::FORM, parse: high_availability::parse },
];

/// The source that a text names.
pub fn parse(text: &str, reach: &Reach) -> Result<Box<dyn ProtectionSource>, ProtectError> {
    let (name, rest) = text.split_once(':').unwrap_or((text, ""));
    let Some(kind) = KINDS.iter().find(|kind| kind.name == name) else {
        return Err(ProtectError::new(format!("--protect {text}"), "is no kind of source that is known", forms()));
    };
    if rest.is_empty() {
        let hint = format!("write `--protect {}`", kind.form);
        return Err(ProtectError::new(format!("--protect {text}"), "does not say where it is", hint));
    }
    (kind.parse)(rest, reach)
}

/// How each kind is written, in one line.
#[must_use]
pub fn forms() -> String {
    let forms: Vec<_> = KINDS.iter().map(|kind| kind.form).collect();
    format!("the sources are {}", forms.join(", "))
}

/// The place that an argument names: a URI, or a path that may be relative to the working directory.
pub(super) fn place(text: &str) -> Result<StorageUri, String> {
    match StorageUri::parse(text) {
        Ok(place) => return Ok(place),
        // A URI with a mistake in it is not the name of a local file.
        Err(error) if text.contains("://") => return Err(error.to_string()),
        Err(_) => {}
    }
    let path = std::path::absolute(text).map_err(|error| format!("{text:?} is no path: {error}"))?;
    let path = path.to_str().ok_or_else(|| format!("{text:?} is not UTF-8"))?;
    StorageUri::parse(path).map_err(|error| error.to_string())
}
