//! The versions of `_metadata`.

/// The version of a `_metadata` file (`org.apache.flink.runtime.checkpoint.metadata.MetadataSerializers`).
///
/// One Flink release writes one version, whatever the snapshot kind, and reads all older ones from 2 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetadataVersion {
    /// Flink 1.3 to 1.10: states per operator, master hook states.
    V2,
    /// Flink 1.11 to 1.15: coordinator state, in-flight data, finished subtasks; filler fields dropped.
    V3,
    /// Flink 1.16 to 1.20: checkpoint properties appended.
    V4,
    /// Flink 2.0: operator names and uids.
    V5,
    /// Flink 2.1 to 2.3: channel state handles carry a tag and may be merged.
    V6,
    /// No release up to 2.3: a subtask may name the older checkpoint its state comes from (FLIP-600).
    V7,
}

impl MetadataVersion {
    /// Every version that is read, oldest first.
    pub const ALL: [Self; 6] = [Self::V2, Self::V3, Self::V4, Self::V5, Self::V6, Self::V7];

    /// The number in the file.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::V2 => 2,
            Self::V3 => 3,
            Self::V4 => 4,
            Self::V5 => 5,
            Self::V6 => 6,
            Self::V7 => 7,
        }
    }

    /// The version with this number.
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.number() == number)
    }

    /// The releases that write this version; `None` while no release does.
    #[must_use]
    pub const fn written_by(self) -> Option<&'static str> {
        match self {
            Self::V2 => Some("1.3 - 1.10"),
            Self::V3 => Some("1.11 - 1.15"),
            Self::V4 => Some("1.16 - 1.20"),
            Self::V5 => Some("2.0"),
            Self::V6 => Some("2.1 - 2.3"),
            Self::V7 => None,
        }
    }
}
