//! Making a schedule that fails as short as it can be.

use std::fmt::Write as _;

use crate::choices::Choices;
use crate::schedule::{Play, play_alone};

/// The invariant that decisions lead to the violation of, if they do.
fn violated(bytes: &[u8], how: Play) -> Option<&'static str> {
    let outcome = play_alone(&mut Choices::replayed(bytes), how);
    outcome.violations.first().map(|violation| violation.invariant)
}

/// Fewer and smaller decisions that violate the same invariant.
pub(crate) fn shrunk(bytes: &[u8], how: Play) -> Vec<u8> {
    let mut best = bytes.to_vec();
    let Some(invariant) = violated(&best, how) else { return best };
    let fails = |bytes: &[u8]| violated(bytes, how) == Some(invariant);
    loop {
        let before = best.clone();
        let mut length = best.len().next_power_of_two();
        while length > 0 {
            let mut start = 0;
            while start < best.len() {
                let end = (start + length).min(best.len());
                let shorter: Vec<u8> = best[..start].iter().chain(&best[end..]).copied().collect();
                let mut duller = best.clone();
                duller[start..end].fill(0);
                if fails(&shorter) {
                    best = shorter;
                } else if duller != best && fails(&duller) {
                    best = duller;
                    start = end;
                } else {
                    start = end;
                }
            }
            length /= 2;
        }
        while best.last() == Some(&0) && fails(&best[..best.len() - 1]) {
            best.pop();
        }
        if best == before {
            return best;
        }
    }
}

/// A failing schedule, for whoever has to understand it.
pub(crate) fn told(seed: u64, bytes: &[u8], how: Play) -> String {
    let best = shrunk(bytes, how);
    let outcome = play_alone(&mut Choices::replayed(&best), Play { tells: true, ..how });
    let mut text = format!("schedule {seed} fails\n");
    for line in &outcome.diary {
        let _ = writeln!(text, "  {line}");
    }
    for violation in &outcome.violations {
        let _ = writeln!(text, "{}: {}", violation.invariant, violation.what);
    }
    let hex: String = best.iter().map(|byte| format!("{byte:02x}")).collect();
    let _ = writeln!(text, "a file for tests/gc_model/replays: {hex}");
    text
}
