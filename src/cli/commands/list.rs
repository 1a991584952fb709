//! `keepoint list`: which snapshots there are.

use std::cell::Cell;
use std::io::{self, Write};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::watch::{self, Round};
use super::{roots, verdict};
use crate::cli::args::ListArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::settings;
use crate::cli::write_result;
use crate::flink_conf;
use crate::list::{self, ListOptions, Order, Retention, ScanOptions, Selection};
use crate::progress::Progress;
use crate::render::{self, GroupBy, ListSection, OutputFormat};
use crate::report::{Finding, ListReport};
use crate::storage;
use crate::uri::StorageUri;

/// No configuration of Flink comes near.
const LARGEST_CONFIGURATION: u64 = 16 << 20;

/// Clears the screen and what has scrolled out of it, and goes to its beginning.
const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// Runs the command.
pub fn run(arguments: &ListArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let environment = session.environment;
    let format = settings::output(arguments.output, arguments.section, environment)?;
    if arguments.watch.is_some() && format == OutputFormat::Protobuf {
        return Err(Failure::Usage {
            message: "--watch writes one report after the other, and protobuf has no end of a report".to_owned(),
            hint: "use `--output jsonl` or `--output json`".to_owned(),
        });
    }
    let question = Question::of(arguments, session)?;
    let view = View { format, group_by: arguments.group_by, on_terminal: environment.terminal_width.is_some() };
    let Some(interval) = arguments.watch else {
        return Ok(answer(&question, session, |report, out| view.write(report, out))?.code);
    };
    let is_first = Cell::new(true);
    watch::watch(
        watch::every(interval),
        || {
            let lead_in = view.lead_in(is_first.replace(false));
            answer(&question, session, |report, out| {
                out.write_all(lead_in.as_bytes())?;
                view.write(report, out)
            })
        },
        |failure| {
            // Nobody left to tell when this fails, and the next round may have better news.
            let _ = failure.write(&mut io::stderr().lock());
        },
    )
}

/// How a report is shown.
struct View {
    format: OutputFormat<ListSection>,
    group_by: GroupBy,
    on_terminal: bool,
}

impl View {
    fn write(&self, report: &ListReport, out: &mut dyn Write) -> io::Result<()> {
        render::list(report, self.group_by, self.format, out)
    }

    /// What separates a report from the one before it.
    fn lead_in(&self, is_first: bool) -> &'static str {
        match self.format {
            OutputFormat::Table(_) | OutputFormat::Wide(_) if self.on_terminal => CLEAR,
            OutputFormat::Table(_) | OutputFormat::Wide(_) if !is_first => "\n",
            _ => "",
        }
    }
}

/// What is asked, with everything that can be known before anything is searched.
struct Question {
    roots: Vec<StorageUri>,
    checkpoint_timeout: Duration,
    options: ListOptions,
    /// About the configuration.
    findings: Vec<Finding>,
}

impl Question {
    fn of(arguments: &ListArguments, session: &Session<'_>) -> Result<Self, Failure> {
        let mut roots = roots::places(&arguments.roots)?;
        let read = arguments.flink_conf.as_deref().map(|file| read_configuration(session, file)).transpose()?;
        if let Some(read) = &read {
            let conf = &read.conf;
            let directories = [&conf.checkpoint_directory, &conf.savepoint_directory].into_iter().flatten();
            roots.extend(directories.map(|setting| setting.value.clone()));
        }
        if roots.is_empty() {
            return Err(nowhere_to_search(arguments.flink_conf.as_deref(), read.as_ref()));
        }
        let conf = read.as_ref().map(|read| &read.conf);
        let configured_timeout = conf.map(|conf| conf.checkpoint_timeout.value);
        let retention = conf.and_then(|conf| {
            let directory = conf.checkpoint_directory.as_ref()?.value.clone();
            let (retained, is_default) = (conf.retained.value, conf.retained.is_default());
            Some(Retention { directory, retained, is_default })
        });
        Ok(Self {
            roots: roots::without_nested(roots),
            checkpoint_timeout: arguments
                .checkpoint_timeout
                .or(configured_timeout)
                .unwrap_or(roots::CHECKPOINT_TIMEOUT),
            options: ListOptions {
                selection: Selection {
                    jobs: arguments.jobs.clone(),
                    kinds: arguments.kinds.clone(),
                    statuses: arguments.statuses.clone(),
                    newer_than: arguments.newer_than,
                    older_than: arguments.older_than,
                    min_size: arguments.min_size,
                    max_size: arguments.max_size,
                },
                order: Order { key: arguments.sort, reversed: arguments.reverse },
                retention,
            },
            findings: read.map(|read| read.findings).unwrap_or_default(),
        })
    }
}

