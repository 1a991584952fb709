//! States of operators that were found again, side by side.

use std::collections::BTreeMap;

use super::mapping::Mapping;
use super::schema::{self, Crossing, Resolution};
use super::source::RestoreSource;
use super::target::{OperatorPlace, Target, TargetStates};
use crate::report::{SchemaCompatibility, State, StateKind, StateScope};

/// A state by scope and name, on both sides.
pub(super) struct StatePair<'c> {
    /// Position of the operator in the snapshot.
    pub(super) source: usize,
    /// The operator that continues it.
    pub(super) place: OperatorPlace,
    /// Keyed or operator state.
    pub(super) scope: StateScope,
    /// Its name.
    pub(super) name: &'c str,
    /// In the snapshot.
    pub(super) before: Option<&'c State>,
    /// In the job.
    pub(super) after: Option<&'c State>,
    /// The keys of keyed state; of broadcast state those of the map.
    pub(super) key: Option<Resolution>,
    /// The namespace.
    pub(super) namespace: Option<Resolution>,
    /// The values, without a time of expiry.
    pub(super) value: Option<Resolution>,
}

/// Scope, whether it is broadcast state, and name.
type Identity<'c> = (i32, bool, &'c str);

/// In the snapshot and in the job.
type Sides<'c> = (Option<&'c State>, Option<&'c State>);

/// Whether a state is one of timers, which nobody declares: their types follow from key and namespace (`InternalTimeServiceManagerImpl`).
pub(super) fn is_timers(state: &str) -> bool {
    state.starts_with("_timer_state/")
}

pub(super) fn of<'c>(source: &'c RestoreSource<'_>, target: &'c Target, mapping: &Mapping) -> Vec<StatePair<'c>> {
    let crossing = Crossing {
        generations: target.flink_version.map(|to| to.is_of_a_later_generation(source.metadata_version)),
        is_unchanged: target.is_unchanged,
    };
    let mut pairs = Vec::new();
    if !source.states_read {
        return pairs;
    }
    for (position, place) in mapping.pairs() {
        let (Some(operator), Some(continued)) = (source.operators.get(position), target.operator(place)) else {
            continue;
        };
        let Some(states) = &continued.states else { continue };
        // Flink keeps broadcast state apart from lists, so that both may have one name (`DefaultOperatorStateBackend`).
        let mut by_name: BTreeMap<Identity<'_>, Sides<'_>> = BTreeMap::new();
        let identity = |state: &'c State| (state.scope, state.kind() == StateKind::Broadcast, state.name.as_str());
        for state in &operator.facts.states {
            by_name.entry(identity(state)).or_default().0 = Some(state);
        }
        for state in &states.entries {
            by_name.entry(identity(state)).or_default().1 = Some(state);
        }
        for ((_, _, name), (before, after)) in by_name {
            let Some(scope) = before.or(after).map(State::scope) else { continue };
            let mut pair = StatePair {
                source: position,
                place,
                scope,
                name,
                before,
                after,
                key: None,
                namespace: None,
                value: None,
            };
            pair.compare(states, crossing);
            pairs.push(pair);
        }
    }
    pairs
}

impl StatePair<'_> {
    /// Compares what both sides tell.
    fn compare(&mut self, states: &TargetStates, crossing: Crossing) {
        let Some(before) = self.before else { return };
        let Some(after) = self.after else { return };
        let compare = |path: &str, old: Option<&crate::report::Type>, new: Option<&crate::report::Type>| {
            Some(schema::resolve(path, &schema::without_ttl(old?), &schema::without_ttl(new?), crossing))
        };
        let of_all = if self.scope == StateScope::Keyed { states.key.as_ref() } else { None };
        self.key = compare("key", before.key.as_ref(), after.key.as_ref().or(of_all));
        self.namespace = compare("namespace", before.namespace.as_ref(), after.namespace.as_ref());
        self.value = compare("value", before.value.as_ref(), after.value.as_ref());
    }

    /// Whether it is one of timers.
    pub(super) fn is_timers(&self) -> bool {
        is_timers(self.name)
    }

    /// Values of the snapshot are read by a serializer that wrote other ones.
    pub(super) fn evolves(&self) -> bool {
        let outcome = self.value.as_ref().map(|resolution| resolution.outcome);
        matches!(outcome, Some(SchemaCompatibility::AfterMigration | SchemaCompatibility::Reconfigured))
    }

    /// Both sides have it.
    pub(super) fn is_in_both(&self) -> bool {
        self.before.is_some() && self.after.is_some()
    }

    /// What the snapshot says of its kind, if it does.
    pub(super) fn kind_before(&self) -> Option<StateKind> {
        self.before.filter(|state| state.kind.is_some()).map(State::kind)
    }

    /// What the job says of its kind, if it does.
    pub(super) fn kind_after(&self) -> Option<StateKind> {
        self.after.filter(|state| state.kind.is_some()).map(State::kind)
    }
}
