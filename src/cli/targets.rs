//! Reading what describes a job: which kind of description a file or place is, is told by what is in it.

use std::io;
use std::path::Path;

use super::commands::fetch;
use super::failure::Failure;
use super::names::whole;
use super::session::Session;
use super::settings;
use crate::compat::Target;
use crate::compat::target::{self, TargetError};
use crate::identify::identify;
use crate::inspect::inspect_relocated;
use crate::references::Relocations;
use crate::states::{StatesOptions, add_states};

/// One target from all that describes it; `None` if nothing does.
pub fn read(arguments: &[String], relocations: &Relocations, session: &Session<'_>) -> Result<Option<Target>, Failure> {
    let targets =
        arguments.iter().map(|argument| one(argument, relocations, session)).collect::<Result<Vec<_>, _>>()?;
    Ok(Target::combined(targets))
}

fn one(argument: &str, relocations: &Relocations, session: &Session<'_>) -> Result<Target, Failure> {
    if argument.starts_with("http://") || argument.starts_with("https://") {
        return Err(Failure::Usage {
            message: format!("--target {argument}: a running cluster is not asked yet"),
            hint: "save what /jobs/:id of its REST API answers, and give the file".to_owned(),
        });
    }
    let path = Path::new(argument.strip_prefix("file:").unwrap_or(argument));
    let is_snapshot = argument.contains("://") || path.file_name().is_some_and(|name| name == "_metadata");
    match if is_snapshot { Err(io::ErrorKind::IsADirectory.into()) } else { whole(path) } {
        Ok(bytes) => file(&bytes, argument, path).map_err(refused),
        // A directory is a snapshot, and what is not there is told as one that is not.
        Err(error) if matches!(error.kind(), io::ErrorKind::IsADirectory | io::ErrorKind::NotFound) => {
            snapshot(argument, relocations, session)
        }
        Err(error) => Err(Failure::NoResult {
            error: Box::new(error),
            hint: Some(format!("make sure that {argument} can be read")),
        }),
    }
}

fn refused(error: TargetError) -> Failure {
    Failure::Usage { message: format!("--target {error}"), hint: error.hint }
}

fn file(bytes: &[u8], place: &str, path: &Path) -> Result<Target, TargetError> {
    if let Some(target) = target::job_graph(bytes, place)? {
        return Ok(target);
    }
    let not = |cause: &str, hint: &str| TargetError {
        place: place.to_owned(),
        cause: cause.to_owned(),
        hint: hint.to_owned(),
    };
    if bytes.starts_with(b"PK\x03\x04") {
        let hint = "give it with --jar, beside a description of the job";
        return Err(not("an archive names no operators, only texts that may be uids", hint));
    }
    let hint = "give a manifest, a saved plan of REST, a compiled plan of SQL, a job graph, a deployment or a snapshot";
    let text = std::str::from_utf8(bytes).map_err(|_| not("is neither text nor a job graph", hint))?;
    if text.trim_start().starts_with('<') {
        return Err(not("is a page, and no description of a job", hint));
    }
    let json = serde_json::from_str::<serde_json::Value>(text);
    if let Ok(json) = &json {
        if let Some(target) = target::compiled_plan(json, place)? {
            return Ok(target);
        }
        if let Some(target) = target::job_plan(json, place)? {
            return Ok(target);
        }
    }
    let beside = |name: &str| {
        let file = path.parent().unwrap_or(Path::new("")).join(name);
        let bytes = whole(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        String::from_utf8(bytes).map_err(|_| format!("{}: is no text", file.display()))
    };
    match target::kind_of_text(text) {
        Some(target::TextKind::Manifest) => target::manifest(text, place, &beside),
        Some(target::TextKind::Deployment) => target::deployment(text, place),
        None => Err(match &json {
            Err(error) if text.trim_start().starts_with('{') => {
                not(&format!("is JSON that was cut off or damaged: {error}"), hint)
            }
            _ => not("is no description of a job that keepoint knows: it has neither `manifest` nor `kind`", hint),
        }),
    }
}

/// Another snapshot, with the types of all of its states.
fn snapshot(argument: &str, relocations: &Relocations, session: &Session<'_>) -> Result<Target, Failure> {
    let loaded = fetch(session, &settings::place(argument)?)?;
    let mut report = inspect_relocated(&loaded, relocations);
    identify(&mut report.operators, &loaded.file.to_string(), &mut crate::identify::Sources::default());
    let options = StatesOptions { relocations: relocations.clone(), every_header: false };
    session.block_on(add_states(&mut report, &loaded, &session.stores, &options));
    if let Some(finding) = report.findings.iter().find(|finding| finding.code.starts_with("META_UN")) {
        return Err(Failure::Usage {
            message: format!("--target {argument}: {}", finding.message),
            hint: "give a snapshot that can be read".to_owned(),
        });
    }
    Ok(target::of_snapshot(&report, argument))
}
