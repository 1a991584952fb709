//! From what was read of single headers to the states of operators, each once, and to what has to be said about them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::findings::{self, Place};
use super::plan::{ChangesSource, Plan};
use super::read::{Failure, GroupOutcome};
use super::streams::StreamPlace;
use super::understand::{Stopped, Understood};
use crate::inspect::KryoPath;
use crate::model::{OperatorId, StateBackendScope};
use crate::report::{Finding, InspectReport, State, StateHeaders, StateScope, Type};
use crate::uri::StorageUri;

/// A state is the same in all headers of an operator if these are: broadcast state may be called as list state is.
type Identity = (i32, String, Option<i32>);

/// What is known of an operator.
#[derive(Default)]
pub(super) struct Known {
    states: BTreeMap<Identity, State>,
    key: Option<Type>,
    /// States of which headers say different things.
    pub(super) differing: BTreeMap<Identity, (State, State)>,
    pub(super) kryo: BTreeMap<(i32, String), BTreeSet<KryoPath>>,
    pub(super) kryo_of_key: BTreeSet<KryoPath>,
    /// Serializers that ended the decoding of headers, and how many headers; with the first of these.
    pub(super) stopped: BTreeMap<(String, i32), StoppedHeaders>,
    /// Something about its states was not read or not understood.
    pub(super) incomplete: bool,
}

/// Headers that end in the same unknown serializer.
pub(super) struct StoppedHeaders {
    pub(super) first: Stopped,
    pub(super) found: usize,
    pub(super) recovered: usize,
    pub(super) headers: usize,
    pub(super) place: String,
}

/// Everything that is known.
pub(super) struct Gathered {
    pub(super) operators: BTreeMap<OperatorId, Known>,
    pub(super) headers: StateHeaders,
    /// What could not be read.
    failures: Vec<Finding>,
    /// The metadata file, for what is in it.
    metadata: StorageUri,
}

impl Gathered {
    pub(super) fn new(metadata: &StorageUri) -> Self {
        Self {
            operators: BTreeMap::new(),
            headers: StateHeaders::default(),
            failures: Vec::new(),
            metadata: metadata.clone(),
        }
    }

    pub(super) fn add_groups(&mut self, plan: &Plan<'_>, outcomes: Vec<GroupOutcome>) {
        for (group, outcome) in plan.groups.iter().zip(outcomes) {
            let members = count(group.members.len());
            let failed = count(outcome.failures.len());
            self.headers.total += members;
            self.headers.failed += failed;
            let incomplete = outcome.understood.is_none();
            let mut place = self.metadata.to_string();
            match (outcome.understood.is_some(), group.is_inline()) {
                (true, true) => self.headers.inline += members,
                (true, false) => {
                    self.headers.read += 1;
                    self.headers.not_read += members - failed - 1;
                }
                (false, _) => self.headers.not_tried += members - failed,
            }
            for (member, failure) in group.members.iter().zip(&outcome.failures) {
                let place = Place::of_header(group, member, &self.metadata);
                self.failures.push(findings::header(&place, failure));
            }
            if let Some(member) = group.members.get(outcome.failures.len()) {
                place = Place::of_header(group, member, &self.metadata).location;
            }
            let known = self.operators.entry(group.operator).or_default();
            known.incomplete |= incomplete;
            if let Some(understood) = outcome.understood {
                if let Some(end) = understood.ends_elsewhere {
                    known.incomplete = true;
                    let length = group.length.unwrap_or_default();
                    self.failures.push(findings::ends_elsewhere(group.operator, &place, end, length));
                }
                known.add(understood, Some(group.backend), &place);
            }
        }
    }

    pub(super) fn add_changes(&mut self, plan: &Plan<'_>, outcomes: Vec<Result<Understood, Failure>>) {
        for (changes, outcome) in plan.changes.iter().zip(outcomes) {
            let known = self.operators.entry(changes.operator).or_default();
            let location = match &changes.source {
                ChangesSource::File(StreamPlace::File { file, .. }, _) => file.to_string(),
                _ => self.metadata.to_string(),
            };
            match outcome {
                Ok(understood) => {
                    self.headers.changes_read += 1;
                    known.add(understood, None, &location);
                }
                Err(failure) => {
                    self.headers.changes_failed += 1;
                    known.incomplete = true;
                    let place = Place {
                        operator: changes.operator,
                        location,
                        what: format!("changes of subtask {}", changes.subtask),
                    };
                    self.failures.push(findings::changes(&place, &failure));
                }
            }
        }
    }

