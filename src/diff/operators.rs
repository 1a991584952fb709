//! Which operators are the same, and what became of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Depth, growth, location};
use crate::report::{
    DiffChange, Finding, InspectReport, Operator, OperatorDiff, Severity, State, StateKind, Type, ValueName,
};

/// States that evidence names before it only counts.
const STATES_SHOWN: usize = 5;

/// An operator of both snapshots, or of one.
pub(super) struct Pair<'r> {
    pub(super) before: Option<&'r Operator>,
    pub(super) after: Option<&'r Operator>,
    /// What the guess rests on that they are one, although their ids differ.
    pub(super) evidence: Option<String>,
}

impl<'r> Pair<'r> {
    /// The operator by which rows are known: that of the second snapshot, where it has one.
    pub(super) fn named(&self) -> Option<&'r Operator> {
        self.after.or(self.before)
    }

    /// Id, uid and name for rows. A uid belongs to its id: where one release did not record it, the other one tells.
    pub(super) fn labels(&self) -> (String, Option<String>, Option<String>) {
        let Some(named) = self.named() else { return <_>::default() };
        let same = self.before.filter(|before| before.operator_id == named.operator_id);
        let uid = named.uid.clone().or_else(|| same?.uid.clone());
        let name = named.name.clone().or_else(|| same?.name.clone());
        (named.operator_id.clone(), uid, name)
    }
}

/// All operators of both snapshots.
pub(super) struct Matched<'r> {
    /// By the id in the second snapshot, where there is one.
    pub(super) pairs: Vec<Pair<'r>>,
    /// Operators that several others could be: ids only in the first snapshot, ids only in the second one.
    several: Vec<Alike<'r>>,
}

/// Operators with the same states, of the first snapshot and of the second one.
type Alike<'r> = (Vec<&'r Operator>, Vec<&'r Operator>);

impl<'r> Matched<'r> {
    pub(super) fn of(before: &'r InspectReport, after: &'r InspectReport, depth: Depth) -> Self {
        let mut by_id: BTreeMap<&str, (Option<&Operator>, Option<&Operator>)> = BTreeMap::new();
        for operator in &before.operators {
            by_id.entry(&operator.operator_id).or_default().0 = Some(operator);
        }
        for operator in &after.operators {
            by_id.entry(&operator.operator_id).or_default().1 = Some(operator);
        }
        let mut matched = Self { pairs: Vec::new(), several: Vec::new() };
        let mut guessed: HashSet<&str> = HashSet::new();
        // Without types every source is like every other one: a guess would be worth nothing.
        if depth == Depth::States {
            let (one, other) = (connectors(before), connectors(after));
            let mut alike: BTreeMap<_, Alike<'_>> = BTreeMap::new();
            for pair in by_id.values() {
                match pair {
                    (Some(operator), None) => {
                        let Some(signature) = signature(operator, &one) else { continue };
                        alike.entry(signature).or_default().0.push(operator);
                    }
                    (None, Some(operator)) => {
                        let Some(signature) = signature(operator, &other) else { continue };
                        alike.entry(signature).or_default().1.push(operator);
                    }
                    _ => {}
                }
            }
            for alike in alike.into_values() {
                matched.guess(alike, &mut guessed);
            }
        }
        let rest = by_id.into_iter().filter(|(id, _)| !guessed.contains(id));
        matched.pairs.extend(rest.map(|(_, (before, after))| Pair { before, after, evidence: None }));
        matched.pairs.sort_by(|one, other| {
            let id = |pair: &Pair<'r>| pair.named().map(|operator| operator.operator_id.as_str());
            id(one).cmp(&id(other))
        });
        matched
    }

    /// Pairs operators with the same states, where there is only one way to do it: one on each side, or of several those with a name of
    /// their own.
    fn guess(&mut self, (before, after): Alike<'r>, guessed: &mut HashSet<&'r str>) {
        if before.is_empty() || after.is_empty() {
            return;
        }
        let mut pair = |one: &'r Operator, other: &'r Operator| {
            guessed.extend([one.operator_id.as_str(), other.operator_id.as_str()]);
            let evidence = Some(evidence(one, other));
            self.pairs.push(Pair { before: Some(one), after: Some(other), evidence });
        };
        if let ([one], [other]) = (before.as_slice(), after.as_slice()) {
            pair(one, other);
            return;
        }
        let mut by_name: BTreeMap<&str, Alike<'r>> = BTreeMap::new();
        let name = |operator: &'r Operator| operator.name.as_deref().unwrap_or_default();
        for operator in before {
            by_name.entry(name(operator)).or_default().0.push(operator);
        }
        for operator in after {
            by_name.entry(name(operator)).or_default().1.push(operator);
        }
        let mut left: Alike<'r> = Alike::default();
        for (name, (before, after)) in by_name {
            match (before.as_slice(), after.as_slice()) {
                ([one], [other]) if !name.is_empty() => pair(one, other),
                _ => {
                    left.0.extend(before);
                    left.1.extend(after);
                }
            }
        }
        if !left.0.is_empty() && !left.1.is_empty() {
            self.several.push(left);
        }
    }

    /// Says of which operators nobody can tell which one was renamed to which.
    pub(super) fn ambiguous(&self, after: &InspectReport) -> Vec<Finding> {
        let finding = |(before, after_ones): &Alike<'_>| Finding {
            code: "OPERATOR_RENAME_AMBIGUOUS".to_owned(),
            severity: Severity::Info.into(),
            location: location(after.snapshot.as_ref()),
            message: format!(
                "{} operators that are gone and {} that are new have the same states; which one is which is not guessed",
                before.len(),
                after_ones.len()
            ),
            evidence: Some(format!("gone: {}; new: {}", ids(before), ids(after_ones))),
            action: Some("if they were renamed, compare their places in the two programs".to_owned()),
            ..Finding::default()
        };
        self.several.iter().map(finding).collect()
    }
}

