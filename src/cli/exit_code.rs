//! The exit codes: one table for all commands, printed in the help of each.

use std::fmt::Write as _;
use std::process;

/// How a command ended. Scripts rely on these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Done, and the answer is "fine".
    Fine = 0,
    /// No result at all.
    NoResult = 1,
    /// Usage or configuration; also clap's own code.
    Usage = 2,
    /// Done, and the answer is "no".
    No = 3,
    /// Done, and the answer is "not known", or a part could not be read, or a deletion was refused.
    NotKnown = 4,
    /// A deletion was applied in part.
    AppliedInPart = 5,
    /// The plan has items; only where that was asked for.
    PlanHasItems = 10,
    /// SIGINT. A shell makes this number from the signal, which the program leaves to the system; where it has something to
    /// finish first, it ends with the number itself.
    Interrupted = 130,
    /// SIGTERM, likewise.
    Terminated = 143,
}

/// Numbers and meanings, as the documentation has them.
const TABLE: [(&str, &str); 8] = [
    ("0", "done, and the answer is \"fine\""),
    ("1", "no result at all (storage, permissions, internal)"),
    ("2", "usage or configuration"),
    (
        "3",
        "done, and the answer is \"no\": incompatible, needs a flag that was not given, partial and not accepted, \
         damaged, unreadable, nothing found",
    ),
    (
        "4",
        "done, and the answer is \"not known\"; or part of what was asked could not be read (results are shown); or a \
         deletion was refused because something could not be proven",
    ),
    ("5", "a deletion was applied in part; run it again to resume"),
    ("10", "`gc plan --detailed-exitcode` only: the plan has items"),
    ("130, 143", "interrupted; nothing is left half-done that a second run does not finish"),
];

/// Columns of the table in a help text.
const WIDTH: usize = 96;

/// Width of the column with the numbers.
const NUMBERS: usize = 10;

/// The table as it stands at the end of each help text.
#[must_use]
pub fn help() -> String {
    let mut text = "Exit codes:".to_owned();
    for (numbers, meaning) in TABLE {
        let mut line = format!("\n  {numbers:<NUMBERS$}");
        for word in meaning.split(' ') {
            if line.len() + word.len() > WIDTH {
                text.push_str(line.trim_end());
                line = format!("\n{:1$}", "", NUMBERS + 2);
            }
            // Writing to a string does not fail.
            let _ = write!(line, "{word} ");
        }
        text.push_str(line.trim_end_matches(' '));
    }
    text
}

impl From<ExitCode> for process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_row_and_every_row_a_code() {
        let codes = [
            ExitCode::Fine,
            ExitCode::NoResult,
            ExitCode::Usage,
            ExitCode::No,
            ExitCode::NotKnown,
            ExitCode::AppliedInPart,
            ExitCode::PlanHasItems,
            ExitCode::Interrupted,
            ExitCode::Terminated,
        ];
        let rows = TABLE.iter().flat_map(|(numbers, _)| numbers.split(", "));
        let rows: Vec<String> = rows.map(ToOwned::to_owned).collect();
        assert_eq!(codes.map(|code| (code as u8).to_string()).to_vec(), rows);
    }

    #[test]
    fn the_help_fits_its_width() {
        assert!(help().lines().all(|line| line.len() <= WIDTH));
    }
}