fn nowhere_to_search(file: Option<&str>, read: Option<&flink_conf::Read>) -> Failure {
    let invalid = read.and_then(|read| read.findings.iter().find(|finding| finding.code == "FLINK_CONF_VALUE_INVALID"));
    Failure::Usage {
        message: match (file, invalid) {
            (None, _) => "there is nothing to search".to_owned(),
            (Some(file), None) => format!("{file} sets neither a checkpoint directory nor a savepoint directory"),
            (Some(file), Some(invalid)) => format!("{file} has no directory that can be used: {}", invalid.message),
        },
        hint: "name one or more places, as in `keepoint list s3://bucket/flink`, or a configuration that does, by `--flink-conf`"
            .to_owned(),
    }
}

fn read_configuration(session: &Session<'_>, file: &str) -> Result<flink_conf::Read, Failure> {
    let file = settings::place(file)?;
    let unreadable = |error: storage::Error| {
        let hint = match error.kind() {
            storage::ErrorKind::IsDirectory => Some(format!(
                "name the file in it: {} or {}",
                flink_conf::STANDARD_FILE_NAME,
                flink_conf::LEGACY_FILE_NAME
            )),
            _ => error.hint(),
        };
        Failure::Usage { message: error.to_string(), hint: hint.unwrap_or_else(|| "check the file".to_owned()) }
    };
    let storage = session.stores.open(&file).map_err(unreadable)?;
    let read = session.block_on(storage.read_range(&file, 0..LARGEST_CONFIGURATION)).map_err(unreadable)?;
    if read.file_length > LARGEST_CONFIGURATION {
        let kind = storage::ErrorKind::TooLarge { length: read.file_length, limit: LARGEST_CONFIGURATION };
        return Err(unreadable(storage::Error::new("read", &file, kind)));
    }
    flink_conf::read(&String::from_utf8_lossy(&read.bytes), &file).map_err(|error| Failure::Usage {
        message: error.to_string(),
        hint: "Flink would not start with it either".to_owned(),
    })
}

/// Searches once and writes what was found.
fn answer(
    question: &Question,
    session: &Session<'_>,
    write: impl FnOnce(&ListReport, &mut dyn Write) -> io::Result<()>,
) -> Result<Round, Failure> {
    let as_of = Utc::now();
    let mut found = {
        let progress = roots::progress(session);
        scan(session, &question.roots, question.checkpoint_timeout, as_of, &*progress)?
    };
    found.findings.extend(question.findings.iter().cloned());
    found.roots = question.roots.iter().map(ToString::to_string).collect();
    let report = list::arrange(found, &question.options, as_of);
    let reader = write_result(|out| write(&report, out))?;
    Ok(Round { code: verdict(&report), reader })
}

/// That nothing is there is certain only if everything could be read.
fn verdict(report: &ListReport) -> ExitCode {
    let totals = report.totals.unwrap_or_default();
    match verdict::of_findings(&report.findings) {
        ExitCode::Fine if totals.directories_unread.is_some_and(|unread| unread > 0) => ExitCode::NotKnown,
        ExitCode::Fine if totals.found == 0 => ExitCode::No,
        code => code,
    }
}

/// Everything below the roots, in no order.
fn scan(
    session: &Session<'_>,
    roots: &[StorageUri],
    checkpoint_timeout: Duration,
    as_of: DateTime<Utc>,
    progress: &dyn Progress,
) -> Result<ListReport, Failure> {
    let opened = roots::open(roots, session)?;
    let options = ScanOptions { as_of, checkpoint_timeout };
    let found = list::collect(&opened, &options, session.handle(), progress);
    if found.snapshots.is_empty() {
        roots::all_unread(&found.findings, roots)?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ListTotals;

    #[test]
    fn nothing_found_is_no_unless_a_directory_could_not_be_read() {
        let report = |found, directories_unread| ListReport {
            totals: Some(ListTotals { found, directories_unread, ..ListTotals::default() }),
            ..ListReport::default()
        };
        assert_eq!(verdict(&report(0, Some(0))), ExitCode::No);
        assert_eq!(verdict(&report(7, None)), ExitCode::Fine);
        assert_eq!(verdict(&report(0, Some(1))), ExitCode::NotKnown);
        assert_eq!(verdict(&report(7, Some(1))), ExitCode::NotKnown);
    }

    #[test]
    fn only_tables_on_a_terminal_take_the_place_of_the_one_before() {
        let style = render::TableStyle { width: None, colour: false };
        let lead_in =
            |format, on_terminal, is_first| View { format, group_by: GroupBy::Job, on_terminal }.lead_in(is_first);
        assert_eq!(lead_in(OutputFormat::Table(style), true, true), CLEAR);
        assert_eq!(lead_in(OutputFormat::Table(style), false, true), "");
        assert_eq!(lead_in(OutputFormat::Wide(style), false, false), "\n");
        assert_eq!(lead_in(OutputFormat::Jsonl, true, false), "");
    }
}
