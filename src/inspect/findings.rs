//! What is worth saying about a snapshot.

use super::files::Files;
use crate::codec;
use crate::discovery::LoadedMetadata;
use crate::format::metadata::Decoded;
use crate::format::{Error, ErrorKind};
use crate::report::{Finding, Severity};

pub(super) fn of_decoded(decoded: &Decoded<'_>, files: &Files<'_>, loaded: &LoadedMetadata) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(error) = &decoded.unreadable_properties {
        findings.push(unreadable(error, loaded));
    }
    if decoded.trailing_bytes > 0 {
        findings.push(Finding {
            code: "META_TRAILING_BYTES".to_owned(),
            severity: Severity::Warning.into(),
            message: format!(
                "{} bytes follow the end of the metadata; Flink does not look at them",
                decoded.trailing_bytes
            ),
            action: Some("find out what wrote to the file after Flink did".to_owned()),
            ..about(loaded)
        });
    }
    let (count, bytes) = files.foreign();
    if count > 0 {
        findings.push(Finding {
            code: "SNAPSHOT_SHARED_REFS".to_owned(),
            severity: Severity::Warning.into(),
            message: format!("needs {count} files of {bytes} bytes in all outside its own directory and its job's"),
            action: Some("do not move or delete the snapshot or job that these files belong to".to_owned()),
            ..about(loaded)
        });
    }
    if let Some(path) = files.unresolvable().first() {
        let count = files.unresolvable().len();
        findings.push(Finding {
            code: "FILE_PATH_UNRESOLVED".to_owned(),
            severity: Severity::Unknown.into(),
            message: format!("{count} paths in state handles are neither absolute nor URIs"),
            evidence: Some(path.clone()),
            action: Some("treat every file near this snapshot as needed".to_owned()),
            ..about(loaded)
        });
    }
    findings
}

/// Metadata that cannot be read, or not all of it.
pub(super) fn unreadable(error: &Error, loaded: &LoadedMetadata) -> Finding {
    let (code, severity, action) = match error.kind() {
        ErrorKind::NotMetadata { .. } => {
            ("META_UNREADABLE", Severity::Error, "give the directory of a snapshot, or its _metadata file")
        }
        ErrorKind::VersionTooOld { .. } => (
            "META_VERSION_TOO_OLD",
            Severity::Error,
            "restore it with a Flink old enough to read it, and take a savepoint there",
        ),
        _ if error.may_be_newer() => (
            "META_VERSION_TOO_NEW",
            Severity::Unknown,
            "it may be of a newer Flink: look for a newer keepoint, and keep the files",
        ),
        ErrorKind::Bytes(codec::ErrorKind::UnexpectedEnd { .. } | codec::ErrorKind::CountExceedsInput { .. }) => (
            "META_UNREADABLE",
            Severity::Error,
            "it is cut off or damaged: use another snapshot, and keep the files until then",
        ),
        _ => ("META_UNREADABLE", Severity::Error, "it is damaged: use another snapshot, and keep the files until then"),
    };
    Finding {
        code: code.to_owned(),
        severity: severity.into(),
        location: loaded.file.to_string(),
        message: if loaded.bytes.is_empty() { "the metadata file is empty".to_owned() } else { error.to_string() },
        action: Some(action.to_owned()),
        ..Finding::default()
    }
}

fn about(loaded: &LoadedMetadata) -> Finding {
    Finding { location: loaded.file.to_string(), ..Finding::default() }
}
