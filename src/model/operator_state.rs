//! The state of one operator.

use super::state_handle::ByteStreamStateHandle;
use super::{OperatorId, OperatorSubtaskState};
use crate::codec::JavaStr;

/// State of an operator over all its subtasks (`org.apache.flink.runtime.checkpoint.OperatorState`).
#[derive(Debug, Clone, PartialEq)]
pub struct OperatorState<'a> {
    /// The name; `None` before version 5 and where the job gave none.
    pub name: Option<JavaStr<'a>>,
    /// The uid; `None` before version 5 and where the job gave none.
    pub uid: Option<JavaStr<'a>>,
    /// The id under which a job finds this state again.
    pub operator_id: OperatorId,
    /// Subtasks when the snapshot was taken.
    pub parallelism: i32,
    /// Key groups.
    pub max_parallelism: i32,
    /// Version 2 has a field here that stopped meaning anything with Flink 1.3; kept so that it can be written again.
    pub chain_length: Option<i32>,
    /// State of the operator's coordinator on the job manager.
    pub coordinator_state: Option<ByteStreamStateHandle<'a>>,
    /// State of the subtasks.
    pub subtasks: Subtasks<'a>,
}

/// The subtasks of an operator.
#[derive(Debug, Clone, PartialEq)]
pub enum Subtasks<'a> {
    /// Every subtask has run to its end (`FullyFinishedOperatorState`). There is no state.
    FullyFinished,
    /// Those subtasks that have an entry. A subtask without state may have none.
    Entries(Vec<SubtaskEntry<'a>>),
}

/// One subtask of an operator.
#[derive(Debug, Clone, PartialEq)]
pub struct SubtaskEntry<'a> {
    /// Counted from 0, below the parallelism.
    pub index: i32,
    /// What it left.
    pub state: SubtaskState<'a>,
}

/// What a subtask left.
#[derive(Debug, Clone, PartialEq)]
pub enum SubtaskState<'a> {
    /// It has run to its end (`FinishedOperatorSubtaskState`). There is no state.
    Finished,
    /// It was running.
    Running(Box<OperatorSubtaskState<'a>>),
}

impl<'a> OperatorState<'a> {
    /// The subtasks that have an entry.
    #[must_use]
    pub fn entries(&self) -> &[SubtaskEntry<'a>] {
        match &self.subtasks {
            Subtasks::FullyFinished => &[],
            Subtasks::Entries(entries) => entries,
        }
    }

    /// The subtasks that were running and have an entry.
    pub fn running(&self) -> impl Iterator<Item = &OperatorSubtaskState<'a>> {
        self.entries().iter().filter_map(|entry| match &entry.state {
            SubtaskState::Finished => None,
            SubtaskState::Running(state) => Some(&**state),
        })
    }

    /// Bytes of all handles with the coordinator's, each reference counted (`OperatorState.getStateSize`).
    #[must_use]
    pub fn state_size(&self) -> i64 {
        self.running().map(OperatorSubtaskState::state_size).fold(self.coordinator_size(), i64::saturating_add)
    }

    /// Bytes that were written anew (`OperatorState.getCheckpointedSize`).
    #[must_use]
    pub fn checkpointed_size(&self) -> i64 {
        self.running().map(OperatorSubtaskState::checkpointed_size).fold(self.coordinator_size(), i64::saturating_add)
    }

    /// Bytes of the coordinator's state.
    #[must_use]
    pub fn coordinator_size(&self) -> i64 {
        self.coordinator_state.as_ref().map_or(0, ByteStreamStateHandle::state_size)
    }
}
