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
use crate::flink_rest::{self, BadAddress, FLINK_TOKEN_VARIABLE, FlinkApi, NoJob, RestError};
use crate::identify::{Source, Sources, Told, answer, identify, parse_operator_id};
use crate::inspect::inspect_relocated;
use crate::references::Relocations;
use crate::report::{Finding, Operator, UidSource};
use crate::states::{StatesOptions, add_states};
use crate::storage::open_local;

/// What describes a job.
#[derive(Default)]
pub struct Described {
    /// One target from all that describes it; `None` if nothing does.
    pub target: Option<Target>,
    /// Archives of the application, which say something only about given operators.
    archives: Vec<Source>,
}

impl Described {
    /// Looks for the uids of a snapshot's operators in the archives. What of these could not be read is returned.
    pub fn look_for(&mut self, operators: &[Operator]) -> Vec<Finding> {
        let ids: Vec<_> = operators.iter().filter_map(|each| parse_operator_id(&each.operator_id)).collect();
        let mut findings = Vec::new();
        for source in std::mem::take(&mut self.archives) {
            let place = source.place.clone();
            let (answers, about) = answer(&ids, &mut Sources { sources: vec![source] });
            // Others are about operators, which the report of the snapshot has.
            findings.extend(about.into_iter().filter(|finding| finding.operator_id.is_none()));
            let of_archive = answers.into_iter().filter(|answer| answer.uid_source() == UidSource::Jar);
            let candidates =
                of_archive.filter_map(|answer| Some((parse_operator_id(&answer.operator_id)?, answer.uid?)));
            let candidates = target::application(&place, candidates.collect());
            self.target = Target::combined(self.target.take().into_iter().chain([candidates]).collect());
        }
        findings
    }

    /// The target where no snapshot is at hand.
    pub fn without_archives(self) -> Result<Option<Target>, Failure> {
        match self.archives.first() {
            None => Ok(self.target),
            Some(Source { place, .. }) => Err(Failure::Usage {
                message: format!("{place}: an archive names no operators, only texts that may be uids"),
                hint: "give a description of the job: a snapshot, a job graph, a plan or a cluster that runs it"
                    .to_owned(),
            }),
        }
    }
}

enum One {
    Target(Box<Target>),
    Archive(Source),
}

/// Reads all that describes a job.
pub fn read(
    arguments: &[String],
    job: Option<&str>,
    relocations: &Relocations,
    session: &Session<'_>,
) -> Result<Described, Failure> {
    if let Some(job) = job.filter(|_| !arguments.iter().any(|argument| is_cluster(argument))) {
        return Err(Failure::Usage {
            message: format!("--job {job}: there is no cluster to ask for it"),
            hint: "name its REST API too, such as http://jobmanager:8081".to_owned(),
        });
    }
    let (mut targets, mut archives) = (Vec::new(), Vec::new());
    for argument in arguments {
        match one(argument, job, relocations, session)? {
            One::Target(target) => targets.push(*target),
            One::Archive(archive) => archives.push(archive),
        }
    }
    Ok(Described { target: Target::combined(targets), archives })
}

fn is_cluster(argument: &str) -> bool {
    argument.starts_with("http://") || argument.starts_with("https://")
}

fn one(argument: &str, job: Option<&str>, relocations: &Relocations, session: &Session<'_>) -> Result<One, Failure> {
    let target = |target| One::Target(Box::new(target));
    if is_cluster(argument) {
        return cluster(argument, job, session).map(target);
    }
    let path = Path::new(argument.strip_prefix("file:").unwrap_or(argument));
    let is_snapshot = argument.contains("://") || path.file_name().is_some_and(|name| name == "_metadata");
    let unreadable = |error: io::Error| Failure::NoResult {
        error: Box::new(error),
        hint: Some(format!("make sure that {argument} can be read")),
    };
    let archive = |told| One::Archive(Source { place: argument.to_owned(), told });
    if !is_snapshot && path.extension().is_some_and(|extension| extension == "jar") && !path.is_dir() {
        // An archive may be larger than what is held in memory.
        return match open_local(path) {
            Ok(file) => Ok(archive(Told::Jar(Box::new(file)))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Failure::Usage {
                message: format!("--target {argument}: not found"),
                hint: "name a file of this machine".to_owned(),
            }),
            Err(error) => Err(unreadable(error)),
        };
    }
    match if is_snapshot { Err(io::ErrorKind::IsADirectory.into()) } else { whole(path) } {
        Ok(bytes) if bytes.starts_with(b"PK\x03\x04") => Ok(archive(Told::Jar(Box::new(io::Cursor::new(bytes))))),
        Ok(bytes) => file(&bytes, argument, path).map(target).map_err(refused),
        // A directory is a snapshot, and what is not there is told as one that is not.
        Err(error) if matches!(error.kind(), io::ErrorKind::IsADirectory | io::ErrorKind::NotFound) => {
            snapshot(argument, relocations, session).map(target)
        }
        Err(error) => Err(unreadable(error)),
    }
}

/// A job of a cluster.
fn cluster(argument: &str, job: Option<&str>, session: &Session<'_>) -> Result<Target, Failure> {
    let base = flink_rest::address(argument).map_err(|bad| match bad {
        BadAddress::HasPassword => Failure::Usage {
            message: format!("--target …: {bad}"),
            hint: format!("put what authorizes into {FLINK_TOKEN_VARIABLE}"),
        },
        _ => Failure::Usage {
            message: format!("--target {}: {bad}", flink_rest::shown(argument)),
            hint: "write http://HOST:PORT, and name the job by `--job`".to_owned(),
        },
    })?;
    let usage = |RestError { place, cause, hint }| Failure::Usage { message: format!("{place}: {cause}"), hint };
    let api = FlinkApi::new(base, &session.asking()).map_err(usage)?;
    let told = session.block_on(flink_rest::job(&api, job)).map_err(|no| match no {
        NoJob::NotChosen(error) => usage(error),
        NoJob::NotAnswered(error) => Failure::NoResult { hint: Some(error.hint.clone()), error: Box::new(error) },
    })?;
    let job = target::RunningJob {
        place: &told.place,
        details: &told.details,
        flink_version: &told.flink_version,
        state_backend: told.state_backend.as_deref(),
        changelog: told.changelog,
    };
    target::running_job(job)
        .map_err(|error| Failure::NoResult { hint: Some(error.hint.clone()), error: Box::new(error) })
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
    if let Some(target) = target::execution_plan(text, place)? {
        return Ok(target);
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
    identify(&mut report.operators, &loaded.file.to_string(), &mut Sources::default());
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
