//! Where the versions differ.

use crate::model::MetadataVersion;

/// What stands in a file of a version. Decoders ask by name and never compare version numbers.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is one independent difference between versions")]
pub(super) struct Layout {
    /// The version described.
    pub(super) version: MetadataVersion,
    /// An operator starts with its name and uid (from 5).
    pub(super) operator_name_and_uid: bool,
    /// An operator has the length of its chain, a subtask its duration and a count of legacy states (2 only).
    pub(super) fillers: bool,
    /// An operator has coordinator state, and it and its subtasks can be marked as finished (from 3).
    pub(super) coordinator_state_and_finished_marks: bool,
    /// How in-flight data stands in a subtask.
    pub(super) channel_state: ChannelStateEncoding,
    /// Checkpoint properties follow the operators (from 4).
    pub(super) checkpoint_properties: bool,
    /// A subtask can name the older checkpoint it comes from (from 7).
    pub(super) reference_checkpoint_id: bool,
}

/// How handles of in-flight data are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChannelStateEncoding {
    /// Not at all.
    Absent,
    /// One handle per channel, without a tag (`ChannelStateHandleSerializerV1`).
    Untagged,
    /// A tag in front of each handle, which may cover many channels (`ChannelStateHandleSerializerV2`).
    Tagged,
}

impl MetadataVersion {
    pub(super) const fn layout(self) -> Layout {
        match self {
            Self::V2 => Layout {
                version: self,
                operator_name_and_uid: false,
                fillers: true,
                coordinator_state_and_finished_marks: false,
                channel_state: ChannelStateEncoding::Absent,
                checkpoint_properties: false,
                reference_checkpoint_id: false,
            },
            Self::V3 => Layout {
                version: self,
                fillers: false,
                coordinator_state_and_finished_marks: true,
                channel_state: ChannelStateEncoding::Untagged,
                ..Self::V2.layout()
            },
            Self::V4 => Layout { version: self, checkpoint_properties: true, ..Self::V3.layout() },
            Self::V5 => Layout { version: self, operator_name_and_uid: true, ..Self::V4.layout() },
            Self::V6 => Layout { version: self, channel_state: ChannelStateEncoding::Tagged, ..Self::V5.layout() },
            Self::V7 => Layout { version: self, reference_checkpoint_id: true, ..Self::V6.layout() },
        }
    }
}
