//! Headers of files of managed state: which states there are, and how they are written.
//!
//! | Handle | Where the header is | Where it ends |
//! |---|---|---|
//! | key groups (heap, full, canonical savepoint) | start of the stream | at the smallest offset of a key group that is not 0, else at the end |
//! | incremental (RocksDB, ForSt) | start of the meta stream | at its end |
//! | changelog | in the materialized handles; each state once more among the changes ([`changelog`]) | |
//! | operator state | start of the stream | at the smallest offset of a partition, 10 bytes before it when the data is compressed |
//!
//! So the metadata tells how many bytes to ask for. A header of which too few bytes are there is an error that knows how many are
//! missing at least ([`Error::missing_bytes`]).
//!
//! A serializer of the user's ends the decoding ([`crate::format::serializer`]); what was read before is returned, and
//! [`recover_states`] finds what can be told with certainty of the states behind it.
//!
//! Source: `KeyedBackendSerializationProxy`, `OperatorBackendSerializationProxy`, `StateMetaInfoSnapshotReadersWriters`.

pub mod changelog;
mod keyed_backend;
mod layout;
mod meta_info;
mod operator_backend;
mod recover;
mod timer_services;

pub use recover::recover_states;
pub use timer_services::decode_timer_services;

use super::Error;
use super::serializer::Reader;
use crate::codec::DataInput;
use crate::model::StateHeader;

/// Decodes the header of keyed state at the start of these bytes.
pub fn decode_keyed(bytes: &[u8]) -> Result<StateHeader<'_>, Error> {
    keyed_backend::decode(&mut Reader::new(DataInput::new(bytes)))
}

/// Decodes the header of operator state at the start of these bytes.
pub fn decode_operator(bytes: &[u8]) -> Result<StateHeader<'_>, Error> {
    operator_backend::decode(&mut Reader::new(DataInput::new(bytes)))
}
