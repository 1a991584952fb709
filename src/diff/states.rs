//! States of an operator that both snapshots have.

use std::collections::BTreeMap;

use super::operators::kind;
use super::types::{self, Difference};
use super::{Depth, Pair, count, worst};
use crate::report::{DiffChange, DiffCounts, Operator, State, StateDiff, StateScope};

/// States with one scope and name, of the first snapshot and of the second one. Broadcast state may be called as list state is.
type Named<'r> = (Vec<&'r State>, Vec<&'r State>);

/// The rows of an operator, and its numbers.
pub(super) fn compare(
    pair: &Pair<'_>,
    before: &Operator,
    after: &Operator,
    depth: Depth,
    counts: &mut DiffCounts,
) -> Vec<StateDiff> {
    let mut rows = Rows { pair, found: Vec::new(), incomplete: [before, after].map(|one| is_incomplete(one, depth)) };
    let mut by_name: BTreeMap<(i32, &str), Named<'_>> = BTreeMap::new();
    for state in seen(before, depth) {
        by_name.entry((state.scope, &state.name)).or_default().0.push(state);
    }
    for state in seen(after, depth) {
        by_name.entry((state.scope, &state.name)).or_default().1.push(state);
    }
    for (before, after) in by_name.into_values() {
        for pair in pairs(before, after) {
            let from = rows.found.len();
            match pair {
                (Some(before), Some(after)) => rows.both(before, after, depth),
                (Some(before), None) => rows.one(before, DiffChange::Removed),
                (None, Some(after)) => rows.one(after, DiffChange::Added),
                (None, None) => continue,
            }
            let found = rows.found.get(from..).unwrap_or_default();
            let change = match found {
                [row] => Some(row.change()),
                rows => worst(rows.iter().map(|row| row.change)),
            };
            count(counts, change);
        }
    }
    rows.say_what_is_incomplete();
    rows.found
}

/// Metadata alone names operator states, and only these.
fn seen(operator: &Operator, depth: Depth) -> impl Iterator<Item = &State> {
    operator.states.iter().filter(move |state| depth == Depth::States || state.scope() == StateScope::Operator)
}

fn is_incomplete(operator: &Operator, depth: Depth) -> bool {
    depth == Depth::States && operator.states_complete != Some(true)
}

/// One with one, or those of the same kind.
fn pairs<'r>(before: Vec<&'r State>, after: Vec<&'r State>) -> Vec<(Option<&'r State>, Option<&'r State>)> {
    if let ([one], [other]) = (before.as_slice(), after.as_slice()) {
        return vec![(Some(*one), Some(*other))];
    }
    let mut by_kind: BTreeMap<Option<i32>, (Option<&State>, Option<&State>)> = BTreeMap::new();
    for state in before {
        by_kind.entry(state.kind).or_default().0 = Some(state);
    }
    for state in after {
        by_kind.entry(state.kind).or_default().1 = Some(state);
    }
    by_kind.into_values().collect()
}

struct Rows<'r, 'p> {
    pair: &'p Pair<'r>,
    found: Vec<StateDiff>,
    /// Of the first operator and of the second one: not everything about its states is known.
    incomplete: [bool; 2],
}

impl Rows<'_, '_> {
    fn row(&self, change: DiffChange) -> StateDiff {
        let (operator_id, uid, operator_name) = self.pair.labels();
        StateDiff { operator_id, uid, operator_name, change: change.into(), ..StateDiff::default() }
    }

    fn of_state(&self, state: &State, change: DiffChange) -> StateDiff {
        StateDiff { state: Some(state.name.clone()), scope: Some(state.scope), ..self.row(change) }
    }

    /// A state that one snapshot has. Where not all of the other one is known, it may have it, too.
    fn one(&mut self, state: &State, change: DiffChange) {
        let [before, after] = self.incomplete;
        let is_added = change == DiffChange::Added;
        let unknown = if is_added { before } else { after };
        let mut row = self.of_state(state, if unknown { DiffChange::Unknown } else { change });
        let text = Some(described(state));
        if is_added {
            row.after = text;
        } else {
            row.before = text;
        }
        if unknown {
            let which = if is_added { "first" } else { "second" };
            row.reason = Some(format!("not all states of the {which} snapshot are known"));
        }
        self.found.push(row);
    }

    fn both(&mut self, before: &State, after: &State, depth: Depth) {
        let mut differences = Vec::new();
        let mut fact = |path: &str, before: Option<String>, after: Option<String>| match (before, after) {
            (Some(before), Some(after)) if before == after => {}
            (Some(before), Some(after)) => differences.push(Difference::changed(path, before, after)),
            (before, after) => differences.push(Difference {
                before,
                after,
                ..Difference::unknown(path, "not everything about the state was read or understood")
            }),
        };
        fact("kind", before.kind.map(|_| kind(before)), after.kind.map(|_| kind(after)));
        if depth == Depth::States {
            let ttl = |state: &State| state.ttl.map(|ttl| if ttl { "yes" } else { "no" }.to_owned());
            fact("ttl", ttl(before), ttl(after));
            let recovered = before.recovered == Some(true) || after.recovered == Some(true);
            let is_keyed = before.scope() == StateScope::Keyed;
            types::compare_optional("key", before.key.as_ref(), after.key.as_ref(), is_keyed, &mut differences);
            for (path, before, after) in
                [("namespace", &before.namespace, &after.namespace), ("value", &before.value, &after.value)]
            {
                types::compare_optional(path, before.as_ref(), after.as_ref(), recovered, &mut differences);
            }
        }
        for difference in differences {
            let change = if difference.reason.is_some() { DiffChange::Unknown } else { DiffChange::Changed };
            let Difference { path, before: was, after: is, reason } = difference;
            let row = StateDiff { path: Some(path), before: was, after: is, reason, ..self.of_state(after, change) };
            self.found.push(row);
        }
    }

    fn say_what_is_incomplete(&mut self) {
        let reason = match self.incomplete {
            [true, true] => "both snapshots",
            [true, false] => "the first snapshot",
            [false, true] => "the second snapshot",
            [false, false] => return,
        };
        let reason = Some(format!("there may be states in {reason} that were not read or not understood"));
        self.found.push(StateDiff { reason, ..self.row(DiffChange::Unknown) });
    }
}

/// "map, Map<Long, String>".
fn described(state: &State) -> String {
    match &state.value {
        Some(value) => format!("{}, {}", kind(state), value.text),
        None => kind(state),
    }
}