    pub(super) fn add_timers(&mut self, plan: &Plan<'_>, outcomes: Vec<Result<Option<Understood>, Failure>>) {
        for (timers, outcome) in plan.timers.iter().zip(outcomes) {
            let file = timers.stream.as_ref().ok().and_then(StreamPlace::file);
            let location = file.unwrap_or(&self.metadata).to_string();
            match outcome {
                Ok(None) => {}
                Ok(Some(understood)) => {
                    let known = self.operators.entry(timers.operator).or_default();
                    self.headers.timers_read += 1;
                    known.incomplete |= understood.is_incomplete;
                    known.add(understood, None, &location);
                }
                Err(failure) => {
                    let known = self.operators.entry(timers.operator).or_default();
                    self.headers.timers_failed += 1;
                    known.incomplete = true;
                    let place = Place {
                        operator: timers.operator,
                        location,
                        what: format!("raw keyed state of subtask {}, which may hold timers,", timers.subtask),
                    };
                    self.failures.push(findings::timers(&place, &failure));
                }
            }
        }
    }

    /// Puts the states and what there is to say about them into a report.
    pub(super) fn into_report(mut self, report: &mut InspectReport) {
        let mut findings = std::mem::take(&mut self.failures);
        let by_id: HashMap<String, (&OperatorId, &Known)> =
            self.operators.iter().map(|(id, known)| (id.to_string(), (id, known))).collect();
        let mut uids = HashMap::new();
        for operator in &mut report.operators {
            let known = by_id.get(&operator.operator_id);
            operator.states_complete = Some(known.is_none_or(|(_, known)| !known.incomplete));
            uids.extend(operator.uid.clone().map(|uid| (operator.operator_id.clone(), uid)));
            let Some((id, known)) = known else { continue };
            findings.extend(findings::of_operator(**id, known, &self.metadata));
            operator.states = known.states(std::mem::take(&mut operator.states));
        }
        for finding in &mut findings {
            finding.uid = finding.operator_id.as_ref().and_then(|id| uids.get(id)).cloned();
        }
        findings.extend(findings::unread(&self.headers, &self.metadata));
        report.findings.extend(findings);
        report.state_headers = Some(self.headers);
    }
}

impl Known {
    fn add(&mut self, understood: Understood, backend: Option<StateBackendScope>, place: &str) {
        self.kryo_of_key.extend(understood.kryo_of_key);
        for (state, kryo) in understood.states.iter().zip(understood.kryo) {
            if !kryo.is_empty() {
                self.kryo.entry((state.scope, state.name.clone())).or_default().extend(kryo);
            }
        }
        if backend == Some(StateBackendScope::Keyed) && self.key.is_none() {
            self.key = understood.states.iter().find_map(|state| state.key.clone());
        }
        if let Some(stopped) = understood.stopped {
            self.incomplete = true;
            let recovered = understood.states.iter().filter(|state| state.recovered == Some(true)).count();
            let headers = self.stopped.entry((stopped.class.clone(), stopped.version)).or_insert(StoppedHeaders {
                first: stopped,
                found: understood.states.len(),
                recovered,
                headers: 0,
                place: place.to_owned(),
            });
            headers.headers += 1;
        }
        for state in understood.states {
            self.add_state(state);
        }
    }

    /// The fuller of two descriptions stays; that two full ones differ is remembered.
    fn add_state(&mut self, mut state: State) {
        let identity = (state.scope, state.name.clone(), state.kind);
        if state.key.is_none() && state.scope() == StateScope::Keyed {
            // A changelog tells the key only in its materialized part, and all keyed states of an operator have the same.
            state.key.clone_from(&self.key);
        }
        let Some(known) = self.states.get_mut(&identity) else {
            self.states.insert(identity, state);
            return;
        };
        if *known == state {
            return;
        }
        match (is_full(known), is_full(&state)) {
            (true, true) => {
                if without_key(known) != without_key(&state) {
                    self.differing.entry(identity).or_insert_with(|| (known.clone(), state));
                }
            }
            (false, true) => *known = state,
            (_, false) => {}
        }
    }

    /// The states in their order, with those that only the metadata names.
    fn states(&self, named: Vec<State>) -> Vec<State> {
        let mut states = self.states.clone();
        for state in named {
            states.entry((state.scope, state.name.clone(), state.kind)).or_insert(state);
        }
        states
            .into_values()
            .map(|mut state| {
                if state.key.is_none() && state.scope() == StateScope::Keyed {
                    state.key.clone_from(&self.key);
                }
                state
            })
            .collect()
    }
}

/// Whether nothing about it is missing.
fn is_full(state: &State) -> bool {
    let types = [&state.key, &state.namespace, &state.value].into_iter().flatten();
    state.ttl.is_some() && state.recovered.is_none() && !types.into_iter().any(findings::has_opaque)
}

fn without_key(state: &State) -> State {
    State { key: None, ..state.clone() }
}

pub(super) fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
