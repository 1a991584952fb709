//! Operator state of a subtask.

use super::StreamStateHandle;
use crate::codec::{JavaStr, LongArray};

/// Operator state in one stream, with the names of the states (`OperatorStreamStateHandle` and its file-merging kinds).
#[derive(Debug, Clone, PartialEq)]
pub struct OperatorStateHandle<'a> {
    /// The states and where their partitions start.
    pub states: Vec<StateMetaInfo<'a>>,
    /// Directories that file merging keeps, when it wrote this (`FileMergingOperatorStreamStateHandle`).
    pub file_merging: Option<Box<FileMergingDirectories<'a>>>,
    /// The stream.
    pub delegate: StreamStateHandle<'a>,
}

impl OperatorStateHandle<'_> {
    /// Bytes of the stream.
    #[must_use]
    pub fn state_size(&self) -> i64 {
        self.delegate.state_size()
    }
}

/// A state of an operator (`OperatorStateHandle.StateMetaInfo`) with its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateMetaInfo<'a> {
    /// The state's name; `_default_` in raw operator state.
    pub name: JavaStr<'a>,
    /// What happens to the partitions on a change of parallelism.
    pub mode: OperatorStateMode,
    /// Where each partition starts.
    pub offsets: LongArray<'a>,
}

/// How operator state is handed out on restore (`OperatorStateHandle.Mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OperatorStateMode {
    /// Each partition goes to one subtask.
    SplitDistribute,
    /// Every subtask gets all partitions.
    Union,
    /// Every subtask has the same.
    Broadcast,
}

impl OperatorStateMode {
    const ALL: [Self; 3] = [Self::SplitDistribute, Self::Union, Self::Broadcast];

    /// The constant's position, which is what a file holds.
    #[must_use]
    pub fn ordinal(self) -> u8 {
        match self {
            Self::SplitDistribute => 0,
            Self::Union => 1,
            Self::Broadcast => 2,
        }
    }

    /// The constant at this position.
    #[must_use]
    pub fn from_ordinal(ordinal: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.ordinal() == ordinal)
    }

    /// The constant's name in Java.
    #[must_use]
    pub fn constant(self) -> &'static str {
        match self {
            Self::SplitDistribute => "SPLIT_DISTRIBUTE",
            Self::Union => "UNION",
            Self::Broadcast => "BROADCAST",
        }
    }
}

/// The directories that file merging manages as a unit; they live until no checkpoint names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileMergingDirectories<'a> {
    /// Exclusive files of the task manager.
    pub task_owned: JavaStr<'a>,
    /// Shared files of the subtask.
    pub shared: JavaStr<'a>,
    /// There is no state, only the directories (`EmptyFileMergingOperatorStreamStateHandle`).
    pub empty: bool,
}
