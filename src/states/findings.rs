//! What is worth saying about states, and about what could not be learnt of them.

use super::gather::{Known, StoppedHeaders};
use super::plan::{Group, Member};
use super::read::Failure;
use crate::format::ErrorKind as FormatErrorKind;
use crate::inspect::KryoPath;
use crate::model::{OperatorId, StateBackendScope};
use crate::report::{Finding, Severity, StateHeaders, Type};
use crate::storage::ErrorKind;
use crate::uri::StorageUri;

/// Paths to Kryo that a message names; the evidence has all of them.
const PATHS_SHOWN: usize = 4;

/// Something that is read.
pub(super) struct Place {
    pub(super) operator: OperatorId,
    pub(super) location: String,
    pub(super) what: String,
}

impl Place {
    pub(super) fn of_header(group: &Group<'_>, member: &Member<'_>, metadata: &StorageUri) -> Self {
        let file = member.stream.as_ref().ok().and_then(|stream| stream.file());
        let scope = match group.backend {
            StateBackendScope::Keyed => "keyed",
            StateBackendScope::Operator => "operator",
        };
        Self {
            operator: group.operator,
            location: file.unwrap_or(metadata).to_string(),
            what: format!("the header of the {scope} state of subtask {}", member.subtask),
        }
    }

    fn finding(&self, code: &str, severity: Severity, message: String, action: &str) -> Finding {
        Finding {
            code: code.to_owned(),
            severity: severity.into(),
            location: self.location.clone(),
            operator_id: Some(self.operator.to_string()),
            message,
            action: Some(action.to_owned()),
            ..Finding::default()
        }
    }
}

/// A header that could not be read or decoded.
pub(super) fn header(place: &Place, failure: &Failure) -> Finding {
    not_read(place, failure, "STATE_HEADER_UNREADABLE")
}

/// Changes that could not be read or decoded.
pub(super) fn changes(place: &Place, failure: &Failure) -> Finding {
    not_read(place, failure, "STATE_CHANGES_UNREADABLE")
}

/// Raw keyed state that could not be read or decoded.
pub(super) fn timers(place: &Place, failure: &Failure) -> Finding {
    not_read(place, failure, "STATE_TIMERS_UNREADABLE")
}

fn not_read(place: &Place, failure: &Failure, unreadable: &str) -> Finding {
    let what = &place.what;
    match failure {
        Failure::Unknown(reason) => place.finding(
            "STATE_NOT_READ",
            Severity::Unknown,
            format!("{what} was not read: {reason}"),
            "if the snapshot was copied, name the old and the new place with `--relocate FROM=TO`",
        ),
        Failure::Storage(error) => {
            let gone = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsDirectory | ErrorKind::NotADirectory);
            let (code, severity) =
                if gone { ("FILE_MISSING", Severity::Error) } else { ("STATE_NOT_READ", Severity::Unknown) };
            let hint = if gone {
                "`keepoint verify` says what else is missing; if the snapshot was copied, name the old and the new place with \
                 `--relocate FROM=TO`"
                    .to_owned()
            } else {
                error.hint().unwrap_or_else(|| "try again".to_owned())
            };
            place.finding(code, severity, format!("{what} was not read: {}", error.reason()), &hint)
        }
        Failure::Short { found, wanted } => place.finding(
            unreadable,
            Severity::Error,
            format!("{what} has {wanted} bytes, and the file ends after {found} of them"),
            "it is cut off: use another snapshot, and keep the files until then",
        ),
        Failure::TooLong => place.finding(
            unreadable,
            Severity::Unknown,
            format!("{what} is longer than what is read of one"),
            "tell the makers of keepoint how many states the operator has",
        ),
        Failure::Format(error) => {
            let (code, severity, action) = match error.kind() {
                FormatErrorKind::HeaderVersionTooOld { .. } => (
                    "HEADER_VERSION_UNSUPPORTED",
                    Severity::Unknown,
                    "restore it with Flink 1.16, which still reads it, and take a savepoint there",
                ),
                FormatErrorKind::Unsupported(_) => (
                    unreadable,
                    Severity::Unknown,
                    "states that a job registered lately may be missing; a savepoint has them",
                ),
                _ if error.may_be_newer() => {
                    (unreadable, Severity::Unknown, "it may be of a newer Flink: look for a newer keepoint")
                }
                _ => {
                    (unreadable, Severity::Error, "it is damaged: use another snapshot, and keep the files until then")
                }
            };
            place.finding(code, severity, format!("{what} cannot be read: {error}"), action)
        }
    }
}

