//! Reading YAML, and JSON as a part of it, into the fields of a description: bounded, and with the place of what is wrong.

use serde::de::DeserializeOwned;

use super::TargetError;

/// Bytes that a description may have.
const LARGEST: usize = 8 << 20;

/// Deepest nesting, and values in all, aliases followed.
const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 1_000_000;

/// Reads a text. The error has line, column and field.
pub(super) fn read<T: DeserializeOwned>(text: &str, place: &str, hint: &str) -> Result<T, TargetError> {
    if text.len() > LARGEST {
        let cause = format!("{} bytes are too many for a description of a job, which may have {LARGEST}", text.len());
        return Err(TargetError::new(place, cause, hint));
    }
    let options = serde_saphyr::options! {
        // A file of some hundred bytes must not become a billion of values.
        budget: serde_saphyr::budget! { max_depth: MAX_DEPTH, max_nodes: MAX_NODES, max_events: 2 * MAX_NODES },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MAX_NODES, max_replay_stack_depth: MAX_DEPTH },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false
    };
    let mut path = String::new();
    let read = serde_saphyr::with_deserializer_from_str_with_options(text, options, |deserializer| {
        serde_path_to_error::deserialize(deserializer).map_err(|error| {
            path = error.path().to_string();
            error.into_inner()
        })
    });
    read.map_err(|error: serde_saphyr::Error| {
        let position = error.location().map(|location| (location.line(), location.column()));
        let cause = error.without_snippet().to_string();
        refused(place, position, &path, one_line(&cause), hint)
    })
}

/// A refusal with the place in the text.
pub(super) fn refused(
    place: &str,
    position: Option<(u64, u64)>,
    path: &str,
    cause: impl Into<String>,
    hint: &str,
) -> TargetError {
    let position = position.map_or_else(String::new, |(line, column)| format!(":{line}:{column}"));
    // A key of several lines is none that is known, and is named in one.
    let path = path.split_whitespace().collect::<Vec<_>>().join(" ");
    let path = if path.is_empty() || path == "." { String::new() } else { format!("{path}: ") };
    TargetError::new(&format!("{place}{position}"), format!("{path}{}", cause.into()), hint)
}

/// Without line breaks, and without the position, which stands in front.
fn one_line(text: &str) -> String {
    let text = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    text.split(" at line ").next().unwrap_or_default().to_owned()
}