fn ids(operators: &[&Operator]) -> String {
    operators.iter().map(|operator| operator.operator_id.as_str()).collect::<Vec<_>>().join(", ")
}

/// The connectors of operators.
fn connectors(report: &InspectReport) -> HashMap<&str, Option<i32>> {
    report.connectors.iter().map(|state| (state.operator_id.as_str(), state.connector)).collect()
}

/// What two operators must have in common to be taken for one: the names, kinds and types of their states, and the connector. `None` of an
/// operator without states, and of one of which something is not known.
fn signature(operator: &Operator, connectors: &HashMap<&str, Option<i32>>) -> Option<(Option<i32>, Vec<String>)> {
    if operator.states_complete != Some(true) || operator.states.is_empty() {
        return None;
    }
    let text = |described: &Option<Type>| described.as_ref().map(|described| described.text.clone());
    let state = |state: &State| {
        let types = (text(&state.key), text(&state.namespace), text(&state.value));
        format!("{:?}", (state.scope, &state.name, state.kind, types))
    };
    let mut states: Vec<String> = operator.states.iter().map(state).collect();
    states.sort_unstable();
    Some((connectors.get(operator.operator_id.as_str()).copied().flatten(), states))
}

/// "the same 2 states: count (value Long), seen (map Map<Long, String>); the same name".
fn evidence(before: &Operator, after: &Operator) -> String {
    let described = |state: &State| {
        let value = state.value.as_ref().map_or_else(String::new, |value| format!(" {}", value.text));
        format!("{} ({}{value})", state.name, kind(state))
    };
    let mut states: Vec<String> = after.states.iter().take(STATES_SHOWN).map(described).collect();
    let more = after.states.len() - states.len();
    if more > 0 {
        states.push(format!("{more} more"));
    }
    let mut parts = vec![format!("the same {} states: {}", after.states.len(), states.join(", "))];
    if before.name.is_some() && before.name == after.name {
        parts.push("the same name".to_owned());
    }
    if before.max_parallelism.is_some() && before.max_parallelism == after.max_parallelism {
        parts.push("the same max parallelism".to_owned());
    }
    parts.join("; ")
}

/// The kind of a state in words.
pub(super) fn kind(state: &State) -> String {
    let kind = state.kind.and_then(|kind| StateKind::try_from(kind).ok());
    kind.map_or("kind unknown", ValueName::value_name).replace('_', " ")
}

/// What was found about parts of an operator.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) states: Option<DiffChange>,
    pub(super) offsets: Option<DiffChange>,
    pub(super) sizes: bool,
}

/// The row of an operator; `None` when it is the same.
#[expect(clippy::needless_pass_by_value, reason = "it is made for this call")]
pub(super) fn compare(pair: &Pair<'_>, parts: Parts) -> Option<OperatorDiff> {
    let (operator_id, uid, name) = pair.labels();
    let mut row = OperatorDiff {
        operator_id,
        uid,
        name,
        evidence: pair.evidence.clone(),
        parallelism_before: pair.before.and_then(|operator| operator.parallelism),
        parallelism_after: pair.after.and_then(|operator| operator.parallelism),
        max_parallelism_before: pair.before.and_then(|operator| operator.max_parallelism),
        max_parallelism_after: pair.after.and_then(|operator| operator.max_parallelism),
        finished_before: pair.before.and_then(|operator| operator.finished),
        finished_after: pair.after.and_then(|operator| operator.finished),
        state_bytes_before: pair.before.map(|operator| operator.state_bytes),
        state_bytes_after: pair.after.map(|operator| operator.state_bytes),
        ..OperatorDiff::default()
    };
    let bytes = |bytes: Option<u64>| bytes.unwrap_or(0);
    row.growth = growth(bytes(row.state_bytes_before), bytes(row.state_bytes_after)).unwrap_or_default();
    let (Some(before), Some(after)) = (pair.before, pair.after) else {
        row.set_change(if pair.before.is_some() { DiffChange::Removed } else { DiffChange::Added });
        return Some(row);
    };
    let both_and_differ =
        |one: &Option<String>, other: &Option<String>| one.is_some() && other.is_some() && one != other;
    let both_finished = row.finished_before.is_some() && row.finished_after.is_some();
    let unlike = |part: Option<DiffChange>| part == Some(DiffChange::Changed);
    let what = [
        // A release that does not record uids does not say that there is none.
        ("uid", both_and_differ(&before.uid, &after.uid)),
        ("name", both_and_differ(&before.name, &after.name)),
        ("parallelism", before.parallelism != after.parallelism),
        ("max_parallelism", before.max_parallelism != after.max_parallelism),
        ("finished", both_finished && row.finished_before != row.finished_after),
        ("state_size", parts.sizes),
        ("states", unlike(parts.states)),
        ("offsets", unlike(parts.offsets)),
    ];
    row.what = what.iter().filter(|(_, differs)| *differs).map(|(name, _)| (*name).to_owned()).collect();
    row.previous_uid = before.uid.clone().filter(|_| both_and_differ(&before.uid, &after.uid));
    row.previous_name = before.name.clone().filter(|_| both_and_differ(&before.name, &after.name));
    if before.operator_id != after.operator_id {
        row.previous_operator_id = Some(before.operator_id.clone());
        row.set_change(DiffChange::Renamed);
    } else if !row.what.is_empty() {
        row.set_change(DiffChange::Changed);
    } else if parts.states.or(parts.offsets).is_some() {
        row.set_change(DiffChange::Unknown);
    } else {
        return None;
    }
    Some(row)
}
