//! What kind of snapshot it is, as far as the file says so.

use crate::codec::JavaStr;

/// Properties of a checkpoint or savepoint (`org.apache.flink.runtime.checkpoint.CheckpointProperties`), from metadata
/// version 4 on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "these are the fields of Flink's class")]
pub struct CheckpointProperties<'a> {
    /// Kind and format.
    pub snapshot_type: SnapshotType<'a>,
    /// Triggered regardless of other running checkpoints.
    pub forced: bool,
    /// Deleted by Flink when newer checkpoints replace it.
    pub discard_subsumed: bool,
    /// Deleted by Flink when the job finishes.
    pub discard_finished: bool,
    /// Deleted by Flink when the job is cancelled.
    pub discard_cancelled: bool,
    /// Deleted by Flink when the job fails.
    pub discard_failed: bool,
    /// Deleted by Flink when the job is suspended.
    pub discard_suspended: bool,
    /// Restored from in NO_CLAIM mode: Flink uses it and does not own it.
    pub unclaimed: bool,
    /// The Java object stream as written, so that it can be written again.
    pub stream: &'a [u8],
}

/// Kind of a snapshot (`org.apache.flink.runtime.checkpoint.SnapshotType`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotType<'a> {
    /// `CheckpointType`.
    Checkpoint {
        /// `Checkpoint` or `Full Checkpoint`.
        name: JavaStr<'a>,
        /// Which files other checkpoints may share with it.
        sharing_files_strategy: SharingFilesStrategy,
    },
    /// `SavepointType`.
    Savepoint {
        /// `Savepoint`, `Suspend Savepoint` or `Terminate Savepoint`.
        name: JavaStr<'a>,
        /// What the job does once the savepoint is there.
        post_checkpoint_action: PostCheckpointAction,
        /// Layout of the keyed state.
        format_type: SavepointFormatType,
    },
}

impl<'a> SnapshotType<'a> {
    /// Flink's name of the type, such as `Terminate Savepoint`.
    #[must_use]
    pub fn name(&self) -> JavaStr<'a> {
        match self {
            Self::Checkpoint { name, .. } | Self::Savepoint { name, .. } => *name,
        }
    }
}

/// An enum of Flink that is written by constant name.
macro_rules! flink_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$constant_doc:meta])* $variant:ident = $constant:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$constant_doc])* $variant,)+ }

        impl $name {
            /// The constant's name in Java.
            #[must_use]
            pub fn constant(self) -> &'static str {
                match self { $(Self::$variant => $constant,)+ }
            }

            /// The constant with this name.
            #[must_use]
            pub fn from_constant(name: &str) -> Option<Self> {
                match name { $($constant => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

flink_enum! {
    /// `SnapshotType.SharingFilesStrategy`.
    SharingFilesStrategy {
        /// Uses files of earlier checkpoints and lends its own to later ones.
        ForwardBackward = "FORWARD_BACKWARD",
        /// Uses no file of an earlier checkpoint and lends its own to later ones.
        Forward = "FORWARD",
        /// Stands alone.
        NoSharing = "NO_SHARING",
    }
}

flink_enum! {
    /// `SavepointType.PostCheckpointAction`.
    PostCheckpointAction {
        /// The job goes on.
        None = "NONE",
        /// The job stops and can go on from here.
        Suspend = "SUSPEND",
        /// The job drains its sources and ends.
        Terminate = "TERMINATE",
    }
}

flink_enum! {
    /// `org.apache.flink.core.execution.SavepointFormatType`.
    SavepointFormatType {
        /// One layout for all state backends.
        Canonical = "CANONICAL",
        /// The layout of the state backend that wrote it.
        Native = "NATIVE",
    }
}
