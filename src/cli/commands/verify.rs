//! `keepoint verify`: whether the files of snapshots are there.

use chrono::Utc;

use super::{roots, verdict};
use crate::cli::args::VerifyArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::settings;
use crate::cli::write_result;
use crate::list::ScanOptions;
use crate::render;
use crate::report::{SnapshotStatus, VerifyReport};
use crate::verify::{VerifyOptions, verify};

/// Runs the command.
pub fn run(arguments: &VerifyArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, session.environment)?;
    let options = VerifyOptions {
        scan: ScanOptions { as_of: Utc::now(), checkpoint_timeout: roots::CHECKPOINT_TIMEOUT },
        relocations: settings::relocations(&arguments.relocations)?,
        deep: arguments.deep,
        read_through: arguments.read_through,
    };
    let places = roots::without_nested(roots::places(&arguments.roots)?);
    let opened = roots::open(&places, session)?;
    let mut report = {
        let progress = roots::progress(session);
        verify(&opened, &session.stores, &options, session.handle(), &*progress)
    };
    if report.snapshots.is_empty() {
        roots::all_unread(&report.findings, &places)?;
    }
    report.roots = places.iter().map(ToString::to_string).collect();
    write_result(|out| render::verify(&report, format, out))?;
    Ok(verdict(&report))
}

/// That nothing is there to verify is "no", unless something could not be read.
fn verdict(report: &VerifyReport) -> ExitCode {
    let unread = report.totals.and_then(|totals| totals.directories_unread).unwrap_or(0);
    let is_snapshot =
        |status| !matches!(status, SnapshotStatus::Cleared | SnapshotStatus::InProgress | SnapshotStatus::Incomplete);
    match verdict::of_findings(&report.findings) {
        ExitCode::Fine if unread > 0 => ExitCode::NotKnown,
        ExitCode::Fine if !report.snapshots.iter().any(|snapshot| is_snapshot(snapshot.status())) => ExitCode::No,
        code => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{VerifiedSnapshot, VerifyTotals};

    #[test]
    fn nothing_to_verify_is_no_unless_a_directory_could_not_be_read() {
        let report = |status: Option<SnapshotStatus>, unread| VerifyReport {
            snapshots: status
                .map(|status| VerifiedSnapshot { status: status.into(), ..VerifiedSnapshot::default() })
                .into_iter()
                .collect(),
            totals: Some(VerifyTotals { directories_unread: Some(unread), ..VerifyTotals::default() }),
            ..VerifyReport::default()
        };
        assert_eq!(verdict(&report(Some(SnapshotStatus::Completed), 0)), ExitCode::Fine);
        assert_eq!(verdict(&report(Some(SnapshotStatus::Completed), 1)), ExitCode::NotKnown);
        assert_eq!(verdict(&report(None, 0)), ExitCode::No);
        assert_eq!(verdict(&report(Some(SnapshotStatus::Cleared), 0)), ExitCode::No);
        assert_eq!(verdict(&report(Some(SnapshotStatus::InProgress), 0)), ExitCode::No);
        assert_eq!(verdict(&report(None, 1)), ExitCode::NotKnown);
    }
}