/// A header that was decoded and does not end where the data begins.
pub(super) fn ends_elsewhere(operator: OperatorId, location: &str, end: u64, length: u64) -> Finding {
    let place = Place { operator, location: location.to_owned(), what: String::new() };
    place.finding(
        "STATE_HEADER_UNREADABLE",
        Severity::Unknown,
        format!("a header of state was read to byte {end}, and by the metadata it ends at {length}"),
        "do not trust the types of these states; tell the makers of keepoint which Flink wrote them",
    )
}

/// What there is to say about the states of an operator.
pub(super) fn of_operator(operator: OperatorId, known: &Known, metadata: &StorageUri) -> Vec<Finding> {
    let mut findings = Vec::new();
    let place = Place { operator, location: metadata.to_string(), what: String::new() };
    for ((class, version), headers) in &known.stopped {
        findings.push(unknown_serializer(operator, class, *version, headers));
    }
    for ((_, name, _), (one, other)) in &known.differing {
        let text = |value: &Option<Type>| value.as_ref().map_or("-".to_owned(), |value| value.text.clone());
        findings.push(Finding {
            state: Some(name.clone()),
            evidence: Some(format!("{} in one, {} in another", text(&one.value), text(&other.value))),
            ..place.finding(
                "STATE_TYPES_DIFFER",
                Severity::Info,
                "subtasks describe its serializers differently; one description is shown".to_owned(),
                "`--every-header` looks at all of them; a subclass or a state that only some subtasks have met is no fault",
            )
        });
    }
    if !known.kryo_of_key.is_empty() {
        findings.push(kryo(&place, None, known.kryo_of_key.iter()));
    }
    for ((_, name), paths) in &known.kryo {
        findings.push(kryo(&place, Some(name.clone()), paths.iter()));
    }
    findings
}

fn unknown_serializer(operator: OperatorId, class: &str, version: i32, headers: &StoppedHeaders) -> Finding {
    let StoppedHeaders { first, found, recovered, .. } = headers;
    let of = first.announced.map_or("an unknown number of".to_owned(), |announced| announced.to_string());
    let place = Place { operator, location: headers.place.clone(), what: String::new() };
    Finding {
        evidence: Some(format!("{class}, version {version}, at offset {}", first.offset)),
        ..place.finding(
            "SERIALIZER_UNKNOWN",
            Severity::Unknown,
            format!(
                "a serializer that is not Flink's own ends the decoding, because nothing tells its length: {found} of {of} states are \
                 known, {recovered} of them found behind it by their names",
            ),
            "what is shown of these states is certain; ask the owner of the class for the rest",
        )
    }
}

fn kryo<'p>(place: &Place, state: Option<String>, paths: impl ExactSizeIterator<Item = &'p KryoPath>) -> Finding {
    let count = paths.len();
    let all: Vec<String> = paths.map(|path| format!("{} ({})", path.path, path.class)).collect();
    let mut shown = all.get(..PATHS_SHOWN.min(count)).unwrap_or_default().join(", ");
    if count > PATHS_SHOWN {
        shown = format!("{shown} and {} more", count - PATHS_SHOWN);
    }
    Finding {
        state,
        evidence: Some(all.join(", ")),
        ..place.finding(
            "KRYO_UNVERIFIABLE",
            Severity::Info,
            format!("left to Kryo, which records nothing of a class but its name: {shown}"),
            "before the class changes, or Flink to another major release, move it to a POJO or to Avro",
        )
    }
}

/// Says what was not read, and why it is thought to be the same.
pub(super) fn unread(headers: &StateHeaders, metadata: &StorageUri) -> Vec<Finding> {
    let finding = |code: &str, severity: Severity, message: String, action: &str| Finding {
        code: code.to_owned(),
        severity: severity.into(),
        location: metadata.to_string(),
        message,
        action: Some(action.to_owned()),
        ..Finding::default()
    };
    let mut findings = Vec::new();
    if headers.not_read > 0 {
        findings.push(finding(
            "STATE_HEADERS_NOT_READ",
            Severity::Info,
            format!(
                "{} of {} headers were not read: each is as long as one of the same operator that was, and names the same operator \
                 states; a difference that changes no length would go unseen",
                headers.not_read, headers.total
            ),
            "`--every-header` reads them all",
        ));
    }
    if headers.not_tried > 0 {
        findings.push(finding(
            "STATE_NOT_READ",
            Severity::Unknown,
            format!(
                "{} headers were not tried, because the first ones just like them could not be read",
                headers.not_tried
            ),
            "`--every-header` tries them all",
        ));
    }
    findings
}

/// Whether something in a type is opaque.
pub(super) fn has_opaque(described: &Type) -> bool {
    let fields = described.fields.iter().filter_map(|field| field.r#type.as_ref());
    described.opaque || fields.chain(&described.parameters).any(has_opaque)
}
