//! The snapshot, as far as a restore looks at it.

use std::collections::BTreeMap;

use crate::model::state_handle::{KeyGroupsForm, KeyedStateHandle};
use crate::model::{CheckpointMetadata, MetadataVersion, OperatorId, OperatorState, OperatorSubtaskState, Subtasks};
use crate::report::{Finding, InspectReport, Operator, OperatorFinished, Snapshot};

/// A snapshot to restore from.
#[derive(Debug, Clone)]
pub struct RestoreSource<'a> {
    /// Its facts.
    pub snapshot: Snapshot,
    /// Version of its metadata.
    pub metadata_version: MetadataVersion,
    /// Its operators, with the states that were read.
    pub operators: Vec<SourceOperator>,
    /// Names of the states of master hooks.
    pub master_states: Vec<String>,
    /// What is to be said about the snapshot itself.
    pub findings: &'a [Finding],
    /// Headers of state files were read.
    pub states_read: bool,
}

/// An operator of the snapshot.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is one observation")]
pub struct SourceOperator {
    /// Its id.
    pub id: OperatorId,
    /// What the report says of it.
    pub facts: Operator,
    /// Key groups as written: -1 marks the default, which nothing can be rescaled to.
    pub max_parallelism: i32,
    /// Subtasks have entries, with state or without.
    pub lists_subtasks: bool,
    /// A subtask has a handle (`OperatorSubtaskState.hasState`), of however few bytes.
    pub has_subtask_state: bool,
    /// Its coordinator left something.
    pub has_coordinator_state: bool,
    /// It has keyed or operator state: something other than records on their way.
    pub has_own_state: bool,
    /// Records waited in front of it.
    pub has_input_channel_state: bool,
    /// Records waited behind it.
    pub has_result_subpartition_state: bool,
    /// It wrote state itself, without a backend.
    pub has_raw_state: bool,
    /// How its keyed state is laid out: by the first handle, as the backends look at it.
    pub keyed_layout: Option<KeyedLayout>,
    /// Its keyed state went through the changelog.
    pub is_changelog: bool,
}

/// How keyed state is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyedLayout {
    /// As every backend reads it: a canonical savepoint (`KeyGroupsSavepointStateHandle`).
    Canonical,
    /// Key groups as the heap backend writes them.
    Heap,
    /// Key groups as RocksDB writes them when it is not incremental: they look like those of a canonical savepoint.
    Full,
    /// Key groups of the one or the other.
    KeyGroups,
    /// Files of RocksDB or ForSt (`IncrementalRemoteKeyedStateHandle`).
    Incremental,
}

impl SourceOperator {
    /// Whether Flink refuses to drop it without being told (`Checkpoints.loadAndValidateCheckpoint`).
    #[must_use]
    pub fn has_state(&self) -> bool {
        self.has_subtask_state || self.has_coordinator_state
    }

    /// Whether its subtasks had all finished.
    #[must_use]
    pub fn is_fully_finished(&self) -> bool {
        self.facts.finished() == OperatorFinished::Fully
    }

    /// How people know it: uid, else name, else id.
    #[must_use]
    pub fn label(&self) -> &str {
        let known = self.facts.uid.as_deref().or(self.facts.name.as_deref()).filter(|label| !label.is_empty());
        known.unwrap_or(&self.facts.operator_id)
    }
}

impl<'a> RestoreSource<'a> {
    /// From metadata and the report about it; `layouts` are those that were told apart by content.
    #[must_use]
    pub fn of(
        metadata: &CheckpointMetadata<'_>,
        report: &'a InspectReport,
        layouts: &BTreeMap<OperatorId, KeyedLayout>,
    ) -> Self {
        let mut facts: BTreeMap<&str, &Operator> =
            report.operators.iter().map(|operator| (operator.operator_id.as_str(), operator)).collect();
        let operators = metadata.operator_states.iter().filter_map(|state| {
            let facts = facts.remove(state.operator_id.to_string().as_str())?;
            Some(operator(state, facts.clone(), layouts.get(&state.operator_id).copied()))
        });
        let snapshot = report.snapshot.clone().unwrap_or_default();
        Self {
            metadata_version: metadata.version,
            operators: operators.collect(),
            master_states: snapshot.master_states.iter().filter_map(|state| state.name.clone()).collect(),
            findings: &report.findings,
            states_read: report.state_headers.is_some(),
            snapshot,
        }
    }

    /// Whether records on their way are part of it.
    #[must_use]
    pub fn has_in_flight_data(&self) -> bool {
        self.operators.iter().any(|each| each.has_input_channel_state || each.has_result_subpartition_state)
    }

    /// URI of the snapshot.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.snapshot.location
    }
}

fn operator(state: &OperatorState<'_>, facts: Operator, layout: Option<KeyedLayout>) -> SourceOperator {
    let any = |has: fn(&OperatorSubtaskState<'_>) -> bool| state.running().any(|subtask| has(subtask));
    let mut keyed = state.running().filter_map(|subtask| subtask.managed_keyed_state.as_ref()).peekable();
    let is_changelog = keyed.peek().is_some_and(|handle| is_changelog(handle));
    SourceOperator {
        id: state.operator_id,
        max_parallelism: state.max_parallelism,
        lists_subtasks: matches!(&state.subtasks, Subtasks::Entries(entries) if !entries.is_empty()),
        has_subtask_state: state.running().any(OperatorSubtaskState::has_state),
        has_coordinator_state: state.coordinator_state.is_some(),
        has_own_state: any(|subtask| {
            subtask.managed_keyed_state.is_some()
                || subtask.raw_keyed_state.is_some()
                || subtask.managed_operator_state.is_some()
                || subtask.raw_operator_state.is_some()
        }),
        has_input_channel_state: any(|subtask| !subtask.input_channel_state.is_empty()),
        has_result_subpartition_state: any(|subtask| !subtask.result_subpartition_state.is_empty()),
        has_raw_state: any(|subtask| subtask.raw_keyed_state.is_some() || subtask.raw_operator_state.is_some()),
        keyed_layout: keyed.find_map(layout_of).map(|recorded| match (recorded, layout) {
            (KeyedLayout::KeyGroups, Some(seen)) => seen,
            (recorded, _) => recorded,
        }),
        is_changelog,
        facts,
    }
}

fn is_changelog(handle: &KeyedStateHandle<'_>) -> bool {
    !matches!(handle, KeyedStateHandle::KeyGroups(_) | KeyedStateHandle::Incremental(_))
}

/// What the handle alone tells; of a changelog what was materialized.
fn layout_of(handle: &KeyedStateHandle<'_>) -> Option<KeyedLayout> {
    match handle {
        KeyedStateHandle::KeyGroups(handle) => Some(match handle.form {
            KeyGroupsForm::Savepoint => KeyedLayout::Canonical,
            KeyGroupsForm::V1 | KeyGroupsForm::V2 { .. } => KeyedLayout::KeyGroups,
        }),
        KeyedStateHandle::Incremental(_) => Some(KeyedLayout::Incremental),
        KeyedStateHandle::Changelog(handle) => handle.materialized.iter().flatten().find_map(layout_of),
        KeyedStateHandle::InMemoryChangelog(_) | KeyedStateHandle::ChangelogStream(_) => None,
    }
}
