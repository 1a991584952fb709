//! `keepoint state`: the values of one state.

use std::io;
use std::ops::ControlFlow;

use super::inspect::fetch;
use super::no_result;
use crate::cli::args::StateArguments;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::settings;
use crate::cli::write_result;
use crate::identify::operator_id_of;
use crate::state_data::{Streams, ValuesError, ValuesSummary, values};

/// Runs the command.
pub fn run(arguments: &StateArguments, session: &Session<'_>) -> Result<ExitCode, Failure> {
    let pointer = settings::place(&arguments.snapshot)?;
    let relocations = settings::relocations(&arguments.relocations)?;
    let loaded = fetch(session, &pointer)?;
    let streams = Streams::new(&session.stores, &loaded.directory, &relocations);
    // Metadata before version 5 has no uids: there the id is what tells, which is the hash of the uid.
    let by_hash = operator_id_of(&arguments.operator).to_string();
    let mut outcome = Ok(ValuesSummary::default());
    write_result(|out| {
        let mut left = arguments.limit;
        let mut written = Ok(());
        let mut show = |line: serde_json::Value| {
            if left == Some(0) {
                return ControlFlow::Break(());
            }
            left = left.map(|left| left - 1);
            written = writeln!(out, "{line}");
            if written.is_err() || left == Some(0) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut ask = |operator: &str| {
            let question = (operator, arguments.name.as_str(), arguments.key.as_deref());
            session.block_on(values(&loaded.bytes, &streams, question, &mut show))
        };
        outcome = match ask(&arguments.operator) {
            Err(unknown @ ValuesError::NoOperator { .. }) => match ask(&by_hash) {
                Err(ValuesError::NoOperator { .. }) => Err(unknown),
                known => known,
            },
            known => known,
        };
        written.map_err(|error: io::Error| error)
    })?;
    match outcome {
        Ok(summary) if summary.undecoded > 0 => Ok(ExitCode::NotKnown),
        Ok(_) => Ok(ExitCode::Fine),
        Err(error) => Err(failure(error)),
    }
}

fn failure(error: ValuesError) -> Failure {
    let hint = |text: &str| Some(text.to_owned());
    match error {
        ValuesError::NoOperator { .. } => {
            Failure::NothingFound { hint: hint("`keepoint inspect` shows ids, uids and names"), error: Box::new(error) }
        }
        ValuesError::NoState { .. } => {
            Failure::NothingFound { hint: hint("`keepoint inspect --output wide` shows names"), error: Box::new(error) }
        }
        ValuesError::Operators(_) => {
            Failure::Usage { message: error.to_string(), hint: "give one of these ids with --operator".to_owned() }
        }
        ValuesError::OwnFormat(_) | ValuesError::Bytes { .. } => {
            Failure::NotKnown { hint: None, error: Box::new(error) }
        }
        ValuesError::Read(_) => no_result(hint("`--relocate` says where files of a copy are"), error),
        ValuesError::Metadata(_) => no_result(hint("`keepoint inspect` says what is wrong with it"), error),
    }
}
