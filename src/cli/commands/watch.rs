//! `--watch`: the same question again and again.

use std::time::Duration;
use std::{iter, thread};

use crate::cli::Reader;
use crate::cli::exit_code::ExitCode;
use crate::cli::failure::Failure;

/// How an answer was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Round {
    /// What the command would end with after this answer.
    pub(super) code: ExitCode,
    /// Whether anybody is there to read the next one.
    pub(super) reader: Reader,
}

/// A tick each time that so much time has passed; it ends with the process.
pub(super) fn every(interval: Duration) -> impl Iterator<Item = ()> {
    iter::repeat_with(move || thread::sleep(interval))
}

/// Answers once, and again at each tick for as long as anybody reads.
///
/// A first answer that fails ends the command. Later ones are told and tried again: what is away for a moment comes back.
pub(super) fn watch(
    ticks: impl Iterator<Item = ()>,
    mut answer: impl FnMut() -> Result<Round, Failure>,
    mut tell: impl FnMut(&Failure),
) -> Result<ExitCode, Failure> {
    let mut last = answer()?;
    let mut ticks = ticks;
    while last.reader == Reader::There && ticks.next().is_some() {
        match answer() {
            Ok(round) => last = round,
            Err(failure @ Failure::Output(_)) => return Err(failure),
            Err(failure) => tell(&failure),
        }
    }
    Ok(last.code)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    const FINE: Round = Round { code: ExitCode::Fine, reader: Reader::There };

    fn away() -> Failure {
        Failure::NoResult { error: "away".into(), hint: None }
    }

    /// Watches for so many ticks; gives the outcome, the number of answers and the number of failures that were told.
    fn run(
        ticks: usize,
        mut answer: impl FnMut(usize) -> Result<Round, Failure>,
    ) -> (Result<ExitCode, Failure>, usize, usize) {
        let (mut answers, mut told) = (0, 0);
        let answer = || {
            answers += 1;
            answer(answers)
        };
        let outcome = watch(iter::repeat_n((), ticks), answer, |_| told += 1);
        (outcome, answers, told)
    }

    #[test]
    fn there_is_one_answer_before_the_first_tick_and_one_after_each() {
        let (outcome, answers, told) = run(3, |_| Ok(FINE));
        assert!(matches!(outcome, Ok(ExitCode::Fine)));
        assert_eq!((answers, told), (4, 0));
    }

    #[test]
    fn the_last_answer_decides_the_code() {
        let (outcome, ..) = run(1, |answer| Ok(Round { code: [ExitCode::Fine, ExitCode::No][answer - 1], ..FINE }));
        assert!(matches!(outcome, Ok(ExitCode::No)));
    }

    #[test]
    fn it_ends_when_the_reader_has_gone() {
        let (outcome, answers, _) = run(9, |_| Ok(Round { reader: Reader::Gone, ..FINE }));
        assert!(outcome.is_ok());
        assert_eq!(answers, 1);
    }

    #[test]
    fn a_first_answer_that_fails_ends_it_and_a_later_one_is_told() {
        let (outcome, answers, _) = run(9, |_| Err(away()));
        assert!(outcome.is_err());
        assert_eq!(answers, 1);
        let (outcome, answers, told) = run(2, |answer| if answer == 2 { Err(away()) } else { Ok(FINE) });
        assert!(matches!(outcome, Ok(ExitCode::Fine)));
        assert_eq!((answers, told), (3, 1));
    }

    #[test]
    fn output_that_cannot_be_written_ends_it() {
        let full = || Failure::Output(io::Error::other("no space left"));
        let (outcome, answers, told) = run(9, |answer| if answer == 2 { Err(full()) } else { Ok(FINE) });
        assert!(matches!(outcome, Err(Failure::Output(_))));
        assert_eq!((answers, told), (2, 0));
    }
}
