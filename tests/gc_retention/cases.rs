//! A file of `tests/gc_retention/cases/` is a case: its name says policy and what follows, its text is policy, clock, snapshots and what
//! is expected of each. `KEEPOINT_BLESS=1 cargo test` writes the last part anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use keepoint::gc::retention::retain;

use crate::golden;
use crate::written;

#[test]
fn every_case_is_judged_as_expected() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gc_retention/cases");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(directory).expect("there are cases").map(|entry| entry.expect("a file").path()).collect();
    cases.sort();
    assert!(cases.len() >= 30, "only {} cases", cases.len());
    let failures = cases.iter().filter_map(|case| {
        let text = fs::read_to_string(case).expect("a readable case");
        let given = text.split_once("\nexpected\n").map_or(text.trim_end(), |(given, _)| given);
        golden::compare(case, format!("{given}\nexpected\n{}", judged(given)).as_bytes()).err()
    });
    golden::report(&failures.collect::<Vec<_>>());
}

/// Verdicts in the order of the snapshots.
fn judged(given: &str) -> String {
    let (mut section, mut policy, mut now, mut snapshots) = ("", Vec::new(), None, Vec::new());
    for line in given.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        match (line.strip_prefix("  "), section) {
            (None, _) => match line.split_once(' ') {
                Some(("now", text)) => now = Some(written::time(text)),
                _ => section = line,
            },
            (Some(line), "policy") => policy.push(line),
            (Some(line), "snapshots") => snapshots.push(line),
            (Some(_), other) => panic!("{other:?} is no section"),
        }
    }
    let members = written::members(&snapshots);
    let verdicts = written::policy(&policy).and_then(|policy| retain(&policy, &members, now.expect("a clock")));
    let verdicts = match verdicts {
        Ok(verdicts) => verdicts,
        Err(error) => return format!("  refused: {error}\n"),
    };
    snapshots.iter().zip(verdicts).fold(String::new(), |mut text, (line, verdict)| {
        let name = line.split_whitespace().next().expect("a name");
        let (word, why) = match verdict.retired {
            Some(why) => ("goes ", vec![why]),
            None => ("stays", verdict.keeps),
        };
        for (index, why) in why.iter().enumerate() {
            let start = if index == 0 { format!("{name} {word}") } else { " ".repeat(name.len() + 6) };
            writeln!(text, "  {start} {why}").expect("a string takes everything");
        }
        text
    })
}
