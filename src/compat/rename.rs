//! Operators that probably go on under another uid: unmatched ones of the snapshot beside new ones of the job.
//!
//! A guess, and called one: it is made only where one candidate stands out by its states, or where nothing is known of states by its name.

use std::collections::BTreeSet;

use super::mapping::{Fate, Mapping};
use super::source::{RestoreSource, SourceOperator};
use super::target::{OperatorPlace, Target, TargetOperator};

/// A probable rename.
pub(super) struct Rename {
    /// Position of the operator in the snapshot.
    pub(super) source: usize,
    /// The operator of the job.
    pub(super) place: OperatorPlace,
    /// Why it is probable.
    pub(super) evidence: String,
}

pub(super) fn of(source: &RestoreSource<'_>, target: &Target, mapping: &Mapping) -> Vec<Rename> {
    let unmatched = source.operators.iter().enumerate();
    let unmatched = unmatched
        .filter(|(at, each)| matches!(mapping.fate(*at), Fate::Unmatched | Fate::Uncertain) && each.has_own_state);
    let unmatched: Vec<_> = unmatched.collect();
    let mut found: Vec<Rename> = Vec::new();
    for (position, operator) in &unmatched {
        let new = mapping.new.iter().filter_map(|place| Some((*place, target.operator(*place)?)));
        let mut likely = new.filter_map(|(place, each)| Some((place, likeness(operator, each)?)));
        // Two candidates are none.
        if let (Some((place, evidence)), None) = (likely.next(), likely.next()) {
            found.push(Rename { source: *position, place, evidence });
        }
    }
    let places: Vec<_> = found.iter().map(|each| each.place).collect();
    found.retain(|each| places.iter().filter(|place| **place == each.place).count() == 1);
    found
}

/// Why two operators may be the same; `None` where nothing says so.
fn likeness(before: &SourceOperator, after: &TargetOperator) -> Option<String> {
    let Some(states) = after.states.as_ref().filter(|states| !states.entries.is_empty()) else {
        let same_name = before.facts.name.is_some() && before.facts.name == after.name;
        return same_name.then(|| format!("both are called {:?}", before.label()));
    };
    let one: BTreeSet<_> = before.facts.states.iter().map(|state| (state.scope, state.name.as_str())).collect();
    let other: BTreeSet<_> = states.entries.iter().map(|state| (state.scope, state.name.as_str())).collect();
    if one.is_empty() || !(one.is_subset(&other) || other.is_subset(&one)) {
        return None;
    }
    let names: Vec<_> = one.intersection(&other).map(|(_, name)| *name).collect();
    Some(format!("both have the states {}", names.join(", ")))
}
