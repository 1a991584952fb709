//! `keepoint files`: every file, what it is and who refers to it.

use chrono::Utc;

use super::{no_result, roots, verdict};
use crate::cli::args::FilesArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::settings;
use crate::cli::write_result;
use crate::files::{FileSelection, FilesOptions, census, who};
use crate::list::ScanOptions;
use crate::render;
use crate::report::FilesReport;
use crate::storage::{Error, ErrorKind};
use crate::uri::StorageUri;

/// Runs the command.
pub fn run(arguments: &FilesArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, session.environment)?;
    let options = FilesOptions {
        scan: ScanOptions {
            as_of: Utc::now(),
            checkpoint_timeout: arguments.checkpoint_timeout.unwrap_or(roots::CHECKPOINT_TIMEOUT),
        },
        relocations: settings::relocations(&arguments.relocations)?,
        selection: FileSelection {
            classes: arguments.classes.clone(),
            older_than: arguments.older_than,
            min_size: arguments.min_size,
        },
        versions: arguments.versions,
        uploads: arguments.uploads,
    };
    let places = roots::without_nested(roots::places(&arguments.roots)?);
    if let Some(file) = &arguments.who {
        let report = ask_who(&settings::place(file)?, &places, &options, session)?;
        write_result(|out| render::file_uses(&report, format, out))?;
        return Ok(verdict_on_one(&report));
    }
    let opened = roots::open(&places, session)?;
    let mut census = {
        let progress = roots::progress(session);
        census(&opened, &options, session.handle(), &*progress).map_err(failure)?
    };
    if census.report.totals.is_some_and(|totals| totals.files == 0) {
        roots::all_unread(&census.report.findings, &places)?;
    }
    census.report.roots = names(&places);
    write_result(|out| render::files(&census.report, &|show| census.each(show), format, out))?;
    Ok(verdict_on_all(&census.report))
}

fn ask_who(
    file: &StorageUri,
    places: &[StorageUri],
    options: &FilesOptions,
    session: &Session<'_>,
) -> Result<FilesReport, Failure> {
    let storage = session.open(file)?;
    let opened = roots::open(places, session)?;
    let progress = roots::progress(session);
    let report = who(file, &*storage, &opened, options, session.handle(), &*progress).map_err(failure)?;
    Ok(FilesReport { roots: names(places), ..report })
}

fn names(places: &[StorageUri]) -> Vec<String> {
    places.iter().map(ToString::to_string).collect()
}

fn failure(error: Error) -> Failure {
    match error.kind() {
        ErrorKind::NoSuchFacility(what) => {
            Failure::Usage { message: error.to_string(), hint: format!("leave out the option that asks for {what}") }
        }
        ErrorKind::IsDirectory => Failure::Usage {
            message: error.to_string(),
            hint: "name a file; `keepoint files DIRECTORY` shows all in a directory".to_owned(),
        },
        _ => no_result(error.hint(), error),
    }
}

/// That there is nothing is certain only if everything could be read.
fn verdict_on_all(report: &FilesReport) -> ExitCode {
    match verdict::of_findings(&report.findings) {
        ExitCode::Fine if report.totals.is_some_and(|totals| totals.files == 0) => ExitCode::No,
        code => code,
    }
}

/// A file that is not there and that nobody refers to is nothing.
fn verdict_on_one(report: &FilesReport) -> ExitCode {
    let is_there = report.files.iter().any(|file| file.bytes.is_some());
    match verdict::of_findings(&report.findings) {
        ExitCode::Fine if !is_there && report.uses.is_empty() => ExitCode::No,
        code => code,
    }
}
