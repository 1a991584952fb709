//! Reading what may tell who operators are.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::args::NameArguments;
use super::commands::fetch;
use super::failure::Failure;
use super::session::Session;
use super::settings;
use crate::identify::{Plan, Source, Sources, Told};
use crate::inspect::inspect;
use crate::report::{Finding, Severity};
use crate::storage::{open_local, read_local};

/// Bytes of a file at most that is held in memory: a list, a plan, or what describes a job, which may have the program's functions in it.
const LONGEST: u64 = 256 << 20;

/// Opens all that is named. A file that is not there is a mistake in the command; what is there and cannot be read is said in the
/// report, and the rest is used.
pub fn read(arguments: &NameArguments, snapshots: &[String], session: &Session<'_>) -> Result<Sources, Failure> {
    let mut sources = Vec::new();
    let text = |path: &PathBuf| whole(path).map(|bytes| Told::Uids(String::from_utf8_lossy(&bytes).into_owned()));
    for path in &arguments.uids {
        sources.push(source(path, text(path))?);
    }
    for path in &arguments.jar {
        sources.push(source(path, open_local(path).map(|file| Told::Jar(Box::new(file))))?);
    }
    for path in &arguments.plan {
        let told = whole(path).map(|bytes| match Plan::parse(&bytes) {
            Ok(plan) => Told::Plan(plan),
            Err(error) => Told::Unread(format!("not a plan in JSON: {error}")),
        });
        sources.push(source(path, told)?);
    }
    for snapshot in snapshots {
        let place = settings::place(snapshot)?;
        let report = inspect(&fetch(session, &place)?);
        let unread = report.findings.iter().find(|finding| is_bad(finding));
        let told = match unread {
            Some(finding) => Told::Unread(finding.message.clone()),
            None => Told::Snapshot(report.operators),
        };
        sources.push(Source { place: place.to_string(), told });
    }
    Ok(Sources { sources })
}

fn is_bad(finding: &Finding) -> bool {
    matches!(finding.severity(), Severity::Error | Severity::Unknown | Severity::Unspecified)
}

fn source(path: &Path, told: io::Result<Told>) -> Result<Source, Failure> {
    let place = path.display().to_string();
    match told {
        Ok(told) => Ok(Source { place, told }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Failure::Usage {
            message: format!("{place}: not found"),
            hint: "name a file of this machine".to_owned(),
        }),
        Err(error) => Ok(Source { place, told: Told::Unread(format!("cannot be read: {error}")) }),
    }
}

/// Reads a file of this machine from end to end, if it is not too large.
pub fn whole(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_local(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::other(format!("larger than {LONGEST} bytes")));
    }
    Ok(bytes)
}
