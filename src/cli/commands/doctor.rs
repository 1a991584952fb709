//! `keepoint doctor`: whether a place can be reached, and as whom.

use std::process;
use std::time::SystemTime;

use crate::cli::args::DoctorArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::settings;
use crate::cli::write_result;
use crate::doctor::examine;
use crate::render;
use crate::uri::StorageUri;

/// Runs the command.
pub fn run(arguments: &DoctorArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let format = settings::output(arguments.output, arguments.section, session.environment)?;
    let place = settings::place(&arguments.place)?;
    let prefix = arguments.probe_write.as_deref().map(settings::place).transpose()?;
    let probe = prefix.map(|prefix| own_file(&place, &prefix)).transpose()?;
    let report = session.block_on(examine(&session.stores, &place, probe.as_ref()));
    write_result(|out| render::doctor(&report, format, out))?;
    Ok(if report.has_failures() { ExitCode::No } else { ExitCode::Fine })
}

/// A name that nobody else has.
fn own_file(place: &StorageUri, prefix: &StorageUri) -> Result<StorageUri, Failure> {
    if !prefix.is_in_same_store(place) {
        return Err(Failure::Usage {
            message: format!("{prefix} is in another store than {place}"),
            hint: "name a directory in the store that is tried".to_owned(),
        });
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    Ok(prefix.child(&format!("keepoint-doctor-{}-{now}", process::id())))
}
