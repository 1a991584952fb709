//! `keepoint latest`: which snapshot to start from.

use std::io::{self, Write};

use chrono::Utc;

use super::roots;
use crate::cli::args::LatestArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::settings;
use crate::cli::write_result;
use crate::latest::{Candidates, Owner, Question, candidates, may_be_newer};
use crate::list::{self, ScanOptions};
use crate::references::Relocations;
use crate::render::escaped;
use crate::report::{Severity, Snapshot};
use crate::uri::StorageUri;
use crate::verify::{VerifyOptions, verify};

/// Jobs that are named where one has to be chosen.
const JOBS_NAMED: usize = 20;

/// Runs the command.
pub fn run(arguments: &LatestArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let places = roots::without_nested(roots::places(&arguments.roots)?);
    let opened = roots::open(&places, session)?;
    let options = ScanOptions { as_of: Utc::now(), checkpoint_timeout: roots::CHECKPOINT_TIMEOUT };
    let found = {
        let progress = roots::progress(session);
        list::collect(&opened, &options, session.handle(), &*progress)
    };
    if found.snapshots.is_empty() {
        roots::all_unread(&found.findings, &places)?;
    }
    let question = Question { job: arguments.job.clone(), kind: arguments.kind };
    let candidates = candidates(&found, &question).map_err(|jobs| several(&jobs))?;
    let mut doubts = Vec::new();
    let chosen = if arguments.verify {
        first_restorable(&candidates.completed, options, session, &mut doubts)?
    } else {
        candidates.completed.first()
    };
    doubts.extend(doubts_about(&candidates, chosen));
    for skipped in candidates.unreadable.iter().filter(|other| chosen.is_none_or(|chosen| may_be_newer(other, chosen)))
    {
        say(&format!("skipped {}: its metadata cannot be read", skipped.location));
    }
    for doubt in &doubts {
        say(doubt);
    }
    let Some(chosen) = chosen else { return Err(nothing(&places, !doubts.is_empty())) };
    write_result(|out| writeln!(out, "{}", chosen.location))?;
    Ok(if doubts.is_empty() { ExitCode::Fine } else { ExitCode::NotKnown })
}

/// The newest of which everything is there. What cannot be made sure of is passed over, and is a doubt.
fn first_restorable<'a>(
    completed: &'a [Snapshot],
    scan: ScanOptions,
    session: &Session<'_>,
    doubts: &mut Vec<String>,
) -> Result<Option<&'a Snapshot>, Failure> {
    let options = VerifyOptions { scan, relocations: Relocations::default(), deep: false, read_through: false };
    for snapshot in completed {
        let place = settings::place(&snapshot.location)?;
        let opened = [(place.clone(), session.open(&place)?)];
        let report = {
            let progress = roots::progress(session);
            verify(&opened, &session.stores, &options, session.handle(), &*progress)
        };
        let verified = report.snapshots.iter().find(|verified| verified.location == snapshot.location);
        let about_it = report.findings.iter().filter(|finding| finding.location.starts_with(&snapshot.location));
        let about_it: Vec<_> = about_it.collect();
        // Without a row of its own it is gone, or could not be read.
        let is_unread = about_it.iter().any(|finding| finding.severity() == Severity::Unknown);
        let reason = about_it.first().map(|finding| finding.message.clone());
        let reason = reason.unwrap_or_else(|| "it is not there any more".to_owned());
        match verified.map(|verified| verified.restorable) {
            Some(Some(true)) => return Ok(Some(snapshot)),
            Some(Some(false)) => say(&format!("skipped {}: {reason}", snapshot.location)),
            None if !is_unread => say(&format!("skipped {}: {reason}", snapshot.location)),
            None | Some(None) => doubts.push(format!("passed over {}: {reason}", snapshot.location)),
        }
    }
    Ok(None)
}

/// Why something newer may be there.
fn doubts_about(candidates: &Candidates, chosen: Option<&Snapshot>) -> Vec<String> {
    let may_be_newer = |other: &Snapshot| chosen.is_none_or(|chosen| may_be_newer(other, chosen));
    let unread = candidates.unread.iter();
    let unread = unread.map(|finding| format!("there may be a newer one in {}: {}", finding.location, finding.message));
    let doubtful = candidates.doubtful.iter().filter(|(snapshot, _)| may_be_newer(snapshot));
    let doubtful = doubtful.map(|(snapshot, why)| format!("passed over {}: {why}", snapshot.location));
    unread.chain(doubtful).collect()
}

fn several(jobs: &[Owner]) -> Failure {
    let names = jobs.iter().take(JOBS_NAMED).map(|job| match job {
        Owner::Job { id, directory } => format!("{id} in {directory}"),
        Owner::Digits(digits) => format!("{digits}… (savepoints)"),
        Owner::Unknown(directory) => format!("unknown in {directory}"),
    });
    let names: Vec<String> = names.collect();
    let more = jobs.len().saturating_sub(JOBS_NAMED);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    Failure::Usage {
        message: format!("there are snapshots of {} jobs: {}{more}", jobs.len(), names.join(", ")),
        hint: "choose one by `--job`, or name the directory of a job or of a snapshot".to_owned(),
    }
}

fn nothing(places: &[StorageUri], is_doubtful: bool) -> Failure {
    let places: Vec<String> = places.iter().map(ToString::to_string).collect();
    let error = format!("no snapshot to start from in {}", places.join(", ")).into();
    let hint = Some("`keepoint list` shows what is there".to_owned());
    if is_doubtful { Failure::NotKnown { error, hint } } else { Failure::NothingFound { error, hint } }
}

/// Tells a person what a script does not read.
fn say(text: &str) {
    // Nobody left to tell when this fails; the exit code still says it.
    let _ = writeln!(io::stderr().lock(), "keepoint: {}", escaped(text));
}
