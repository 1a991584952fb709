//! The command line: from arguments to an exit code.
//!
//! Arguments are parsed into [`args`], resolved once into [`settings`], handed to one command, and the outcome becomes an
//! [`exit_code`]. Results go to standard output, everything else to standard error. What a command finds out belongs to
//! the module of its subject, and how it looks to [`crate::render`].

pub mod args;
pub mod commands;
pub mod confirm;
pub mod exit_code;
pub mod failure;
pub mod gc_settings;
pub mod names;
pub mod session;
pub mod settings;
pub mod signals;
pub mod storage_settings;
pub mod targets;

use std::ffi::OsString;
use std::io::{self, Write};

use args::{Arguments, Command, GcCommand, ManifestCommand, StorageArguments};
use exit_code::ExitCode;
use failure::Failure;
use session::Session;
use settings::Environment;

/// Parses the arguments, runs the command, reports a failure and says with which code to end.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match args::parse(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let is_answer = !error.use_stderr();
            // Nobody left to tell when this fails; the exit code still says it.
            let _ = error.print();
            return if is_answer { ExitCode::Fine } else { ExitCode::Usage };
        }
    };
    match run_command(&arguments, &Environment::of_process()) {
        Ok(code) => code,
        Err(failure) => {
            let _ = failure.write(&mut io::stderr().lock());
            failure.exit_code()
        }
    }
}

fn run_command(arguments: &Arguments, environment: &Environment) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::List(list) => in_session(&list.storage, environment, |session| commands::list::run(list, session)),
        Command::Inspect(inspect) => {
            in_session(&inspect.storage, environment, |session| commands::inspect::run(inspect, session))
        }
        Command::Diff(diff) => in_session(&diff.storage, environment, |session| commands::diff::run(diff, session)),
        Command::Check(check) => {
            in_session(&check.storage, environment, |session| commands::check::run(check, session))
        }
        Command::Manifest(manifest) => match &manifest.command {
            ManifestCommand::Init(init) => {
                in_session(&init.storage, environment, |session| commands::manifest::init(init, session))
            }
        },
        Command::State(state) => {
            in_session(&state.storage, environment, |session| commands::state::run(state, session))
        }
        Command::Uid(uid) => in_session(&uid.storage, environment, |session| commands::uid::run(uid, session)),
        Command::Doctor(doctor) => {
            in_session(&doctor.storage, environment, |session| commands::doctor::run(doctor, session))
        }
        Command::Verify(verify) => {
            in_session(&verify.storage, environment, |session| commands::verify::run(verify, session))
        }
        Command::Files(files) => {
            in_session(&files.storage, environment, |session| commands::files::run(files, session))
        }
        Command::Latest(latest) => {
            in_session(&latest.storage, environment, |session| commands::latest::run(latest, session))
        }
        Command::Gc(gc) => run_gc(&gc.command, environment),
        Command::Dispose(dispose) => {
            in_session(&dispose.storage, environment, |session| commands::gc::dispose::run(dispose, session))
        }
        Command::RestoreMetadata(restore) => {
            in_session(&restore.storage, environment, |session| commands::gc::restore_metadata::run(restore, session))
        }
        Command::Completions(completions) => commands::documents::completions(completions),
        Command::Man(man) => commands::documents::man(man),
    }
}

fn run_gc(command: &GcCommand, environment: &Environment) -> Result<ExitCode, Failure> {
    match command {
        GcCommand::Plan(plan) => {
            in_session(&plan.storage, environment, |session| commands::gc::plan::run(plan, session))
        }
        GcCommand::Show(show) => commands::gc::show::run(show, environment),
        GcCommand::Apply(apply) => {
            in_session(&apply.storage, environment, |session| commands::gc::apply::run(apply, session))
        }
        GcCommand::Run(run) => in_session(&run.storage, environment, |session| commands::gc::run::run(run, session)),
    }
}

/// Runs a command that reads storage.
fn in_session(
    arguments: &StorageArguments,
    environment: &Environment,
    command: impl FnOnce(&Session<'_>) -> Result<ExitCode, Failure>,
) -> Result<ExitCode, Failure> {
    let session = Session::new(arguments, environment)?;
    let outcome = command(&session);
    session.finish();
    outcome
}

/// Whoever reads standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Took everything.
    There,
    /// Has closed its end.
    Gone,
}

/// Writes a result to standard output. That the reader has gone, as in `keepoint … | head`, is a normal end.
fn write_result(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Reader, Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Ok(()) => Ok(Reader::There),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(Failure::Output(error)),
    }
}
