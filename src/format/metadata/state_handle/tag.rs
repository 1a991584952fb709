//! The bytes in front of handles (constants of `MetadataV2V3SerializerBase` and `ChannelStateHandleSerializerV2`).

use crate::format::ErrorKind;

pub(super) const NULL: u8 = 0;

/// Since Flink 1.2: bytes in the metadata.
pub(super) const BYTE_STREAM: u8 = 1;
/// Since Flink 1.2: a file.
pub(super) const FILE: u8 = 2;
/// Since Flink 1.2: a stream with key-group offsets.
pub(super) const KEY_GROUPS: u8 = 3;
/// Since Flink 1.2: a stream with partition offsets.
pub(super) const OPERATOR: u8 = 4;
/// Since Flink 1.3: files of a database.
pub(super) const INCREMENTAL: u8 = 5;
/// Since Flink 1.11: a file beside the metadata.
pub(super) const RELATIVE_FILE: u8 = 6;
/// Since Flink 1.13: as [`KEY_GROUPS`], in a canonical savepoint.
pub(super) const SAVEPOINT_KEY_GROUPS: u8 = 7;
/// Since Flink 1.14: state of the changelog backend.
pub(super) const CHANGELOG: u8 = 8;
/// Since Flink 1.14: changes in the metadata.
pub(super) const IN_MEMORY_CHANGELOG: u8 = 9;
/// Since Flink 1.14: changes in files.
pub(super) const CHANGELOG_STREAM: u8 = 10;
/// Since Flink 1.15: as [`INCREMENTAL`], with checkpointed size and state handle id.
pub(super) const INCREMENTAL_V2: u8 = 11;
/// Since Flink 1.15: as [`KEY_GROUPS`], with state handle id.
pub(super) const KEY_GROUPS_V2: u8 = 12;
/// Since Flink 1.16: as [`CHANGELOG_STREAM`], with storage identifier.
pub(super) const CHANGELOG_STREAM_V2: u8 = 13;
/// Since Flink 1.16: as [`CHANGELOG`], with checkpoint id.
pub(super) const CHANGELOG_V2: u8 = 14;
/// Since Flink 1.20: a part of a file.
pub(super) const SEGMENT: u8 = 15;
/// Since Flink 1.20: a part without bytes.
pub(super) const EMPTY_SEGMENT: u8 = 16;
/// Since Flink 1.20: as [`OPERATOR`], with the directories of file merging.
pub(super) const FILE_MERGING_OPERATOR: u8 = 17;

/// Since Flink 2.1, channel handles only: one input channel.
pub(super) const INPUT_CHANNEL: u8 = 1;
/// Since Flink 2.1, channel handles only: one result subpartition.
pub(super) const RESULT_SUBPARTITION: u8 = 2;
/// Since Flink 2.1, channel handles only: several input channels.
pub(super) const MERGED_INPUT_CHANNEL: u8 = 3;
/// Since Flink 2.1, channel handles only: several result subpartitions.
pub(super) const MERGED_RESULT_SUBPARTITION: u8 = 4;

/// What is wrong with a tag that is none of those read here: a newer Flink may have written one above all that are known.
pub(super) fn not_read_here(what: &'static str, tag: u8) -> ErrorKind {
    if tag > FILE_MERGING_OPERATOR {
        ErrorKind::UnknownTag { what, tag }
    } else {
        ErrorKind::MisplacedTag { what, tag }
    }
}
