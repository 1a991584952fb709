//! `keepoint check`: whether a job can be restored from a snapshot.

use chrono::Utc;

use super::{inspect::fetch, roots};
use crate::cli::args::CheckArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::{names, settings, targets, write_result};
use crate::compat::{self, Acceptance, CheckOptions, KeyedLayout, RestoreSource, Target};
use crate::discovery::LoadedMetadata;
use crate::identify::identify;
use crate::inspect::{examine, inspect_relocated};
use crate::list::ScanOptions;
use crate::references::Relocations;
use crate::render;
use crate::report::{CheckReport, InspectReport, Verdict};
use crate::state_data::{KeyGroupsLayout, Streams, layouts_of_key_groups};
use crate::states::{StatesOptions, add_states};
use crate::verify::{VerifyOptions, verify};

/// Runs the command.
pub fn run(arguments: &CheckArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::check_output(arguments.output, arguments.section, session.environment)?;
    let relocations = settings::relocations(&arguments.relocations)?;
    let options =
        CheckOptions { acceptance: acceptance(arguments)?, require: arguments.require, platform: arguments.platform };
    // What describes the job is read first: a mistake in it is found without waiting for the snapshot.
    let mut described = targets::read(&arguments.targets, arguments.job.as_deref(), &relocations, session)?;
    let loaded = fetch(session, &settings::place(&arguments.snapshot)?)?;
    let mut report = inspected(arguments, session, &loaded, &relocations)?;
    report.findings.extend(described.look_for(&report.operators));
    let described = described.target;
    let examined = examine(&loaded, &relocations, |metadata| {
        let streams = Streams::new(&session.stores, &loaded.directory, &relocations);
        let layouts = session.block_on(layouts_of_key_groups(metadata, &streams));
        let layouts = layouts.into_iter().map(|(operator, layout)| (operator, layout_of(layout))).collect();
        RestoreSource::of(metadata, &report, &layouts)
    });
    let check = match examined.contents {
        Ok((_, source)) => {
            let target = told(arguments, described.unwrap_or_else(|| compat::target::unchanged(&source)));
            compat::check(&source, &target, &options)
        }
        Err(_) => compat::unreadable(&report, &told(arguments, described.unwrap_or_default())),
    };
    write_result(|out| render::check(&check, format, out))?;
    Ok(exit_code(&check))
}

fn acceptance(arguments: &CheckArguments) -> Result<Acceptance, Failure> {
    let usage = |message: String| Failure::Usage {
        message,
        hint: "docs/rules/README.md lists the codes; `check --output json` writes a report that serves as a baseline"
            .to_owned(),
    };
    let mut acceptance = Acceptance::default();
    for code in &arguments.accept {
        acceptance.code(code).map_err(|error| usage(format!("--accept: {error}")))?;
    }
    if let Some(path) = &arguments.baseline {
        let place = path.display();
        let bytes = names::whole(path).map_err(|error| usage(format!("--baseline {place}: {error}")))?;
        acceptance.baseline(&bytes).map_err(|error| usage(format!("--baseline {place}: {error}")))?;
    }
    Ok(acceptance)
}

/// Everything that is known of the snapshot itself.
fn inspected(
    arguments: &CheckArguments,
    session: &Session<'_>,
    loaded: &LoadedMetadata,
    relocations: &Relocations,
) -> Result<InspectReport, Failure> {
    let mut report = inspect_relocated(loaded, relocations);
    let mut sources = names::read(&arguments.names, &[], session)?;
    report.findings.extend(identify(&mut report.operators, &loaded.file.to_string(), &mut sources));
    if !arguments.no_states {
        let options = StatesOptions { relocations: relocations.clone(), every_header: false };
        session.block_on(add_states(&mut report, loaded, &session.stores, &options));
    }
    if arguments.verify {
        let options = VerifyOptions {
            scan: ScanOptions { as_of: Utc::now(), checkpoint_timeout: roots::CHECKPOINT_TIMEOUT },
            relocations: relocations.clone(),
            deep: false,
            read_through: false,
        };
        let opened = roots::open(std::slice::from_ref(&loaded.directory), session)?;
        let progress = roots::progress(session);
        let verified = verify(&opened, &session.stores, &options, session.handle(), &*progress);
        let new =
            verified.findings.into_iter().filter(|finding| !report.findings.contains(finding)).collect::<Vec<_>>();
        report.findings.extend(new);
    }
    Ok(report)
}

fn layout_of(layout: KeyGroupsLayout) -> KeyedLayout {
    match layout {
        KeyGroupsLayout::Heap => KeyedLayout::Heap,
        KeyGroupsLayout::Full => KeyedLayout::Full,
    }
}

/// What the command line says counts before what a description says.
fn told(arguments: &CheckArguments, mut target: Target) -> Target {
    target.flink_version = arguments.flink_version.or(target.flink_version);
    target.backend.kind = arguments.state_backend.or(target.backend.kind);
    target.restore.claim_mode = arguments.claim_mode.or(target.restore.claim_mode);
    if arguments.allow_non_restored_state {
        target.restore.allow_non_restored_state = Some(true);
    }
    target
}

/// What was accepted is fine, and so is nothing but "compatible".
fn exit_code(report: &CheckReport) -> ExitCode {
    match report.verdict() {
        _ if report.accepted => ExitCode::Fine,
        Verdict::Compatible => ExitCode::Fine,
        Verdict::Incompatible | Verdict::NeedsFlag | Verdict::Partial => ExitCode::No,
        Verdict::Unknown | Verdict::Unspecified => ExitCode::NotKnown,
    }
}
