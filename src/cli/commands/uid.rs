//! `keepoint uid`: from uids to operator ids, and back.

use crate::cli::args::UidArguments;
use crate::cli::commands::verdict;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::{names, settings, write_result};
use crate::identify::{answer, committers_of, operator_id_of, parse_operator_id};
use crate::render;
use crate::report::{Finding, Severity, UidAnswer, UidReport, UidSource};

/// Runs the command.
pub fn run(arguments: &UidArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, session.environment)?;
    let report = if arguments.find.is_empty() { hashes(arguments)? } else { find(arguments, session)? };
    write_result(|out| render::uid(&report, format, out))?;
    Ok(verdict::of_findings(&report.findings))
}

fn hashes(arguments: &UidArguments) -> Result<UidReport, Failure> {
    if arguments.names.iter().any(String::is_empty) {
        return Err(Failure::Usage {
            message: "a uid is empty".to_owned(),
            hint: "give the text that the program passes to uid(…)".to_owned(),
        });
    }
    let committers = |uid: &String| if arguments.sinks { committers_of(uid).to_vec() } else { Vec::new() };
    let uids = arguments.names.iter().flat_map(|uid| [uid.clone()].into_iter().chain(committers(uid)));
    let answers = uids.map(|uid| UidAnswer {
        operator_id: operator_id_of(&uid).to_string(),
        uid: Some(uid),
        uid_source: Some(UidSource::Given.into()),
        auto_generated: Some(false),
        ..UidAnswer::default()
    });
    Ok(UidReport { answers: answers.collect(), ..UidReport::stamped() })
}

fn find(arguments: &UidArguments, session: &Session<'_>) -> Result<UidReport, Failure> {
    let ids = arguments.find.iter().map(|text| {
        parse_operator_id(text).ok_or_else(|| Failure::Usage {
            message: format!("--find {text:?}: not an operator id"),
            hint: "an operator id has 32 hexadecimal digits, as `keepoint inspect` shows it".to_owned(),
        })
    });
    let ids = ids.collect::<Result<Vec<_>, _>>()?;
    let mut sources = names::read(&arguments.sources, &arguments.snapshot, session)?;
    let (answers, mut findings) = answer(&ids, &mut sources);
    // Where something was not read, it is not known whether the uid is there.
    let is_unread = findings.iter().any(|finding| finding.severity() == Severity::Unknown);
    let severity = if is_unread { Severity::Unknown } else { Severity::Error };
    let without = answers.iter().filter(|answer| answer.uid.is_none() && answer.auto_generated.is_none());
    let not_found = without.map(|answer| Finding {
        code: "UID_NOT_FOUND".to_owned(),
        severity: severity.into(),
        operator_id: Some(answer.operator_id.clone()),
        message: "no uid was found that has this hash, and nothing proves that it was generated".to_owned(),
        action: Some("give more sources: `--jar`, `--uids`, `--plan`, `--snapshot`".to_owned()),
        ..Finding::default()
    });
    findings.extend(not_found.collect::<Vec<_>>());
    Ok(UidReport { answers, findings, ..UidReport::stamped() })
}
