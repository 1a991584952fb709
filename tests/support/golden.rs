//! Golden files: what was written once and reviewed is compared with what is written now.
//!
//! `KEEPOINT_BLESS=1 cargo test` writes all of them anew; the review is the diff in version control.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Compares with the golden file, or writes it when that was asked for; the error is readable.
pub(crate) fn compare(golden: &Path, actual: &[u8]) -> Result<(), String> {
    if std::env::var_os("KEEPOINT_BLESS").is_some_and(|value| value == "1") {
        return fs::write(golden, actual).map_err(|error| format!("{}: {error}", golden.display()));
    }
    let expected =
        fs::read(golden).map_err(|error| format!("{}: {error}; KEEPOINT_BLESS=1 writes it", golden.display()))?;
    if expected == actual {
        return Ok(());
    }
    let expected = String::from_utf8_lossy(&expected);
    let actual = String::from_utf8_lossy(actual);
    Err(format!("{}:\n{}", golden.display(), difference(&expected, &actual)))
}

/// Panics with all failures at once, so that one run shows them all.
pub(crate) fn report(failures: &[String]) {
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// The lines that differ, without those that both begin and end with.
fn difference(expected: &str, actual: &str) -> String {
    let expected: Vec<&str> = expected.split_inclusive('\n').collect();
    let actual: Vec<&str> = actual.split_inclusive('\n').collect();
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let start = expected.iter().zip(&actual).take_while(same).count();
    let (expected, actual) = (&expected[start..], &actual[start..]);
    let end = expected.iter().rev().zip(actual.iter().rev()).take_while(same).count();
    let mut text = format!("  from line {}:\n", start + 1);
    for (sign, lines) in [('-', expected), ('+', actual)] {
        for line in &lines[..lines.len() - end] {
            let line = line.escape_debug();
            writeln!(text, "  {sign} {line}").expect("a string takes everything");
        }
    }
    text
}
